// Logs by seed: in order or late, imported or not, known before the segment or not, with ties.

public import Basics
import Segments

extension LiveLog {
    /// How the records stand in the log.
    public enum Arrival: Sendable {
        /// As they happened: log time is event time.
        case inOrder
        /// Up to so long after they happened.
        case late(msMax: Int64)
    }

    /// A log of a random history around an instant.
    public static func random(
        _ random: inout SeededRandom,
        around centre: Timestamp,
        _ arrival: Arrival
    ) -> LiveLog {
        var histories = RandomHistories(random.fork(), around: centre)
        let history = histories.next()
        var entries: [Entry] = []
        for var event in history.events {
            if case .inOrder = arrival { event.clientSequence = nil }
            let isImported = random.chance(0.1)
            entries.append(Entry(.event(event), at: event.at, isImported: isImported))
        }
        for version in history.versions {
            // An imported profile holds from the beginning of time, whenever it comes.
            let at = version.since ?? histories.instant()
            let isImported = version.since == nil || random.chance(0.1)
            entries.append(Entry(.properties([version]), at: at, isImported: isImported))
        }
        if case .late(let msMax) = arrival {
            for index in entries.indices where random.chance(0.5) {
                let delay = Int64(random.below(Int(msMax)))
                entries[index].logTime = entries[index].logTime + delay
            }
        }
        // A stable order: those of one instant stay as they were made.
        entries = entries.enumerated().sorted {
            ($0.element.logTime, $0.offset) < ($1.element.logTime, $1.offset)
        }.map(\.element)
        var begin = random.chance(0.7) ? 0 : random.below(entries.count + 1)
        while begin > 0, begin < entries.count,
            entries[begin - 1].logTime == entries[begin].logTime
        {
            begin -= 1
        }
        let first = begin < entries.count ? entries[begin].logTime : centre + 200 * 86_400_000
        var log = LiveLog(of: history.user, entries, begin: begin, beginTime: first - 1)
        log.number()
        return log
    }

    /// The log that a backtest takes a history for: all of it, imports among it, in the order of
    /// event time, what holds from the beginning of time at the beginning.
    public var asBacktested: LiveLog {
        var log = self
        let timeless = entries.indices.filter { index in
            entries[index].versions.contains { $0.since == nil }
        }
        let others = entries.indices.filter { !timeless.contains($0) }
        log.entries = (timeless + others).map { entries[$0] }
        for index in log.entries.indices {
            log.entries[index].isImported = false
            if index < timeless.count { log.entries[index].logTime = .earliest }
        }
        log.begin = log.entries.count { $0.logTime <= beginTime }
        log.number()
        return log
    }

    /// Without one record.
    public func without(_ index: Int) -> LiveLog {
        var log = self
        log.entries.remove(at: index)
        if index < begin { log.begin -= 1 }
        log.number()
        return log
    }

    /// Gives every record its place.
    private mutating func number() {
        for index in entries.indices {
            let place = LogOffset(UInt64(index))
            switch entries[index].record {
            case .event(var event):
                event.position = place
                entries[index].record = .event(event)
            case .properties(let versions):
                entries[index].record = .properties(
                    versions.map {
                        UserHistory.PropertyVersion(
                            $0.property,
                            $0.value,
                            since: $0.since,
                            position: place
                        )
                    }
                )
            }
        }
    }
}
