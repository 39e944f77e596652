// Explanations on the wire: everything that was found, and what a small room leaves out.

import Basics
import Messages
import Segments
import Testing

@testable import Wire

@Suite struct ExplanationCodingTests {
    private static let at = Timestamp(ms: 1_000_000)

    private let definition = Definition(nodes: [
        .all(AllOf([1, 2, 3])),
        .did(
            Did(
                EventMatch(["Charged"], window: .rolling(ms: 500_000)),
                sums: [SumTest("amount", .atLeast(Number(3)))]
            )
        ),
        .user(UserProperty(PropertyFilter("city", .exists))),
        .user(UserProperty(PropertyFilter("age", .missing))),
    ])

    private func explanation(events: Int = 1) throws -> Explanation {
        let events = (0..<events).map { number in
            UserHistory.Event(
                "Charged",
                at: Self.at - Int64(number),
                position: LogOffset(UInt64(number)),
                properties: [("amount", .number(Number(e4: 25_000)))]
            )
        }
        let city = UserHistory.PropertyVersion(
            "city",
            .text("Pune"),
            since: Timestamp(ms: 7),
            position: LogOffset(9)
        )
        let history = UserHistory(events: events, versions: [city])
        return try Plan(definition).explain(history, at: Self.at)
    }

    @Test("answer, flip, parts and lines arrive as they were found")
    func whole() throws {
        let (plan, explanation) = (try Plan(definition), try explanation())
        let message = try ExplanationCoding.encode(explanation, of: plan, bytesMax: 1 << 20)
        let arrived = try EvaluationV1.Explanation.decode(try message.encode())
        #expect(arrived == message)
        #expect(!arrived.member && arrived.flip == .never && arrived.flipAtMs == nil)
        #expect(arrived.lines == explanation.lines && arrived.linesLeft == 0)
        #expect(arrived.parts.map(\.node) == [0, 1, 2, 3] && arrived.partsLeft == 0)
        #expect(arrived.parts.map(\.depth) == [0, 1, 1, 1])
        #expect(arrived.parts.map(\.holds) == [false, false, true, true])
        #expect(arrived.parts[1].place == "condition.all[0].did")
        #expect(
            arrived.parts.map(\.found) == [
                .conditions(EvaluationV1.FoundConditions(holding: 2, of: 3)),
                .events(
                    EvaluationV1.FoundEvents(
                        fromMs: 500_001,
                        toMs: 1_000_001,
                        count: 1,
                        sums: [EvaluationV1.FoundSum(property: "amount", total: "2.5", numbers: 1)],
                        events: [EvaluationV1.FoundEvent(name: "Charged", atMs: 1_000_000)]
                    )
                ),
                .value(
                    EvaluationV1.FoundValue(
                        value: LogV1.Value(kind: .text("Pune")),
                        sinceMs: 7,
                        offset: 9
                    )
                ),
                .value(EvaluationV1.FoundValue()),
            ]
        )
    }

    @Test("an answer that time changes tells when")
    func flip() throws {
        let (plan, explanation) = (try Plan(definition), try explanation(events: 2))
        let message = try ExplanationCoding.encode(explanation, of: plan, bytesMax: 1 << 20)
        #expect(message.member && message.flip == .at)
        #expect(message.flipAtMs == Self.at.ms - 1 + 500_000)
    }

    @Test("what finds no room is counted, and the first line is always there")
    func room() throws {
        let (plan, explanation) = (try Plan(definition), try explanation())
        let whole = try ExplanationCoding.encode(explanation, of: plan, bytesMax: 1 << 20)
        for bytesMax in stride(from: 0, through: 4_000, by: 50) {
            let cut = try ExplanationCoding.encode(explanation, of: plan, bytesMax: bytesMax)
            #expect(cut.parts + whole.parts.suffix(Int(cut.partsLeft)) == whole.parts)
            #expect(cut.lines + whole.lines.suffix(Int(cut.linesLeft)) == whole.lines)
            #expect(!cut.lines.isEmpty)
            #expect(try cut.encode().count <= bytesMax + whole.lines[0].utf8.count + 32)
        }
    }

    @Test("the segments that are used arrive with their own parts, or are counted as left out")
    func segments() throws {
        let inner = did("Charged", within: 500_000)
        let plan = try Plan(
            Definition(.inSegment(InSegment("outer"))),
            nested: [
                NestedSegment("inner", inner),
                NestedSegment("outer", Definition(.inSegment(InSegment("inner")))),
            ]
        )
        let event = UserHistory.Event("Charged", at: Self.at, position: .zero)
        let explanation = plan.explain(UserHistory(events: [event]), at: Self.at)
        let whole = try ExplanationCoding.encode(explanation, of: plan, bytesMax: 1 << 20)
        #expect(whole.segments.map(\.name) == ["outer", "inner"] && whole.segmentsLeft == 0)
        #expect(whole.segments.allSatisfy { $0.member && $0.flip == .at })
        #expect(whole.segments.map(\.flipAtMs) == [Self.at.ms + 500_000, Self.at.ms + 500_000])
        #expect(whole.segments[1].parts.map(\.place) == ["condition.did"])
        guard case .events(let found)? = whole.segments[1].parts[0].found else {
            Issue.record("\(whole.segments)")
            return
        }
        #expect(found.count == 1 && found.events.map(\.name) == ["Charged"])
        #expect(try EvaluationV1.Explanation.decode(try whole.encode()) == whole)
        for bytesMax in stride(from: 0, through: 3_000, by: 50) {
            let cut = try ExplanationCoding.encode(explanation, of: plan, bytesMax: bytesMax)
            #expect(
                cut.segments + whole.segments.suffix(Int(cut.segmentsLeft)) == whole.segments
            )
            #expect(cut.segments.isEmpty || cut.partsLeft == 0)
        }
    }

    private func did(_ event: ExactName, within ms: Int64) -> Definition {
        Definition(.did(Did(EventMatch([event], window: .rolling(ms: ms)))))
    }
}
