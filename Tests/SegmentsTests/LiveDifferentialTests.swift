// The machine of live segments against the oracle, over random live segments and random logs.

import Basics
import Foundation
import Kit
import Segments
import Testing

@Suite struct LiveDifferentialTests {
    private static let seed: UInt64 = 0x5E60_1100_0000
    private static let day: Int64 = 86_400_000

    /// More than the usual ones, as SHOAL_TEST_DIFFERENTIAL_CASES says.
    private static var caseCount: Int {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"].flatMap(Int.init)
            ?? 2_000
    }

    @Test("records in order: what is told is what the oracle says, live and by backtest")
    func inOrder() throws {
        var counts: [String: Int] = [:]
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ UInt64(number)
            let example = Example(seed: seed, .inOrder)
            let told = try example.told()
            let wanted = try example.oracle().changes()
            counts[example.live.trigger.keyword, default: 0] += wanted.count
            for change in wanted { counts["\(change.kind)", default: 0] += 1 }
            if !same(told, wanted) {
                let smallest = example.shrunk { try !same($0.told(), $0.oracle().changes()) }
                try smallest.record(seed, "told", smallest.told(), smallest.oracle().changes())
                return
            }
            let before = example.backtested()
            let tested = try example.plan().backtest(
                before.log.history(before.log.entries.count),
                from: before.log.beginTime + 1,
                to: before.end
            )
            if !same(tested, try before.oracle().changes()) {
                try before.record(seed, "backtest", tested, before.oracle().changes())
                return
            }
        }
        // Every trigger and every kind of change, often: else it would prove nothing.
        let cases = "seeds from \(Self.seed), \(Self.caseCount) cases"
        for part in Trigger.keywords + ["entered", "left"] {
            #expect(counts[part, default: 0] >= Self.caseCount / 40, "\(part): \(counts), \(cases)")
        }
    }

    @Test("instants at which nothing is due change nothing")
    func spareInstants() throws {
        for number in 0..<Self.caseCount / 4 {
            let seed = Self.seed &+ 0x100_0000 &+ UInt64(number)
            let example = Example(
                seed: seed,
                number % 2 == 0 ? .inOrder : .late(msMax: Self.day)
            )
            var random = SeededRandom(seed: seed)
            let span = max(1, example.end.ms - example.log.beginTime.ms)
            let spare = (0..<20).map { _ in
                example.log.beginTime + Int64(random.below(Int(span)))
            }
            let plan = try example.plan()
            let told = example.log.told(by: plan, until: example.end)
            let more = example.log.told(by: plan, until: example.end, more: spare)
            let said = try Sentence.say(example.live)
            try #require(told == more, "seed \(seed): \(said)")
        }
    }

    @Test("late records, any segment: every change fits those before it")
    func coherent() throws {
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ 0x300_0000 &+ UInt64(number)
            let example = Example(seed: seed, .late(msMax: 6 * Self.day), any: true)
            guard try example.incoherence() != nil else { continue }
            let smallest = example.shrunk { try $0.incoherence() != nil }
            try smallest.record(seed, smallest.incoherence() ?? "", smallest.told(), [])
            return
        }
    }

    @Test("late records: what stands in the end is what stands in order, nothing told twice")
    func late() throws {
        var (entered, retracted) = (0, 0)
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ 0x200_0000 &+ UInt64(number)
            let example = Example(seed: seed, .late(msMax: 6 * Self.day))
            let told = try example.told()
            entered += told.count { $0.kind == .entered }
            retracted += told.count { $0.kind == .retracted }
            if let problem = try example.lateProblem() {
                let smallest = example.shrunk { try $0.lateProblem() != nil }
                let text = try smallest.lateProblem() ?? problem
                try smallest.record(seed, text, smallest.told(), [])
                return
            }
        }
        let cases = "seeds from \(Self.seed), \(Self.caseCount) cases"
        #expect(entered >= Self.caseCount / 2, "\(entered), \(cases)")
        #expect(retracted >= Self.caseCount / 20, "\(retracted), \(cases)")
    }
}

/// Equal but for what brought it about.
private func same(_ told: [LiveChange], _ wanted: [LiveChange]) -> Bool {
    told.elementsEqual(wanted) {
        $0.kind == $1.kind && $0.at == $1.at && $0.occurrence == $1.occurrence
            && $0.isMember == $1.isMember
    }
}

/// A live segment and a log.
private struct Example {
    var live: LiveDefinition
    var log: LiveLog
    var end: Timestamp

    /// Late logs are for inactions, unless `any` segment will do.
    init(seed: UInt64, _ arrival: LiveLog.Arrival, any: Bool = false) {
        var random = SeededRandom(seed: seed)
        let centre = RandomWorld.centres[random.below(RandomWorld.centres.count)]
        var definitions = RandomDefinitions(random.fork(), around: centre)
        log = LiveLog.random(&random, around: centre, arrival)
        if case .late = arrival, !any {
            // What stands in the end does not hang on what was known when.
            live = LiveDefinition(definitions.lateTrigger())
        } else {
            live = definitions.live()
        }
        if case .inaction(var inaction) = live.trigger, random.chance(0.5) {
            // A wait that ends at an event of the log, give or take 1 ms.
            let events = log.entries.compactMap(\.event)
            if let first = events.first, let last = events.last, last.at.ms > first.at.ms + 2_000 {
                let one = events[random.below(events.count)]
                let wait = abs(one.at.ms - first.at.ms) + Int64(random.below(3)) - 1
                if wait >= 1_000 { inaction.withinMs = wait }
            }
            live.trigger = .inaction(inaction)
        }
        if case .propertyChanged(var change) = live.trigger {
            // One that the log has.
            let written = log.entries.flatMap(\.versions).map(\.property)
            if !written.isEmpty { change.property = written[random.below(written.count)] }
            change.from?.property = change.property
            change.to?.property = change.property
            live.trigger = .propertyChanged(change)
        }
        let last = max(log.entries.last?.logTime ?? centre, log.beginTime)
        var days = Int64(random.below(12))
        if case .date = live.trigger { days *= 70 }
        end = last + 1 + days * 86_400_000
    }

    func plan() throws -> LivePlan { try LivePlan(live) }

    func told() throws -> [LiveChange] { log.told(by: try plan(), until: end) }

    func oracle() throws -> LiveOracle {
        LiveOracle(live, log, until: end, hears: try plan().hears)
    }

    /// The same with the log that a backtest takes the history for.
    func backtested() -> Example {
        var example = self
        example.log = log.asBacktested
        return example
    }

    /// What is wrong with the firings of an inaction over a late log; nil: nothing.
    func lateProblem() throws -> String? {
        guard case .inaction(let inaction) = live.trigger else { return nil }
        var standing: [Int: Timestamp] = [:]
        for change in try told() {
            switch change.kind {
            case .entered:
                guard standing.updateValue(change.at, forKey: change.occurrence) == nil else {
                    return "firing \(change.occurrence) is told twice"
                }
            case .retracted:
                guard standing.removeValue(forKey: change.occurrence) == change.at else {
                    return "firing \(change.occurrence) is retracted, and was not told so"
                }
            case .left, .corrected, .erased: return "nobody leaves"
            }
        }
        let oracle = try oracle()
        let wanted = oracle.standing(inaction, log.entries.count { $0.logTime < end })
            .map(\.due).filter { $0 + inaction.graceMs < end }
        guard standing.values.sorted() == wanted.sorted() else {
            return "what stands is not \(wanted.sorted().map(\.rfc3339))"
        }
        return nil
    }

    /// Which change does not fit those told before it; nil: all do.
    func incoherence() throws -> String? {
        var (count, isIn) = (0, false)
        // The firings that are a reason to be in.
        var standing: [Int: Timestamp] = [:]
        var known: [Int: Timestamp] = [:]
        for change in try told() {
            let name = "\(change.kind) \(change.at.rfc3339) #\(change.occurrence)"
            switch change.kind {
            case .entered:
                count += 1
                guard change.isMember, change.occurrence == count else { return name }
                isIn = true
                standing[count] = change.at
                known[count] = change.at
            case .left:
                guard isIn, !change.isMember, change.occurrence == count else { return name }
                isIn = false
                if case .duration(let ms) = live.stay,
                    standing.values.max().map({ $0 + ms }) != change.at
                {
                    return "\(name) is not the end of the stay"
                }
                standing = [:]
            case .retracted:
                guard known.removeValue(forKey: change.occurrence) == change.at else { return name }
                standing[change.occurrence] = nil
                isIn = isIn && !standing.isEmpty
                guard change.isMember == isIn else { return name }
            case .corrected, .erased: return name
            }
        }
        return nil
    }

    /// The smallest example found that still fails.
    func shrunk(while fails: (Example) throws -> Bool) -> Example {
        var smallest = self
        while let less = smallest.smaller().first(where: { (try? fails($0)) ?? false }) {
            smallest = less
        }
        return smallest
    }

    private func smaller() -> [Example] {
        func with(_ change: (inout Example) -> Void) -> Example {
            var changed = self
            change(&changed)
            return changed
        }
        var smaller = log.entries.indices.map { index in with { $0.log = log.without(index) } }
        if live.filter != nil { smaller.append(with { $0.live.filter = nil }) }
        if live.stay != .forever { smaller.append(with { $0.live.stay = .forever }) }
        if live.limit != .everyTime { smaller.append(with { $0.live.limit = .everyTime }) }
        if live.zone != nil { smaller.append(with { $0.live.zone = nil }) }
        if live.filterReads != FilterReads() {
            smaller.append(with { $0.live.filterReads = FilterReads() })
        }
        return smaller
    }

    /// Tells a person what differs.
    func record(
        _ seed: UInt64,
        _ what: String,
        _ told: [LiveChange],
        _ wanted: [LiveChange]
    ) throws {
        var lines = ["seed \(seed), \(what)", try Sentence.say(live)]
        lines.append("begins \(log.beginTime.rfc3339) behind \(log.begin), ends \(end.rfc3339)")
        for entry in log.entries {
            var line = "  \(entry.logTime.rfc3339) \(entry.isImported ? "imported " : "")"
            if let event = entry.event {
                line += "\(event.name.text) at \(event.at.rfc3339)"
                line += event.clientSequence.map { " sequence \($0)" } ?? ""
                for (name, value) in event.properties { line += " \(name.text)=\(value)" }
            }
            for version in entry.versions {
                line += "\(version.property.text)=\(version.value.map { "\($0)" } ?? "gone")"
                line += " since \(version.since?.rfc3339 ?? "ever")"
            }
            lines.append(line)
        }
        func said(_ changes: [LiveChange]) -> String {
            changes.map { "\($0.kind) \($0.at.rfc3339) #\($0.occurrence) \($0.isMember)" }
                .joined(separator: "; ")
        }
        lines.append("told:   \(said(told))")
        lines.append("wanted: \(said(wanted))")
        Issue.record("\(lines.joined(separator: "\n"))")
    }
}
