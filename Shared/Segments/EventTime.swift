// Which instant a record of the log carries when its producer's clock runs ahead.

public import Basics

/// The rule of semantics section 1 for instants in the future, shared by all who take records in.
public enum EventTime: Sendable, Hashable {
    /// The producer's instant holds.
    case kept(Timestamp)
    /// It was ahead, as clocks are; that of the receipt holds.
    case clamped(Timestamp)
    /// It is before the year 1.
    case tooEarly
    /// It is further ahead than any clock that is merely wrong.
    case tooLate

    /// Future from which on an instant is clamped; ordinary clocks differ by less.
    ///
    /// Unit: ms.
    public static let clampedFromMs: Int64 = 300_000
    /// Farthest future that is clamped to the receipt; beyond it a record is refused.
    ///
    /// Unit: ms.
    public static let futureMsMax: Int64 = 86_400_000

    /// What becomes of a producer's instant in a record received at `receipt`.
    public static func settled(_ instant: Timestamp, receivedAt receipt: Timestamp) -> EventTime {
        guard instant >= .earliest else { return .tooEarly }
        let aheadMs = instant.msSince(receipt)
        guard aheadMs >= clampedFromMs else { return .kept(instant) }
        return aheadMs <= futureMsMax ? .clamped(receipt) : .tooLate
    }
}
