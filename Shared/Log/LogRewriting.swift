// Records rewritten in a log that nobody has open: volumes and journal files, one after the other.

public import Basics

/// Replaces what single records hold; offsets, log times and everything else stay.
///
/// Each file that changes is written anew beside the old one and renamed into its place, so that
/// whatever cuts the work off leaves every file old or new, and a log that opens; the same work
/// done again does the rest.
public enum LogRewriting {
    /// What a record is to hold instead; nil: it stays as it is.
    public typealias Change = (Partition, LogOffset, ArraySlice<UInt8>) throws -> [UInt8]?

    /// Rewrites every file of a log that holds a record which changes.
    ///
    /// The log must have been closed. Reads all of it once; a journal file is held in memory.
    ///
    /// - Returns: how many files were written anew.
    /// - Throws: `.locked` when somebody has the log open, `LogError` for damage and for the disk,
    ///   and whatever `change` throws.
    public static func run(_ settings: LogSettings, disk: any Disk, _ change: Change) throws -> Int
    {
        let work = try Work(settings, disk)
        defer { work.lock.release() }
        var count = 0
        let names = try onDisk("rewrite log") { () throws(DiskError) in
            try disk.list(work.folder.path)
        }
        for sequence in names.compactMap(Folder.journalSequence).sorted()
        where try work.rewrite(journal: sequence, change) {
            count += 1
        }
        for partition in names.compactMap(Folder.partitionIndex).sorted() {
            let volumes = try onDisk("rewrite log") { () throws(DiskError) in
                try disk.list(work.folder.partition(partition))
            }
            for first in volumes.compactMap(Folder.volumeOffset).sorted()
            where try work.rewrite(volume: first, partition, change) {
                count += 1
            }
        }
        return count
    }
}

/// The log that is rewritten.
private struct Work {
    let settings: LogSettings
    let folder: Folder
    let disk: any Disk
    let lock: any DiskLock
    let identity: InstanceID

    init(_ settings: LogSettings, _ disk: any Disk) throws(LogError) {
        self.settings = settings
        self.disk = disk
        let folder = Folder(path: settings.folder)
        self.folder = folder
        let opened = try onDisk("rewrite log") { () throws(DiskError) in
            let lock = try disk.lock(folder.lock)
            return (lock: lock, mark: try WholeFile.read(folder.journalMark, disk: disk))
        }
        lock = opened.lock
        identity = try JournalMark.read(opened.mark, file: folder.journalMark).identity
    }

    /// Rewrites a journal file.
    ///
    /// - Returns: whether there was anything to change.
    func rewrite(journal sequence: UInt64, _ change: LogRewriting.Change) throws -> Bool {
        let path = folder.journal(sequence)
        var scan = try JournalScan(path: path, disk: disk)
        let seed = Format.seed(identity: scan.header.identity, firstSequence: sequence)
        var bytes = scan.header.bytes
        var next = sequence
        var isChanged = false
        while let group = try scan.next(sequence: next) {
            let changed = try group.changed(seed: seed, change)
            bytes += changed ?? group.bytes
            isChanged = isChanged || changed != nil
            next += 1
        }
        // What is behind the last group would be lost: an opening cuts or refuses it.
        guard try scan.stop(sequence: next) == .end else {
            throw LogError.corrupt(
                "rewrite log",
                path,
                byte: scan.position,
                "the file does not end with a group"
            )
        }
        guard isChanged else { return false }
        try onDisk("rewrite journal") { () throws(DiskError) in
            try WholeFile.replace(path, in: folder.path, with: bytes, disk: disk)
        }
        return true
    }

    /// Rewrites a volume.
    ///
    /// - Returns: whether there was anything to change.
    func rewrite(volume first: UInt64, _ partition: UInt16, _ change: LogRewriting.Change) throws
        -> Bool
    {
        let volume = try VolumeReader(
            path: folder.volume(partition, first),
            partition: partition,
            identity: identity,
            disk: disk
        )
        var builder = VolumeBuilder(settings: settings)
        var isChanged = false
        for index in volume.blocks.indices {
            let records = try volume.records(ofBlock: index)
            var walk = volume.walk(records, ofBlock: index)
            while let place = walk.next() {
                let payload = records[place.payload]
                let changed = try change(
                    Partition(index: partition),
                    LogOffset(place.offset),
                    payload
                )
                isChanged = isChanged || changed != nil
                try builder.add(changed?[...] ?? payload, place.offset, place.timeMs)
            }
        }
        guard isChanged else { return false }
        let bytes = try builder.finish(
            partition: partition,
            identity: identity,
            journal: volume.journal
        )
        try onDisk("rewrite volume") { () throws(DiskError) in
            let writer = VolumeWriter(folder: folder, identity: identity, disk: disk)
            try writer.put(bytes, partition, first: first)
            try disk.syncDirectory(folder.partition(partition))
        }
        return true
    }
}

extension JournalScan.Group {
    /// The group with other records, under the same sequence; nil: none changes.
    fileprivate func changed(seed: UInt32, _ change: LogRewriting.Change) throws -> [UInt8]? {
        var isChanged = false
        var writer = ByteWriter(reserving: bytes.count)
        writer.u64(head.sequence)
        writer.i64(head.reserveMs)
        writer.u16(UInt16(truncatingIfNeeded: head.runCount))
        for run in runs {
            var records: [UInt8] = []
            var walk = run.walk(bytes)
            var lastTimeMs = run.firstTimeMs
            while let place = walk.next() {
                let payload = bytes[place.payload]
                let changed = try change(
                    Partition(index: run.partition),
                    LogOffset(place.offset),
                    payload
                )
                isChanged = isChanged || changed != nil
                RecordWalk.append(
                    changed?[...] ?? payload,
                    delta: place.timeMs - lastTimeMs,
                    to: &records
                )
                lastTimeMs = place.timeMs
            }
            var head = ByteWriter(reserving: Format.runHeadBytes)
            head.u16(run.partition)
            head.u64(run.firstOffset)
            head.i64(run.firstTimeMs)
            head.u32(run.count)
            head.u32(UInt32(records.count))
            let sum = Checksum.crc32c(records, seed: Checksum.crc32c(head.bytes, seed: seed))
            writer.raw(head.bytes)
            writer.u32(sum)
            writer.raw(records)
        }
        guard isChanged else { return nil }
        var length = ByteWriter(reserving: 4)
        length.u32(UInt32(writer.count))
        let sum = Checksum.crc32c(writer.bytes, seed: Checksum.crc32c(length.bytes, seed: seed))
        length.u32(sum)
        return length.bytes + writer.bytes
    }
}
