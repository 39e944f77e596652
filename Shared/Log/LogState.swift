// What journal, sealer and readers share: where every durable record lies.

import Basics
import Synchronization

/// An open volume and its number in the cache.
struct OpenVolume: Sendable {
    let reader: VolumeReader
    let number: UInt64
}

/// The index of one journal file that is not sealed: 24 bytes a run, whatever its records.
struct FileIndex: Sendable {
    /// The records of one partition in one group.
    struct Run: Sendable {
        let firstOffset: UInt64
        /// Where its group begins in the file.
        let group: UInt32
        /// Where it begins in the group.
        let start: UInt32
        /// With its head.
        let byteCount: UInt32
    }

    let source: JournalSource
    let number: UInt64
    private(set) var runs: [[Run]]

    init(source: JournalSource, number: UInt64, partitions: Int) {
        self.source = source
        self.number = number
        runs = Array(repeating: [], count: partitions)
    }

    mutating func add(_ place: GroupPlace, _ added: [RunPlace]) {
        for run in added {
            runs[Int(run.partition)].append(
                Run(
                    firstOffset: run.firstOffset,
                    group: place.position,
                    start: UInt32(run.records.lowerBound - Format.runHeadBytes),
                    byteCount: UInt32(run.records.count + Format.runHeadBytes)
                )
            )
        }
    }
}

/// One run that a read may visit.
struct RunSource: Sendable {
    let source: JournalSource
    let number: UInt64
    /// Where its group begins in the file.
    let group: Int
    /// Where it begins in the group.
    let start: Int
    let byteCount: Int
}

/// Where a partition's durable records lie.
struct PartitionIndex: Sendable {
    var first: UInt64
    var next: UInt64
    var lastTimeMs: Int64
    var watermarkMs: Int64
    /// The reserve at opening: watermarks below it may have been told before.
    var floorMs: Int64
    /// By offset, without gaps.
    var volumes: [OpenVolume]

    /// How far it is durable and closed in time.
    var durable: PartitionEnd {
        PartitionEnd(next: LogOffset(next), watermark: Timestamp(ms: watermarkMs))
    }

    /// The earliest log time the next record may have.
    var earliestMs: Int64 {
        max(lastTimeMs, floorMs, watermarkMs == .max ? .max : watermarkMs + 1)
    }
}

/// The shared index.
///
/// Its lock is held for look-ups and updates, never while the disk works.
final class LogState: Sendable {
    /// Runs looked up at once; a read that needs more looks again.
    private static let runsAtOnce = 256

    struct Content: Sendable {
        /// Journal files not sealed, the one being written last.
        var files: [FileIndex]
        var partitions: [PartitionIndex]
    }

    /// Where the next records of a read lie.
    enum Location {
        case volume(OpenVolume)
        case runs([RunSource])
        case nowhere
    }

    let cache: BlockCache
    let identity: InstanceID
    private let content: Mutex<Content>
    private let lock: any DiskLock

    init(_ content: Content, identity: InstanceID, cache: BlockCache, lock: any DiskLock) {
        self.content = Mutex(content)
        self.identity = identity
        self.cache = cache
        self.lock = lock
    }

    /// Gives the folder to the next process.
    func releaseFolder() { lock.release() }

    /// Everything as it is now; cheap, as nothing is copied before it changes.
    var snapshot: Content { content.withLock { $0 } }

    var partitionCount: Int { content.withLock { $0.partitions.count } }

    /// Per partition the next offset and the earliest log time a record may have.
    var ends: [GroupStart] {
        content.withLock { content in
            content.partitions.map { GroupStart(next: $0.next, earliestMs: $0.earliestMs) }
        }
    }

    func partition(_ index: Int) -> PartitionIndex? {
        content.withLock { content in
            index < content.partitions.count ? content.partitions[index] : nil
        }
    }

    // What the journal changes

    /// A group has become durable.
    func publish(_ group: EncodedGroup, at place: GroupPlace) {
        let number = content.withLock { content in
            let last = content.files.count - 1
            content.files[last].add(place, group.runs)
            for run in group.runs {
                let index = Int(run.partition)
                content.partitions[index].next = run.firstOffset + UInt64(run.count)
                content.partitions[index].lastTimeMs = run.lastTimeMs
            }
            return content.files[last].number
        }
        let key = BlockCache.Key(source: number, position: Int(place.position))
        cache.keep(group.bytes, as: key)
    }

    /// A new file is being written.
    func begin(_ source: JournalSource) {
        let number = cache.newSource()
        content.withLock { content in
            content.files.append(
                FileIndex(source: source, number: number, partitions: content.partitions.count)
            )
        }
    }

    /// A watermark may be told, in a partition no further than `ceilings` says.
    func tell(_ watermark: Int64, ceilings: [Int64?]) {
        content.withLock { content in
            for index in content.partitions.indices {
                let ceiling = index < ceilings.count ? ceilings[index] ?? .max : .max
                let told = min(watermark, ceiling)
                content.partitions[index].watermarkMs =
                    max(content.partitions[index].watermarkMs, told)
            }
        }
    }

    // What the sealer changes

    /// Closed journal files.
    var backlog: Int { content.withLock { max(0, $0.files.count - 1) } }

    /// The oldest closed file, and the first sequence of the file after it.
    func oldestClosed() -> (source: JournalSource, nextFirst: UInt64)? {
        content.withLock { content in
            guard content.files.count > 1 else { return nil }
            return (content.files[0].source, content.files[1].source.header.firstSequence)
        }
    }

    /// The oldest file's records are in these volumes now.
    func sealed(_ volumes: [VolumeReader]) {
        let opened = volumes.map { OpenVolume(reader: $0, number: cache.newSource()) }
        content.withLock { content in
            for volume in opened {
                content.partitions[Int(volume.reader.partition)].volumes.append(volume)
            }
            content.files.removeFirst()
        }
    }

    // What readers ask

    /// Whether a journal file is still read from.
    func isUnsealed(_ number: UInt64) -> Bool {
        content.withLock { $0.files.contains { $0.number == number } }
    }

    /// Where the record at an offset, and those after it, lie.
    func locate(_ partition: Int, _ offset: UInt64) -> Location {
        content.withLock { content in
            let volumes = content.partitions[partition].volumes
            if let last = volumes.last, offset < last.reader.nextOffset {
                let index = Self.lastIndex(volumes.count) {
                    volumes[$0].reader.firstOffset <= offset
                }
                return index.map { .volume(volumes[$0]) } ?? .nowhere
            }
            return .runs(Self.runs(content.files, partition, offset))
        }
    }

    private static func runs(
        _ files: [FileIndex],
        _ partition: Int,
        _ offset: UInt64
    ) -> [RunSource] {
        var found: [RunSource] = []
        let file = files.lastIndex { file in
            file.runs[partition].first.map { $0.firstOffset <= offset } ?? false
        }
        guard let file else { return [] }
        let first = files[file].runs[partition]
        var index = lastIndex(first.count) { first[$0].firstOffset <= offset } ?? 0
        for file in files[file...] {
            let runs = file.runs[partition]
            while index < runs.count, found.count < runsAtOnce {
                let run = runs[index]
                found.append(
                    RunSource(
                        source: file.source,
                        number: file.number,
                        group: Int(run.group),
                        start: Int(run.start),
                        byteCount: Int(run.byteCount)
                    )
                )
                index += 1
            }
            index = 0
        }
        return found
    }

    /// The last index for which a rule holds that holds for a beginning only.
    private static func lastIndex(_ count: Int, _ holds: (Int) -> Bool) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }
}
