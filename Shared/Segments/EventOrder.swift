// The one order of a user's events, which every reader keeps.

public import Basics

/// An event's place among those of its user: by event time, then client sequence when given, then
/// log position (semantics, section 1).
///
/// An event without a sequence stands before those of its instant that have one: so the order is
/// total, whichever clients write.
public struct EventOrder: Sendable, Hashable, Comparable {
    /// Event time.
    public let at: Timestamp
    /// The client's own order among events of one instant, when it gave one.
    public let clientSequence: UInt64?
    /// The record's place in the log.
    public let position: LogOffset

    /// A place.
    @inlinable
    public init(at: Timestamp, clientSequence: UInt64?, position: LogOffset) {
        self.at = at
        self.clientSequence = clientSequence
        self.position = position
    }

    /// Whether the left one comes first.
    @inlinable
    public static func < (left: EventOrder, right: EventOrder) -> Bool {
        if left.at != right.at { return left.at < right.at }
        if left.clientSequence != right.clientSequence {
            guard let first = left.clientSequence else { return true }
            guard let second = right.clientSequence else { return false }
            return first < second
        }
        return left.position < right.position
    }
}
