// The sizes of many segments at once: each what it is alone, what they share evaluated once.

import Basics
import Chassis
import Columns
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct SizesQuestionTests {
    private static let seed: UInt64 = 74_000
    private static let cases = 80

    private let clock = ManualClock()
    private var limit: QuestionLimit { QuestionLimit(clock: clock, untilNs: .max) }

    private func joint(_ definitions: [Definition], _ nested: [NestedSegment] = []) throws
        -> JointPlan
    {
        var builder = JointPlanBuilder(projectZone: nil)
        for segment in nested { try builder.use(segment) }
        for definition in definitions { try builder.add(definition) }
        return builder.plan
    }

    private func all(_ conditions: Condition...) -> Definition {
        Definition(nodes: [.all(AllOf(Array(1...conditions.count)))] + conditions)
    }

    @Test(
        "over random histories every size is what the segment alone has, and its user reader says"
    )
    func random() throws {
        print("seeds from \(Self.seed), \(Self.cases) cases")
        var (shared, found) = (0, 0)
        for number in 0..<Self.cases {
            var example = try RandomCase(seed: Self.seed &+ UInt64(number))
            var state = PartitionState(Partition(index: 0))
            _ = try state.apply(example.log.records)
            guard let columns = state.projects[shop] else { continue }
            // Parts of a definition, which they share with it, and it in another zone.
            var definitions = [example.definition, example.definition]
            definitions += (0..<6).map { _ in
                example.definition.part(example.random.below(example.definition.nodes.count))
            }
            definitions[1].zone = "Asia/Kolkata"
            let plan = try joint(definitions, example.nested)
            let at = example.instants[0]
            let part = try SizesQuestion(plan: plan, at: at).answer([columns, columns], limit)
            let place = "seed \(example.seed)"
            for (definition, size) in zip(definitions, part.sizes) {
                let alone = try Plan(definition, nested: example.nested)
                let told = try Question(plan: alone, project: shop, at: at).answer([state])
                #expect(size.users == 2 * told.users, "\(place)")
                #expect(size.universe == 2 * told.universe, "\(place)")
                let members = example.users.count { alone.isMember($0.history, at: at) }
                #expect(size.users == UInt64(2 * members), "\(place)")
                found += members
            }
            let work = part.work ?? .init()
            #expect(work.evaluated == UInt64(2 * plan.work.distinct), "\(place)")
            #expect(work.leavesEvaluated == UInt64(2 * plan.work.leavesDistinct), "\(place)")
            #expect(work.passes == UInt64(2 * plan.work.passes), "\(place)")
            #expect(work.setsKept == UInt64(plan.keptMax), "\(place)")
            shared += plan.work.asked - plan.work.distinct
        }
        #expect(shared > Self.cases && found > Self.cases, "nothing shared would show little")
    }

    /// A partition in which five users did `A`, two of them `B`.
    private func columns() throws -> PartitionColumns {
        var log = LogScript()
        for number in 0..<5 { try log.event("A", by: "user-\(number)", at: day(1)) }
        for number in 0..<2 { try log.event("B", by: "user-\(number)", at: day(2)) }
        var state = PartitionState(Partition(index: 0))
        _ = try state.apply(log.records)
        return try #require(state.projects[shop])
    }

    @Test(
        "a sub-tree that many share is evaluated once in a partition, and its set goes at its end"
    )
    func once() throws {
        let (a, b) = (Condition.did(Did(EventMatch(["A"]))), Condition.did(Did(EventMatch(["B"]))))
        let none = Condition.didNot(DidNot(EventMatch(["B"])))
        let plan = try joint([all(a, b), all(b, a), all(a, none), Definition(none)])
        let columns = try columns()
        let part = try SizesQuestion(plan: plan, at: day(9)).answer([columns], limit)
        #expect(part.sizes.map(\.users) == [2, 2, 3, 3] && part.sizes[0].universe == 5)
        // Alone: a, b, both; the same; a, b, not b, both; b, not b.
        #expect(plan.work.asked == 12 && plan.work.leavesAsked == 7)
        #expect(part.work?.evaluated == 5 && part.work?.leavesEvaluated == 2)
        // Conditions that have nothing in common are kept one at a time.
        let names: [ExactName] = ["A", "B", "C", "D"]
        let apart = try joint(names.map { did($0) })
        let counted = try SizesQuestion(plan: apart, at: day(9)).answer([columns], limit)
        #expect(counted.sizes.map(\.users) == [5, 2, 0, 0])
        #expect(counted.work?.passes == 4 && counted.work?.setsKept == 1)
        // Those that ask for other numbers of the same events are read in one pass.
        let often = try joint((1...300).map { did("A", atLeast: $0) })
        let read = try SizesQuestion(plan: often, at: day(9)).answer([columns], limit)
        #expect(read.sizes.map(\.users) == [5] + Array(repeating: 0, count: 299))
        #expect(read.work?.leavesEvaluated == 300 && read.work?.passes == 1)
    }

    @Test("it ends at its time, when nobody waits, and where it would take too much memory")
    func limits() throws {
        let columns = try columns()
        var question = SizesQuestion(plan: try joint([did("A"), did("B")]), at: day(9))
        let late = QuestionLimit(clock: clock, untilNs: clock.monotonicNs + 1)
        clock.advance(ms: 1)
        #expect(refusal { _ = try question.answer([columns], late) }?.code == .tooLong)
        let cancelled = limit
        cancelled.cancel()
        #expect(refusal { _ = try question.answer([columns], cancelled) }?.code == .cancelled)
        let bytes = try question.answer([columns], limit).work?.memoryBytes ?? 0
        question.memoryMax = Int(bytes)
        #expect(refusal { _ = try question.answer([columns], limit) } == nil && bytes > 0)
        question.memoryMax = Int(bytes) - 1
        #expect(refusal { _ = try question.answer([columns], limit) }?.code == .tooCostly)
    }

    /// Thirty have charged, the first ten of them looked.
    private func rig() async throws -> SuiteRig {
        let rig = try SuiteRig()
        try rig.charge((0..<30).map { "user-\($0)" })
        try rig.charge((0..<10).map { "user-\($0)" }, "Looked")
        try await rig.feed()
        let lookers = all(
            .inSegment(InSegment("buyers")),
            .did(Did(EventMatch(["Looked"])))
        )
        for (name, definition) in [("buyers", did("Charged")), ("lookers", lookers)] {
            _ = try await rig.nodes[0].door.create(
                .init(name: name, definition: try DefinitionCoding.encode(definition)),
                rig.call()
            )
        }
        return rig
    }

    private func sizes(
        _ subjects: [EvaluationV1.Subject],
        at: Timestamp = day(20),
        _ node: EvaluatorNode,
        _ rig: SuiteRig
    ) async throws(Fault) -> EvaluationV1.SizesResponse {
        try await node.door.sizes(.init(subjects: subjects, atMs: at.ms), rig.call())
    }

    @Test("every evaluator tells what Preview tells of each, saved or sent, all at one place")
    func everywhere() async throws {
        let rig = try await rig()
        let early = did("Looked", window: .between(from: day(0), to: day(1)))
        let sent = [all(.inSegment(InSegment("lookers"))), early, did("Looked"), did("Charged")]
        let saved = ["lookers", "buyers", "lookers"].map {
            EvaluationV1.Subject(kind: .segment($0))
        }
        for node in rig.nodes {
            let answer = try await sizes(saved + sent.map(subject), node, rig)
            #expect(answer.sizes.map(\.users) == [10, 30, 10, 10, 0, 10, 30])
            for (definition, size) in zip(sent, answer.sizes.dropFirst(saved.count)) {
                let preview = try await node.door.preview(
                    .init(definition: try DefinitionCoding.encode(definition), atMs: day(20).ms),
                    rig.call()
                )
                #expect(preview.users == size.users && preview.universe == size.universe)
            }
            #expect(answer.exactness?.positions.map(\.partition) == [0, 1, 2, 3])
            #expect(answer.exactness?.atMs == day(20).ms)
            // Charged, looked, both; looked early.
            let partitions = UInt64(answer.exactness?.positions.count ?? 0)
            #expect(answer.work?.distinct == 4 && answer.work?.leavesDistinct == 3)
            #expect(answer.work?.asked == 13 && answer.work?.evaluated == 4 * partitions)
        }
    }

    @Test("what cannot be answered is refused with its place, before anybody is asked")
    func refused() async throws {
        let rig = try await rig()
        let good = EvaluationV1.Subject(kind: .segment("buyers"))
        let wide = Definition(
            nodes: [.any(AnyOf(Array(1...999)))]
                + (1...999).map { .did(Did(EventMatch([ExactName("E\($0)")]))) }
        )
        let cases: [([EvaluationV1.Subject], StatusCode, String)] = [
            ([], .invalidArgument, "subjects"),
            ([good, .init(kind: .segment("buyer"))], .notFound, "subjects[1]: buyer"),
            ([good, .init()], .invalidArgument, "subjects[1]: subject"),
            ([try subject(all(.inSegment(InSegment("lost"))))], .invalidArgument, "subjects[0]: "),
            (
                Array(repeating: good, count: SizesQuestion.segmentsMax + 1), .invalidArgument,
                "subjects[1000]: subjects"
            ),
            (
                Array(repeating: try subject(wide), count: 21), .invalidArgument,
                "subjects[20]: subjects"
            ),
        ]
        for (subjects, code, place) in cases {
            let refused = await fault { () async throws(Fault) in
                try await sizes(subjects, rig.nodes[1], rig)
            }
            #expect(refused?.code == code && refused?.place?.hasPrefix(place) == true, "\(place)")
            #expect(refused?.hint?.isEmpty == false)
        }
        let never = await fault { () async throws(Fault) in
            try await sizes([good], at: Timestamp(ms: .min), rig.nodes[0], rig)
        }
        #expect(never?.code == .invalidArgument && never?.place == "at_ms")
    }

    @Test("an owner refuses nonsense by itself")
    func owners() async throws {
        let rig = try await rig()
        let own = rig.nodes[0].sets
        var request = EvaluationV1.SizesPartRequest(
            definitions: [try DefinitionCoding.encode(did("Charged"))],
            nestedNames: ["told without a meaning"],
            atMs: day(20).ms,
            positions: [LogV1.Position(partition: 0)]
        )
        let untold = await fault { () async throws(Fault) in
            try await own.sizes(request, rig.call())
        }
        #expect(untold?.code == .invalidArgument && untold?.place == "nested_definitions")
        request.nestedNames = []
        var strict = own
        strict.memoryMax = 1
        let costly = await fault { () async throws(Fault) in
            try await strict.sizes(request, rig.call())
        }
        #expect(costly?.code == .resourceExhausted)
        request.definitions = []
        let none = await fault { () async throws(Fault) in
            try await own.sizes(request, rig.call())
        }
        #expect(none?.code == .invalidArgument && none?.place == "subjects")
    }
}
