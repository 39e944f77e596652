// One line of Mixpanel's export to one record of an import.

import Basics
import Messages

/// Reads lines of the raw event export (`event`, `properties`) and profiles (`$distinct_id` with
/// `$properties`, `$set` or `$unset`).
///
/// `time` is taken as UTC; projects of before 2023 may export it in their own time zone. `token`
/// and `$token` are keys of the project, `$ip` and `$ignore_…` are about delivery: they are not
/// kept. What joins two users is refused, as are changes of a profile that depend on what it
/// held, such as `$add`.
struct MixpanelReader: Sendable {
    /// Numbers from here on are milliseconds: as seconds it would be the year 5138, and as
    /// milliseconds it is 1973.
    static let firstMs: Int64 = 100_000_000_000

    /// Events by which Mixpanel joins two users.
    private static let joining: Set = ["$identify", "$create_alias", "$merge"]
    private static let profileFields: Set = [
        "$distinct_id", "$ignore_alias", "$ignore_time", "$ip", "$properties", "$set", "$time",
        "$token", "$unset",
    ]
    private static let changes = ["$add", "$append", "$delete", "$remove", "$set_once", "$union"]

    /// The record of the line that stands in `range`.
    func read(
        _ bytes: [UInt8],
        _ range: Range<Int>
    ) throws(LineProblem) -> IngestionV1.TrackRecord {
        let fields = try PeerLine(bytes, range).fields
        if fields.value("event") != nil { return try event(fields) }
        if fields.value("$distinct_id") != nil { return try profile(fields) }
        throw LineProblem("event", "neither event nor $distinct_id is there")
    }

    private func event(_ fields: [PeerField]) throws(LineProblem) -> IngestionV1.TrackRecord {
        var found = FoundFields()
        let given = try fields.object("properties")
        found.event = try fields.text("event")
        if let event = found.event, Self.joining.contains(event) {
            throw LineProblem(
                "event",
                "\(event) makes two users one, which cannot be kept",
                hint: "export with the merged distinct_id, and leave this line out"
            )
        }
        found.userID = try given.identifier("distinct_id")
        guard found.userID != nil else {
            throw LineProblem("properties.distinct_id", "the field is missing")
        }
        found.isAnonymous = Self.isDevice(found.userID)
        found.eventID = try given.identifier("$insert_id")
        found.ts = try Self.instant(given, "time")
        guard found.ts != nil else {
            throw LineProblem("properties.time", "the field is missing")
        }
        var properties = FoundProperties()
        let known: Set = ["distinct_id", "$insert_id", "time", "token"]
        try properties.add(given.filter { !known.contains($0.name) })
        found.properties = properties
        return try found.record(.told)
    }

    /// Whether an identifier is a device's, which Mixpanel gives to whom it does not know.
    private static func isDevice(_ user: String?) -> Bool { user?.hasPrefix("$device:") ?? false }

    private func profile(_ fields: [PeerField]) throws(LineProblem) -> IngestionV1.TrackRecord {
        if let change = Self.changes.first(where: { fields.value($0) != nil }) {
            throw LineProblem.depends(change)
        }
        if let field = fields.first(where: { !Self.profileFields.contains($0.name) }) {
            throw LineProblem(String(field.name.prefix(64)), "there is no such field")
        }
        var found = FoundFields()
        found.userID = try fields.identifier("$distinct_id")
        found.isAnonymous = Self.isDevice(found.userID)
        found.ts = try Self.instant(fields, "$time")
        var properties = FoundProperties()
        for name in ["$properties", "$set"] { try properties.add(try fields.object(name)) }
        switch fields.value("$unset") {
        case nil: break
        case .list(let names)?:
            for name in names {
                guard case .plain(.text(let text)) = name else {
                    throw LineProblem("$unset", "expected names of properties")
                }
                properties.absent.append(text)
            }
        default: throw LineProblem("$unset", "expected a list of names")
        }
        found.properties = properties
        return try found.record(.users)
    }

    /// Seconds or milliseconds since 1970.
    private static func instant(
        _ fields: [PeerField],
        _ name: String
    ) throws(LineProblem) -> Timestamp? {
        guard let value = fields.value(name) else { return nil }
        guard case .plain(.number(let number)) = value else {
            throw LineProblem(name, "expected seconds or milliseconds since 1970")
        }
        // Seconds may have a fraction; a number so large that it is no decimal is milliseconds.
        if case .decimal(let e4) = number.form, e4.magnitude < UInt64(firstMs * Number.scale) {
            return Timestamp(ms: e4 / (Number.scale / 1_000))
        }
        guard let ms = number.whole, Timestamp(ms: ms).hasText else {
            throw LineProblem(name, "\(number) is no instant")
        }
        return Timestamp(ms: ms)
    }
}
