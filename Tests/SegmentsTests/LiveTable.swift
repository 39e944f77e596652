// A live segment told by a table that a person can check: each line a record, and what it tells.
//
//     12:00 Added To Cart {cart: 7}
//     12:10 Purchased {cart: 8} at 12:09         # happened earlier than it is heard of
//     12:15 .                                    # only time passes, up to here but not further
//     12:15:00.001 . => entered 12:15            # what is told by then
//     2d09:00 set {plan: pro} => left 2d09:00    # two days later
//     12:20 imported Purchased {cart: 7}
//     12:30 begin                                # known before, the segment begins here
//     12:40 change {trigger: …} => left 12:40    # it means something else from here on
//
// A line without `=>` tells nothing. `entered 12:15 #2` is the second firing.

import Basics
import Foundation
import Segments
import Testing

/// Plays a table and holds every line against what is told.
func follow(
    _ document: String,
    _ table: String,
    from day: String = "2025-03-01",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let live = try LiveReader.read(plain(document)).definition
    let midnight = try #require(Timestamp.rfc3339(day))
    var course = LiveCourse(try LivePlan(live))
    let lines = table.split(separator: "\n").map(String.init)
    if !lines.contains(where: { $0.contains("begin") }) { course.begin(at: midnight) }
    for (number, line) in lines.enumerated() {
        let halves = line.components(separatedBy: "=>")
        var words = LiveLine(halves[0], midnight: midnight)
        let now = try words.instant()
        let told: [LiveChange]
        if words.rest == "." {
            told = course.pass(before: now)
        } else if words.take("change") {
            let next = try LiveReader.read(plain(words.rest)).definition
            told = course.change(to: try LivePlan(next), at: now)
        } else if words.rest == "begin" {
            course.begin(at: now)
            told = []
        } else {
            let place = LogOffset(UInt64(number))
            let isHistory = words.take("imported")
            let record = try words.record(at: now, place: place)
            told = course.hear(record, at: now, isHistory: isHistory)
        }
        let wanted = halves.count > 1 ? halves[1].trimmingCharacters(in: .whitespaces) : ""
        let found = told.map { $0.text(since: midnight) }.joined(separator: ", ")
        #expect(found == wanted, "\(line)", sourceLocation: sourceLocation)
    }
}

/// One line, taken apart.
private struct LiveLine {
    private(set) var rest: String
    let midnight: Timestamp

    init(_ text: String, midnight: Timestamp) {
        rest = text.trimmingCharacters(in: .whitespaces)
        self.midnight = midnight
    }

    mutating func take(_ word: String) -> Bool {
        guard rest.hasPrefix(word + " ") else { return false }
        rest = String(rest.dropFirst(word.count + 1))
        return true
    }

    /// `12:15`, `12:15:00.001`, `2d12:15`.
    mutating func instant() throws -> Timestamp {
        let word = String(rest.prefix { $0 != " " })
        rest = String(rest.dropFirst(word.count + 1))
        return try Self.instant(word, since: midnight)
    }

    static func instant(_ word: String, since midnight: Timestamp) throws -> Timestamp {
        var clock = word
        var days: Int64 = 0
        if let mark = word.firstIndex(of: "d") {
            days = try #require(Int64(word[..<mark]))
            clock = String(word[word.index(after: mark)...])
        }
        let parts = clock.split(separator: ":").compactMap { Double($0) }
        #expect(parts.count >= 2, "\(word)")
        let seconds = parts.count > 2 ? parts[2] : 0
        let ms = Int64(parts[0]) * 3_600_000 + Int64(parts[1]) * 60_000
        return midnight + (days * 86_400_000 + ms + Int64((seconds * 1_000).rounded()))
    }

    mutating func record(at now: Timestamp, place: LogOffset) throws -> LiveCourse.Record {
        var at = now
        if let mark = rest.range(of: " at ", options: .backwards) {
            at = try Self.instant(String(rest[mark.upperBound...]), since: midnight)
            rest = String(rest[..<mark.lowerBound])
        }
        var properties: [PlainEntry] = []
        if let mark = rest.firstIndex(of: "{") {
            guard case .map(let entries) = plain(String(rest[mark...])) else {
                return .properties([])
            }
            properties = entries
            rest = rest[..<mark].trimmingCharacters(in: .whitespaces)
        }
        if rest == "set" {
            return .properties(
                properties.map {
                    UserHistory.PropertyVersion(
                        ExactName($0.key),
                        Self.value($0.value),
                        since: at,
                        position: place
                    )
                }
            )
        }
        var event = UserHistory.Event(ExactName(rest), at: at, position: place)
        for entry in properties {
            if let value = Self.value(entry.value) {
                event.properties.append((ExactName(entry.key), value))
            }
        }
        return .event(event)
    }

    /// Texts, numbers, truths; nothing takes a value away.
    private static func value(_ plain: PlainValue) -> PropertyValue? {
        switch plain {
        case .text(let text): .text(text)
        case .int(let whole): .number(Number(Int(whole)))
        case .bool(let bool): .bool(bool)
        default: nil
        }
    }
}

extension LiveChange {
    /// `entered 12:15 #2`; the first firing has no number.
    fileprivate func text(since midnight: Timestamp) -> String {
        let (ms, day) = (at.ms - midnight.ms, Int64(86_400_000))
        let days = Int((Double(ms) / Double(day)).rounded(.down))
        let inDay = ms - Int64(days) * day
        func two(_ value: Int64) -> String { (value < 10 ? "0" : "") + "\(value)" }
        var text = "\(kind) " + (days == 0 ? "" : "\(days)d")
        text += two(inDay / 3_600_000) + ":" + two(inDay / 60_000 % 60)
        if inDay % 60_000 != 0 { text += ":" + two(inDay / 1_000 % 60) }
        if inDay % 1_000 != 0 {
            let fraction = "\(inDay % 1_000)"
            text += "." + String(repeating: "0", count: 3 - fraction.count) + fraction
        }
        return text + (occurrence > 1 ? " #\(occurrence)" : "")
    }
}
