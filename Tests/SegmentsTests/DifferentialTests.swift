// The user reader against the oracle, over random definitions and random histories.

import Basics
import Kit
import Segments
import Testing

@Suite struct DifferentialTests {
    /// Users per definition; half the questions stand exactly on an event or a window's edge.
    private static let usersPerCase = 8

    @Test("the user reader answers 2,000 random definitions as the oracle does")
    func userReaderAgreesWithOracle() throws {
        let seed: UInt64 = 0x5E60_0001
        var members = 0
        var asked = 0
        var kinds: [String: Int] = [:]
        for number in 0..<2_000 {
            let example = try Example(seed: seed &+ UInt64(number))
            for condition in example.definition.nodes { kinds[condition.keyword, default: 0] += 1 }
            for history in example.histories {
                let read = example.plan.isMember(history, at: example.at)
                let told = example.oracle.isMember(history)
                asked += 1
                members += told ? 1 : 0
                let text = (try? Sentence.say(example.definition)) ?? ""
                try #require(
                    read == told,
                    "seed \(seed &+ UInt64(number)) at \(example.at.rfc3339): \(text)\n\(history)"
                )
            }
        }
        // Neither everybody nor nobody, and every kind drawn often: else it would prove nothing.
        #expect((asked / 5...asked * 4 / 5).contains(members), "\(members) of \(asked)")
        for kind in ["all", "any", "not", "did", "didNot", "user"] {
            #expect(kinds[kind, default: 0] > 300, "\(kind): \(kinds)")
        }
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

        init(seed: UInt64) throws {
            var random = SeededRandom(seed: seed)
            let centre = RandomWorld.centres[random.below(RandomWorld.centres.count)]
            var definitions = RandomDefinitions(random.fork(), around: centre)
            var makers = RandomHistories(random.fork(), around: centre)
            definition = definitions.next()
            plan = try Plan(definition)
            histories = (0..<DifferentialTests.usersPerCase).map { _ in makers.next() }
            at = Self.instant(plan, histories, &makers, &random)
            oracle = Oracle(definition, at: at)
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
