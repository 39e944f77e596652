// The care with which lanes handle records: what is in hand stands in a file before it is handled,
// so that the next process knows by what this one ended.

import Basics
import KeyValue
import Logging
import Synchronization

/// Counts attempts at records before they are made.
///
/// A page is noted as a whole: two writes without a sync, which outlive the process at any
/// instruction. What is found noted at a start was in hand when the process before ended: it is
/// doubted, and its count is made durable before anything of it is handled again. Pages with
/// doubted records are handled record by record, each noted by itself, and one at a time in the
/// whole process, so that nobody else is blamed. So the third end by one record is the last.
///
/// What time alone brings about between records, and what is done behind a page, is no record's
/// fault and not noted. An error thrown is one only when it says so: whoever has a wrong state, or
/// no room on its disk, would have good records set aside for everybody.
final class RecordCare: Sendable {
    /// Attempts at a record: by two ends it may have been somebody else, such as an operator.
    static let attemptsMax: UInt32 = 3
    /// Where the file stands below the data folder.
    static let fileName = "in-hand"
    /// Where its counts are kept, in the checkpoints' store.
    static let familyName = "doubts"
    /// Two numbers of eight bytes for each partition.
    private static let slotBytes = 16

    /// Records by which the process may have ended.
    struct Doubt: Sendable, Hashable {
        let partition: Partition
        /// The first and the one behind the last.
        let from, to: LogOffset
    }

    private struct State {
        var attempts: [Doubt: UInt32]
        /// The partitions that lanes hold.
        var held: Set<Partition> = []
    }

    private let file: any DiskFile
    private let store: Store
    private let family: Family
    private let state: Mutex<State>
    private let turn = Mutex(())
    /// Called with an event's name before its record is handled.
    let beforeEvent: (@Sendable (String) -> Void)?

    /// Looks what was in hand last.
    init(
        folder: String,
        disk: any Disk,
        store: Store,
        logger: Logger,
        beforeEvent: (@Sendable (String) -> Void)? = nil
    ) throws(EvaluatorError) {
        self.store = store
        self.beforeEvent = beforeEvent
        do {
            family = try store.family(Self.familyName)
            var attempts: [Doubt: UInt32] = [:]
            for (key, value) in try store.scan(family, limit: .max) {
                var reader = ByteReader(value)
                attempts[Self.doubt(key)] = try reader.u32()
            }
            file = try disk.open("\(folder)/\(Self.fileName)", .append)
            var batch = Batch()
            for doubt in try Self.inHand(file) {
                let count = (attempts[doubt] ?? 0) + 1
                attempts[doubt] = count
                batch.put(family, Self.key(doubt), Self.bytes(count))
                logger.warning(
                    "the process before ended while it handled records",
                    metadata: [
                        "partition": "\(doubt.partition)", "offset": "\(doubt.from)",
                        "count": "\(doubt.to.value - doubt.from.value)",
                    ]
                )
            }
            if !batch.isEmpty { try store.write(batch, sync: true) }
            try file.truncate(to: 0)
            // Written, not left out: there is room for what is noted, however full the disk gets.
            try file.append(Array(repeating: 0, count: Self.slotBytes * Limits.partitions))
            state = Mutex(State(attempts: attempts))
        } catch {
            throw EvaluatorError(error, "look for records by which the process ended")
        }
    }

    /// A partition is held by a lane, or is not any more.
    func note(_ partition: Partition, isHeld: Bool) {
        state.withLock { state in
            if isHeld { state.held.insert(partition) } else { state.held.remove(partition) }
        }
    }

    /// The records of a partition that are tried no more, with how often they were.
    func condemned(_ partition: Partition) -> [(offset: LogOffset, attempts: UInt32)] {
        state.withLock { state in
            let doubts = state.attempts.filter { $0.key.partition == partition }
            return doubts.keys.filter { $0.to == $0.from.next }.compactMap { doubt in
                let attempts = doubts.reduce(0) { sum, other in
                    other.key.from <= doubt.from && doubt.to <= other.key.to
                        ? sum + other.value : sum
                }
                return attempts >= Self.attemptsMax ? (doubt.from, attempts) : nil
            }
        }
    }

    /// Handles a page's records in order.
    ///
    /// - Parameters:
    ///   - pass: lets the instants before a record pass.
    ///   - body: handles records.
    func handle<Record>(
        _ records: [Record],
        of partition: Partition,
        offset: (Record) -> LogOffset,
        pass: (Record) throws(EvaluatorError) -> Void,
        _ body: ([Record]) throws(EvaluatorError) -> Void
    ) throws(EvaluatorError) {
        guard let first = records.first, let last = records.last else { return try body(records) }
        let page = Doubt(partition: partition, from: offset(first), to: offset(last).next)
        let (isDoubted, isAlone) = state.withLock { state in
            guard !state.attempts.isEmpty else { return (false, false) }
            return (
                state.attempts.keys.contains { $0.meets(page) },
                state.attempts.keys.contains { state.held.contains($0.partition) }
            )
        }
        guard isAlone || isDoubted else { return try attempt(page, records, body) }
        try turn.withLock { (_) throws(EvaluatorError) in
            guard isDoubted else { return try attempt(page, records, body) }
            for record in records {
                try pass(record)
                let offset = offset(record)
                let one = Doubt(partition: partition, from: offset, to: offset.next)
                try attempt(one, [record], body)
            }
        }
        try forget(of: partition, below: page.to)
    }

    private func attempt<Record>(
        _ doubt: Doubt,
        _ records: [Record],
        _ body: ([Record]) throws(EvaluatorError) -> Void
    ) throws(EvaluatorError) {
        try take(doubt)
        do throws(EvaluatorError) {
            try body(records)
        } catch {
            if error.code != .record { try letGo(of: doubt.partition) }
            throw error
        }
        try letGo(of: doubt.partition)
    }

    /// Records below an offset were handled, or are set aside: nobody doubts them any more.
    func forget(of partition: Partition, below end: LogOffset) throws(EvaluatorError) {
        let over = state.withLock { state in
            let over = state.attempts.keys.filter { $0.partition == partition && $0.to <= end }
            for doubt in over { state.attempts[doubt] = nil }
            return over
        }
        guard !over.isEmpty else { return }
        var batch = Batch()
        for doubt in over { batch.delete(family, Self.key(doubt)) }
        do {
            try store.write(batch, sync: false)
        } catch {
            throw EvaluatorError(error, "forget records that were handled")
        }
    }

    private func take(_ doubt: Doubt) throws(EvaluatorError) {
        var writer = ByteWriter()
        writer.u64(doubt.from.value)
        writer.u64(doubt.to.value)
        try write(writer.bytes, of: doubt.partition)
    }

    private func letGo(of partition: Partition) throws(EvaluatorError) {
        try write(Array(repeating: 0, count: Self.slotBytes), of: partition)
    }

    private func write(_ bytes: [UInt8], of partition: Partition) throws(EvaluatorError) {
        do {
            try file.write(bytes, at: Self.slotBytes * Int(partition.index))
        } catch {
            throw EvaluatorError(error, "note the records in hand")
        }
    }

    private static func inHand(_ file: any DiskFile) throws -> [Doubt] {
        let bytes = try file.read(at: 0, count: slotBytes * Limits.partitions)
        return try (0..<bytes.count / slotBytes).compactMap { index in
            var reader = ByteReader(Array(bytes[(index * slotBytes)..<((index + 1) * slotBytes)]))
            let (from, to) = (LogOffset(try reader.u64()), LogOffset(try reader.u64()))
            let partition = Partition(index: UInt16(index))
            return from < to ? Doubt(partition: partition, from: from, to: to) : nil
        }
    }

    // Rows: partition u16, from u64, to u64, big endian -> attempts u32.

    private static func key(_ doubt: Doubt) -> [UInt8] {
        let numbers = [doubt.from.value, doubt.to.value].flatMap { number in
            (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
        }
        return FeedShelf.bigEndian(doubt.partition) + numbers
    }

    private static func doubt(_ key: [UInt8]) -> Doubt {
        Doubt(
            partition: Partition(index: UInt16(truncatingIfNeeded: FeedShelf.bigEndian(key[..<2]))),
            from: LogOffset(FeedShelf.bigEndian(key[2..<10])),
            to: LogOffset(FeedShelf.bigEndian(key[10...]))
        )
    }

    private static func bytes(_ count: UInt32) -> [UInt8] {
        var writer = ByteWriter()
        writer.u32(count)
        return writer.bytes
    }
}

extension RecordCare.Doubt {
    fileprivate func meets(_ other: Self) -> Bool {
        partition == other.partition && from < other.to && other.from < to
    }
}
