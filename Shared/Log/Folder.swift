// Where the files of a log lie, and how their names are read.

import Basics

/// The paths of one log folder.
struct Folder: Sendable, Hashable {
    let path: String

    var lock: String { path + "/log.lock" }
    var journalMark: String { path + "/" + Self.journalMarkName }
    var volumesMark: String { path + "/" + Self.volumesMarkName }

    static let journalMarkName = "journal.mark"
    static let volumesMarkName = "volumes.mark"
    /// Ending of a file that is being written and has no meaning until it is renamed.
    static let unfinished = ".tmp"

    static func journalName(_ firstSequence: UInt64) -> String {
        "journal-" + digits(firstSequence, 20) + ".log"
    }

    static func partitionName(_ partition: UInt16) -> String {
        "partition-" + digits(UInt64(partition), 5)
    }

    static func volumeName(_ firstOffset: UInt64) -> String {
        digits(firstOffset, 20) + ".volume"
    }

    func journal(_ firstSequence: UInt64) -> String {
        path + "/" + Self.journalName(firstSequence)
    }

    func partition(_ partition: UInt16) -> String { path + "/" + Self.partitionName(partition) }

    func volume(_ partition: UInt16, _ firstOffset: UInt64) -> String {
        self.partition(partition) + "/" + Self.volumeName(firstOffset)
    }

    /// The first sequence in a journal file's name; nil for another name.
    static func journalSequence(_ name: String) -> UInt64? {
        number(name, after: "journal-", count: 20, before: ".log")
    }

    /// The index in a partition folder's name; nil for another name.
    static func partitionIndex(_ name: String) -> UInt16? {
        number(name, after: "partition-", count: 5, before: "").flatMap { UInt16(exactly: $0) }
    }

    /// The first offset in a volume's name; nil for another name.
    static func volumeOffset(_ name: String) -> UInt64? {
        number(name, after: "", count: 20, before: ".volume")
    }

    /// Makes the folder with those above it; the names of new ones are durable on return.
    func make(_ disk: any Disk) throws(DiskError) {
        var missing: [String] = []
        var at = path
        while try !disk.exists(at) {
            missing.append(at)
            at = Self.parent(of: at)
        }
        guard !missing.isEmpty else { return }
        try disk.createDirectory(path)
        for folder in missing.reversed() { try disk.syncDirectory(Self.parent(of: folder)) }
    }

    /// The folder that a path's last part stands in.
    static func parent(of path: String) -> String {
        let trimmed = path.last == "/" ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    private static func digits(_ value: UInt64, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    private static func number(
        _ name: String,
        after prefix: String,
        count: Int,
        before suffix: String
    ) -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix),
            name.utf8.count == prefix.utf8.count + count + suffix.utf8.count
        else { return nil }
        let middle = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard middle.utf8.allSatisfy({ (0x30...0x39) ~= $0 }) else { return nil }
        return UInt64(middle)
    }
}

extension LogError {
    /// A disk's error as the log's.
    init(_ error: DiskError, _ operation: String) {
        let code: Code =
            switch error.code {
            case .noSpace: .full
            case .locked: .locked
            case .notFound: .missing
            default: .disk
            }
        self.init(
            code,
            operation,
            at: error.path,
            hint: "\(error.operation) gave \(error.errno); \(error.hint)"
        )
    }
}

/// Runs calls of the disk and names what they were for when they fail.
func onDisk<Value>(
    _ operation: String,
    _ body: () throws(DiskError) -> Value
) throws(LogError) -> Value {
    do throws(DiskError) {
        return try body()
    } catch {
        throw LogError(error, operation)
    }
}
