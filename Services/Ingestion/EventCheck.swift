// What may enter the log: every record of a batch is checked alone, and a bad one says why.

import Basics
import Messages
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

    /// The verdict a caller reads.
    var verdict: IngestionV1.Verdict {
        IngestionV1.Verdict(
            kind: .rejected, code: code, field: field, message: message, hint: hint)
    }
}

/// A record that may enter the log, with its time decided.
struct CheckedRecord: Sendable {
    /// What the record is about.
    enum Body: Sendable {
        case event(LogV1.Event)
        case profile(LogV1.ProfileChange)
    }

    /// Who. The number in the body is given later, by the intake.
    let user: UserID
    /// The partition the user lives in.
    let partition: Partition
    /// What.
    var body: Body
    /// The import's line it came with; nil for tracked records.
    let line: UInt64?
}

/// The rules of one project at one instant; a value without state, but for the skew table lent to it.
struct EventCheck {
    /// Whose records.
    let project: ProjectName
    /// How many partitions there are.
    let partitions: PartitionCount
    /// The instant of receipt.
    let receivedAt: Timestamp
    /// Imported history: no instant of a profile means from the beginning of time.
    let isHistory: Bool

    /// Farthest future that is clamped to the receipt; beyond it a record is refused. Unit: ms.
    static let futureMsMax: Int64 = 86_400_000
    /// Future that is taken as it is: ordinary clocks differ by it. Unit: ms.
    static let futureMsTaken: Int64 = 300_000

    /// Checks one record.
    ///
    /// - Parameter line: the import's line; nil for tracked records.
    func check(
        _ record: IngestionV1.TrackRecord, line: UInt64?, skews: inout SkewTable
    ) throws(Rejection) -> CheckedRecord {
        guard let user = UserID(record.userID) else {
            throw Rejection(
                field: "user_id",
                message: record.userID.isEmpty
                    ? "the user is missing" : "the user's identifier is too long",
                hint: "1 to \(Limits.userIDBytes) bytes of UTF-8")
        }
        let body: CheckedRecord.Body
        switch record.kind {
        case .event(let event): body = .event(try check(event, user: user, skews: &skews))
        case .profile(let profile): body = .profile(try check(profile))
        case nil:
            throw Rejection(
                field: "kind", message: "the record is neither an event nor a profile change",
                hint: "set event or profile; an empty profile makes the user known")
        }
        return CheckedRecord(
            user: user, partition: partitions.home(project: project, identifier: user.text),
            body: body, line: line)
    }

    private func check(
        _ event: IngestionV1.TrackedEvent, user: UserID, skews: inout SkewTable
    ) throws(Rejection) -> LogV1.Event {
        try check(name: event.name, field: "event.name", what: "event's name")
        if let id = event.eventID, !(1...Limits.eventIDBytes).contains(id.utf8.count) {
            throw Rejection(
                field: "event.event_id", message: "the event id is empty or too long",
                hint: "1 to \(Limits.eventIDBytes) bytes, or leave it out")
        }
        let bytes = try check(event.properties, field: "event.properties")
        guard bytes + event.name.utf8.count <= Limits.eventBytes else {
            throw Rejection(
                field: "event.properties", message: "the event is larger than 32 KiB",
                hint: "send fewer or shorter properties; large documents belong elsewhere")
        }
        let occurredAt = Timestamp(ms: event.occurredAtMs ?? receivedAt.ms)
        var time = EventTime(at: occurredAt, correction: .unspecified)
        if let sentAtMs = event.sentAtMs {
            let skewMs = try skew(sentAtMs: sentAtMs, user: user, skews: &skews)
            if skewMs != 0 { time = EventTime(at: occurredAt + skewMs, correction: .shifted) }
        }
        time = try clamp(time, field: "event.occurred_at_ms")
        return LogV1.Event(
            name: event.name, atMs: time.at.ms, receivedAtMs: receivedAt.ms,
            eventID: event.eventID, clientSequence: event.clientSequence,
            properties: event.properties, history: isHistory, correction: time.correction,
            clientAtMs: time.correction == .unspecified ? nil : event.occurredAtMs)
    }

    private func check(_ profile: IngestionV1.TrackedProfile) throws(Rejection)
        -> LogV1.ProfileChange
    {
        let bytes = try check(profile.set, field: "profile.set")
        guard bytes <= Limits.eventBytes else {
            throw Rejection(
                field: "profile.set", message: "the profile change is larger than 32 KiB",
                hint: "send fewer or shorter properties, or several changes")
        }
        for (index, name) in profile.unset.enumerated() {
            try check(name: name, field: "profile.unset[\(index)]", what: "property's name")
        }
        var at = profile.atMs.map(Timestamp.init(ms:))
        if at == nil, !isHistory { at = receivedAt }
        if let given = at {
            at = try clamp(
                EventTime(at: given, correction: .unspecified), field: "profile.at_ms"
            ).at
        }
        return LogV1.ProfileChange(
            atMs: at?.ms, set: profile.set, unset: profile.unset, receivedAtMs: receivedAt.ms)
    }
}

// MARK: Time

extension EventCheck {
    private struct EventTime {
        var at: Timestamp
        var correction: LogV1.TimeCorrection
    }

    private func skew(sentAtMs: Int64, user: UserID, skews: inout SkewTable) throws(Rejection)
        -> Int64
    {
        let (skewMs, overflow) = receivedAt.ms.subtractingReportingOverflow(sentAtMs)
        guard !overflow, Timestamp(ms: sentAtMs).hasText else {
            throw Rejection(
                field: "event.sent_at_ms", message: "the instant of sending is out of range",
                hint: "milliseconds since the Unix epoch, years 1 to 9999")
        }
        return skews.shift(for: user, project: project, skewMs: skewMs)
    }

    /// Takes an instant up to 5 min ahead as it is, clamps one up to a day ahead, refuses the rest.
    private func clamp(_ time: EventTime, field: String) throws(Rejection) -> EventTime {
        guard time.at >= .earliest else {
            throw Rejection(
                field: field, message: "the instant is before the year 1",
                hint: "milliseconds since the Unix epoch, UTC")
        }
        let aheadMs = time.at.msSince(receivedAt)
        guard aheadMs > Self.futureMsTaken else { return time }
        guard aheadMs <= Self.futureMsMax else {
            throw Rejection(
                code: .outOfRange, field: field,
                message: "the instant is more than 24 h in the future",
                hint: time.at > .latest
                    ? "milliseconds since the Unix epoch, not microseconds; years 1 to 9999"
                    : "it says \(time.at.rfc3339), received \(receivedAt.rfc3339): check the clock")
        }
        return EventTime(at: receivedAt, correction: .clamped)
    }
}

// MARK: Properties

extension EventCheck {
    private func check(name: String, field: String, what: String) throws(Rejection) {
        guard (1...Limits.nameBytes).contains(name.utf8.count) else {
            throw Rejection(
                field: field,
                message: name.isEmpty ? "the \(what) is missing" : "the \(what) is too long",
                hint: "1 to \(Limits.nameBytes) bytes of UTF-8")
        }
    }

    /// Checks properties and returns their size in bytes.
    private func check(_ properties: [LogV1.Property], field: String) throws(Rejection) -> Int {
        guard properties.count <= Limits.eventProperties else {
            throw Rejection(
                field: field,
                message: "there are \(properties.count) properties",
                hint: "at most \(Limits.eventProperties) in one record")
        }
        var bytes = 0
        var names: Set<String> = []
        for (index, property) in properties.enumerated() {
            let place = "\(field)[\(index)]"
            try check(name: property.name, field: "\(place).name", what: "property's name")
            guard names.insert(property.name).inserted else {
                throw Rejection(
                    field: "\(place).name", message: "\(property.name) stands there twice",
                    hint: "send each property once; several values go into a list")
            }
            let value: PropertyValue
            do throws(WireError) {
                value = try ValueCoding.decode(property).value
            } catch {
                throw Rejection(
                    field: "\(place).\(error.place)", message: "\(property.name): \(error.message)",
                    hint: error.hint)
            }
            try check(value, field: "\(place).value", name: property.name)
            bytes += property.name.utf8.count + value.byteCount
        }
        return bytes
    }

    /// Checks what the contract can carry and the log cannot keep.
    private func check(_ value: PropertyValue, field: String, name: String) throws(Rejection) {
        switch value {
        case .text(let text) where text.utf8.count > Limits.textValueBytes:
            throw Rejection(
                field: field, message: "\(name) has \(text.utf8.count) bytes of text",
                hint: "at most \(Limits.textValueBytes); longer texts are not segmented by")
        case .instant(let instant) where !instant.hasText:
            throw Rejection(
                field: field, message: "the instant \(name) is out of range",
                hint: "milliseconds since the Unix epoch, years 1 to 9999")
        case .list(let values):
            for (index, value) in values.enumerated() {
                try check(value, field: "\(field).list[\(index)]", name: name)
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
