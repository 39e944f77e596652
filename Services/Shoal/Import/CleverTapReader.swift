// One record of CleverTap's uploads or event exports to one record of an import.

import Basics
import Messages
import Segments

/// Reads records of the upload API (`type` event with `evtName` and `evtData`, or profile with
/// `profileData`; `ts` in seconds) and events as the exports to cloud storage (`eventName`,
/// `eventProps`) and Get Events (`event_props`) give them, with `profile` and a local `ts` such as
/// 20151023140416.
///
/// Get Events and older exports do not name the event: `event` does. An exported `ts` is the clock
/// of the account's `zone`. Of `profile` only who it is counts, `identity` or else `objectId`: the
/// rest is the user of the day of the export, not of the event. `deviceInfo` and session
/// properties become properties `deviceInfo.…` and `session.…`; `$D_…` values are instants.
/// Changes of a profile that depend on what it held, such as `$add`, are refused.
struct CleverTapReader: Sendable {
    /// The event of lines that name none.
    var event: String?
    /// Where an exported `ts` was read off a clock.
    var zone = Zone.utc

    /// The record of the line that stands in `range`.
    func read(
        _ bytes: [UInt8],
        _ range: Range<Int>
    ) throws(LineProblem) -> IngestionV1.TrackRecord {
        let fields = try PeerLine(bytes, range).fields
        switch try fields.text("type") {
        case "event": return try uploadedEvent(fields)
        case "profile": return try uploadedProfile(fields)
        case let type?:
            let near = NearestName.nearest(to: type, in: ["event", "profile"])
            throw LineProblem(
                "type",
                "\(type.prefix(64).debugDescription) is neither event nor profile",
                hint: near.map { "did you mean `\($0)`?" }
            )
        case nil: break
        }
        guard fields.value("profile") != nil else {
            throw LineProblem("type", "neither type, of an upload, nor profile, of an export")
        }
        return try exportedEvent(fields)
    }

    private func uploadedEvent(_ fields: [PeerField]) throws(LineProblem)
        -> IngestionV1.TrackRecord
    {
        var found = FoundFields()
        found.userID = try Self.uploadedUser(fields)
        found.isAnonymous = try Self.isDevice(fields)
        found.event = try fields.text("evtName")
        guard found.event != nil else { throw LineProblem("evtName", "the field is missing") }
        found.ts = try Self.seconds(fields)
        guard found.ts != nil else {
            throw LineProblem("ts", "the field is missing", hint: "seconds since 1970")
        }
        var properties = FoundProperties()
        try properties.add(Self.dated(try fields.object("evtData")))
        found.properties = properties
        return try found.record(.told)
    }

    private func uploadedProfile(_ fields: [PeerField]) throws(LineProblem)
        -> IngestionV1.TrackRecord
    {
        var found = FoundFields()
        found.userID = try Self.uploadedUser(fields)
        found.isAnonymous = try Self.isDevice(fields)
        found.ts = try Self.seconds(fields)
        var properties = FoundProperties()
        for field in try fields.object("profileData") {
            guard case .object(let inner) = field.value,
                let change = inner.first(where: { $0.name.hasPrefix("$") })
            else {
                try properties.add(Self.dated([field]))
                continue
            }
            guard inner.count == 1, change.name == "$delete" else {
                throw LineProblem.depends("profileData.\(field.name.prefix(128))")
            }
            properties.absent.append(field.name)
        }
        found.properties = properties
        return try found.record(.users)
    }

    private func exportedEvent(_ fields: [PeerField]) throws(LineProblem)
        -> IngestionV1.TrackRecord
    {
        var found = FoundFields()
        let profile = try fields.object("profile")
        found.userID = try profile.identifier("identity")
        if found.userID == nil {
            found.userID = try profile.identifier("objectId")
            found.isAnonymous = true
        }
        guard found.userID != nil else {
            throw LineProblem(
                "profile.identity",
                "neither identity nor objectId is there",
                hint: "export with the user's identity or the CleverTap id"
            )
        }
        found.event = try fields.text("eventName") ?? event
        guard found.event != nil else {
            throw LineProblem(
                "eventName",
                "the line does not name its event",
                hint: "say which one the file holds by --event NAME"
            )
        }
        found.ts = try localInstant(fields)
        var properties = FoundProperties()
        for name in ["eventProps", "event_props"] {
            try properties.add(Self.dated(try fields.object(name)))
        }
        for (name, prefix) in [
            ("deviceInfo", "deviceInfo."), ("sessionProps", "session."),
            ("session_props", "session."),
        ] {
            try properties.add(Self.dated(try fields.object(name)), under: prefix)
        }
        found.properties = properties
        return try found.record(.told)
    }

    /// One of the four identifiers; those of other houses are kept apart from the company's own.
    private static func uploadedUser(_ fields: [PeerField]) throws(LineProblem) -> String {
        for name in ["identity", "objectId"] {
            if let id = try fields.identifier(name) { return id }
        }
        for name in ["FBID", "GPID"] {
            if let id = try fields.identifier(name) { return "\(name):\(id)" }
        }
        throw LineProblem("identity", "none of identity, objectId, FBID and GPID is there")
    }

    /// Whether CleverTap's own id of a device is all there is.
    private static func isDevice(_ fields: [PeerField]) throws(LineProblem) -> Bool {
        guard try fields.identifier("identity") == nil else { return false }
        return try fields.identifier("objectId") != nil
    }

    private static func seconds(_ fields: [PeerField]) throws(LineProblem) -> Timestamp? {
        guard let value = fields.value("ts") else { return nil }
        guard case .plain(.number(let number)) = value, let seconds = number.whole,
            seconds.magnitude < UInt64(MixpanelReader.firstMs)
        else { throw LineProblem("ts", "expected seconds since 1970") }
        return Timestamp(ms: seconds * 1_000)
    }

    /// The instant of a number whose digits are year to second.
    private func localInstant(_ fields: [PeerField]) throws(LineProblem) -> Timestamp {
        guard let value = fields.value("ts") else {
            throw LineProblem("ts", "the field is missing")
        }
        guard case .plain(.number(let number)) = value, let digits = number.whole, digits > 0,
            let date = CivilDate(
                year: Int(digits / 10_000_000_000),
                month: Int(digits / 100_000_000 % 100),
                day: Int(digits / 1_000_000 % 100)
            )
        else { throw Self.noLocalInstant }
        let (hour, minute, second) = (digits / 10_000 % 100, digits / 100 % 100, digits % 100)
        guard hour < 24, minute < 60, second < 60 else { throw Self.noLocalInstant }
        let midnightMs = Int64(date.daysSince1970) * CivilDate.dayMs
        let clockMs = ((hour * 60 + minute) * 60 + second) * 1_000
        return zone.instant(ofLocal: Timestamp(ms: midnightMs + clockMs))
    }

    private static var noLocalInstant: LineProblem {
        LineProblem("ts", "expected the digits of year to second", hint: "such as 20151023140416")
    }

    /// Fields with texts like `$D_1435654800`, a second since 1970, as instants.
    private static func dated(_ fields: [PeerField]) -> [PeerField] {
        fields.map { PeerField(name: $0.name, value: dated($0.value)) }
    }

    private static func dated(_ value: PeerValue) -> PeerValue {
        switch value {
        case .object(let fields): return .object(dated(fields))
        case .list(let values): return .list(values.map(dated))
        case .plain(.text(let text)):
            guard text.hasPrefix("$D_"), let seconds = Int64(text.dropFirst(3)),
                seconds.magnitude < UInt64(MixpanelReader.firstMs)
            else { return value }
            return .plain(.instant(Timestamp(ms: seconds * 1_000)))
        case .plain, .null: return value
        }
    }
}
