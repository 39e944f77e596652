// What a log held at one instant, as files to be read while the log goes on.

public import Basics

/// A consistent copy of a log folder in use: read file by file, it opens as the log did then.
///
/// Volumes never change, journal files only grow, and the marks are made for the copy; so nothing
/// is held up and nothing is written. The copy keeps the journal files open that were not yet
/// sealed: their disk space is free again when the copy and the log have let them go.
public struct LogCopy: Sendable {
    /// The log's own name.
    public let identity: InstanceID
    /// By index of the partition: how far it was durable, and how far its time was closed.
    public let ends: [PartitionEnd]
    /// The marks first, then journal files and volumes.
    public let files: [LogCopyFile]

    /// - Parameter nextSequence: of the first group that is not in the copy.
    init(
        _ content: LogState.Content,
        identity: InstanceID,
        nextSequence: UInt64,
        reserveMs: Int64,
        activeBytes: Int
    ) throws(LogError) {
        self.identity = identity
        ends = content.partitions.map(\.durable)
        let journals = content.files.map(\.source)
        let journal = JournalMark(
            identity: identity,
            activeFile: journals.last?.header.firstSequence ?? nextSequence,
            nextSequence: nextSequence,
            reserveMs: reserveMs,
            nextOffsets: content.partitions.map(\.next)
        )
        let volumes = VolumesMark(
            identity: identity,
            journalFrom: journals.first?.header.firstSequence ?? nextSequence,
            spans: content.partitions.map { partition in
                VolumesMark.Span(
                    first: partition.first,
                    next: partition.volumes.last?.reader.nextOffset ?? partition.first
                )
            }
        )
        var files = [
            LogCopyFile(Folder.journalMarkName, made: journal.bytes),
            LogCopyFile(Folder.volumesMarkName, made: volumes.bytes),
        ]
        for (index, source) in journals.enumerated() {
            let isActive = index == journals.count - 1
            let byteCount = isActive ? activeBytes : try source.size()
            files.append(LogCopyFile(source, byteCount: byteCount))
        }
        for partition in content.partitions {
            files += partition.volumes.map { LogCopyFile($0.reader) }
        }
        self.files = files
    }
}

/// One file of a copy.
public struct LogCopyFile: Sendable {
    enum Source: Sendable {
        case made([UInt8])
        case journal(JournalSource)
        case volume(VolumeReader)
    }

    /// Its path below the log's folder.
    public let name: String
    /// Its size.
    public let byteCount: Int
    private let source: Source

    init(_ name: String, _ source: Source, byteCount: Int) {
        self.name = name
        self.source = source
        self.byteCount = byteCount
    }

    init(_ name: String, made bytes: [UInt8]) {
        self.init(name, .made(bytes), byteCount: bytes.count)
    }

    init(_ journal: JournalSource, byteCount: Int) {
        self.init(
            Folder.journalName(journal.header.firstSequence),
            .journal(journal),
            byteCount: byteCount
        )
    }

    init(_ volume: VolumeReader) {
        self.init(
            Folder.partitionName(volume.partition) + "/" + Folder.volumeName(volume.firstOffset),
            .volume(volume),
            byteCount: volume.byteCount
        )
    }

    /// Its bytes from `offset` on, `count` of them or up to the copy's end; blocks on the disk.
    ///
    /// - Throws: `.missing` when the file has become shorter meanwhile; `.disk`.
    public func read(at offset: Int, count: Int) throws(LogError) -> [UInt8] {
        let wanted = min(count, byteCount - offset)
        guard offset >= 0, wanted > 0 else { return [] }
        let bytes: [UInt8]
        switch source {
        case .made(let made): bytes = Array(made[offset..<offset + wanted])
        case .journal(let journal): bytes = try journal.bytes(at: offset, count: wanted)
        case .volume(let volume): bytes = try volume.bytes(at: offset, count: wanted)
        }
        guard bytes.count == wanted else {
            throw LogError.missing(
                "copy log",
                name,
                "it ends before byte \(offset + wanted) and had \(byteCount)"
            )
        }
        return bytes
    }
}
