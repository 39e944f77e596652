// One event of Amplitude's export or upload to the records of an import.

import Basics
import Messages

/// Reads events as the Export API gives them (`event_type`, `event_time` in UTC) and as the HTTP
/// and batch APIs take them (`event_type`, `time` in ms).
///
/// `user_properties` are what the user had when the event happened: they become a change of the
/// user at that instant, before the event; of an `$identify` nothing else is kept. A user without
/// `user_id` counts by `device_id`. What Amplitude says about device, place, session and revenue
/// becomes properties named `amplitude.…`; its own ids and server times, and properties of groups,
/// are not kept. What joins two users is refused, as are changes that depend on what the user
/// held, such as `$add`.
struct AmplitudeReader: Sendable {
    /// The event that changes a user and is none itself.
    static let identify = "$identify"
    private static let groupIdentify = "$groupidentify"

    /// Fields that are read by name, or are about delivery.
    private static let ownFields: Set = [
        "$insert_id", "$schema", "amplitude_attribution_ids", "amplitude_event_type",
        "amplitude_id", "app", "client_event_time", "client_upload_time", "data", "data_type",
        "device_id", "event_id", "event_properties", "event_time", "event_type",
        "global_user_properties", "group_properties", "insert_id", "is_attribution_event",
        "partner_id", "plan", "processed_time", "sample_rate", "server_received_time",
        "server_upload_time", "source_id", "time", "user_creation_time", "user_id",
        "user_properties", "uuid",
    ]

    /// The records of the line that stands in `range`: the change of its user, the event, or both.
    func read(
        _ bytes: [UInt8],
        _ range: Range<Int>
    ) throws(LineProblem) -> [IngestionV1.TrackRecord] {
        let fields = try PeerLine(bytes, range).fields
        if fields.value("merged_amplitude_id") != nil {
            throw LineProblem(
                "merged_amplitude_id",
                "the line makes two users one, which cannot be kept",
                hint: "leave the file of merged ids out, and export with user_id"
            )
        }
        var found = FoundFields()
        guard let type = try fields.text("event_type") else {
            throw LineProblem("event_type", "the field is missing")
        }
        guard type != Self.groupIdentify else {
            throw LineProblem(
                "event_type",
                "\(type) is about a group, and there are users only",
                hint: "say it as a property of the users"
            )
        }
        found.userID = try fields.identifier("user_id")
        if found.userID == nil {
            found.userID = try fields.identifier("device_id")
            found.isAnonymous = true
        }
        guard found.userID != nil else {
            throw LineProblem("user_id", "neither user_id nor device_id is there")
        }
        found.ts = try Self.instant(fields)
        guard found.ts != nil else { throw LineProblem("event_time", "the field is missing") }

        var records: [IngestionV1.TrackRecord] = []
        let change = try Self.change(try fields.object("user_properties"))
        if type == Self.identify || !change.present.isEmpty || !change.absent.isEmpty {
            found.properties = change
            records.append(try found.record(.users))
        }
        if type != Self.identify {
            found.event = type
            found.eventID = try Self.eventID(fields)
            var properties = FoundProperties()
            try properties.add(try fields.object("event_properties"))
            try properties.add(
                fields.filter { !Self.ownFields.contains($0.name) },
                under: "amplitude."
            )
            found.properties = properties
            records.append(try found.record(.told))
        }
        return records
    }

    /// `event_time`, which Amplitude has corrected, in UTC without saying so; else `time`.
    private static func instant(_ fields: [PeerField]) throws(LineProblem) -> Timestamp? {
        if let text = try fields.text("event_time") {
            guard let instant = Timestamp.rfc3339(text) ?? Timestamp.rfc3339(text + "Z") else {
                throw LineProblem.noInstant("event_time", text)
            }
            return instant
        }
        guard let value = fields.value("time") else { return nil }
        guard case .plain(.number(let number)) = value, let ms = number.whole,
            Timestamp(ms: ms).hasText
        else { throw LineProblem("time", "expected milliseconds since 1970") }
        return Timestamp(ms: ms)
    }

    /// The id by which Amplitude drops repeats; else the one it gave the event itself.
    private static func eventID(_ fields: [PeerField]) throws(LineProblem) -> String? {
        for name in ["$insert_id", "insert_id", "uuid"] {
            if let id = try fields.identifier(name) { return id }
        }
        return nil
    }

    /// Plain properties are set; of operations `$set` and `$unset` can be kept.
    private static func change(_ given: [PeerField]) throws(LineProblem) -> FoundProperties {
        var change = FoundProperties()
        for field in given where field.name.hasPrefix("$") {
            guard case .object(let inner) = field.value else { continue }
            switch field.name {
            case "$set": try change.add(inner)
            case "$unset": change.absent += inner.map(\.name)
            default: throw LineProblem.depends("user_properties.\(field.name.prefix(64))")
            }
        }
        try change.add(
            given.filter { field in
                guard case .object = field.value else { return true }
                return !field.name.hasPrefix("$")
            }
        )
        return change
    }
}
