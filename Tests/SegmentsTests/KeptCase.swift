// A question about one user as a file that a person reads: the definition is a sentence.
//
//     at 2025-07-01T00:00:00.000Z
//     user "ann"
//     definition did "Charged" at least 3 times and in segment "others"
//     segment "others" did any event
//     event "Charged" 2025-05-01T10:00:00.000Z position 4 sequence 2 "amount" 12.5 "tags" ("a", 1)
//     property "city" "Pune" since 2025-01-01T00:00:00.000Z position 3
//     property "city" gone position 5
//
// Lines that begin with `#` say what was wrong.

import Basics
import Foundation
import Kit

@testable import Segments

/// Writes and reads such files.
enum KeptCase {
    /// Where they lie; each is asked again in every run.
    static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/KeptCases"

    /// The names of the files, sorted.
    static func names() -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return all.filter { $0.hasSuffix(".txt") }.sorted()
    }

    static func read(named name: String) throws -> AskedCase {
        try read(String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8))
    }

    /// Keeps a case that failed, so that the next run asks it again.
    static func keep(_ asked: AskedCase, named name: String, _ comment: String) throws {
        let text = "# \(comment)\n" + (try write(asked))
        try text.write(toFile: "\(folder)/\(name).txt", atomically: true, encoding: .utf8)
    }

    static func write(_ asked: AskedCase) throws -> String {
        var lines = ["at \(asked.at.rfc3339)"]
        if let user = asked.history.user { lines.append("user \(Phrase.quoted(user.text))") }
        lines.append("definition \(try Sentence.say(asked.definition))")
        for segment in asked.nested {
            let said = try Sentence.say(segment.definition)
            lines.append("segment \(Phrase.quoted(segment.name.text)) \(said)")
        }
        for event in asked.history.events {
            var line = "event \(Phrase.quoted(event.name.text)) \(event.at.rfc3339)"
            line += " position \(event.position.value)"
            if let sequence = event.clientSequence { line += " sequence \(sequence)" }
            for (name, value) in event.properties {
                line += " \(Phrase.quoted(name.text)) \(said(value))"
            }
            lines.append(line)
        }
        for version in asked.history.versions {
            var line = "property \(Phrase.quoted(version.property.text)) "
            line += version.value.map(said) ?? "gone"
            if let since = version.since { line += " since \(since.rfc3339)" }
            lines.append(line + " position \(version.position.value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func said(_ value: PropertyValue) -> String {
        switch value {
        case .list(let values): "(" + values.map(said).joined(separator: ", ") + ")"
        case .instant(let instant): instant.rfc3339
        default: Operand.value(value).said(zone: .utc)
        }
    }

    static func read(_ text: String) throws -> AskedCase {
        var definition = Definition(nodes: [])
        var (at, user) = (Timestamp(ms: 0), UserID?.none)
        var nested: [NestedSegment] = []
        var (events, versions) = ([UserHistory.Event](), [UserHistory.PropertyVersion]())
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("definition ") {
                definition = try Sentence.read(String(line.dropFirst(11)))
                continue
            }
            if line.hasPrefix("segment ") {
                // A segment's name has no quotation mark in it.
                let parts = line.split(separator: "\"", maxSplits: 2)
                let definition = try Sentence.read(String(parts[2]))
                nested.append(NestedSegment(ExactName(String(parts[1])), definition))
                continue
            }
            var words = try SentenceWords(String(line), zone: .utc)
            if words.take("at") {
                at = try words.instant()
            } else if words.take("user") {
                user = UserID(try words.quoted("a user"))
            } else if words.take("event") {
                events.append(try event(&words))
            } else {
                try words.expect("property")
                versions.append(try version(&words))
            }
            guard words.isAtEnd else { throw words.expected("the end") }
        }
        let history = UserHistory(of: user, events: events, versions: versions)
        return AskedCase(definition, history, at: at, nested: nested)
    }

    private static func event(_ words: inout SentenceWords) throws -> UserHistory.Event {
        let name = ExactName(try words.quoted("an event"))
        let at = try words.instant()
        try words.expect("position")
        var event = UserHistory.Event(name, at: at, position: LogOffset(UInt64(try words.whole())))
        if words.take("sequence") { event.clientSequence = UInt64(try words.whole()) }
        while words.isQuoted() {
            let property = ExactName(try words.quoted("a property"))
            event.properties.append((property, try value(&words)))
        }
        return event
    }

    private static func version(
        _ words: inout SentenceWords
    ) throws -> UserHistory.PropertyVersion {
        let property = ExactName(try words.quoted("a property"))
        let value = words.take("gone") ? nil : try value(&words)
        let since = words.take("since") ? try words.instant() : nil
        try words.expect("position")
        let position = LogOffset(UInt64(try words.whole()))
        return UserHistory.PropertyVersion(property, value, since: since, position: position)
    }

    private static func value(_ words: inout SentenceWords) throws -> PropertyValue {
        guard words.take("(") else {
            guard case .value(let value) = try Operand.parse(&words) else {
                throw words.expected("a value")
            }
            return value
        }
        var values: [PropertyValue] = []
        while !words.take(")") {
            values.append(try value(&words))
            _ = words.take(",")
        }
        return .list(values)
    }
}
