// While a merge has reached one of two evaluators an answer waits for the other, and is then exact.

import Basics
import Chassis
import Messages
import Segments
import Synchronization
import Testing

@testable import Evaluator

@Suite struct NeededPositionsTests {
    /// Asks an evaluator who has charged.
    private typealias Asking = @Sendable (SuiteRig, UInt64) async throws -> UInt64

    private static let first = Partition(index: 0)
    private static let second = Partition(index: 1)
    private static let ways: [(String, Asking)] = [
        (
            "count",
            { rig, ms in
                let subject = try subject(did("Charged"))
                let request = EvaluationV1.CountRequest(subject: subject, freshness: .local)
                return try await rig.nodes[0].door.count(request, rig.call(ms: ms)).users
            }
        ),
        (
            "sizes",
            { rig, ms in
                let subject = try subject(did("Charged"))
                let request = EvaluationV1.SizesRequest(subjects: [subject], freshness: .local)
                let answer = try await rig.nodes[1].door.sizes(request, rig.call(ms: ms))
                return answer.sizes[0].users
            }
        ),
        (
            "overlap",
            { rig, ms in
                let subject = try subject(did("Charged"))
                let request = EvaluationV1.OverlapRequest(
                    subject: subject,
                    others: [subject],
                    freshness: .local
                )
                return try await rig.nodes[0].door.overlap(request, rig.call(ms: ms)).inAll
            }
        ),
        (
            "export",
            { rig, ms in
                let subject = try subject(did("Charged"))
                let request = EvaluationV1.ExportRequest(
                    subject: subject,
                    limit: 100,
                    freshness: .local
                )
                let call = rig.call(ms: ms)
                var page = try await rig.nodes[1].door.export(request, call)
                var users = page.users.count
                while let cursor = page.nextCursor {
                    page = try await rig.nodes[1].door.export(
                        EvaluationV1.ExportRequest(subject: subject, limit: 100, cursor: cursor),
                        rig.call(ms: ms)
                    )
                    users += page.users.count
                }
                return UInt64(users)
            }
        ),
        (
            "trend",
            { rig, ms in
                let request = EvaluationV1.TrendRequest(
                    subject: try subject(did("Charged")),
                    fromMs: day(2).ms,
                    toMs: day(2).ms,
                    freshness: .local
                )
                let answer = try await rig.nodes[1].door.trend(request, rig.call(ms: ms))
                return answer.points.last?.users ?? .max
            }
        ),
    ]

    /// Ann, who charged, in the first partition; bob, who did not, in the second.
    private func rig() async throws -> SuiteRig {
        let rig = try SuiteRig(partitions: 2, evaluators: 2)
        try rig.ingestion.write { logs in
            try logs[0].event("Charged", by: "ann", at: day(1))
            try logs[1].event("Looked", by: "bob", at: day(1))
        }
        try await rig.feed()
        return rig
    }

    /// Ann is bob from here on; whether each part says where the other stands.
    private func merge(_ rig: SuiteRig, isNamed: Bool, feedingMoved: Bool = false) async throws {
        func part(_ partition: UInt32, _ offset: UInt64) -> LogV1.OtherPart? {
            isNamed ? LogV1.OtherPart(partition: partition, offset: offset) : nil
        }
        let origin = LogV1.Origin(userID: "ann", partition: 0, offset: 1)
        let moved = LogV1.Event(userNumber: 0, name: "Charged", atMs: day(1).ms)
        rig.ingestion.write { $0[1].append(.event(moved), from: origin) }
        if feedingMoved { try await rig.feed(except: Self.first) }
        let out = LogV1.MergeOut(
            userNumber: 0,
            userID: "ann",
            survivorID: "bob",
            other: part(1, 3)
        )
        let merged = LogV1.MergeIn(
            userNumber: 0,
            userID: "ann",
            records: 1,
            names: LogV1.MovedNames(events: ["Charged"]),
            survivorID: "bob",
            other: part(0, 2)
        )
        rig.ingestion.write { logs in
            logs[0].append(.mergeOut(out))
            logs[1].append(.mergeIn(merged))
        }
    }

    @Test("a user is never there twice or not at all, however it is asked", arguments: [0, 1])
    func exact(_ behind: Int) async throws {
        for (name, ask) in Self.ways {
            let rig = try await rig()
            #expect(try await ask(rig, 20_000) == 1, "\(name)")
            try await merge(rig, isNamed: true)
            try await rig.feed(except: Partition(index: UInt16(behind)))
            // The other part has not come by the deadline: no answer rather than a wrong one.
            do {
                let users = try await ask(rig, 300)
                Issue.record("\(name): \(users) users")
            } catch let refused as Fault {
                #expect(refused.code == .unavailable, "\(name): \(refused)")
            }
            // It comes while the question waits.
            async let answer = ask(rig, 20_000)
            try await rig.feed()
            #expect(try await answer == 1, "\(name)")
        }
    }

    @Test("of records that name no other part such answers are wrong, which shows the test's worth")
    func control() async throws {
        for (behind, wrong) in [(0, 2), (1, 0)] {
            for (name, ask) in Self.ways {
                let rig = try await rig()
                try await merge(rig, isNamed: false)
                try await rig.feed(except: Partition(index: UInt16(behind)))
                #expect(try await ask(rig, 20_000) == UInt64(wrong), "\(name)")
                try await rig.feed()
                #expect(try await ask(rig, 20_000) == 1, "\(name)")
            }
        }
    }

    @Test("a partition in the middle of what is moved waits for its end")
    func middle() async throws {
        let rig = try await rig()
        try await merge(rig, isNamed: true, feedingMoved: true)
        for (name, ask) in Self.ways {
            let refused = await fault { () async throws(Fault) in
                do { _ = try await ask(rig, 300) } catch let fault as Fault { throw fault } catch {
                    Issue.record("\(name): \(error)")
                }
            }
            #expect(refused?.code == .unavailable, "\(name)")
        }
        try await rig.feed()
        for (name, ask) in Self.ways { #expect(try await ask(rig, 20_000) == 1, "\(name)") }
    }

    @Test("merges go on while questions are asked, and all of them end")
    func steady() async throws {
        let rig = try await rig()
        // Whoever has charged is somebody new in the other partition, time and again.
        let merging = Task {
            var (number, old) = (0, UInt32(0))
            while !Task.isCancelled {
                let (from, to) = (number % 2, (number + 1) % 2)
                rig.ingestion.write { logs in
                    let place = LogV1.OtherPart(
                        partition: UInt32(from),
                        offset: logs[from].next.value
                    )
                    let new = logs[to].user("person-\(number)")
                    let moved = LogV1.Event(userNumber: new, name: "Charged", atMs: day(1).ms)
                    logs[to].append(
                        .event(moved),
                        from: LogV1.Origin(userID: "old", partition: UInt32(from), offset: 1)
                    )
                    let merged = LogV1.MergeIn(userNumber: new, userID: "old", other: place)
                    let end = logs[to].append(.mergeIn(merged))
                    let other = LogV1.OtherPart(partition: UInt32(to), offset: end.value)
                    logs[from].append(.mergeOut(LogV1.MergeOut(userNumber: old, other: other)))
                    old = new
                }
                try await rig.feed()
                number += 1
            }
            return number
        }
        for _ in 0..<5 {
            for (name, ask) in Self.ways { #expect(try await ask(rig, 20_000) == 1, "\(name)") }
        }
        merging.cancel()
        #expect(try await merging.value > 1)
    }

    @Test("while one is behind all are asked again, so that no old answer stands beside a new one")
    func together() async throws {
        let rig = try await rig()
        try await merge(rig, isNamed: true)
        try await rig.feed(except: Self.first)
        let asked = Asked()
        let question = Watched(question: try Self.question(), asked: asked)
        async let answers = rig.nodes[0].door.gather.ask(question, of: rig.partitions, rig.call())
        while asked.partitions.count < 3 { await Task.yield() }
        try await rig.feed()
        #expect(try await answers.reduce(0) { $0 + $1.users } == 1)
        #expect(asked.partitions.sorted() == [Self.first, Self.first, Self.second, Self.second])
    }

    private static func question() throws -> GatheredQuestion {
        GatheredQuestion(
            project: shop,
            definition: did("Charged"),
            nested: [],
            at: day(2),
            projectZone: nil
        )
    }

    /// Who was asked.
    private final class Asked: Sendable {
        private let list = Mutex<[Partition]>([])

        var partitions: [Partition] { list.withLock { $0 } }
        func add(_ partitions: [Partition]) { list.withLock { $0 += partitions } }
    }

    /// A question that tells who is asked.
    private struct Watched: OwnersQuestion {
        var question: GatheredQuestion
        let asked: Asked

        var positions: [Partition: LogOffset] {
            get { question.positions }
            set { question.positions = newValue }
        }

        func replyBytes(_ partitions: [Partition]) -> UInt32 { question.replyBytes(partitions) }

        func ask(_ own: SetsDoor, _ partitions: [Partition], _ call: CallContext) async throws
            -> EvaluationV1.EvaluateResponse
        {
            asked.add(partitions)
            return try await question.ask(own, partitions, call)
        }

        func ask(
            _ peer: EvaluationV1_SetsClient,
            _ partitions: [Partition],
            _ options: CallOptions
        ) async throws -> EvaluationV1.EvaluateResponse {
            asked.add(partitions)
            return try await question.ask(peer, partitions, options)
        }

        func isWhole(_ answer: EvaluationV1.EvaluateResponse, _ partitions: [Partition]) -> Bool {
            question.isWhole(answer, partitions)
        }
    }

    @Test("the highest place of a partition stands for all, and what an answer has is not told")
    func positions() {
        var needed = NeededPositions()
        needed.note(LogV1.OtherPart(partition: 1, offset: 4))
        needed.note(LogV1.OtherPart(partition: 1, offset: 2))
        needed.note(LogV1.OtherPart(partition: 2, offset: 7))
        needed.note(nil)
        needed.note(LogV1.OtherPart(partition: 70_000, offset: 7))
        let told = [
            LogV1.Position(partition: 1, nextOffset: 5),
            LogV1.Position(partition: 3, nextOffset: 1),
        ]
        #expect(needed.missing(in: told).isEmpty)
        #expect(needed.message(beside: told).map(\.partition) == [2])
        let less = [LogV1.Position(partition: 1, nextOffset: 4)]
        #expect(needed.missing(in: less) == [Partition(index: 1): LogOffset(5)])
        #expect(needed.message(beside: less).map(\.nextOffset) == [5, 8])
    }
}
