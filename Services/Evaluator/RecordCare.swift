// The care with which lanes handle records and let time pass: what is in hand stands in a file
// before, so that the next process knows by what this one ended.

import Basics
import Chassis
import KeyValue
import Logging
import Segments
import Synchronization

/// Counts attempts before they are made.
///
/// A page is noted as a whole: two writes without a sync, which outlive the process at any
/// instruction; as are the instants up to a watermark by which a timer falls due. What is found
/// noted at a start was in hand when the process before ended: it is doubted, and its count is made
/// durable before anything of it is handled again. Of a partition with doubts, pages are handled
/// record by record, each noted by itself and with the segment that is being decided, and one at a
/// time in the whole process, so that nobody else is blamed. `Blame` says who is: the third end by
/// one record or one segment is the last.
///
/// What is done behind a page is nobody's fault and not noted. An error thrown is one only when it
/// says so: whoever has a wrong state, or no room on its disk, would have good records set aside
/// for everybody. What another build ended by says nothing of this one.
final class RecordCare: Sendable {
    /// Where its counts are kept, in the checkpoints' store.
    static let familyName = "doubts"

    private struct State {
        var ends: [Doubt: UInt32]
        /// The partitions that lanes hold.
        var held: Set<Partition> = []
    }

    private let file: InHandFile
    private let store: Store
    private let family: Family
    private let state: Mutex<State>
    private let turn = Mutex(())
    private let hands = Mutex<[Partition: InHand]>([:])
    /// Which segments' versions are decided no more.
    let quarantined: QuarantinedSegments
    /// Where a test lets the process end.
    let traps: PlantedTraps

    /// Looks what was in hand last.
    init(
        folder: String,
        disk: any Disk,
        store: Store,
        logger: Logger,
        build: String = Chassis.version,
        traps: PlantedTraps = PlantedTraps()
    ) throws(EvaluatorError) {
        self.store = store
        self.traps = traps
        do {
            quarantined = try QuarantinedSegments(store)
            family = try store.family(Self.familyName)
            let file = try InHandFile(folder: folder, disk: disk)
            self.file = file
            let (known, others) = try Self.counts(store, family, of: build)
            var (ends, batch) = (known, Batch())
            for key in others { batch.delete(family, key) }
            for doubt in try file.taken() {
                let count = (ends[doubt] ?? 0) + 1
                ends[doubt] = count
                batch.put(family, doubt.key, Doubt.row(count, of: build))
                logger.warning(
                    "the process before ended while it handled records",
                    metadata: [
                        LogKeys.partition: "\(doubt.partition)", LogKeys.offset: "\(doubt.from)",
                        LogKeys.count: "\(doubt.to.value - doubt.from.value)",
                        LogKeys.segment: "\(doubt.segment?.name.text ?? "")",
                    ]
                )
            }
            if !batch.isEmpty { try store.write(batch, sync: true) }
            try file.clear()
            state = Mutex(State(ends: ends))
        } catch {
            throw EvaluatorError(error, "look for records by which the process ended")
        }
    }

    /// The counts that this build has kept, and the rows of others.
    private static func counts(_ store: Store, _ family: Family, of build: String) throws
        -> ([Doubt: UInt32], others: [[UInt8]])
    {
        var (ends, others): ([Doubt: UInt32], [[UInt8]]) = ([:], [])
        for (key, value) in try store.scan(family, limit: .max) {
            let row = try Doubt.read(value)
            if row.build == build {
                ends[try Doubt(key: key)] = row.count
            } else {
                others.append(key)
            }
        }
        return (ends, others)
    }

    /// What a partition's lane has in hand while it decides.
    func hand(of partition: Partition) -> InHand {
        hands.withLock { hands in
            if let hand = hands[partition] { return hand }
            let hand = InHand(partition, file: file, traps: traps)
            hands[partition] = hand
            return hand
        }
    }

    /// A partition is held by a lane, or is not any more.
    func note(_ partition: Partition, isHeld: Bool) {
        state.withLock { state in
            if isHeld { state.held.insert(partition) } else { state.held.remove(partition) }
        }
    }

    /// What is tried no more of a partition.
    func verdicts(of partition: Partition) -> [Blame.Verdict] {
        Blame(ends: state.withLock { $0.ends }).verdicts(of: partition)
    }

    /// Takes a partition's live segments up, each noted while its definition is compiled.
    func load<Loaded>(
        _ partition: Partition,
        _ body: (InHand) throws(EvaluatorError) -> Loaded
    ) throws(EvaluatorError) -> Loaded {
        let hand = hand(of: partition)
        let load = Doubt(partition: partition, from: .zero, to: .zero, through: .earliest)
        hand.look(closelyAt: load, isNoted: false)
        defer { hand.lookAway() }
        do throws(EvaluatorError) {
            let loaded = try body(hand)
            try forget(of: partition, passed: .earliest)
            return loaded
        } catch {
            // What is kept cannot be read: that is no segment's fault.
            try file.letGo(of: partition)
            throw error
        }
    }

    /// Handles a page's records in order.
    ///
    /// - Parameters:
    ///   - place: where a record stands, and its log time.
    ///   - pass: lets the instants before a record pass.
    ///   - body: handles records.
    func handle<Record>(
        _ records: [Record],
        of partition: Partition,
        place: (Record) -> (offset: LogOffset, logTime: Timestamp),
        pass: (Record) throws(EvaluatorError) -> Void,
        _ body: ([Record]) throws(EvaluatorError) -> Void
    ) throws(EvaluatorError) {
        guard let first = records.first, let last = records.last else { return try body(records) }
        let end = place(last).offset.next
        let page = Doubt(partition: partition, from: place(first).offset, to: end)
        let (isDoubted, isAlone) = suspicion { $0.meets(page) || $0.isInstants(in: partition) }
        guard isAlone || isDoubted else {
            return try attempt(page, isClose: false) { () throws(EvaluatorError) in
                try body(records)
            }
        }
        try turn.withLock { (_) throws(EvaluatorError) in
            guard isDoubted else {
                return try attempt(page, isClose: false) { () throws(EvaluatorError) in
                    try body(records)
                }
            }
            for record in records {
                let (offset, logTime) = place(record)
                var one = Doubt(partition: partition, from: offset, to: offset)
                one.through = logTime - 1
                try attempt(one, isClose: true) { () throws(EvaluatorError) in try pass(record) }
                one = Doubt(partition: partition, from: offset, to: offset.next)
                try attempt(one, isClose: true) { () throws(EvaluatorError) in try body([record]) }
            }
        }
        try forget(of: partition, below: end)
    }

    /// Lets instants pass that come behind the last record.
    ///
    /// - Parameters:
    ///   - next: the record to come.
    ///   - isDue: whether anything falls due by then; if not, nothing is written.
    func pass(
        through watermark: Timestamp,
        of partition: Partition,
        before next: LogOffset,
        isDue: Bool,
        _ body: () throws(EvaluatorError) -> Void
    ) throws(EvaluatorError) {
        let (isDoubted, isAlone) = suspicion { $0.partition == partition }
        guard isDue else {
            try body()
            return try forget(of: partition, passed: watermark)
        }
        let instants = Doubt(partition: partition, from: next, to: next, through: watermark)
        guard isAlone || isDoubted else { return try attempt(instants, isClose: false, body) }
        try turn.withLock { (_) throws(EvaluatorError) in
            try attempt(instants, isClose: isDoubted, body)
        }
        try forget(of: partition, passed: watermark)
    }

    /// Whether what is to be handled is doubted, and whether anything is in the whole process.
    private func suspicion(_ isDoubted: (Doubt) -> Bool) -> (isDoubted: Bool, isAlone: Bool) {
        state.withLock { state in
            guard !state.ends.isEmpty else { return (false, false) }
            return (
                state.ends.keys.contains(where: isDoubted),
                state.ends.keys.contains { state.held.contains($0.partition) }
            )
        }
    }

    /// - Parameter isClose: whether each segment is noted while it is decided.
    private func attempt(
        _ doubt: Doubt,
        isClose: Bool,
        _ body: () throws(EvaluatorError) -> Void
    ) throws(EvaluatorError) {
        let hand = hand(of: doubt.partition)
        try file.take(doubt)
        if isClose { hand.look(closelyAt: doubt, isNoted: true) }
        defer { if isClose { hand.lookAway() } }
        do throws(EvaluatorError) {
            try body()
        } catch {
            if error.code != .record { try file.letGo(of: doubt.partition) }
            throw error
        }
        try file.letGo(of: doubt.partition)
    }

    /// Records below an offset were handled, or are set aside: nobody doubts them any more.
    func forget(of partition: Partition, below end: LogOffset) throws(EvaluatorError) {
        try forget { $0.partition == partition && !$0.isInstants && $0.to <= end }
    }

    /// Instants up to one have passed.
    private func forget(of partition: Partition, passed: Timestamp) throws(EvaluatorError) {
        try forget { $0.isInstants(in: partition) && $0.through <= passed }
    }

    private func forget(_ isOver: (Doubt) -> Bool) throws(EvaluatorError) {
        let over = state.withLock { state in
            guard !state.ends.isEmpty else { return [] as [Doubt] }
            let over = state.ends.keys.filter(isOver)
            for doubt in over { state.ends[doubt] = nil }
            return over
        }
        guard !over.isEmpty else { return }
        var batch = Batch()
        for doubt in over { batch.delete(family, doubt.key) }
        do {
            try store.write(batch, sync: false)
        } catch {
            throw EvaluatorError(error, "forget records that were handled")
        }
    }
}

extension Doubt {
    /// Whether it is of instants of a partition.
    fileprivate func isInstants(in other: Partition) -> Bool { isInstants && partition == other }

    // Rows: partition u16, from u64, to u64, through i64, big endian, then the segment's key ->
    // ends u32, the build's version. An older build's rows are shorter, and of no use.

    fileprivate var key: [UInt8] {
        FeedShelf.bigEndian(partition) + FeedShelf.bigEndian(from.value)
            + FeedShelf.bigEndian(to.value)
            + FeedShelf.bigEndian(UInt64(bitPattern: through.ms)) + (segment?.key ?? [])
    }

    fileprivate init(key: [UInt8]) throws {
        self.init(
            partition: Partition(index: UInt16(truncatingIfNeeded: FeedShelf.bigEndian(key[..<2]))),
            from: LogOffset(FeedShelf.bigEndian(key[2..<10])),
            to: LogOffset(FeedShelf.bigEndian(key[10..<18])),
            through: Timestamp(ms: Int64(bitPattern: FeedShelf.bigEndian(key[18..<26]))),
            segment: key.count > 26 ? try SegmentVersion(key: key[26...]) : nil
        )
    }

    fileprivate static func row(_ count: UInt32, of build: String) -> [UInt8] {
        var writer = ByteWriter()
        writer.u32(count)
        writer.text(build)
        return writer.bytes
    }

    fileprivate static func read(_ row: [UInt8]) throws(BytesError) -> (
        count: UInt32, build: String
    ) {
        var reader = ByteReader(row)
        return (try reader.u32(), reader.isAtEnd ? "" : try reader.text())
    }
}
