// Timers that are due too late to be held in memory: they wait on disk, sorted by their instants.

import Basics
import KeyValue

/// One user's next instant in one feed, as it waits on disk.
struct FarTimer: Sendable, Hashable {
    let due: Timestamp
    let feed: FeedID
    let user: UserNumber
}

/// Where a partition's far timers wait.
///
/// Asked on the partition's lane, in the middle of a page: it knows those that were committed.
protocol FarTimers: Sendable {
    /// Timers that are held in memory at a time; twice as many before some are sent away.
    var nearMax: Int { get }

    /// The first timers from an instant on, by instant: so many, and all of the last one's instant.
    ///
    /// - Returns: them, and the instant of the first that is left; nil: none is.
    func first(_ count: Int, from: Timestamp) throws(EvaluatorError)
        -> (timers: [FarTimer], rest: Timestamp?)
}

/// What a commit changes of the timers on disk.
struct FarTimerChanges: Sendable {
    /// The timers of these instants are in memory by now; nil: of none.
    private(set) var taken: Range<Timestamp>?
    /// By timer, whether it waits on disk from now on, or does no more.
    private(set) var waits: [FarTimer: Bool] = [:]
    /// No later than any of those.
    private var earliest = LivePartition.noHorizon

    /// Whether nothing changes.
    var isEmpty: Bool { taken == nil && waits.isEmpty }

    /// A timer waits on disk from now on, or does no more.
    mutating func note(_ timer: FarTimer, waits: Bool) {
        self.waits[timer] = waits
        earliest = min(earliest, timer.due)
    }

    /// The timers of these instants leave the disk, as it was committed, for memory: with those
    /// that were to be committed, and without those that wait no more.
    mutating func take(_ kept: [FarTimer], of instants: Range<Timestamp>) -> [FarTimer] {
        taken =
            min(
                taken?.lowerBound ?? instants.lowerBound,
                instants.lowerBound
            )..<instants
            .upperBound
        guard earliest < instants.upperBound else { return kept }
        var timers = Set(kept)
        for (timer, waits) in waits where instants.contains(timer.due) {
            if waits { timers.insert(timer) } else { timers.remove(timer) }
        }
        self.waits = self.waits.filter { !instants.contains($0.key.due) }
        earliest = self.waits.keys.lazy.map(\.due).min() ?? LivePartition.noHorizon
        return Array(timers)
    }
}

/// The far timers of one partition in the evaluator's store.
struct KeptTimers: FarTimers {
    let shelf: FeedShelf
    let partition: Partition
    let nearMax: Int

    func first(_ count: Int, from: Timestamp) throws(EvaluatorError)
        -> (timers: [FarTimer], rest: Timestamp?)
    {
        do {
            return try shelf.timers(of: partition, from: from, atLeast: count)
        } catch {
            throw EvaluatorError(error, "load timers of partition \(partition)")
        }
    }
}

extension FeedShelf {
    /// Adds what changes of a partition's far timers to a batch.
    func put(_ changes: FarTimerChanges, of partition: Partition, _ batch: inout Batch) {
        let prefix = Self.key(partition, Self.timer)
        if let taken = changes.taken {
            batch.deleteRange(
                live,
                from: prefix + FarTimer.bytes(of: taken.lowerBound),
                to: prefix + FarTimer.bytes(of: taken.upperBound)
            )
        }
        for (timer, waits) in changes.waits {
            let key = prefix + timer.key
            if waits { batch.put(live, key, []) } else { batch.delete(live, key) }
        }
    }

    fileprivate func timers(of partition: Partition, from: Timestamp, atLeast count: Int) throws
        -> (timers: [FarTimer], rest: Timestamp?)
    {
        let prefix = Self.key(partition, Self.timer)
        var timers: [FarTimer] = []
        var rest: Timestamp?
        var unread: (any Error)?
        // The feed of the key before, which is most often this one's, too.
        var last: (bytes: ArraySlice<UInt8>, feed: FeedID)?
        try store.scan(live, from: prefix + FarTimer.bytes(of: from), prefix: prefix) { key, _ in
            do {
                let key = Array(key)[prefix.count...]
                let bytes = FarTimer.feed(in: key)
                let isSame = last.map { $0.bytes == bytes } ?? false
                let timer = try FarTimer(key: key, of: isSame ? last?.feed : nil)
                if !isSame { last = (bytes, timer.feed) }
                if timers.count >= count, timer.due > timers[timers.count - 1].due {
                    rest = timer.due
                    return false
                }
                timers.append(timer)
                return true
            } catch {
                unread = error
                return false
            }
        }
        if let unread { throw unread }
        return (timers, rest)
    }
}

extension FarTimer {
    private static let signBit: UInt64 = 1 << 63

    /// An instant, so that earlier ones sort first.
    static func bytes(of due: Timestamp) -> [UInt8] {
        FeedShelf.bigEndian(UInt64(bitPattern: due.ms) ^ signBit)
    }

    /// Its key, behind what all of the partition's begin with.
    var key: [UInt8] {
        let number = (0..<4).map { UInt8(truncatingIfNeeded: user.value >> (24 - 8 * $0)) }
        return Self.bytes(of: due) + Array(feed.project.text.utf8) + [0]
            + FeedShelf.bigEndian(feed.revision) + number
    }

    /// What of a key names the feed.
    fileprivate static func feed(in key: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        key.dropFirst(8).dropLast(4)
    }

    /// The timer of a key, behind what all of the partition's begin with.
    ///
    /// - Parameter feed: what the key says of it; nil: it is read.
    init(key: ArraySlice<UInt8>, of feed: FeedID? = nil) throws {
        let due = FeedShelf.bigEndian(key.prefix(8)) ^ Self.signBit
        self.init(
            due: Timestamp(ms: Int64(bitPattern: due)),
            feed: try feed ?? FeedShelf.feed(Self.feed(in: key)),
            user: UserNumber(UInt32(truncatingIfNeeded: FeedShelf.bigEndian(key.suffix(4))))
        )
    }
}
