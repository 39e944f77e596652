// One line of Segment's calls to one record of an import.

import Basics
import Messages

/// Reads calls after Segment's spec: track, page and screen are events, identify is a user.
///
/// A call without `userId` counts for its `anonymousId`. `context` becomes properties named
/// `context.…`; every other field, such as `integrations` and `version`, is about delivery and is
/// not kept. group and alias are refused: there are no groups, and no user becomes another.
struct SegmentReader: Sendable {
    /// The calls there are.
    static let calls = ["track", "page", "screen", "identify", "group", "alias"]

    /// The record of the line that stands in `range`.
    func read(
        _ bytes: [UInt8],
        _ range: Range<Int>
    ) throws(LineProblem) -> IngestionV1.TrackRecord {
        let fields = try PeerLine(bytes, range).fields
        guard let type = try fields.text("type") else {
            throw LineProblem("type", "the field is missing", hint: "such as track or identify")
        }
        var found = FoundFields()
        var properties = FoundProperties()
        switch type {
        case "track":
            guard let event = try fields.text("event") else {
                throw LineProblem("event", "the field is missing", hint: "a track call has one")
            }
            found.event = event
            try properties.add(try fields.object("properties"))
        case "page", "screen":
            found.event = type == "page" ? "Page" : "Screen"
            let given = try fields.object("properties")
            try properties.add(given)
            for name in ["name", "category"] where given.value(name) == nil {
                guard let text = try fields.text(name) else { continue }
                properties.present.append((name, .text(text)))
            }
        case "identify": try properties.add(try fields.object("traits"))
        default: throw Self.refusal(type)
        }
        found.userID = try fields.identifier("userId")
        if found.userID == nil {
            found.userID = try fields.identifier("anonymousId")
            found.isAnonymous = true
        }
        guard found.userID != nil else {
            throw LineProblem("userId", "neither userId nor anonymousId is there")
        }
        found.ts = try Self.instant(fields)
        if found.event != nil {
            guard found.ts != nil else {
                throw LineProblem("timestamp", "the field is missing")
            }
            found.eventID = try fields.identifier("messageId")
            try properties.add(try fields.object("context"), under: "context.")
        }
        found.properties = properties
        return try found.record(found.event == nil ? .users : .told)
    }

    private static func refusal(_ type: String) -> LineProblem {
        switch type {
        case "group":
            LineProblem(
                "type",
                "a group call is about a group, and there are users only",
                hint: "say it as a trait of the user in an identify call"
            )
        case "alias":
            LineProblem(
                "type",
                "an alias call makes two users one, which cannot be kept",
                hint: "replace previousId by userId in the file before the import"
            )
        default:
            LineProblem(
                "type",
                "\(type.prefix(64).debugDescription) is no call",
                hint: NearestName.nearest(to: type, in: calls).map { "did you mean `\($0)`?" }
            )
        }
    }

    /// `timestamp`, which Segment has corrected; else corrected here from the three it is made of.
    private static func instant(_ fields: [PeerField]) throws(LineProblem) -> Timestamp? {
        if let timestamp = try fields.instant("timestamp") { return timestamp }
        let received = try fields.instant("receivedAt")
        let sent = try fields.instant("sentAt")
        guard let original = try fields.instant("originalTimestamp") else {
            return received ?? sent
        }
        guard let received, let sent else { return original }
        return original + received.msSince(sent)
    }
}
