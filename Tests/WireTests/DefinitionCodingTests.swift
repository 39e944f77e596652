// Definitions: shape for shape through bytes, and what has no counterpart is refused.
import Basics
import Kit
import Messages
import Segments
import Testing

@testable import Wire

@Suite struct DefinitionCodingTests {
    private func through(_ definition: Definition) throws -> Definition {
        let bytes = try DefinitionCoding.encode(definition).encode()
        return try DefinitionCoding.decode(SegmentV1.Definition.decode(bytes))
    }

    static let windows: [Window] = [
        .ever, .rolling(ms: 86_400_000), .ago(fromMs: 3_000, toMs: 1_000),
        .between(from: nil, to: Timestamp(ms: 5)), .between(from: Timestamp(ms: -5), to: nil),
        .calendar(
            CalendarWindow(last: 3, unit: .quarter, includesCurrent: true, zone: "Asia/Kolkata")
        ),
        .since(SinceWindow(.first, EventMatch(), ms: 7_000)),
        .since(
            SinceWindow(
                .last,
                EventMatch(
                    ["a", "b"],
                    where: [PropertyFilter("plan", .equals, [.text("pro")], isOfUser: true)],
                    times: LocalTimes(weekdays: [1, 7], inUsersZone: true)
                ),
                ms: 9_000
            )
        ),
    ]

    @Test("every window comes back equal", arguments: windows)
    func window(_ window: Window) throws {
        let definition = Definition(.did(Did(EventMatch(["a"], window: window))))
        #expect(try through(definition) == definition)
    }

    @Test(
        "every operator stands in both languages under one name",
        arguments: FilterOperator.allCases
    )
    func operators(_ comparison: FilterOperator) throws {
        let pair = try #require(FilterCoding.operators.first { $0.own == comparison })
        #expect("\(pair.sent)" == comparison.rawValue)
        let operands: [Operand] =
            switch comparison {
            case .exists, .missing: []
            case .between: [.number(Number(1)), .number(Number(2))]
            case .withinLast, .withinNext: [.duration(ms: 7_000)]
            case .atLeast: [.version("5.10.0")]
            case .before, .after: [.instant(Timestamp(ms: 1))]
            default: [.text("ä"), .bool(true), .number(Number(15))]
            }
        let filter = PropertyFilter("plan", comparison, operands, ignoreCase: true)
        let definition = Definition(.user(UserProperty(filter)))
        #expect(try through(definition) == definition)
    }

    @Test("the lists of operators and units are complete")
    func complete() {
        #expect(FilterCoding.operators.count == SegmentV1.Operator.allCases.count - 1)
        #expect(FilterCoding.operators.count == FilterOperator.allCases.count)
        #expect(WindowCoding.units.count == SegmentV1.CalendarUnit.allCases.count - 1)
        #expect(WindowCoding.units.count == CalendarUnit.allCases.count)
    }

    @Test("counts, sums and trees come back equal")
    func tree() throws {
        let counts: [CountTest] = [
            .atLeastOne, CountTest(.atLeast(1), includesZero: true), CountTest(.exactly(0)),
            CountTest(.atMost(3), includesZero: true), CountTest(.between(2, 5)),
        ]
        let sums: [SumTest] = [
            SumTest("amount", .atLeast(Number(500)), missingIsZero: true),
            SumTest("amount", .exactly(Number(e4: 1))), SumTest("amount", .atMost(.zero)),
            SumTest("amount", .greaterThan(Number(-1))), SumTest("amount", .lessThan(Number(9))),
            SumTest("amount", .between(Number(1), Number(2))),
        ]
        var nodes: [Condition] = [
            .all(AllOf([1, 2, 3])), .any(AnyOf([4, 5])), .not(Not(6)),
            .didNot(DidNot(EventMatch(["a", "b"], where: [PropertyFilter("p", .exists)]))),
            .user(UserProperty(PropertyFilter("plan", .equals, [.text("pro")]))), .all(AllOf([])),
        ]
        let filter = PropertyFilter("plan", .equals, [.text("pro")])
        let aggregates: [AggregateTest] = [
            .average(sums[0]), .picked(.least, filter), .picked(.greatest, filter),
            .picked(.first, filter, missingIsZero: true), .picked(.last, filter),
            .distinct("p", counts[2]), .distinctDays(counts[3]),
        ]
        nodes.append(.did(Did(EventMatch(), sums: [sums[1]], aggregates: aggregates)))
        for count in counts { nodes.append(.did(Did(EventMatch(), count: count, sums: sums))) }
        let definition = Definition(nodes: nodes, zone: "Europe/Berlin")
        #expect(try through(definition) == definition)
    }

    @Test("what this build does not know is refused with its place")
    func unknown() {
        func place(_ node: SegmentV1.Node) -> String? {
            do {
                _ = try DefinitionCoding.decode(SegmentV1.Definition(nodes: [node]))
                return nil
            } catch {
                return error.place
            }
        }
        #expect(place(SegmentV1.Node()) == "nodes[0]")
        let filter = SegmentV1.Filter(property: "p")
        #expect(place(SegmentV1.Node(kind: .user(filter))) == "nodes[0].user.operator")
        let did = SegmentV1.Did(where: [SegmentV1.Filter(property: "p", operator: .exists), filter])
        #expect(place(SegmentV1.Node(kind: .did(did))) == "nodes[0].did.where[1].operator")
        let window = SegmentV1.DidNot(window: SegmentV1.Window())
        #expect(place(SegmentV1.Node(kind: .didNot(window))) == "nodes[0].did_not.window")
        let count = SegmentV1.Did(count: SegmentV1.Count(low: .max))
        #expect(place(SegmentV1.Node(kind: .did(count))) == "nodes[0].did.count")
        let sum = SegmentV1.Did(aggregates: [SegmentV1.Aggregate(kind: .sum, comparison: .atLeast)])
        #expect(place(SegmentV1.Node(kind: .did(sum))) == "nodes[0].did.aggregates[0].low")
        let nan = SegmentV1.Filter(
            property: "p",
            operator: .equals,
            operands: [LogV1.Value(kind: .number(.nan))]
        )
        #expect(place(SegmentV1.Node(kind: .user(nan))) == "nodes[0].user.operands[0].number")
    }

    @Test("2,000 random definitions come back equal")
    func random() throws {
        for seed in UInt64(40_001)...42_000 {
            let random = SeededRandom(seed: seed)
            let centre = Timestamp(ms: 1_751_328_000_000)
            var definitions = RandomDefinitions(random, around: centre, nests: true)
            let definition = definitions.next()
            #expect(try through(definition) == definition, "seed \(seed)")
        }
    }

    @Test("numbers that the wire cannot carry are refused, not cut")
    func numbers() {
        for nodes: [Condition] in [
            [.all(AllOf([-1]))], [.did(Did(EventMatch(), count: CountTest(.exactly(-1))))],
            [.did(Did(EventMatch(window: .rolling(ms: -1))))],
        ] {
            #expect(throws: WireError.self) {
                try DefinitionCoding.encode(Definition(nodes: nodes))
            }
        }
    }
}
