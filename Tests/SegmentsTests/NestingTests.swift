// Segments that use segments: found once and in order, refused when they cannot be.

import Basics
import Kit
import Testing

@testable import Segments

@Suite struct NestingTests {
    /// A definition that holds in all of these segments.
    private func uses(_ names: ExactName...) -> Definition {
        DefinitionTree.all(names.map { .leaf(.inSegment(InSegment($0))) }).definition()
    }

    /// What a catalogue of these segments makes of a definition: its segments, or how it refuses.
    private func nesting(
        _ definition: Definition,
        as name: ExactName? = nil,
        in catalogue: [ExactName: Definition]
    ) -> (names: [String], problem: DefinitionProblem?) {
        do throws(DefinitionProblem) {
            let nesting = try Nesting(of: definition, as: name) {
                (name) throws(DefinitionProblem) in
                if let found = catalogue[name] { return found }
                throw DefinitionProblem(
                    .segment,
                    place: "",
                    message: "there is no segment \(name.text)"
                )
            }
            return (nesting.segments.map(\.name.text), nil)
        } catch {
            return ([], error)
        }
    }

    @Test("each segment is found once, behind those that it uses itself")
    func order() {
        let catalogue: [ExactName: Definition] = [
            "a": uses("b", "c"), "b": uses("c", "d"), "c": uses("d"), "d": uses(),
        ]
        #expect(nesting(uses("a", "c"), in: catalogue).names == ["d", "c", "b", "a"])
        #expect(nesting(uses("c", "d"), in: catalogue).names == ["d", "c"])
        #expect(nesting(uses(), in: catalogue).names.isEmpty)
    }

    @Test("a segment that would be in itself is refused with the way there")
    func cycle() {
        let catalogue: [ExactName: Definition] = ["b": uses("c"), "c": uses("a"), "d": uses("d")]
        let far = nesting(uses("b"), as: "a", in: catalogue).problem
        #expect(far?.code == .cycle && far?.place == "condition.all[0].inSegment")
        #expect(far?.message == "segment \"a\" would be in itself: a → b → c → a")
        let own = nesting(uses("a"), as: "a", in: catalogue).problem
        #expect(own?.message == "segment \"a\" would be in itself: a → a")
        // Two changed at once may have made one behind everybody's back.
        #expect(nesting(uses("d"), in: catalogue).problem?.message.contains("d → d") == true)
    }

    @Test("a segment that is not there is refused at the condition that leads to it")
    func missing() {
        let catalogue: [ExactName: Definition] = ["a": uses("gone"), "b": uses()]
        let problem = nesting(uses("b", "a"), as: "new", in: catalogue).problem
        #expect(problem?.code == .segment && problem?.place == "condition.all[1].inSegment")
        #expect(problem?.message == "there is no segment gone (new → a → gone)")
        let direct = nesting(uses("gone"), as: "new", in: catalogue).problem
        #expect(direct?.message == "there is no segment gone")
    }

    @Test("sixteen within each other are taken and a seventeenth is not, saved or not")
    func depth() {
        var catalogue: [ExactName: Definition] = ["s1": uses()]
        for number in 2...17 {
            catalogue[ExactName("s\(number)")] = uses(ExactName("s\(number - 1)"))
        }
        for name in [nil, "new"] as [ExactName?] {
            #expect(nesting(uses("s16"), as: name, in: catalogue).names.count == 16)
            #expect(nesting(uses("s17"), as: name, in: catalogue).problem?.code == .tooDeep)
            // However it was come upon: the short way first, and then the long one.
            #expect(nesting(uses("s16", "s17"), as: name, in: catalogue).problem?.code == .tooDeep)
        }
    }

    @Test("a hundred segments are taken and one more is not")
    func count() {
        var catalogue: [ExactName: Definition] = [:]
        let names = (0...100).map { ExactName("s\($0)") }
        for name in names { catalogue[name] = uses() }
        func tree(_ names: some Sequence<ExactName>) -> Definition {
            DefinitionTree.any(names.map { .leaf(.inSegment(InSegment($0))) }).definition()
        }
        #expect(nesting(tree(names.prefix(100)), in: catalogue).names.count == 100)
        #expect(nesting(tree(names), in: catalogue).problem?.code == .tooMany)
    }

    @Test("parts that are equal across segments are one leaf, but not across zones")
    func shared() throws {
        let window = Window.calendar(CalendarWindow(last: 1, unit: .day))
        let did = Condition.did(Did(EventMatch(["A"], window: window)))
        let inBoth = DefinitionTree.all([.leaf(did), .leaf(.inSegment(InSegment("other")))])
        for (zone, leaves) in [(nil, 1), ("Asia/Tokyo", 2)] as [(String?, Int)] {
            let nested = [NestedSegment("other", Definition(did, zone: zone))]
            let plan = try Plan(inBoth.definition(), nested: nested)
            #expect(plan.leaves.count == leaves)
            // Windows are told of the definition's own nodes.
            #expect(plan.resolvedWindows(at: Timestamp(ms: 0)).map(\.node) == [1])
        }
    }

    @Test("a plan without the meaning of a segment is refused; a name that cannot be is, too")
    func untold() {
        #expect(throws: DefinitionProblem.self) { try Plan(uses("a")) }
        #expect(problem(of: "{inSegment: 'no such'}")?.place == "condition.inSegment")
        #expect(problem(of: "{inSegment: ''}")?.place == "condition.inSegment")
        #expect(problem(of: "{inSegment: [a, b]}")?.place == "condition.inSegment")
        #expect(problem(of: "{inSegment: payers}") == nil)
    }

    @Test("why a user is in another segment is that segment's own reason")
    func reason() throws {
        let at = Timestamp(ms: 86_400_000)
        let inner = DefinitionTree.all([
            .leaf(.did(Did(EventMatch(["Charged"], window: .rolling(ms: 3_600_000)))))
        ]).definition()
        let plan = try Plan(
            DefinitionTree.not(.leaf(.inSegment(InSegment("b")))).definition(),
            nested: [NestedSegment("a", inner), NestedSegment("b", uses("a"))]
        )
        let event = UserHistory.Event("Charged", at: at - 1_000, position: LogOffset(1))
        let told = plan.explain(UserHistory(events: [event]), at: at)
        #expect(!told.isMember && told.flip == .at(at + 3_599_000))
        let found =
            "1 of at least 1 \"Charged\" in [1970-01-01T23:00:00.001Z, 1970-01-02T00:00:00.001Z)"
        #expect(
            told.lines[0].hasPrefix(
                "not a member: a member of \"b\": a member of \"a\": \(found)"
            ),
            "\(told.lines)"
        )
        #expect(told.parts[1].finding.hasPrefix("a member: a member of \"a\": \(found)"))
        #expect(told.parts[1].text == "in segment \"b\"")
    }

    @Test("a segment's own conditions are told where it is named first, to any depth, and once")
    func explained() throws {
        let at = Timestamp(ms: 86_400_000)
        let inner = Definition(
            .did(
                Did(
                    EventMatch(["Charged"], window: .rolling(ms: 3_600_000)),
                    count: CountTest(.atLeast(2))
                )
            )
        )
        let both = DefinitionTree.all([
            .leaf(.inSegment(InSegment("b"))), .leaf(.inSegment(InSegment("a"))),
        ])
        let plan = try Plan(
            both.definition(),
            nested: [NestedSegment("a", inner), NestedSegment("b", uses("a"))]
        )
        let events = [1_000, 2_000].map {
            UserHistory.Event("Charged", at: at - $0, position: LogOffset(UInt64($0)))
        }
        let told = plan.explain(UserHistory(events: events), at: at)
        #expect(told.segments.map(\.name) == ["b", "a"])
        #expect(told.segments.map(\.isMember) == [true, true])
        #expect(told.segments.map(\.flip) == [.at(at + 3_598_000), .at(at + 3_598_000)])
        let window = "[1970-01-01T23:00:00.001Z, 1970-01-02T00:00:00.001Z)"
        let found = "2 of at least 2 in \(window)"
        let leaves = "leaves at 1970-01-02T00:59:58.000Z by time alone"
        #expect(
            Array(told.lines.dropFirst()) == [
                "  yes all of: all 2 conditions hold",
                "    yes in segment \"b\": a member: a member of \"a\":"
                    + " 2 of at least 2 \"Charged\" in \(window)",
                "      yes all of: its condition holds",
                "        yes in segment \"a\": a member: 2 of at least 2 \"Charged\" in \(window)",
                "          yes did \"Charged\" at least 2 times in the last 1 hour: \(found)",
                "                1970-01-01T23:59:58.000Z \"Charged\", log position 2000",
                "                1970-01-01T23:59:59.000Z \"Charged\", log position 1000",
                "              of \"a\": \(leaves)",
                "          of \"b\": \(leaves)",
                "    yes in segment \"a\": a member: 2 of at least 2 \"Charged\" in \(window)",
                "          its conditions stand above",
                "as of 1970-01-02T00:00:00.000Z; \(leaves)",
            ],
            "\(told.lines.joined(separator: "\n"))"
        )
    }
}
