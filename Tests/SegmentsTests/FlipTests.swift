// When an answer changes by time alone, against the oracle at many instants.

import Basics
import Kit
import Testing

@testable import Segments

@Suite struct FlipTests {
    private static let yearMs: Int64 = 365 * 86_400_000

    @Test("until the flip the oracle answers the same, at the flip the other, in 3,000 questions")
    func flipsAreTheOracles() throws {
        var flips: [String: Int] = [:]
        for number in 0..<1_500 {
            let seed = 0x5E60_3000 + UInt64(number)
            var example = try FlipExample(seed: seed)
            for history in example.histories {
                let explanation = example.plan.explain(history, at: example.at)
                let before = example.isMember(history, at: example.at)
                for instant in example.instants(for: history) {
                    let isLater = instant > example.at
                    switch explanation.flip {
                    case .at(let flip) where isLater && instant >= flip: continue
                    // Anniversaries are looked for so far ahead, and no instant here lies there.
                    case .notBefore(let end) where end > example.at + 7 * Self.yearMs: break
                    case .notBefore: Issue.record("seed \(seed): the work limit ran out")
                    default: break
                    }
                    try #require(
                        !isLater || example.isMember(history, at: instant) == before,
                        "seed \(seed) at \(instant.rfc3339), \(example.story(explanation))"
                    )
                }
                guard case .at(let flip) = explanation.flip else {
                    flips["never", default: 0] += 1
                    continue
                }
                flips["at", default: 0] += 1
                try #require(
                    flip > example.at
                        && example.isMember(history, at: flip - 1) == before
                        && example.isMember(history, at: flip) != before,
                    "seed \(seed), \(example.story(explanation))"
                )
            }
        }
        // Either often: else it would prove nothing.
        #expect(flips["never", default: 0] > 300 && flips["at", default: 0] > 300, "\(flips)")
    }

    @Test(
        "from flip to flip it finds every change a reader asked every minute finds",
        arguments: [
            ("America/St_Johns", "2010-11-06T12:00:00Z"), ("Pacific/Apia", "2011-12-29T12:00:00Z"),
            ("America/Sao_Paulo", "2017-10-14T12:00:00Z"), ("Africa/Cairo", "2023-04-27T12:00:00Z"),
            ("America/Havana", "2024-11-02T12:00:00Z"), ("Europe/Berlin", "2024-10-26T12:00:00Z"),
        ]
    )
    func clocksPutBack(_ zone: String, _ start: String) throws {
        let start = try #require(Timestamp.rfc3339(start))
        let minute: Int64 = 60_000
        var random = SeededRandom(seed: 0x5E60_4000)
        var changes = 0
        for (last, current) in [(1, true), (2, true), (1, false), (2, false)] {
            let window = CalendarWindow(
                last: last,
                unit: .day,
                includesCurrent: current,
                zone: zone
            )
            let match = EventMatch(window: .calendar(window))
            let plan = try Plan(Definition(.did(Did(match, count: CountTest(.exactly(1))))))
            let events = (0..<6).map { number in
                UserHistory.Event(
                    "A",
                    at: start + Int64(random.below(2 * 1_440)) * minute,
                    position: LogOffset(UInt64(number))
                )
            }
            let history = UserHistory(events: events)
            var asked: [Timestamp] = []
            var answer = plan.isMember(history, at: start)
            for number in 1...(6 * 1_440) {
                let at = start + Int64(number) * minute
                let next = plan.isMember(history, at: at)
                if next != answer { asked.append(at) }
                answer = next
            }
            var found: [Timestamp] = []
            var at = start
            while case .at(let flip) = plan.explain(history, at: at).flip, found.count < 100 {
                found.append(flip)
                at = flip
            }
            #expect(found == asked, "\(zone) \(window)")
            changes += asked.count
        }
        #expect(changes > 8)
    }

    @Test("a local reading that a clock shows twice has three passages")
    func passages() throws {
        let zone = try #require(Zone("America/St_Johns"))
        // At 00:01 the clocks went back to 23:01 of the day before.
        let midnight = try #require(Timestamp.rfc3339("2010-11-07"))
        let texts = zone.passages(ofLocal: midnight).map(\.rfc3339)
        #expect(
            texts == [
                "2010-11-07T02:30:00.000Z", "2010-11-07T02:31:00.000Z", "2010-11-07T03:30:00.000Z",
            ]
        )
        let noon = midnight + 12 * 3_600_000
        #expect(zone.passages(ofLocal: noon) == [zone.instant(ofLocal: noon)])
        #expect(Zone.utc.passages(ofLocal: noon) == [noon])
    }

    @Test("a window slides off an event, a known event and a known value come, a date passes")
    func examples() throws {
        let at = try #require(Timestamp.rfc3339("2025-07-01"))
        let day: Int64 = 86_400_000
        let charged = UserHistory.Event("Charged", at: at - 3 * day, position: LogOffset(1))
        let coming = UserHistory.Event("Charged", at: at + 5 * day, position: LogOffset(2))
        let plan = UserHistory.PropertyVersion(
            "plan",
            .text("gold"),
            since: at + 2 * day,
            position: LogOffset(3)
        )
        let ends = UserHistory.PropertyVersion(
            "ends",
            .instant(at + 10 * day),
            since: nil,
            position: LogOffset(4)
        )
        // Superseded in the log: it never holds.
        let ended = UserHistory.PropertyVersion(
            "ends",
            .instant(at + 5 * day),
            since: nil,
            position: LogOffset(0)
        )
        let history = UserHistory(events: [charged, coming], versions: [plan, ends, ended])
        for (document, expected) in [
            ("{did: {event: Charged}}", .never),
            ("{did: {event: Charged, window: {rolling: 14d}}}", .at(at + 19 * day)),
            ("{did: {event: Charged, window: {rolling: 7d}}}", .at(at + 4 * day)),
            ("{didNot: {event: Charged, window: {rolling: 2d}}}", .at(at + 5 * day)),
            ("{did: {event: Charged, atLeast: 2}}", .at(at + 5 * day)),
            // As one event leaves the other comes.
            ("{did: {event: Charged, exactly: 1, window: {rolling: 8d}}}", .at(at + 13 * day)),
            ("{user: {property: plan, equals: gold}}", .at(at + 2 * day)),
            ("{user: {property: plan, equals: silver}}", .never),
            ("{user: {property: ends, withinNext: 3d}}", .at(at + 7 * day)),
            ("{user: {property: ends, withinNext: 30d}}", .at(at + 10 * day)),
            ("{user: {property: ends, withinLast: 3d}}", .at(at + 10 * day)),
        ] as [(String, Flip)] {
            let explanation = try Plan(condition(document)).explain(history, at: at)
            #expect(explanation.flip == expected, "\(document)")
        }
    }

    @Test("where the work limit ends the look ahead, what it says is still true")
    func workLimit() throws {
        let third = try #require(Number(1.0 / 3.0))
        let start = Timestamp(ms: 0)
        let events = (0..<200).map { number in
            UserHistory.Event(
                "A",
                at: start + Int64(number) * 1_000,
                position: LogOffset(UInt64(number)),
                properties: [("amount", .number(third))]
            )
        }
        let history = UserHistory(events: events)
        let match = EventMatch(["A"], window: .rolling(ms: 3_600_000))
        let plan = try Plan(
            Definition(.did(Did(match, sums: [SumTest("amount", .atLeast(Number(10)))])))
        )
        let at = start + 300_000
        // 30 thirds are 10 in doubles, too, so the 30th from the end decides.
        let flip = start + 170_000 + 3_600_000
        #expect(plan.explain(history, at: at).flip == .at(flip))
        for workMax in [0, 1_000, 20_000, 60_000] {
            guard case .notBefore(let open) = plan.explain(history, at: at, workMax: workMax).flip
            else {
                Issue.record("\(workMax) was enough")
                continue
            }
            #expect(open > at && open <= flip, "\(workMax)")
        }
        // What happens before the work ended is told all the same.
        let gone = UserHistory.PropertyVersion(
            "gone",
            .bool(true),
            since: at + 1_000,
            position: LogOffset(200)
        )
        let tree = DefinitionTree.all([
            .leaf(plan.definition.nodes[0]),
            .leaf(.user(UserProperty(PropertyFilter("gone", .missing)))),
        ])
        let told = try Plan(tree.definition()).explain(
            UserHistory(events: events, versions: [gone]),
            at: at,
            workMax: 20_000
        )
        #expect(told.isMember && told.flip == .at(at + 1_000))
    }
}

/// A random definition, some histories, and instants at which something may happen.
private struct FlipExample {
    let definition: Definition
    let nested: [NestedSegment]
    let plan: Plan
    let histories: [UserHistory]
    let at: Timestamp
    private var random: SeededRandom

    init(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let centre = RandomWorld.centres[random.below(RandomWorld.centres.count)]
        var definitions = RandomDefinitions(random.fork(), around: centre, sets: true)
        var makers = RandomHistories(random.fork(), around: centre, lists: true)
        definition = definitions.next()
        nested = definitions.nested
        plan = try Plan(definition, nested: nested)
        histories = (0..<2).map { _ in makers.next() }
        at = makers.instant()
        self.random = random
    }

    func isMember(_ history: UserHistory, at instant: Timestamp) -> Bool {
        Oracle(definition, at: instant, nested: nested).isMember(history)
    }

    /// Instants of events and values, moved by the definition's durations and days, give or take
    /// 1 ms; some of all that there are, since the oracle is slow.
    mutating func instants(for history: UserHistory) -> [Timestamp] {
        var known = history.events.map(\.at) + history.versions.compactMap(\.since)
        for value in history.events.flatMap({ $0.properties.map(\.value) })
            + history.versions.compactMap(\.value)
        {
            if case .instant(let instant) = value { known.append(instant) }
        }
        let moves = [0] + durations()
        let day: Int64 = 86_400_000
        var instants: [Timestamp] = []
        for instant in known {
            for move in moves { instants += [instant + move, instant - move] }
        }
        for _ in 0..<20 {
            let days = Int64(random.below(random.chance(0.5) ? 40 : 1_500))
            instants.append(at + days * day + Int64(random.below(Int(day))))
            // Local midnights stand at whole quarters of hours.
            let quarter: Int64 = 900_000
            let round = (at + days * day).ms / quarter * quarter
            instants.append(Timestamp(ms: round) + Int64(random.below(96)) * quarter)
        }
        let all = instants.flatMap { [$0 - 1, $0, $0 + 1] }.filter { $0 > at }
        return (0..<min(all.count, 60)).map { _ in all[random.below(all.count)] }
    }

    private func durations() -> [Int64] {
        ([definition] + nested.map(\.definition)).flatMap(\.nodes).flatMap { node -> [Int64] in
            switch node {
            case .did(let did): durations(did.match) + did.aggregates.flatMap(durations)
            case .didNot(let didNot): durations(didNot.match)
            case .user(let user): durations(user.filter)
            case .first(let first): durations(first.occurrence.match)
            case .nth(let nth): durations(nth.occurrence.match)
            case .last(let last): durations(last.occurrence.match)
            case .share(let share): durations(share.match)
            case .distinct(let distinct): durations(distinct.match)
            case .predominantly(let favourite): durations(favourite.match)
            case .sequence(let sequence):
                durations(EventMatch(window: sequence.window))
                    + (sequence.steps + sequence.excluded).flatMap { durations($0) }
            case .regularly(let habit): durations(habit.match)
            case .stopped(let stopped):
                durations(stopped.match) + [stopped.withinMs, stopped.notWithinMs]
            case .restarted(let restarted):
                durations(restarted.match)
                    + [restarted.withinMs, restarted.withinMs + restarted.pauseMs]
            case .rfm(let rfm): durations(rfm.match) + rfm.recencyEdgesMs
            case .all, .any, .not, .bucket, .inSegment, .inList, .inFeed, .reachable, .known:
                []
            }
        }
    }

    private func durations(_ match: EventMatch) -> [Int64] {
        let own = match.filters.flatMap(durations)
        return switch match.window {
        case .since(let since): own + durations(since.anchor) + [since.ms]
        case .rolling(let ms): own + [ms]
        case .ago(let fromMs, let toMs): own + [fromMs, toMs]
        case .ever, .between, .calendar: own
        }
    }

    private func durations(_ aggregate: AggregateTest) -> [Int64] {
        if case .picked(_, let filter, _) = aggregate { durations(filter) } else { [] }
    }

    private func durations(_ filter: PropertyFilter) -> [Int64] {
        guard case .duration(let ms)? = filter.operands.first else { return [] }
        return [ms]
    }

    func story(_ explanation: Explanation) -> String {
        let sentence = (try? Sentence.say(definition)) ?? ""
        return "at \(at.rfc3339) \(explanation.flip): \(sentence)"
            + explanation.lines.joined(separator: "\n")
    }
}
