// What lanes have in hand, in a file with a slot for each partition.
//
// A slot: from u64, to u64, through i64, marks u8 (1: something is in hand, 2: a segment with it),
// then the segment's version u32, project and name, each behind its length. Little endian; zeroes
// behind.

import Basics
import Segments
import Synchronization

/// The file: written without a sync, since what a process writes outlives it.
final class InHandFile: Sendable {
    /// Where it stands below the data folder.
    static let name = "in-hand"
    /// Room for the longest names.
    static let slotBytes = 256
    /// What is written where no segment is looked at.
    private static let headBytes = 25

    private let file: any DiskFile

    init(folder: String, disk: any Disk) throws {
        file = try disk.open("\(folder)/\(Self.name)", .append)
    }

    /// What was in hand when the process before ended; of an older build's file nothing.
    func taken() throws -> [Doubt] {
        let size = Self.slotBytes * Limits.partitions
        let bytes = try file.read(at: 0, count: size)
        guard bytes.count == size else { return [] }
        return try (0..<Limits.partitions).compactMap { index in
            var reader = ByteReader(
                Array(bytes[(index * Self.slotBytes)...].prefix(Self.slotBytes))
            )
            var doubt = Doubt(
                partition: Partition(index: UInt16(index)),
                from: LogOffset(try reader.u64()),
                to: LogOffset(try reader.u64()),
                through: Timestamp(ms: try reader.i64())
            )
            let marks = try reader.u8()
            guard marks & 1 != 0, doubt.from <= doubt.to else { return nil }
            if marks & 2 != 0 {
                let version = try reader.u32()
                let project = ProjectName(try reader.text())
                let name = ExactName(try reader.text())
                doubt.segment = project.map {
                    SegmentVersion(project: $0, name: name, version: version)
                }
            }
            return doubt
        }
    }

    /// Nothing is in hand.
    ///
    /// Written, not left out: there is room for what is noted, however full the disk gets.
    func clear() throws {
        try file.truncate(to: 0)
        try file.append(Array(repeating: 0, count: Self.slotBytes * Limits.partitions))
    }

    /// Notes what is attempted.
    func take(_ doubt: Doubt) throws(EvaluatorError) {
        var writer = ByteWriter()
        writer.u64(doubt.from.value)
        writer.u64(doubt.to.value)
        writer.i64(doubt.through.ms)
        guard let segment = doubt.segment else {
            writer.u8(1)
            return try write(writer.bytes, of: doubt.partition)
        }
        writer.u8(3)
        writer.u32(segment.version)
        writer.text(segment.project.text)
        writer.text(segment.name.text)
        try write(writer.bytes, of: doubt.partition)
    }

    /// It is done.
    func letGo(of partition: Partition) throws(EvaluatorError) {
        try write(Array(repeating: 0, count: Self.headBytes), of: partition)
    }

    private func write(_ bytes: [UInt8], of partition: Partition) throws(EvaluatorError) {
        do {
            try file.write(bytes, at: Self.slotBytes * Int(partition.index))
        } catch {
            throw EvaluatorError(error, "note the records in hand")
        }
    }
}

/// Where a test lets the process end, as a bug would.
public struct PlantedTraps: Sendable {
    /// What a segment is decided by.
    public enum Cause: Sendable {
        /// It begins, goes on, or is taken up by a start.
        case definition
        case record
        /// Time alone.
        case time
    }

    /// Called with an event's name before its record is handled.
    public var event: (@Sendable (String) -> Void)?
    /// Called before an erasure is handled: a record that nobody can do without.
    public var erasure: (@Sendable () -> Void)?
    /// Called with a segment's name and version before it is decided.
    public var decision: (@Sendable (String, UInt32, Cause) -> Void)?

    /// None.
    public init() {}
}

/// What a partition's lane has in hand while it decides segments.
///
/// In normal work nothing is noted of that, and it costs a look at a flag.
final class InHand: Sendable {
    private let partition: Partition
    private let file: InHandFile
    private let traps: PlantedTraps
    private let isClose = Atomic(false)
    private let attempt = Mutex<(doubt: Doubt, isNoted: Bool)?>(nil)

    init(_ partition: Partition, file: InHandFile, traps: PlantedTraps) {
        self.partition = partition
        self.file = file
        self.traps = traps
    }

    /// Each segment is noted while it is decided, with what is attempted.
    ///
    /// - Parameter isNoted: whether the attempt is noted by itself, too.
    func look(closelyAt doubt: Doubt, isNoted: Bool) {
        attempt.withLock { $0 = (doubt, isNoted) }
        isClose.store(true, ordering: .relaxed)
    }

    /// Nothing is noted any more.
    func lookAway() { isClose.store(false, ordering: .relaxed) }

    /// A segment is decided from here on.
    func take(
        _ segment: @autoclosure () -> SegmentVersion,
        because cause: PlantedTraps.Cause = .record
    ) throws(EvaluatorError) {
        if isClose.load(ordering: .relaxed), var doubt = attempt.withLock({ $0?.doubt }) {
            doubt.segment = segment()
            try file.take(doubt)
        }
        if let trap = traps.decision {
            let segment = segment()
            trap(segment.name.text, segment.version, cause)
        }
    }

    /// It is decided.
    func letGo() throws(EvaluatorError) {
        guard isClose.load(ordering: .relaxed), let attempt = attempt.withLock({ $0 }) else {
            return
        }
        if attempt.isNoted {
            try file.take(attempt.doubt)
        } else {
            try file.letGo(of: partition)
        }
    }
}

extension FeedEnd {
    /// Which version it is of.
    var segmentVersion: SegmentVersion {
        SegmentVersion(project: feed.project, name: segment, version: version)
    }
}
