// A question's limits: its time, its memory, its cost told before, and its end by somebody else.

import Basics
import Chassis
import Columns
import Kit
import Messages
import Segments
import Synchronization
import Testing
import Wire

@testable import Evaluator

@Suite struct QuestionLimitTests {
    private let clock = ManualClock()

    /// A partition in which five users did `A` on days 1 to 9, with an amount.
    private func state() throws -> PartitionState {
        var log = LogScript()
        for number in 0..<5 {
            for at in Int64(1)..<10 {
                try log.event(
                    "A",
                    by: "user-\(number)",
                    at: day(at),
                    [("amount", .number(Number(Int(at))))]
                )
            }
        }
        var state = PartitionState(Partition(index: 0))
        _ = try state.apply(log.records)
        return state
    }

    private func code(_ body: () throws -> Void) -> EvaluatorError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? EvaluatorError)?.code
        }
    }

    @Test("a question ends at its next condition when its time is over or nobody waits")
    func ends() throws {
        let state = try state()
        let plan = try Plan(
            Definition(nodes: [
                .all(AllOf([1, 2])), .did(Did(EventMatch(["A"]))), .did(Did(EventMatch(["B"]))),
            ])
        )
        var question = Question(plan: plan, project: shop, at: day(20))
        let limit = QuestionLimit(clock: clock, untilNs: clock.monotonicNs + 1_000)
        question.limit = limit
        #expect(try question.answer([state]).users == 0)
        clock.advance(ms: 1)
        #expect(code { _ = try question.answer([state]) } == .tooLong)
        question.limit = QuestionLimit(clock: clock, untilNs: .max)
        question.limit?.cancel()
        #expect(code { _ = try question.answer([state]) } == .cancelled)
        // Between two conditions of one partition, too.
        let columns = try #require(state.projects[shop])
        var looks = 0
        let cut = code {
            _ = try columns.slots(of: plan, at: day(20)) { () throws(EvaluatorError) in
                looks += 1
                if looks == 2 { throw EvaluatorError(.tooLong, "answer", place: "", hint: "") }
            }
        }
        #expect(cut == .tooLong && looks == 2)
        #expect(EvaluatorError(.tooLong, "a", place: "", hint: "").fault.code == .deadlineExceeded)
        #expect(EvaluatorError(.cancelled, "a", place: "", hint: "").fault.code == .cancelled)
    }

    @Test("within one condition, too, a question ends before the next piece of the columns")
    func endsWithin() throws {
        var log = LogScript()
        for name in 0..<20 {
            for user in 0..<3 {
                try log.event(
                    "E\(name)",
                    by: "user-\(user)",
                    at: day(1),
                    [("amount", .number(Number(1)))]
                )
            }
        }
        var state = PartitionState(Partition(index: 0))
        _ = try state.apply(log.records)
        let columns = try #require(state.projects[shop])
        let any = EventMatch([])
        let conditions: [Condition] = [
            .did(Did(any)), .did(Did(any, count: CountTest(.atLeast(2)))),
            .did(Did(any, sums: [SumTest("amount", .atLeast(Number(1)))])),
            .nth(Nth(2, Occurrence(any))), .first(First(Occurrence(any))),
        ]
        for condition in conditions {
            let plan = try Plan(Definition(condition))
            var looks = 0
            func look(until most: Int) throws(EvaluatorError) {
                looks += 1
                guard looks <= most else {
                    throw EvaluatorError(.tooLong, "answer", place: "", hint: "")
                }
            }
            let users = try columns.slots(of: plan, at: day(2)) { () throws(EvaluatorError) in
                try look(until: .max)
            }
            // More often than before and behind the only condition.
            let all = looks
            #expect(all > 20 && users[plan.root].count == 3, "\(condition)")
            for most in 0..<all {
                looks = 0
                let cut = code {
                    _ = try columns.slots(of: plan, at: day(2)) { () throws(EvaluatorError) in
                        try look(until: most)
                    }
                }
                #expect(cut == .tooLong, "\(condition) after \(most) of \(all) looks")
            }
        }
        // A trend of what is counted in one pass, and of what is read anew at each instant.
        let rolling = Window.rolling(ms: 86_400_000)
        for condition in [.did(Did(EventMatch([], window: rolling))), conditions[3]] {
            let plan = try Plan(Definition(condition))
            for most in 0..<22 {
                var looks = 0
                let cut = code {
                    _ = try columns.counts(of: plan, at: [day(1), day(2)]) {
                        looks += 1
                        if looks > most {
                            throw EvaluatorError(.tooLong, "answer", place: "", hint: "")
                        }
                    }
                }
                #expect(cut == .tooLong, "\(condition) after \(most) looks")
            }
        }
    }

    @Test("the estimate counts rows and bytes whose instants meet the window, and nothing else")
    func cost() throws {
        let columns = try #require(try state().projects[shop])
        func cost(_ condition: Condition) throws -> QuestionCost {
            QuestionCost(try Plan(Definition(condition)), over: columns, at: day(20))
        }
        let all = try cost(.did(Did(EventMatch(["A"]))))
        #expect(all.rows == 45 && all.bytes == 45 * 20 && all.memoryBytes > 0)
        let filter = PropertyFilter("amount", .atLeast, [.value(.number(Number(3)))])
        let filtered = try cost(.did(Did(EventMatch(["A"], where: [filter]))))
        #expect(filtered.rows == 45 && filtered.bytes == 45 * 29)
        #expect(try cost(.did(Did(EventMatch(["B"])))).rows == 0)
        let before = Window.between(from: day(-9), to: day(0))
        #expect(try cost(.did(Did(EventMatch(["A"], window: before)))).rows == 0)
        let one = try cost(.first(First(Occurrence(EventMatch(["A"])))))
        #expect(one.rows == 45 && one.memoryBytes > all.memoryBytes)
    }

    @Test("what would take more memory than a question may is refused before anything is read")
    func memory() throws {
        let state = try state()
        var question = Question(plan: try Plan(did("A")), project: shop, at: day(20))
        let told = try question.answer([state]).cost
        question.memoryMax = told.memoryBytes
        #expect(try question.answer([state]).users == 5)
        question.memoryMax = told.memoryBytes - 1
        #expect(code { _ = try question.answer([state]) } == .tooCostly)
        let fault = EvaluatorError(.tooCostly, "answer", place: "question", hint: "less").fault
        #expect(fault.code == .resourceExhausted && fault.retryAfterMs == nil)
    }

    @Test("a preview tells the cost of all partitions, whoever answers")
    func preview() async throws {
        let rig = try SuiteRig()
        try rig.charge((0..<30).map { "user-\($0)" })
        try await rig.feed()
        for node in rig.nodes {
            let answer = try await node.door.preview(
                EvaluationV1.PreviewRequest(
                    definition: try DefinitionCoding.encode(did("Charged"))
                ),
                rig.call()
            )
            #expect(answer.users == 30 && answer.cost?.rows == 30 && answer.cost?.bytes == 600)
            #expect((answer.cost?.memoryBytes ?? 0) > 0)
        }
    }

    @Test("a question that is cancelled at any evaluator ends at all of them, at once")
    func cancel() async throws {
        let rig = try SuiteRig()
        try rig.charge((0..<30).map { "user-\($0)" })
        try await rig.feed()
        // What nobody reads from the logs is waited for until the deadline.
        try rig.charge((30..<60).map { "user-\($0)" })
        let id = Array(repeating: UInt8(7), count: 16)
        let client = EvaluationV1_SegmentsClient(try rig.client(of: 0))
        let subject = try subject(did("Charged"))
        let isAnswered = Atomic<Bool>(false)
        async let waiting = fault { () async throws(Fault) in
            defer { isAnswered.store(true, ordering: .relaxed) }
            _ = try await client.count(
                EvaluationV1.CountRequest(subject: subject),
                CallOptions(timeoutMs: 60_000, project: shop, requestID: id)
            )
        }
        while rig.nodes[1].server.inFlight == 0 { await Task.yield() }
        // A part may be so new that nobody knows its id yet.
        var ended: UInt32 = 0
        while !isAnswered.load(ordering: .relaxed) || rig.nodes[1].server.inFlight > 0 {
            let answer = try await rig.nodes[1].door.cancel(
                EvaluationV1.CancelRequest(question: id),
                rig.call()
            )
            #expect(answer.silent == 0)
            ended += answer.ended
        }
        // One that is ending may be told so twice, and the end of one may reach the other first.
        #expect(ended >= 1)
        #expect(await waiting?.code == .cancelled)
        let none = try await rig.nodes[0].door.cancel(
            EvaluationV1.CancelRequest(question: Array(repeating: 1, count: 16)),
            rig.call()
        )
        #expect(none.ended == 0)
        let short = await fault { () async throws(Fault) in
            try await rig.nodes[0].door.cancel(EvaluationV1.CancelRequest(), rig.call())
        }
        #expect(short?.code == .invalidArgument && short?.place == "question")
    }
}
