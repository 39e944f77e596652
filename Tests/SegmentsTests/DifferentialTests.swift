// The user reader against the oracle, over random definitions and random histories.
//
// Each part of the language that is drawn, and so compared, stands in `fields` below; a part that
// is not drawn fails the test.

import Basics
import Foundation
import Kit
import Segments
import Testing

@Suite struct DifferentialTests {
    /// Users per definition; half the questions stand exactly on an event or a window's edge.
    private static let usersPerCase = 8
    private static let seed: UInt64 = 0x5E60_0001

    /// More than the usual ones, as SHOAL_TEST_DIFFERENTIAL_CASES says.
    private static var caseCount: Int {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"].flatMap(Int.init)
            ?? 2_000
    }

    /// Every field of the language's documents, which are its conditions, windows, tests and
    /// options; operators are the contract's own list.
    private static let fields =
        """
        condition zone all any not did didNot user first nth last share predominantly distinct
        sequence bucket rfm inSegment regularly stopped restarted of notWithin pause
        event anyEvent where window timeOfDay dayOfWeek from to
        atLeast exactly atMost between includeZero sum avg min max distinctDays property missing
        greaterThan lessThan rolling ago calendar since unit current
        ignoreCase version instant latitude longitude km
        n mode is minimum days steps within order exclude same strictlyLater
        salt recency frequency recencyEdges frequencyEdges
        """
        .split(whereSeparator: \.isWhitespace).map(String.init)
        + FilterOperator.allCases.map(\.rawValue)

    @Test("the user reader answers random definitions as the oracle does")
    func userReaderAgreesWithOracle() throws {
        var members = 0
        var asked = 0
        var drawn: [String: Int] = [:]
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ UInt64(number)
            let example = try Example(seed: seed)
            let document = DefinitionDocument(definition: example.definition)
            try DefinitionWriter.write(document).countFields(&drawn)
            for history in example.histories {
                let told = example.oracle.isMember(history)
                asked += 1
                members += told ? 1 : 0
                if example.plan.isMember(history, at: example.at) == told { continue }
                let failing = example.asked(history)
                let smallest = try failing.shrunk { try !Self.agree($0) }
                try KeptCase.keep(smallest, named: "seed-\(seed)", "found by seed \(seed)")
                Issue.record("seed \(seed), kept in KeptCases:\n\(try KeptCase.write(smallest))")
                return
            }
        }
        // Neither everybody nor nobody, and every part often: else it would prove nothing.
        let cases = "seeds from \(Self.seed), \(Self.caseCount) cases"
        #expect((asked / 5...asked * 4 / 5).contains(members), "\(members) of \(asked), \(cases)")
        for field in Self.fields {
            let least = Self.caseCount / 400
            #expect(drawn[field, default: 0] >= least, "\(field): \(drawn), \(cases)")
        }
    }

    private static func agree(_ asked: AskedCase) throws -> Bool {
        let plan = try Plan(asked.definition, nested: asked.nested)
        let oracle = Oracle(asked.definition, at: asked.at, nested: asked.nested)
        return plan.isMember(asked.history, at: asked.at) == oracle.isMember(asked.history)
    }

    @Test("cases that once failed, and those worth keeping, agree", arguments: KeptCase.names())
    func keptCases(_ name: String) throws {
        let asked = try KeptCase.read(named: name)
        #expect(Validation(asked.definition).isValid)
        #expect(try Self.agree(asked))
    }

    @Test("what is kept is read back equal, in 300 random cases")
    func keptIsReadBack() throws {
        #expect(!KeptCase.names().isEmpty)
        for number in 0..<300 {
            let example = try Example(seed: 0x5E60_9000 + UInt64(number))
            let asked = example.asked(example.histories[0])
            let text = try KeptCase.write(asked)
            #expect(try KeptCase.read(text) == asked, "\(text)")
        }
    }

    @Test("a failing case becomes a small one, whatever it is in that fails")
    func shrinks() throws {
        // A reader that forgets the events of one instant: a planted mistake.
        func fails(_ asked: AskedCase) throws -> Bool {
            let events = asked.history.events.filter { $0.at.ms % 1_000 != 0 }
            let less = UserHistory(
                of: asked.history.user,
                events: events,
                versions: asked.history.versions
            )
            let plan = try Plan(asked.definition, nested: asked.nested)
            return plan.isMember(less, at: asked.at) != plan.isMember(asked.history, at: asked.at)
        }
        var found = 0
        for number in 0..<4_000 where found < 10 {
            let example = try Example(seed: 0x5E60_A000 + UInt64(number))
            let asked = example.asked(example.histories[0])
            guard try fails(asked) else { continue }
            found += 1
            let smallest = try asked.shrunk(while: fails)
            #expect(try fails(smallest))
            let text = try KeptCase.write(smallest)
            #expect(smallest.definition.nodes.count == 1, "\(text)")
            #expect(smallest.history.events.count <= 10, "\(text)")
        }
        #expect(found == 10)
    }

    @Test("an event that comes late to the log changes nothing but by its event time")
    func logOrderOfEventsDoesNotMatter() throws {
        for number in 0..<200 {
            let example = try Example(seed: 0x5E60_1000 + UInt64(number))
            for history in example.histories {
                let backwards = UserHistory(
                    of: history.user,
                    events: history.events.reversed(),
                    versions: history.versions.reversed()
                )
                #expect(
                    example.plan.isMember(backwards, at: example.at)
                        == example.plan.isMember(history, at: example.at)
                )
            }
        }
    }

    private struct Example {
        let definition: Definition
        let plan: Plan
        let histories: [UserHistory]
        let at: Timestamp
        let oracle: Oracle
        let nested: [NestedSegment]

        func asked(_ history: UserHistory) -> AskedCase {
            AskedCase(definition, history, at: at, nested: nested)
        }

        init(seed: UInt64) throws {
            var random = SeededRandom(seed: seed)
            let centre = RandomWorld.centres[random.below(RandomWorld.centres.count)]
            var definitions = RandomDefinitions(random.fork(), around: centre, sets: true)
            var makers = RandomHistories(random.fork(), around: centre, lists: true)
            definition = definitions.next()
            nested = definitions.nested
            plan = try Plan(definition, nested: definitions.nested)
            histories = (0..<DifferentialTests.usersPerCase).map { _ in makers.next() }
            at = Self.instant(plan, histories, &makers, &random)
            oracle = Oracle(definition, at: at, nested: definitions.nested)
        }

        /// Any instant, an event's own, or one at which an event stands on a window's edge.
        private static func instant(
            _ plan: Plan,
            _ histories: [UserHistory],
            _ makers: inout RandomHistories,
            _ random: inout SeededRandom
        ) -> Timestamp {
            let events = histories.flatMap(\.events)
            guard !events.isEmpty, random.chance(0.5) else { return makers.instant() }
            let event = events[random.below(events.count)]
            let windows = plan.resolvedWindows(at: event.at)
            guard !windows.isEmpty, random.chance(0.6) else { return event.at }
            let interval = windows[random.below(windows.count)].interval
            guard !interval.isOpen else { return event.at }
            // Rolling windows: this instant puts the event on the far edge, give or take 1 ms.
            return event.at + (event.at.ms - interval.from.ms) + Int64(random.below(3)) - 1
        }
    }
}

extension PlainValue {
    /// Counts the names of all fields.
    fileprivate func countFields(_ counts: inout [String: Int]) {
        switch self {
        case .map(let entries):
            for entry in entries {
                counts[entry.key, default: 0] += 1
                entry.value.countFields(&counts)
            }
        case .list(let items): for item in items { item.countFields(&counts) }
        default: break
        }
    }
}
