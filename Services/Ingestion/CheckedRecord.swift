// A record that may enter the log: its user, its body as bytes, its time.

import Basics
import Messages

/// A record that may enter the log, with its time decided.
struct CheckedRecord: Sendable {
    /// What the record is about; the user's number in it is 0, the intake gives it later.
    enum Body: Sendable, Hashable {
        case event(LogV1.Event)
        case profile(LogV1.ProfileChange)
    }

    /// Who.
    private(set) var user: UserID
    /// The partition the user lives in.
    private(set) var partition: Partition
    /// The identifier it came in under, where that is another's by now.
    private(set) var origin: UserID?
    /// What.
    let body: Body
    /// The body as it goes into the log, but for the user's number: whatever cannot be written is
    /// found out here, where it harms one record.
    let bytes: [UInt8]
    /// The import's line it came with; nil for tracked records.
    let line: UInt64?
    /// Whether it says that nobody knows yet who the user is.
    let isAnonymous: Bool
    /// Whether it came without an instant of its own.
    let isUntimed: Bool

    init(
        user: UserID,
        partition: Partition,
        body: Body,
        bytes: [UInt8],
        line: UInt64?,
        isAnonymous: Bool = false,
        isUntimed: Bool = false
    ) {
        self.isAnonymous = isAnonymous
        self.isUntimed = isUntimed
        self.user = user
        self.partition = partition
        self.body = body
        self.bytes = bytes
        self.line = line
    }

    /// The identifier was merged into another user.
    mutating func redirect(to survivor: UserID, in home: Partition) {
        origin = user
        user = survivor
        partition = home
    }

    /// Whether it is an event; else it is a profile change.
    var isEvent: Bool {
        if case .event = body { true } else { false }
    }

    /// The producer's id of the event; nil for profiles and for events without one.
    var eventID: String? {
        if case .event(let event) = body { event.eventID } else { nil }
    }
}

extension CheckedRecord {
    /// The body as it goes into the log at a log time.
    ///
    /// What came without an instant of its own has happened by then: a wall clock that is ahead of
    /// log time, as one that was stepped is for a while, puts nothing into its own record's future.
    func bytes(at logTime: Timestamp) throws(IngestionError) -> [UInt8] {
        guard isUntimed else { return bytes }
        do throws(MessageError) {
            switch body {
            case .event(var event) where event.atMs > logTime.ms:
                event.atMs = logTime.ms
                return try event.encode()
            case .profile(var profile) where profile.atMs ?? .min > logTime.ms:
                profile.atMs = logTime.ms
                return try profile.encode()
            case .event, .profile: return bytes
            }
        } catch {
            throw .log("encode a record", error)
        }
    }
}
