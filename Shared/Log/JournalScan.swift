// Reads a journal file group by group, and says what the bytes behind the last good one are.

import Basics

/// A walk over a journal file through a window of memory.
struct JournalScan {
    /// A whole group and where it lies.
    struct Group {
        let place: GroupPlace
        let head: GroupBytes.Head
        let bytes: [UInt8]
        let runs: [RunPlace]
    }

    /// What stands where the next group would begin.
    enum Stop: Hashable {
        /// The end of the file, or nothing but zeros up to it.
        case end
        /// Bytes that are no group, and no group behind them: a write that did not finish.
        case torn
        /// Bytes that are no group, and a whole group behind them.
        case damaged
    }

    /// Bytes read at once.
    private static let windowBytes = 1 << 20

    let path: String
    let header: JournalHeader
    let size: Int
    private let seed: UInt32
    private let file: any DiskFile
    private(set) var position: Int
    private var window: [UInt8] = []
    private var windowAt = 0

    /// Opens a file and checks its header.
    init(path: String, disk: any Disk) throws(LogError) {
        self.path = path
        let opened = try onDisk("scan journal") { () throws(DiskError) in
            let file = try disk.open(path, .read)
            let bytes = try file.read(at: 0, count: Format.journalHeaderBytes)
            return (file: file, size: try file.size(), head: bytes)
        }
        header = try JournalHeader.read(opened.head, file: path)
        file = opened.file
        size = opened.size
        seed = Format.seed(identity: header.identity, firstSequence: header.firstSequence)
        position = Format.journalHeaderBytes
    }

    /// The next group; nil where there is none, which `stop` explains.
    mutating func next(sequence: UInt64) throws(LogError) -> Group? {
        guard let head = GroupBytes.head(try bytes(Format.groupHeadBytes)),
            head.byteCount <= size - position
        else { return nil }
        let slice = try bytes(head.byteCount)
        guard slice.count == head.byteCount, GroupBytes.isWhole(slice, seed: seed) else {
            return nil
        }
        let group = Array(slice)
        guard head.sequence == sequence, let runs = GroupBytes.runs(in: group, count: head.runCount)
        else {
            throw LogError.corrupt(
                "scan journal",
                path,
                byte: position,
                "a whole group of sequence \(head.sequence) stands where \(sequence) belongs"
            )
        }
        let place = GroupPlace(position: UInt32(position), byteCount: UInt32(head.byteCount))
        position += head.byteCount
        return Group(place: place, head: head, bytes: group, runs: runs)
    }

    /// What the bytes at `position` are, once `next` has given nil for `sequence`.
    func stop(sequence: UInt64) throws(LogError) -> Stop {
        let rest = try onDisk("scan journal") { () throws(DiskError) in
            try file.read(at: position, count: size - position)
        }
        guard let firstByte = rest.firstIndex(where: { $0 != 0 }) else { return .end }
        // A group's length is never 0, so its first four bytes are not all zeros.
        let first = max(0, firstByte - 3)
        let last = rest.count - Format.groupHeadBytes
        guard first <= last else { return .torn }
        let highest = sequence.addingReportingOverflow(
            UInt64(rest.count / Format.groupHeadBytes) + 1
        )
        for start in first...last {
            let named = GroupBytes.u64(rest[...], start + Format.groupPrefixBytes)
            guard named >= sequence, named <= highest.partialValue || highest.overflow else {
                continue
            }
            if GroupBytes.isWhole(rest[start...], seed: seed) { return .damaged }
        }
        return .torn
    }

    /// Up to `count` bytes from `position`, through the window.
    private mutating func bytes(_ count: Int) throws(LogError) -> ArraySlice<UInt8> {
        let from = position - windowAt
        if from < 0 || from + count > window.count {
            let wanted = max(count, Self.windowBytes)
            window = try onDisk("scan journal") { () throws(DiskError) in
                try file.read(at: position, count: wanted)
            }
            windowAt = position
        }
        let start = position - windowAt
        return window[start..<min(start + count, window.count)]
    }
}
