// Pure rules of the promise "no record at or below this watermark will come", kept over crashes.

public import Basics

/// How far log time is promised on disk, and when the promise must be renewed.
///
/// Before a watermark is told, the journal has synced a reserve above it; the next tenure starts
/// at or after the reserve, so it cannot write below a watermark that was told before a crash.
public struct TimeReserve: Sendable, Hashable {
    /// What the owner of the journal must do next.
    public enum Directive: Sendable, Hashable {
        /// Enough is reserved: go on.
        case enough
        /// Tell up to the reserve, and put a reserve up to this instant in the next group.
        case renewSoon(upTo: Timestamp)
        /// A reserve up to this instant must be synced before the watermark may be told.
        case needsReserve(upTo: Timestamp)
    }

    /// How far ahead of log time a reserve reaches, in milliseconds: it bounds how far a new
    /// tenure may start ahead of the wall clock.
    ///
    /// After a crash log time is ahead by as much, and whatever waits for an instant fires early
    /// by it; each renewal is a sync of its own where nothing is written.
    public var aheadMs: Int64 = 3_000
    /// Renewed with the next group once less than this is left, in milliseconds.
    public var renewBelowMs: Int64 = 1_500

    /// The usual reserve of 3 seconds.
    public init() {}

    /// What telling `watermark` needs, when a reserve through `reserved` is durable (nil: none).
    public func directive(forTelling watermark: Timestamp, reserved: Timestamp?) -> Directive {
        guard let reserved, watermark < reserved else {
            return .needsReserve(upTo: watermark + aheadMs)
        }
        if reserved.msSince(watermark) < renewBelowMs {
            return .renewSoon(upTo: watermark + aheadMs)
        }
        return .enough
    }
}

/// How far one partition's log is durable, and how far its time is closed.
public struct PartitionEnd: Sendable, Hashable {
    /// The offset after the last durable record.
    public let next: LogOffset
    /// No record with a log time at or below this will ever be added.
    public let watermark: Timestamp

    /// An end as told to readers.
    public init(next: LogOffset, watermark: Timestamp) {
        self.next = next
        self.watermark = watermark
    }
}

/// The highest watermark that may be told.
public enum WatermarkRule {
    /// The highest watermark at log time `now`; nil while nothing is reserved.
    ///
    /// Another record may still get `now` itself, an unsynced record is not passed, and the
    /// durable reserve must lie above.
    public static func highest(
        now: Timestamp,
        firstUnsynced: Timestamp?,
        reserved: Timestamp?
    ) -> Timestamp? {
        reserved.map { min(now, firstUnsynced ?? now, $0) - 1 }
    }

    /// The watermark of an answer that stops before the durable end, after a record at `last`.
    ///
    /// The next record may have the same log time.
    public static func partial(last: Timestamp, of watermark: Timestamp) -> Timestamp {
        min(last - 1, watermark)
    }
}
