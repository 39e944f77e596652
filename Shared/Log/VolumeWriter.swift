// Builds a volume in memory and puts it on disk whole.

import Basics
import Compression

/// The records of one partition out of one journal file, as a volume.
struct VolumeBuilder {
    private let blockBytes: Int
    private let level: Int
    private var firstOffset: UInt64 = 0
    private(set) var nextOffset: UInt64 = 0
    private var body: [UInt8] = []
    private var blocks: [BlockPlace] = []
    private var raw: [UInt8] = []
    private var count: UInt32 = 0
    private var firstTimeMs: Int64 = 0
    private var lastTimeMs: Int64 = 0

    init(settings: LogSettings) {
        blockBytes = settings.blockBytes
        level = settings.compressionLevel
    }

    var isEmpty: Bool { blocks.isEmpty && count == 0 }
    var first: UInt64 { firstOffset }

    /// Adds the records of a run of a checked group.
    mutating func add(_ run: RunPlace, of group: [UInt8]) throws(LogError) {
        var walk = run.walk(group)
        while let record = walk.next() {
            try add(group[record.payload], record.offset, record.timeMs)
        }
    }

    /// Adds a record, the next one.
    mutating func add(_ payload: ArraySlice<UInt8>, _ offset: UInt64, _ timeMs: Int64)
        throws(LogError)
    {
        if isEmpty { firstOffset = offset }
        if count == 0 {
            firstTimeMs = timeMs
            lastTimeMs = timeMs
        }
        RecordWalk.append(payload, delta: timeMs - lastTimeMs, to: &raw)
        lastTimeMs = timeMs
        nextOffset = offset + 1
        count += 1
        if raw.count >= blockBytes { try closeBlock() }
    }

    /// The whole file; the builder is used up.
    mutating func finish(
        partition: UInt16,
        identity: InstanceID,
        journal: UInt64
    ) throws(LogError) -> [UInt8] {
        if count > 0 { try closeBlock() }
        let header = VolumeHeader(
            partition: partition,
            identity: identity,
            firstOffset: firstOffset,
            journal: journal
        )
        return header.bytes + body + Trailer.bytes(blocks: blocks, nextOffset: nextOffset)
    }

    private mutating func closeBlock() throws(LogError) {
        let packed: [UInt8]
        do {
            packed = try Zstd.compress(raw, level: level)
        } catch {
            throw LogError(
                .disk,
                "compress block",
                at: "offset \(nextOffset)",
                hint: "zstd gave \(error); check the machine's memory"
            )
        }
        let isSmaller = packed.count < raw.count
        let stored = isSmaller ? packed : raw
        let place = BlockPlace(
            position: UInt64(Format.volumeHeaderBytes + body.count),
            firstOffset: nextOffset - UInt64(count),
            count: count,
            firstTimeMs: firstTimeMs,
            lastTimeMs: lastTimeMs,
            rawBytes: UInt32(raw.count),
            storedBytes: UInt32(stored.count)
        )
        let head = place.head(codec: isSmaller ? Format.codecZstd : Format.codecPlain)
        var writer = ByteWriter(reserving: 4)
        writer.u32(Checksum.crc32c(stored, seed: Checksum.crc32c(head)))
        body.append(contentsOf: head)
        body.append(contentsOf: writer.bytes)
        body.append(contentsOf: stored)
        blocks.append(place)
        raw.removeAll(keepingCapacity: true)
        count = 0
    }
}

/// Puts volumes on disk.
struct VolumeWriter {
    let folder: Folder
    let identity: InstanceID
    let disk: any Disk

    /// Whether a volume of this range is there and whole, left by a sealing that did not finish.
    func isThere(_ partition: UInt16, _ span: Range<UInt64>, journal: UInt64) -> Bool {
        let path = folder.volume(partition, span.lowerBound)
        do throws(LogError) {
            let volume = try VolumeReader(
                path: path,
                partition: partition,
                identity: identity,
                disk: disk
            )
            try volume.verify()
            return volume.firstOffset == span.lowerBound && volume.nextOffset == span.upperBound
                && volume.journal == journal
        } catch {
            // Not there, or not whole: the journal is still there to write it again from.
            return false
        }
    }

    /// Writes and syncs a volume under its passing name, then gives it its own.
    ///
    /// The name is durable only after `syncDirectory` of the partition's folder.
    func put(_ bytes: [UInt8], _ partition: UInt16, first: UInt64) throws(DiskError) {
        let path = folder.volume(partition, first)
        let unfinished = path + Folder.unfinished
        let file = try disk.open(unfinished, .create)
        try file.append(bytes)
        try file.sync()
        try file.close()
        try disk.rename(unfinished, to: path)
    }

    /// Makes the folders of partitions that have none yet; durable on return.
    func makeFolders(_ partitions: [UInt16]) throws(DiskError) {
        var isNew = false
        for partition in partitions where try !disk.exists(folder.partition(partition)) {
            try disk.createDirectory(folder.partition(partition))
            isNew = true
        }
        if isNew { try disk.syncDirectory(folder.path) }
    }
}
