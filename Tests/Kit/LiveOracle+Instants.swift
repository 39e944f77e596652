// Every instant at which anything could change by time alone: too many rather than too few.

import Basics
import Foundation
import Segments

extension LiveOracle {
    /// The instants to be looked at, each once, up to the end.
    func instants() -> [Timestamp] {
        var instants = Set(log.entries.map(\.logTime))
        let events = log.entries.compactMap(\.event)
        switch live.trigger {
        case .inaction(let inaction):
            let dues = events.map { $0.at + inaction.withinMs }
            instants.formUnion(dues + dues.map { $0 + inaction.graceMs })
        case .date(let date):
            for value in dates(of: date.property) {
                instants.formUnion(self.instants(of: date, value))
            }
        case .becomes(let becomes): instants.formUnion(turns(of: becomes.condition))
        default: break
        }
        switch live.stay {
        case .forever: break
        case .duration(let ms): instants.formUnion(instants.map { $0 + ms })
        case .while(let condition): instants.formUnion(turns(of: condition))
        }
        return instants.filter { $0 > log.beginTime && $0 < end }
    }

    /// The values of a property, of events and of the user, that are dates.
    private func dates(of property: ExactName?) -> [Timestamp] {
        let oracle = Oracle(Definition(nodes: []), at: end, zone: zone)
        let ofEvents = log.entries.compactMap(\.event).flatMap(\.properties)
            .filter { property == nil || $0.name == property }.map(\.value)
        let ofUser = log.entries.flatMap(\.versions)
            .filter { property == nil || $0.property == property }.compactMap(\.value)
        return (ofEvents + ofUser).compactMap(oracle.instant)
    }

    /// Instants of the log, of dates and of the condition itself, each moved by any of the
    /// condition's durations, a millisecond on either side; and every midnight there is.
    private func turns(of condition: Definition) -> Set<Timestamp> {
        var parts = ConditionParts()
        for definition in [condition] + nested.map(\.definition) {
            guard
                let plain = try? DefinitionWriter.write(DefinitionDocument(definition: definition))
            else { continue }
            parts.note(plain)
        }
        var times: Set<Timestamp> = Set(parts.instants)
        times.formUnion(log.entries.compactMap { $0.event?.at })
        times.formUnion(log.entries.flatMap(\.versions).compactMap(\.since))
        if parts.comparesDates { times.formUnion(dates(of: nil)) }
        var moved: Set<Timestamp> = []
        for time in times {
            for ms in parts.spans {
                moved.formUnion([time + ms, time + ms + 1, time - ms, time - ms + 1])
            }
        }
        if parts.hasDays {
            for name in parts.zones.union([zone.identifier]) {
                moved.formUnion(midnights(TimeZone(identifier: name) ?? zone))
            }
        }
        return moved.filter { $0 > log.beginTime && $0 < end }
    }

    private func midnights(_ zone: TimeZone) -> [Timestamp] {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        var midnights: [Timestamp] = []
        var midnight = calendar.startOfDay(
            for: Date(timeIntervalSince1970: Double(log.beginTime.ms) / 1000)
        )
        while midnight.timeIntervalSince1970 * 1000 < Double(end.ms) {
            midnights.append(Timestamp(ms: Int64(midnight.timeIntervalSince1970 * 1000)))
            // By the middle of the next day, so that no short or long one is missed.
            midnight = calendar.startOfDay(for: midnight.addingTimeInterval(36 * 3600))
        }
        return midnights
    }
}

/// What a condition's document says of time.
private struct ConditionParts {
    private var durations: Set<Int64> = [0]
    var instants: [Timestamp] = []
    var zones: Set<String> = []
    var hasDays = false
    var comparesDates = false
    private var addsDurations = false

    /// The durations; where two windows lie behind each other, their sums as well.
    var spans: Set<Int64> {
        guard addsDurations else { return durations }
        return Set(durations.flatMap { first in durations.map { first + $0 } })
    }

    mutating func note(_ plain: PlainValue) {
        switch plain {
        case .map(let entries):
            for entry in entries {
                switch entry.key {
                case "calendar", "regularly", "onDay", "sameDayOfYear", "distinctDays", "days":
                    hasDays = true
                case "restarted": addsDurations = true
                case "rfm": durations.formUnion([7, 30, 90, 180].map { $0 * 86_400_000 })
                case "recencyEdges":
                    guard case .list(let days) = entry.value else { break }
                    for case .int(let day) in days { durations.insert(day * 86_400_000) }
                default: break
                }
                if ["withinLast", "withinNext"].contains(entry.key) { comparesDates = true }
                note(entry.value)
            }
        case .list(let items): for item in items { note(item) }
        case .text(let text):
            if let ms = DurationText.read(text) { durations.insert(ms) }
            if let instant = Timestamp.rfc3339(text) { instants.append(instant) }
            if text.contains("/") || text == "UTC" { zones.insert(text) }
        default: break
        }
    }
}
