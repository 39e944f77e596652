// Explanations of the evaluator: of the whole history of a user, from the owner of the home
// partition, sealed or not.

import Basics
import Chassis
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct ExplainTests {
    private static let seed: UInt64 = 94_000
    private static let cases = 300

    @Test("a user's history from the columns explains as the history that the log tells")
    func equalsTheLogs() throws {
        print("seeds from \(Self.seed), \(Self.cases) cases")
        var flips = 0
        for number in 0..<Self.cases {
            let example = try RandomCase(seed: Self.seed &+ UInt64(number))
            let disk = ForgetfulDisk(folder: "/data")
            let files = ColumnFiles(folder: "/data", disk: disk)
            var state = PartitionState(Partition(index: 0))
            // Some of the log in a chunk, the rest in the tail.
            let sealed = example.log.records.prefix(example.log.records.count / 2)
            _ = try state.apply(Array(sealed))
            if number.isMultiple(of: 2) { state.sealed(into: try files.seal(state)) }
            _ = try state.apply(Array(example.log.records.dropFirst(sealed.count)))
            for at in example.instants {
                for (user, history) in example.users {
                    let question = UserQuestion(
                        plan: example.plan,
                        project: shop,
                        user: user,
                        at: at
                    )
                    let read = try #require(try question.history(&state))
                    let explanation = example.plan.explain(read, at: at)
                    try #require(
                        explanation == example.plan.explain(history, at: at),
                        "seed \(example.seed), \(user) at \(at.rfc3339)"
                    )
                    #expect(
                        try question.answer(&state) == .known(isMember: explanation.isMember)
                    )
                    flips += explanation.flip == .never ? 0 : 1
                }
            }
        }
        // Answers that never change would not need what lies behind the instant.
        #expect(flips > Self.cases / 2)
    }

    @Test("any evaluator explains: the answer, its reason, what holds when, at which position")
    func explain() async throws {
        let rig = try SuiteRig()
        try rig.charge((0..<20).map { "user-\($0)" })
        try await rig.feed()
        let hour: Int64 = 3_600_000
        let subject = try subject(did("Charged", atLeast: 2, window: .rolling(ms: 48 * hour)))
        for node in rig.nodes {
            for user in ["user-3", "user-4", "user-5"] {
                let answer = try await node.door.explain(
                    EvaluationV1.ExplainRequest(subject: subject, atMs: day(2).ms, userID: user),
                    rig.call()
                )
                let count = try #require(PartitionCount(rig.partitions.count))
                let home = count.home(project: shop, identifier: user)
                let log = rig.ingestion.log(home)
                #expect(answer.known && answer.exactness?.atMs == day(2).ms)
                #expect(answer.exactness?.positions.map(\.partition) == [UInt32(home.index)])
                #expect(answer.exactness?.positions.map(\.nextOffset) == [log.next.value])
                let explanation = try #require(answer.explanation)
                #expect(!explanation.member && explanation.flip == .never)
                #expect(
                    explanation.lines.first
                        == "not a member: 1 of at least 2 \"Charged\""
                        + " in [1970-01-01T00:00:00.001Z, 1970-01-03T00:00:00.001Z)"
                )
                guard case .events(let events) = explanation.parts[0].found else {
                    Issue.record("\(explanation.parts)")
                    continue
                }
                let event = try #require(events.events.first)
                #expect(events.count == 1 && event.atMs == day(1).ms)
                let record = log.records[Int(event.offset)]
                guard case .event(let logged)? = record.body else {
                    Issue.record("\(record)")
                    continue
                }
                #expect(logged.name == "Charged")
            }
        }
    }

    @Test("what is known of later is told: when a member leaves, and that somebody is unknown")
    func flips() async throws {
        let rig = try SuiteRig()
        try rig.charge(["user-1"])
        try await rig.feed()
        let subject = try subject(did("Charged", window: .rolling(ms: 5_000)))
        func answer(_ user: String, _ at: Timestamp) async throws -> EvaluationV1.ExplainResponse {
            try await rig.nodes[0].door.explain(
                EvaluationV1.ExplainRequest(subject: subject, atMs: at.ms, userID: user),
                rig.call()
            )
        }
        let before = try await answer("user-1", day(1) - 60_000)
        #expect(before.explanation?.member == false && before.explanation?.flip == .at)
        #expect(before.explanation?.flipAtMs == day(1).ms)
        let inside = try await answer("user-1", day(1))
        #expect(inside.explanation?.member == true && inside.explanation?.flip == .at)
        #expect(inside.explanation?.flipAtMs == day(1).ms + 5_000)
        let unknown = try await answer("nobody", day(1))
        #expect(!unknown.known && unknown.explanation == nil)
        #expect(unknown.exactness?.positions.count == 1)
        let refused = await fault { () async throws(Fault) in
            try await rig.nodes[0].door.explain(
                EvaluationV1.ExplainRequest(subject: nil, userID: ""),
                rig.call()
            )
        }
        #expect(refused?.code == .invalidArgument && refused?.place == "user_id")
    }

    @Test("a caller with little room hears how much was left out")
    func room() async throws {
        let rig = try SuiteRig()
        try rig.charge(["user-1"])
        try await rig.feed()
        let nodes = [Condition.all(AllOf(Array(1...200)))]
        let leaves = (1...200).map { number in
            Condition.did(Did(EventMatch([ExactName("Event \(number)")])))
        }
        let subject = try subject(Definition(nodes: nodes + leaves))
        let request = EvaluationV1.ExplainRequest(subject: subject, userID: "user-1")
        for node in rig.nodes {
            let answer = try await node.door.explain(request, rig.call(room: 30_000))
            let explanation = try #require(answer.explanation)
            #expect(explanation.parts.count + Int(explanation.partsLeft) == 201)
            #expect(explanation.partsLeft > 0 && explanation.linesLeft > 0)
            #expect(try answer.encode().count < 30_000)
            let whole = try await node.door.explain(request, rig.call())
            #expect(whole.explanation?.parts.count == 201 && whole.explanation?.linesLeft == 0)
        }
    }
}
