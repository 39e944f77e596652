// What may enter the log: every record of a batch is checked alone, and a bad one says why.

import Basics
import Messages
import Segments
import Wire

/// Why a record is not taken.
struct Rejection: Error, Sendable, Hashable {
    /// The status a caller hears.
    var code: StatusCode = .invalidArgument
    /// The field, such as `event.properties[3].value`.
    let field: String
    /// What is wrong.
    let message: String
    /// What to do about it.
    let hint: String

}

/// The rules of one project at one instant; a value without state, but for the skews it shares.
struct EventCheck {
    /// Whose records.
    let project: ProjectName
    /// How many partitions there are.
    let partitions: PartitionCount
    /// The instant of receipt.
    let receivedAt: Timestamp
    /// What lies in the future is told by this instant; nil: by that of receipt.
    var judgedAt: Timestamp?
    /// Imported history: no instant of a profile means from the beginning of time, and when it was
    /// sent says nothing about the clock it was recorded by.
    let isHistory: Bool
    /// The devices' clocks.
    let skews: SharedSkews

    /// Checks one record.
    ///
    /// - Parameter line: the import's line; nil for tracked records.
    func check(_ record: IngestionV1.TrackRecord, line: UInt64?) throws(Rejection) -> CheckedRecord
    {
        guard let user = UserID(record.userID) else {
            throw Rejection(
                field: "user_id",
                message: record.userID.isEmpty
                    ? "the user is missing" : "the user's identifier is too long",
                hint: "1 to \(Limits.userIDBytes) bytes of UTF-8"
            )
        }
        guard !user.text.utf8.contains(0) else {
            throw Rejection(
                field: "user_id",
                message: "the user's identifier has a zero byte",
                hint: "texts hold no zero bytes"
            )
        }
        let body: CheckedRecord.Body
        let bytes: [UInt8]
        let isUntimed: Bool
        switch record.kind {
        case .event(let sent):
            isUntimed = sent.occurredAtMs == nil
            let event = try check(sent, user: user)
            bytes = try encoded(event, field: "event")
            body = .event(event)
        case .profile(let sent):
            isUntimed = sent.atMs == nil && !isHistory
            let profile = try check(sent)
            bytes = try encoded(profile, field: "profile")
            body = .profile(profile)
        case nil:
            throw Rejection(
                field: "kind",
                message: "the record is neither an event nor a profile change",
                hint: "set event or profile; an empty profile makes the user known"
            )
        }
        return CheckedRecord(
            user: user,
            partition: partitions.home(project: project, identifier: user.text),
            body: body,
            bytes: bytes,
            line: line,
            isAnonymous: record.anonymous,
            isUntimed: isUntimed
        )
    }

    private func check(_ event: IngestionV1.TrackedEvent, user: UserID) throws(Rejection)
        -> LogV1.Event
    {
        try check(name: event.name, field: "event.name", what: "event's name")
        if let id = event.eventID, !(1...Limits.eventIDBytes).contains(id.utf8.count) {
            throw Rejection(
                field: "event.event_id",
                message: "the event id is empty or too long",
                hint: "1 to \(Limits.eventIDBytes) bytes, or leave it out"
            )
        }
        let bytes = try check(event.properties, field: "event.properties")
        guard bytes + event.name.utf8.count <= Limits.eventBytes else {
            throw Rejection(
                field: "event.properties",
                message: "the event is larger than 32 KiB",
                hint: "send fewer or shorter properties; large documents belong elsewhere"
            )
        }
        let time = try time(of: event, user: user)
        return LogV1.Event(
            name: event.name,
            atMs: time.at.ms,
            receivedAtMs: receivedAt.ms,
            eventID: event.eventID,
            clientSequence: event.clientSequence,
            properties: event.properties,
            history: isHistory,
            correction: time.correction,
            clientAtMs: time.correction == .unspecified ? nil : event.occurredAtMs
        )
    }

    private func check(_ profile: IngestionV1.TrackedProfile) throws(Rejection)
        -> LogV1.ProfileChange
    {
        var bytes = try check(profile.set, field: "profile.set")
        guard profile.unset.count <= Limits.eventProperties else {
            throw Rejection(
                field: "profile.unset",
                message: "there are \(profile.unset.count) names",
                hint: "at most \(Limits.eventProperties) in one record"
            )
        }
        let set = profile.unset.isEmpty ? [] : Set(profile.set.map { ExactName($0.name) })
        for (index, name) in profile.unset.enumerated() {
            try check(name: name, field: "profile.unset[\(index)]", what: "property's name")
            guard !set.contains(ExactName(name)) else {
                throw Rejection(
                    field: "profile.unset[\(index)]",
                    message: "\(name) takes a value and loses it in one change",
                    hint: "say one of the two, or send two changes"
                )
            }
            bytes += name.utf8.count
        }
        guard bytes <= Limits.eventBytes else {
            throw Rejection(
                field: "profile.set",
                message: "the profile change is larger than 32 KiB",
                hint: "send fewer or shorter properties, or several changes"
            )
        }
        var at = profile.atMs.map(Timestamp.init(ms:))
        if at == nil, !isHistory { at = receivedAt }
        if let given = at { at = try clamp(RecordTime(at: given), field: "profile.at_ms").at }
        return LogV1.ProfileChange(
            atMs: at?.ms,
            set: profile.set,
            unset: profile.unset,
            receivedAtMs: receivedAt.ms
        )
    }

    private func encoded(_ body: some ProtoMessage, field: String) throws(Rejection) -> [UInt8] {
        do throws(MessageError) {
            return try body.encode()
        } catch {
            throw Rejection(field: field, message: error.message, hint: error.hint)
        }
    }
}

// MARK: Time

extension EventCheck {
    private struct RecordTime {
        var at: Timestamp
        var correction = LogV1.TimeCorrection.unspecified
    }

    /// Event time: the client's instant, without its clock's skew, not in the future.
    private func time(of event: IngestionV1.TrackedEvent, user: UserID) throws(Rejection)
        -> RecordTime
    {
        let skewMs = try skew(sentAtMs: event.sentAtMs)
        // Without an instant of its own the event has the receipt's, which no client's clock set.
        guard let occurredAtMs = event.occurredAtMs else { return RecordTime(at: receivedAt) }
        var time = RecordTime(at: Timestamp(ms: occurredAtMs))
        if let skewMs, !isHistory {
            let shiftMs = skews.shift(for: user, project: project, skewMs: skewMs)
            if shiftMs != 0 { time = RecordTime(at: time.at + shiftMs, correction: .shifted) }
        }
        return try clamp(time, field: "event.occurred_at_ms")
    }

    /// How far the client's clock is behind ours; nil when it does not say.
    ///
    /// Unit: ms.
    private func skew(sentAtMs: Int64?) throws(Rejection) -> Int64? {
        guard let sentAtMs else { return nil }
        let sentAt = Timestamp(ms: sentAtMs)
        guard sentAt.hasText else {
            throw Rejection(
                field: "event.sent_at_ms",
                message: "the instant of sending is out of range",
                hint: "milliseconds since the Unix epoch, years 1 to 9999"
            )
        }
        return receivedAt.msSince(sentAt)
    }

    /// Takes an instant less than 5 min ahead as it is, clamps one up to a day ahead, refuses the
    /// rest.
    private func clamp(_ time: RecordTime, field: String) throws(Rejection) -> RecordTime {
        let judgedAt = judgedAt ?? receivedAt
        switch EventTime.settled(time.at, receivedAt: judgedAt) {
        case .kept: return time
        case .clamped(let instant): return RecordTime(at: instant, correction: .clamped)
        case .tooEarly:
            throw Rejection(
                field: field,
                message: "the instant is before the year 1",
                hint: "milliseconds since the Unix epoch, UTC"
            )
        case .tooLate:
            throw Rejection(
                code: .outOfRange,
                field: field,
                message: "the instant is more than 24 h in the future",
                hint: time.at > .latest
                    ? "milliseconds since the Unix epoch, not microseconds; years 1 to 9999"
                    : "it says \(time.at.rfc3339), received \(judgedAt.rfc3339): check the clock"
            )
        }
    }
}

// MARK: Properties

extension EventCheck {
    /// Up to so many names each is compared with each, which beats hashing them.
    private static let namesCompared = 16

    private func check(
        name: String,
        field: @autoclosure () -> String,
        what: String
    ) throws(Rejection) {
        guard (1...Limits.nameBytes).contains(name.utf8.count) else {
            throw Rejection(
                field: field(),
                message: name.isEmpty ? "the \(what) is missing" : "the \(what) is too long",
                hint: "1 to \(Limits.nameBytes) bytes of UTF-8"
            )
        }
    }

    /// Checks properties and returns their size in bytes.
    private func check(_ properties: [LogV1.Property], field: String) throws(Rejection) -> Int {
        guard properties.count <= Limits.eventProperties else {
            throw Rejection(
                field: field,
                message: "there are \(properties.count) properties",
                hint: "at most \(Limits.eventProperties) in one record"
            )
        }
        var bytes = 0
        for (index, property) in properties.enumerated() {
            try check(
                name: property.name,
                field: "\(field)[\(index)].name",
                what: "property's name"
            )
            let value: PropertyValue
            do throws(WireError) {
                value = try ValueCoding.decode(property).value
            } catch {
                throw Rejection(
                    field: "\(field)[\(index)].\(error.place)",
                    message: "\(property.name): \(error.message)",
                    hint: error.hint
                )
            }
            try check(value, field: "\(field)[\(index)].value", name: property.name)
            bytes += property.name.utf8.count + value.byteCount
        }
        if let index = Self.firstRepeat(properties) {
            throw Rejection(
                field: "\(field)[\(index)].name",
                message: "\(properties[index].name) stands there twice",
                hint: "send each property once; several values go into a list"
            )
        }
        return bytes
    }

    /// The first property whose name, by bytes, stood there before.
    private static func firstRepeat(_ properties: [LogV1.Property]) -> Int? {
        guard properties.count > namesCompared else {
            return properties.indices.first { index in
                properties[..<index].contains { TextBytes.equal($0.name, properties[index].name) }
            }
        }
        var names: Set<ExactName> = []
        return properties.indices.first { !names.insert(ExactName(properties[$0].name)).inserted }
    }

    /// Checks what the contract can carry and the log cannot keep.
    private func check(
        _ value: PropertyValue,
        field: @autoclosure () -> String,
        name: String
    ) throws(Rejection) {
        switch value {
        case .text(let text) where text.utf8.count > Limits.textValueBytes:
            throw Rejection(
                field: field(),
                message: "\(name) has \(text.utf8.count) bytes of text",
                hint: "at most \(Limits.textValueBytes); longer texts are not segmented by"
            )
        case .instant(let instant) where !instant.hasText:
            throw Rejection(
                field: field(),
                message: "the instant \(name) is out of range",
                hint: "milliseconds since the Unix epoch, years 1 to 9999"
            )
        case .list(let values):
            for (index, value) in values.enumerated() {
                try check(value, field: "\(field()).list.values[\(index)]", name: name)
            }
        case .text, .instant, .number, .bool: break
        }
    }
}

extension PropertyValue {
    /// What the value takes in an event, about.
    fileprivate var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count + 2
        case .list(let values): values.reduce(2) { $0 + $1.byteCount }
        case .number, .instant, .bool: 9
        }
    }
}
