// Whether a copy of a log is whole: opened by the rules of recovery, read to its end, left alone.

public import Basics

/// Checks the copy of a log that lies in a folder.
public enum LogCheck {
    /// Marks larger than this are none: 4,096 partitions have two of 64 KiB.
    private static let markBytesMax = 1 << 20

    /// Opens a copy by the rules by which a log is opened, and reads every volume block and journal
    /// group once.
    ///
    /// Nothing is written, and nothing unfinished is passed over: a copy has none. Blocks for as
    /// long as reading everything takes.
    ///
    /// - Returns: what an opening will find; `records` counts those in journal files.
    /// - Throws: `.corrupt` and `.missing` with file and byte, `.foreign` for what is no copy.
    public static func run(_ path: String, disk: any Disk) throws(LogError) -> RecoveredState {
        let folder = Folder(path: path)
        let bytes = try onDisk("check log") { () throws(DiskError) in
            let file = try disk.open(folder.journalMark, .read)
            return try file.read(at: 0, count: markBytesMax)
        }
        let mark = try JournalMark.read(bytes, file: folder.journalMark)
        guard let partitions = PartitionCount(mark.nextOffsets.count) else {
            throw LogError.corrupt(
                "check log",
                folder.journalMark,
                byte: 0,
                "it names \(mark.nextOffsets.count) partitions"
            )
        }
        return try Recovery(
            .check,
            LogSettings(folder: path, partitions: partitions),
            folder,
            disk,
            BlockCache(byteCountMax: 0)
        ).check()
    }
}
