// The port of the log: what its writer and its readers rely on, whatever engine keeps it.

public import Basics

/// The port behind which the log lies: files of one folder, memory, or an engine of many machines.
///
/// What every implementation promises, held by one suite of contract tests:
/// - *Order.* Offsets of a partition are given without gaps and never twice; log times never go
///   back.
/// - *Durability.* A group is durable as a whole when `append` returns, and read from then on, not
///   before. Every later opening finds it; one whose append failed is found wholly or not at all.
/// - *Closed time.* Below a watermark that was told no record comes any more, not even from a later
///   opening: it begins at `earliest`, above everything told before it.
/// - *An end.* After a failed append nothing is written or told any more, while reading goes on;
///   the process stops, and the next opening finds out what is durable.
/// - *One writer.* Of two that have the log open at most one appends: the second opening is refused
///   with `.locked`, or whatever the first one appends or tells next with `.fenced`. Which
///   instance owns which partition under which epoch is the registry's word, and stands in the log
///   as a record like any other.
///
/// One thread appends and tells; one thread in the background tidies; any number read meanwhile.
/// Every call may block, on a disk or on a network.
public protocol Log: Sendable {
    /// Log time goes on from here: no record of this opening may have an earlier one.
    var earliest: Timestamp { get }

    /// The durable time reserve; nil before the first.
    ///
    /// From any thread.
    var reserve: Timestamp? { get }

    /// The error that ended the writing; nil while it is well.
    ///
    /// From any thread.
    var failure: LogError? { get }

    /// An empty group behind what is durable now.
    func newGroup() -> LogGroup

    /// Makes a group durable and empties it; an empty one is nothing to do.
    ///
    /// - Throws: `.outOfSequence`, without harm, when the group was begun before another was
    ///   appended or a later watermark was told; any other error is the last, and later calls
    ///   throw `.poisoned`.
    func append(_ group: inout LogGroup) throws(LogError)

    /// Tells readers a watermark, which must lie below the durable reserve; an earlier one than the
    /// last is nothing.
    ///
    /// In partitions that have records in `group`, which is not yet durable, it stays below those.
    ///
    /// - Throws: `.outOfSequence`, without harm, when the reserve does not reach so far;
    ///   `.poisoned` after a failure, since what was being appended may yet be found.
    func tell(_ watermark: Timestamp, holding group: LogGroup?) throws(LogError)

    /// How far a partition is durable and closed in time.
    ///
    /// - Throws: `.outOfRange` for a partition the log has not.
    func end(of partition: Partition) throws(LogError) -> PartitionEnd

    /// The first offset a partition still has.
    ///
    /// - Throws: `.outOfRange` for a partition the log has not.
    func first(of partition: Partition) throws(LogError) -> LogOffset

    /// The durable records of a partition from an offset on, as many as the limit allows.
    ///
    /// Reading at the durable end gives an empty page.
    ///
    /// - Throws: `.outOfRange` behind the end and before the first offset that is kept; `.corrupt`
    ///   with the place for what is damaged.
    func read(_ partition: Partition, from offset: LogOffset, limit: ReadLimit) throws(LogError)
        -> LogPage

    /// Does one piece of the work that waits in the background, such as sealing a file.
    ///
    /// - Returns: whether there was any.
    /// - Throws: a retriable error when it may be tried again; any other is the last.
    func tidy() throws(LogError) -> Bool

    /// Ends the writing in order and lets the next process open the log; every later append throws.
    ///
    /// Nothing may be tidied meanwhile.
    func close() throws(LogError)
}
