// A time zone of tzdata, and which instant a local time means in it.

public import Basics
import Foundation

/// An IANA time zone; its rules come from the tzdata inside Foundation.
public struct Zone: Sendable, Hashable {
    /// The zone's name, such as `Europe/Berlin`.
    public let name: String
    /// Nil for UTC, which needs no table.
    private let rules: TimeZone?

    /// UTC.
    public static let utc = Zone(unchecked: "UTC", rules: nil)
    /// The version of tzdata in use, such as `2025b`; part of what an answer depends on.
    public static var dataVersion: String { TimeZone.timeZoneDataVersion }
    /// How far a local clock may be from UTC, with room: 16 h occur.
    private static let offsetMsMax: Int64 = 36 * 3_600_000
    /// No zone ever changed its offset twice in six hours.
    private static let offsetStepMs: Int64 = 6 * 3_600_000

    /// The zone of this name; nil unless tzdata has it, spelled so (`UTC` and links included).
    public init?(_ name: String) {
        if name == "UTC" || name == "Etc/UTC" || name == "Z" {
            self.init(unchecked: name == "Z" ? "UTC" : name, rules: nil)
            return
        }
        // Foundation also takes abbreviations such as GMT+3, which are no zones of tzdata.
        guard name.utf8.count <= DefinitionLimits.zoneBytes,
            name.contains("/") || Self.known.contains(name),
            let rules = TimeZone(identifier: name)
        else { return nil }
        self.init(unchecked: name, rules: rules)
    }

    private init(unchecked name: String, rules: TimeZone?) {
        self.name = name
        self.rules = rules
    }

    /// Every name tzdata lists, for hints.
    public static var known: [String] { TimeZone.knownTimeZoneIdentifiers + ["UTC"] }

    /// Same name, so same rules.
    public static func == (left: Zone, right: Zone) -> Bool { left.name == right.name }

    /// Feeds the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// What a local clock shows at `instant`, as if its reading were UTC.
    public func local(_ instant: Timestamp) -> Timestamp { instant + offsetMs(at: instant.ms) }

    /// The instant at which a local clock first shows `local` (or, where a gap leaves it out,
    /// anything later).
    ///
    /// So a local time inside an overlap means its earlier instant, and one inside a gap the first
    /// instant after the gap. `local` is a local reading as if it were UTC.
    public func instant(ofLocal local: Timestamp) -> Timestamp {
        guard rules != nil else { return local }
        let wanted = local.ms
        var low = wanted.subtractingReportingOverflow(Self.offsetMsMax).partialValue
        let end = wanted.addingReportingOverflow(Self.offsetMsMax).partialValue
        guard low < end else { return local }
        while low < end {
            let offset = offsetMs(at: low)
            let candidate = wanted - offset
            if candidate < low { return Timestamp(ms: low) }
            let high = Swift.min(low + Self.offsetStepMs, end)
            if offsetMs(at: high) == offset {
                if candidate < high { return Timestamp(ms: candidate) }
                low = high
            } else {
                let change = self.change(after: low, until: high, from: offset)
                if candidate < change { return Timestamp(ms: candidate) }
                low = change
            }
        }
        return Timestamp(ms: wanted - offsetMs(at: end))
    }

    /// The instants at which a local clock gets to `local` or beyond, and falls behind it again:
    /// one as a rule, three where a clock is put back across it.
    ///
    /// `local` is a local reading as if it were UTC. In order; the first, third … get there.
    public func passages(ofLocal local: Timestamp) -> [Timestamp] {
        let first = instant(ofLocal: local)
        var passages = [first]
        guard rules != nil else { return passages }
        var low = first.ms
        let end = low.addingReportingOverflow(Self.offsetMsMax).partialValue
        while low < end {
            let offset = offsetMs(at: low)
            let high = Swift.min(low + Self.offsetStepMs, end)
            let isSteady = offsetMs(at: high) == offset
            let next = isSteady ? high : change(after: low, until: high, from: offset)
            let isBehind = passages.count.isMultiple(of: 2)
            // From `low` to before `next` the clock just runs.
            if isBehind, local.ms - offset < next {
                passages.append(Timestamp(ms: local.ms - offset))
            }
            let isThere = next + offsetMs(at: next) >= local.ms
            if isThere == passages.count.isMultiple(of: 2) { passages.append(Timestamp(ms: next)) }
            low = next
        }
        return passages
    }

    /// The first instant in (low, high] whose offset is no longer `offset`, by halving.
    private func change(after low: Int64, until high: Int64, from offset: Int64) -> Int64 {
        var before = low
        var after = high
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if offsetMs(at: middle) == offset { before = middle } else { after = middle }
        }
        return after
    }

    private func offsetMs(at ms: Int64) -> Int64 {
        guard let rules else { return 0 }
        // Rounded down to the second: offsets change at whole seconds.
        let seconds = CivilDate.floorDivide(ms, 1000)
        let date = Date(timeIntervalSince1970: Double(seconds))
        return Int64(rules.secondsFromGMT(for: date)) * 1000
    }
}

extension Zone {
    /// The zone of a definition: its own, else the project's, else UTC.
    static func of(
        _ definition: Definition,
        projectZone: Zone?
    ) throws(DefinitionProblem) -> Zone {
        guard let name = definition.zone else { return projectZone ?? .utc }
        return try read(name, Field(value: .text(name), place: "zone", line: nil))
    }

    package static func read(_ name: String, _ field: Field) throws(DefinitionProblem) -> Zone {
        guard let zone = Zone(name) else {
            throw field.problem(.zone, unknown(name).message, hint: unknown(name).hint)
        }
        return zone
    }

    /// What to say about a name tzdata does not have.
    static func unknown(_ name: String) -> (message: String, hint: String) {
        let near = NearestName.nearest(to: name, in: known)
        return (
            "unknown zone \(Quoted.name(name))",
            near.map { "did you mean `\($0)`?" } ?? "write an IANA name such as Europe/Berlin"
        )
    }
}
