// Instants as a story for people writes them: a time of the day, a date, or so much later.

import Basics
import Segments
import Stories

/// Reads instants that may lean on an earlier one.
///
/// `12:00`, `12:00:30`, `12:00:30.250` (the local day of the instant before), `2025-03-01`,
/// `2025-03-01 12:00`, `2025-03-01T12:00:00Z`, `+15m`, `-2h`, and milliseconds.
struct StoryTime {
    /// The zone of dates and times without an offset.
    let zone: Zone

    /// The instant that begins the words; nil, and nothing taken, when none does.
    func read(_ words: inout StoryWords, after base: Timestamp) throws(StoryProblem) -> Timestamp? {
        guard let first = words.keyword, let lead = first.utf8.first else { return nil }
        if lead == UInt8(ascii: "+") || lead == UInt8(ascii: "-") {
            guard let ms = DurationText.read(String(first.dropFirst())) else { return nil }
            _ = words.take()
            return lead == UInt8(ascii: "+") ? base + ms : base - ms
        }
        guard (0x30...0x39).contains(lead) else { return nil }
        if let clock = Self.clock(first) {
            _ = words.take()
            return zone.instant(ofLocal: zone.local(base).day.midnight + clock)
        }
        if let ms = Int64(first), first.utf8.count >= 10 {
            _ = words.take()
            return Timestamp(ms: ms)
        }
        guard let instant = Self.dated(first, zone) else { return nil }
        _ = words.take()
        // A date may be followed by a time of that day.
        if first.utf8.count == 10, let clock = words.keyword.flatMap(Self.clock) {
            _ = words.take()
            return zone.instant(ofLocal: zone.local(instant).day.midnight + clock)
        }
        return instant
    }

    /// The instant that must stand here.
    func needed(_ words: inout StoryWords, after base: Timestamp, for name: String)
        throws(StoryProblem) -> Timestamp
    {
        guard let instant = try read(&words, after: base) else {
            throw words.problem(
                "\(name) is no instant",
                hint: "write 12:00, 2025-03-01, 2025-03-01 12:00, +15m or an RFC 3339 instant"
            )
        }
        return instant
    }

    /// RFC 3339, local without an offset.
    private static func dated(_ text: String, _ zone: Zone) -> Timestamp? {
        guard let asUTC = Timestamp.rfc3339(text) else { return nil }
        let hasOffset = text.utf8.dropFirst(10).contains {
            [UInt8(ascii: "Z"), UInt8(ascii: "z"), UInt8(ascii: "+"), UInt8(ascii: "-")].contains(
                $0
            )
        }
        return hasOffset ? asUTC : zone.instant(ofLocal: asUTC)
    }

    /// `HH:MM`, with seconds and thousandths if wanted, as ms of a day.
    private static func clock(_ text: String) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return nil }
        // What RFC 3339 takes as the time of a day is taken here.
        let whole = parts.count == 2 ? text + ":00" : text
        return Timestamp.rfc3339("1970-01-01T\(whole)Z")?.ms
    }
}
