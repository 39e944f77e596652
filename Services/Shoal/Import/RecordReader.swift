// One line of NDJSON to one record of an import.

import Basics
import Messages
import Wire

/// What the records of a file are.
enum RecordKind: Sendable, Hashable {
    /// Told from each line's fields.
    case told
    /// Users only.
    case users
}

/// Reads lines of the form
/// `{"event_id": 1, "user_id": "u", "event": "E", "ts": "2025-01-02T…Z", "properties": {…}}`
/// and `{"user_id": "u", "properties": {…}}`, fields in any order.
struct RecordReader: Sendable {
    /// The fields there are.
    static let fields = ["event_id", "user_id", "event", "ts", "properties", "anonymous"]

    let kind: RecordKind

    /// The record of the line that stands in `range`.
    func read(
        _ bytes: [UInt8],
        _ range: Range<Int>
    ) throws(LineProblem) -> IngestionV1.TrackRecord {
        var scanner = JSONScanner(bytes, range)
        var found = FoundFields()
        guard scanner.skip("{") else { throw scanner.unexpected("", "an object") }
        if !scanner.skip("}") {
            repeat {
                try field(&scanner, &found)
            } while scanner.skip(",")
            guard scanner.skip("}") else { throw scanner.unexpected("", "`,` or `}`") }
        }
        guard scanner.peek() == nil else { throw scanner.unexpected("", "the end of the line") }
        return try found.record(kind)
    }

    private func field(
        _ scanner: inout JSONScanner,
        _ found: inout FoundFields
    ) throws(LineProblem) {
        let name = try scanner.text("")
        guard scanner.skip(":") else { throw scanner.unexpected(name, "`:`") }
        switch name {
        case "user_id": try found.take(&found.userID, name, try identifier(&scanner, name))
        case "event_id":
            // A file made from tables says null where an event has no id of its own.
            if !scanner.skip(word: "null") {
                try found.take(&found.eventID, name, try identifier(&scanner, name))
            }
        case "event": try found.take(&found.event, name, try scanner.text(name))
        case "anonymous":
            let isAnonymous = scanner.skip(word: "true")
            guard isAnonymous || scanner.skip(word: "false") else {
                throw scanner.unexpected(name, "true or false")
            }
            try found.take(&found.isAnonymous, name, isAnonymous)
        case "ts": try found.take(&found.ts, name, try instant(&scanner, name))
        case "properties":
            guard found.properties == nil else { throw FoundFields.twice(name) }
            found.properties = try properties(&scanner, name)
        default:
            let near = NearestName.nearest(to: name, in: Self.fields)
            throw LineProblem(
                String(name.prefix(64)),
                "there is no such field",
                hint: near.map { "did you mean `\($0)`?" }
                    ?? "own fields go under `properties`"
            )
        }
    }

    /// A text, or a whole number taken as its text.
    private func identifier(
        _ scanner: inout JSONScanner,
        _ name: String
    ) throws(LineProblem) -> String {
        if scanner.peek() == 0x22 { return try scanner.text(name) }
        let range = try scanner.numberRange(name)
        let text = String(decoding: scanner.bytes[range], as: UTF8.self)
        guard text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }) else {
            throw LineProblem(name, "\(text) is no identifier", hint: "put it in quotes")
        }
        return text
    }

    private func instant(
        _ scanner: inout JSONScanner,
        _ name: String
    ) throws(LineProblem) -> Timestamp {
        let text = try scanner.text(name)
        guard let instant = Timestamp.rfc3339(text) else {
            throw LineProblem.noInstant(name, text)
        }
        return instant
    }

    private func properties(
        _ scanner: inout JSONScanner,
        _ name: String
    ) throws(LineProblem) -> FoundProperties {
        guard scanner.skip("{") else { throw scanner.unexpected(name, "an object") }
        var found = FoundProperties()
        if scanner.skip("}") { return found }
        repeat {
            let key = try scanner.text(name)
            guard scanner.skip(":") else { throw scanner.unexpected(name, "`:`") }
            if scanner.skip(word: "null") {
                found.absent.append(key)
            } else {
                do throws(LineProblem) {
                    found.present.append((key, try value(&scanner, key, isInList: false)))
                } catch {
                    // The place is made only where something is wrong: most values are not.
                    throw LineProblem(
                        "properties.\(key.prefix(128))",
                        error.message,
                        hint: error.hint
                    )
                }
            }
        } while scanner.skip(",")
        guard scanner.skip("}") else { throw scanner.unexpected(name, "`,` or `}`") }
        return found
    }

    private func value(
        _ scanner: inout JSONScanner,
        _ key: String,
        isInList: Bool
    ) throws(LineProblem) -> PropertyValue {
        switch scanner.peek() {
        case UInt8(ascii: "\"")?: return .text(try scanner.text(key))
        case UInt8(ascii: "-")?, .some(0x30...0x39): return .number(try scanner.number(key))
        case UInt8(ascii: "t")? where scanner.skip(word: "true"): return .bool(true)
        case UInt8(ascii: "f")? where scanner.skip(word: "false"): return .bool(false)
        case UInt8(ascii: "[")? where !isInList: return try list(&scanner, key)
        case UInt8(ascii: "{")?:
            throw LineProblem(
                key,
                "an object stands where a value is expected",
                hint: "give each of its fields a property of its own"
            )
        default: throw scanner.unexpected(key, "a value")
        }
    }

    private func list(
        _ scanner: inout JSONScanner,
        _ key: String
    ) throws(LineProblem) -> PropertyValue {
        guard scanner.skip("[") else { throw scanner.unexpected(key, "a list") }
        var values: [PropertyValue] = []
        if scanner.skip("]") { return .list(values) }
        repeat {
            guard values.count < Limits.listValues else {
                throw LineProblem(key, "the list has more than \(Limits.listValues) values")
            }
            values.append(try value(&scanner, key, isInList: true))
        } while scanner.skip(",")
        guard scanner.skip("]") else { throw scanner.unexpected(key, "`,` or `]`") }
        return .list(values)
    }
}

/// The properties of one line.
struct FoundProperties {
    var present: [(name: String, value: PropertyValue)] = []
    /// Those that are null: left out of an event, taken from a user.
    var absent: [String] = []
}

/// The fields of one line, on the way to a record.
struct FoundFields {
    var userID: String?
    var eventID: String?
    var event: String?
    var ts: Timestamp?
    /// Whether nobody knows yet who it is.
    var isAnonymous: Bool?
    var properties: FoundProperties?

    static func twice(_ name: String) -> LineProblem {
        LineProblem(name, "the field stands there twice")
    }

    func take<Value>(
        _ field: inout Value?,
        _ name: String,
        _ value: Value
    ) throws(LineProblem) {
        guard field == nil else { throw Self.twice(name) }
        field = value
    }

    /// The record these fields make.
    func record(_ kind: RecordKind) throws(LineProblem) -> IngestionV1.TrackRecord {
        guard let userID else {
            throw LineProblem("user_id", "the field is missing", hint: "every record has a user")
        }
        let properties = try encoded()
        if let event {
            guard kind == .told else {
                throw LineProblem("event", "users have no event", hint: "leave --users out")
            }
            guard let ts else {
                throw LineProblem(
                    "ts",
                    "the field is missing",
                    hint: "say when it happened, like 2025-07-01T09:30:00.000Z"
                )
            }
            return IngestionV1.TrackRecord(
                userID: userID,
                kind: .event(
                    IngestionV1.TrackedEvent(
                        name: event,
                        occurredAtMs: ts.ms,
                        eventID: eventID,
                        properties: properties
                    )
                ),
                anonymous: isAnonymous ?? false
            )
        }
        guard kind == .users || eventID == nil && ts == nil else {
            throw LineProblem(
                "event",
                "the field is missing",
                hint: "name the event, or leave event_id and ts out for a user"
            )
        }
        return IngestionV1.TrackRecord(
            userID: userID,
            kind: .profile(
                IngestionV1.TrackedProfile(
                    set: properties,
                    unset: self.properties?.absent ?? [],
                    atMs: ts?.ms
                )
            ),
            anonymous: isAnonymous ?? false
        )
    }

    private func encoded() throws(LineProblem) -> [LogV1.Property] {
        var encoded: [LogV1.Property] = []
        guard let present = properties?.present else { return encoded }
        encoded.reserveCapacity(present.count)
        for (name, value) in present {
            do throws(WireError) {
                encoded.append(try ValueCoding.encode(name: name, value))
            } catch {
                throw LineProblem(
                    "properties.\(name.prefix(128))",
                    error.message,
                    hint: error.hint
                )
            }
        }
        return encoded
    }
}
