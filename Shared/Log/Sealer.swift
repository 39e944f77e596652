// Turns closed journal files into volumes, in the background, once and wholly.

import Basics
import Synchronization

/// What sealing a journal file gave.
public struct SealedFile: Sendable, Hashable {
    /// First sequence of the journal file that is gone now.
    public let firstSequence: UInt64
    /// Volumes that hold its records.
    public let volumes: Int
    /// Bytes of the journal file.
    public let journalBytes: Int
    /// Bytes of the volumes.
    public let volumeBytes: Int
}

/// Seals closed journal files, oldest first.
///
/// One background thread; the journal goes on meanwhile.
///
/// A file becomes one volume for each partition that occurs in it, so that a file of 64 MiB gives
/// volumes of about a megabyte when 64 partitions share the load; a later step may merge them.
/// Each step can be cut off: volumes count only once `volumes.mark` says so, until then the journal
/// file is the truth and sealing starts over, keeping volumes that are there and whole.
public final class Sealer: Sendable {
    private let settings: LogSettings
    private let folder: Folder
    private let disk: any Disk
    private let state: LogState
    private let writer: VolumeWriter
    /// The mark as it is on disk; held while a file is sealed, so that two callers take turns.
    private let mark: Mutex<VolumesMark>
    private let poison = Mutex<LogError?>(nil)

    init(settings: LogSettings, disk: any Disk, state: LogState, mark: VolumesMark) {
        self.settings = settings
        self.folder = Folder(path: settings.folder)
        self.disk = disk
        self.state = state
        self.mark = Mutex(mark)
        self.writer = VolumeWriter(folder: folder, identity: state.identity, disk: disk)
    }

    /// Closed journal files that wait.
    ///
    /// From any thread.
    public var backlog: Int { state.backlog }

    /// The error that ended this sealer; nil while it is well.
    ///
    /// From any thread.
    public var failure: LogError? { poison.withLock { $0 } }

    /// Seals the oldest closed file; nil when there is none.
    ///
    /// `.full` with `isRetriable` may be tried again once there is room. Any other error is the
    /// last: later calls throw `.poisoned`, and the process must stop.
    public func sealOldest() throws(LogError) -> SealedFile? {
        try mark.withLock { mark throws(LogError) in
            if let failure = poison.withLock({ $0 }) { throw failure.asPoison }
            guard let closed = state.oldestClosed() else { return nil }
            do throws(LogError) {
                return try seal(closed.source, before: closed.nextFirst, &mark)
            } catch {
                if !error.isRetriable { poison.withLock { $0 = error } }
                throw error
            }
        }
    }

    private func seal(
        _ source: JournalSource,
        before nextFirst: UInt64,
        _ mark: inout VolumesMark
    ) throws(LogError) -> SealedFile {
        var split = try JournalSplit(source.path, before: nextFirst, settings, disk: disk)
        let journal = source.header.firstSequence
        let partitions = split.builders.indices.filter { !split.builders[$0].isEmpty }
            .map { UInt16($0) }
        try check(split, against: mark)
        try sealing("make partition folders") { () throws(DiskError) in
            try writer.makeFolders(partitions)
        }
        for partition in partitions {
            try write(&split.builders[Int(partition)], partition, journal)
        }
        var volumes: [VolumeReader] = []
        var bytes = 0
        for partition in partitions {
            // The name is made durable and the file looked at again before the mark believes it.
            try onDisk("sync volumes") { () throws(DiskError) in
                try disk.syncDirectory(folder.partition(partition))
            }
            let first = split.builders[Int(partition)].first
            let volume = try VolumeReader(
                path: folder.volume(partition, first),
                partition: partition,
                identity: state.identity,
                disk: disk
            )
            bytes += volume.byteCount
            volumes.append(volume)
        }
        try remember(volumes, nextFirst, &mark)
        state.sealed(volumes)
        try onDisk("remove journal") { () throws(DiskError) in
            try disk.remove(source.path)
            try disk.syncDirectory(folder.path)
        }
        return SealedFile(
            firstSequence: journal,
            volumes: volumes.count,
            journalBytes: split.fileBytes,
            volumeBytes: bytes
        )
    }

    /// The file's records must come right behind the volumes there are.
    private func check(_ split: JournalSplit, against mark: VolumesMark) throws(LogError) {
        for (index, builder) in split.builders.enumerated() where !builder.isEmpty {
            guard builder.first == mark.spans[index].next else {
                throw LogError.corrupt(
                    "seal journal",
                    split.path,
                    byte: 0,
                    "partition \(index) begins at \(builder.first), its volumes end at "
                        + "\(mark.spans[index].next)"
                )
            }
        }
    }

    private func write(
        _ builder: inout VolumeBuilder,
        _ partition: UInt16,
        _ journal: UInt64
    ) throws(LogError) {
        let span = builder.first..<builder.nextOffset
        if writer.isThere(partition, span, journal: journal) { return }
        let bytes = try builder.finish(
            partition: partition,
            identity: state.identity,
            journal: journal
        )
        try sealing("write volume") { () throws(DiskError) in
            try writer.put(bytes, partition, first: span.lowerBound)
        }
    }

    /// Calls the disk where nothing counts yet and a next try begins with empty files, so that a
    /// full disk may be tried again; a failed sync may not.
    private func sealing(
        _ operation: String,
        _ body: () throws(DiskError) -> Void
    ) throws(LogError) {
        do throws(DiskError) {
            try body()
        } catch {
            let isSync = error.operation == "sync" || error.operation == "syncDirectory"
            throw LogError(error, operation).retriable(error.code == .noSpace && !isSync)
        }
    }

    private func remember(
        _ volumes: [VolumeReader],
        _ nextFirst: UInt64,
        _ mark: inout VolumesMark
    ) throws(LogError) {
        var spans = mark.spans
        for volume in volumes { spans[Int(volume.partition)].next = volume.nextOffset }
        let next = VolumesMark(identity: mark.identity, journalFrom: nextFirst, spans: spans)
        try sealing("write volumes mark") { () throws(DiskError) in
            try WholeFile.replace(
                folder.volumesMark,
                in: folder.path,
                with: next.bytes,
                disk: disk
            )
        }
        mark = next
    }
}

/// A closed journal file, read once and split by partition.
private struct JournalSplit {
    let path: String
    let fileBytes: Int
    var builders: [VolumeBuilder]

    init(
        _ path: String,
        before nextFirst: UInt64,
        _ settings: LogSettings,
        disk: any Disk
    ) throws(LogError) {
        self.path = path
        builders = Array(
            repeating: VolumeBuilder(settings: settings),
            count: Int(settings.partitions.count)
        )
        var scan = try JournalScan(path: path, disk: disk)
        var sequence = scan.header.firstSequence
        while let group = try scan.next(sequence: sequence) {
            for run in group.runs where Int(run.partition) < builders.count {
                try builders[Int(run.partition)].add(run, of: group.bytes)
            }
            sequence += 1
        }
        guard sequence == nextFirst else {
            throw LogError.corrupt(
                "seal journal",
                path,
                byte: scan.position,
                "group \(sequence) is not whole, the file goes on to \(nextFirst - 1)"
            )
        }
        fileBytes = scan.position
    }
}
