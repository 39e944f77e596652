// The two marks: what must at least be there, so that what is missing or old is noticed.

import Basics

/// What of the journal is durable at least.
///
/// Written by the journal: at start, roll and close.
struct JournalMark: Sendable, Hashable {
    let identity: InstanceID
    /// First sequence of the file that is being written.
    let activeFile: UInt64
    /// The sequence after the last group known to be durable.
    let nextSequence: UInt64
    let reserveMs: Int64
    /// Per partition, the offset after the last record known to be durable.
    let nextOffsets: [UInt64]

    var bytes: [UInt8] {
        var writer = ByteWriter(reserving: 64 + 8 * nextOffsets.count)
        writer.raw(Format.journalMarkMagic)
        writer.u16(Format.version)
        writer.u16(UInt16(clamping: nextOffsets.count))
        writer.raw(identity.bytes)
        writer.u64(activeFile)
        writer.u64(nextSequence)
        writer.i64(reserveMs)
        for next in nextOffsets { writer.u64(next) }
        writer.u32(Checksum.crc32c(writer.bytes))
        return writer.bytes
    }

    static func read(_ bytes: [UInt8], file: String) throws(LogError) -> JournalMark {
        var opened = try Opened(bytes, magic: Format.journalMarkMagic, file: file)
        return try opened.field { reader throws(BytesError) in
            let partitions = try reader.u16()
            let identity = try reader.identity()
            let activeFile = try reader.u64()
            let nextSequence = try reader.u64()
            let reserveMs = try reader.i64()
            var nextOffsets: [UInt64] = []
            for _ in 0..<partitions { nextOffsets.append(try reader.u64()) }
            return JournalMark(
                identity: identity,
                activeFile: activeFile,
                nextSequence: nextSequence,
                reserveMs: reserveMs,
                nextOffsets: nextOffsets
            )
        }
    }
}

/// Up to where volumes have taken over from the journal.
///
/// Written by the sealer.
struct VolumesMark: Sendable, Hashable {
    /// The offsets of one partition's volumes.
    struct Span: Sendable, Hashable {
        var first: UInt64
        var next: UInt64
    }

    let identity: InstanceID
    /// First sequence of the oldest journal file that is not sealed.
    let journalFrom: UInt64
    let spans: [Span]

    var bytes: [UInt8] {
        var writer = ByteWriter(reserving: 64 + 16 * spans.count)
        writer.raw(Format.volumesMarkMagic)
        writer.u16(Format.version)
        writer.u16(UInt16(clamping: spans.count))
        writer.raw(identity.bytes)
        writer.u64(journalFrom)
        for span in spans {
            writer.u64(span.first)
            writer.u64(span.next)
        }
        writer.u32(Checksum.crc32c(writer.bytes))
        return writer.bytes
    }

    static func read(_ bytes: [UInt8], file: String) throws(LogError) -> VolumesMark {
        var opened = try Opened(bytes, magic: Format.volumesMarkMagic, file: file)
        return try opened.field { reader throws(BytesError) in
            let partitions = try reader.u16()
            let identity = try reader.identity()
            let journalFrom = try reader.u64()
            var spans: [Span] = []
            for _ in 0..<partitions {
                spans.append(Span(first: try reader.u64(), next: try reader.u64()))
            }
            return VolumesMark(identity: identity, journalFrom: journalFrom, spans: spans)
        }
    }
}

/// Small files that are written whole.
enum WholeFile {
    /// Writes a file under a passing name, syncs it, gives it its name and syncs the folder.
    static func replace(
        _ path: String,
        in folder: String,
        with bytes: [UInt8],
        disk: any Disk
    ) throws(DiskError) {
        let unfinished = path + Folder.unfinished
        let file = try disk.open(unfinished, .create)
        try file.append(bytes)
        try file.sync()
        try file.close()
        try disk.rename(unfinished, to: path)
        try disk.syncDirectory(folder)
    }

    /// All bytes of a file that is at most a few megabytes.
    static func read(_ path: String, disk: any Disk) throws(DiskError) -> [UInt8] {
        let file = try disk.open(path, .read)
        let bytes = try file.read(at: 0, count: try file.size())
        try file.close()
        return bytes
    }
}
