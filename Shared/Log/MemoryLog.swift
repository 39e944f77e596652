// The log in memory: the port's promises for as long as its store lives, with faults on demand.

public import Basics
import Synchronization

/// One opening of a log that lies in memory.
///
/// A later opening of the same store takes the writing over: it fences this one.
public final class MemoryLog: Log {
    /// What every opening shares, as a folder is shared by the processes that open it.
    public final class Store: Sendable {
        fileprivate struct Kept: Sendable {
            var partitions: [PartitionRecords]
            var reserveMs = Format.noReserve
            /// Openings so far; the newest one writes.
            var openings: UInt64 = 0
            /// A group whose append failed although it was kept.
            var unseen: EncodedGroup?
            var nextFailure: AppendFailure?
        }

        fileprivate let groupBytesMax: Int
        fileprivate let payloadBytesMax: Int
        fileprivate let kept: Mutex<Kept>

        /// An empty log.
        public init(
            partitions: PartitionCount,
            groupBytesMax: Int = 32 << 20,
            payloadBytesMax: Int = 8 << 20
        ) {
            self.groupBytesMax = groupBytesMax
            self.payloadBytesMax = payloadBytesMax
            kept = Mutex(
                Kept(
                    partitions: Array(
                        repeating: PartitionRecords(),
                        count: Int(partitions.count)
                    )
                )
            )
        }

        /// Opens the log; whoever had it open may read on, and writes no more.
        public func open() -> MemoryLog {
            kept.withLock { kept in
                if let group = kept.unseen { kept.take(group) }
                kept.unseen = nil
                kept.openings += 1
                for index in kept.partitions.indices { kept.partitions[index].begin() }
                let last = kept.partitions.map(\.lastTimeMs).max() ?? .min
                let earliest = max(kept.reserveMs, last, Timestamp.earliest.ms)
                return MemoryLog(
                    self,
                    opening: kept.openings,
                    floorMs: kept.reserveMs,
                    earliest: Timestamp(ms: earliest)
                )
            }
        }

        /// Lets the next append fail.
        public func failNextAppend(_ failure: AppendFailure) {
            kept.withLock { $0.nextFailure = failure }
        }
    }

    /// How an append fails.
    public enum AppendFailure: Sendable, Hashable, CaseIterable {
        /// The group is lost.
        case lost
        /// The group is kept, as the next opening finds out.
        case kept
    }

    private static let place = "memory"

    /// As the port says.
    public let earliest: Timestamp
    private let store: Store
    private let opening: UInt64
    /// The reserve at opening: watermarks below it may have been told before.
    private let floorMs: Int64
    private let ending = Mutex<LogError?>(nil)
    private let isClosed = Atomic(false)

    private init(_ store: Store, opening: UInt64, floorMs: Int64, earliest: Timestamp) {
        self.store = store
        self.opening = opening
        self.floorMs = floorMs
        self.earliest = earliest
    }

    /// As the port says.
    public var reserve: Timestamp? {
        let ms = store.kept.withLock { $0.reserveMs }
        return ms == Format.noReserve ? nil : Timestamp(ms: ms)
    }

    /// As the port says.
    public var failure: LogError? { ending.withLock { $0 } }

    /// As the port says.
    public func newGroup() -> LogGroup {
        store.kept.withLock { kept in
            LogGroup(
                starts: kept.starts(above: floorMs),
                reserveMs: kept.reserveMs,
                bytesMax: store.groupBytesMax,
                payloadBytesMax: store.payloadBytesMax
            )
        }
    }

    /// As the port says.
    public func append(_ group: inout LogGroup) throws(LogError) {
        guard !group.isEmpty else { return }
        let encoded = group.encoded(sequence: 0, seed: 0)
        try changing { kept throws(LogError) in
            guard group.follows(kept.starts(above: floorMs)) else {
                throw .misplacedGroup(at: Self.place)
            }
            guard let failure = kept.nextFailure else { return kept.take(encoded) }
            kept.nextFailure = nil
            if failure == .kept { kept.unseen = encoded }
            throw LogError(.disk, "append group", at: Self.place, hint: "as a test wanted it")
        }
        group.restart()
    }

    /// As the port says.
    public func tell(_ watermark: Timestamp, holding group: LogGroup?) throws(LogError) {
        try changing { kept throws(LogError) in
            guard watermark.ms < kept.reserveMs else {
                throw .unreserved(watermark, at: Self.place)
            }
            let ceilings = group?.ceilings ?? []
            for index in kept.partitions.indices {
                let ceiling = index < ceilings.count ? ceilings[index] ?? .max : .max
                kept.partitions[index].close(min(watermark.ms, ceiling))
            }
        }
    }

    /// As the port says.
    public func end(of partition: Partition) throws(LogError) -> PartitionEnd {
        try records(of: partition).durable
    }

    /// As the port says: everything is kept.
    public func first(of partition: Partition) throws(LogError) -> LogOffset {
        _ = try records(of: partition)
        return .zero
    }

    /// As the port says.
    public func read(_ partition: Partition, from offset: LogOffset, limit: ReadLimit)
        throws(LogError) -> LogPage
    {
        let kept = try records(of: partition)
        let end = UInt64(kept.records.count)
        guard offset.value <= end else { throw .unheld(offset, of: partition, held: 0..<end) }
        var page = PageBuilder(from: offset.value, end: end, limit: limit)
        for record in kept.records[Int(offset.value)...] where !page.take(record) { break }
        return page.finished(durable: kept.durable)
    }

    /// Nothing ever waits.
    public func tidy() throws(LogError) -> Bool { false }

    /// As the port says.
    public func close() throws(LogError) {
        try changing { _ in }
        isClosed.store(true, ordering: .releasing)
    }

    /// Does what only the writer may; a failure that is not the caller's mistake is the last.
    private func changing(_ body: (inout Store.Kept) throws(LogError) -> Void) throws(LogError) {
        if let failure { throw failure.asPoison }
        guard !isClosed.load(ordering: .acquiring) else { throw .closed(Self.place) }
        do throws(LogError) {
            try store.kept.withLock { kept throws(LogError) in
                guard kept.openings == opening else { throw Self.fenced }
                try body(&kept)
            }
        } catch {
            if error.code != .outOfSequence { ending.withLock { $0 = error } }
            throw error
        }
    }

    private func records(of partition: Partition) throws(LogError) -> PartitionRecords {
        let (found, count) = store.kept.withLock { kept in
            let index = Int(partition.index)
            let isKnown = index < kept.partitions.count
            return (isKnown ? kept.partitions[index] : nil, kept.partitions.count)
        }
        guard let found else { throw .unknown(partition, of: count) }
        return found
    }

    private static var fenced: LogError {
        LogError(
            .fenced,
            "write the log",
            at: place,
            hint: "the log was opened again since; only the newest opening writes"
        )
    }
}

/// One partition's log in memory.
private struct PartitionRecords: Sendable {
    private(set) var records: [StoredRecord] = []
    private(set) var lastTimeMs = Int64.min
    private var watermarkMs = Int64.min

    var durable: PartitionEnd {
        PartitionEnd(
            next: LogOffset(UInt64(records.count)),
            watermark: Timestamp(ms: watermarkMs)
        )
    }

    func start(above floorMs: Int64) -> GroupStart {
        let closed = watermarkMs == .max ? .max : watermarkMs + 1
        return GroupStart(
            next: UInt64(records.count),
            earliestMs: max(lastTimeMs, floorMs, closed)
        )
    }

    /// A new opening: watermarks are told anew, above what was told before.
    mutating func begin() { watermarkMs = .min }

    mutating func close(_ watermark: Int64) { watermarkMs = max(watermarkMs, watermark) }

    mutating func append(_ run: RunPlace, of group: [UInt8]) {
        var walk = run.walk(group)
        while let record = walk.next() { records.append(StoredRecord(record, in: group)) }
        lastTimeMs = run.lastTimeMs
    }
}

extension MemoryLog.Store.Kept {
    func starts(above floorMs: Int64) -> [GroupStart] {
        partitions.map { $0.start(above: floorMs) }
    }

    mutating func take(_ group: EncodedGroup) {
        for run in group.runs { partitions[Int(run.partition)].append(run, of: group.bytes) }
        reserveMs = group.reserveMs
    }
}
