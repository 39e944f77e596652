// A file that is there as a whole or not at all, and goes on where it stopped.

import Basics

/// Writes an export beside its file and gives it its name once it is whole.
///
/// Legal transitions: begun → page taken in (any number of times) → finished. What was taken in
/// is in `FILE.partial`, how far it goes in `FILE.partial-state`, which is replaced as a whole once
/// the data are synced: whatever ends the process, the state tells no more than there is.
struct ExportFile {
    /// How far an export has come.
    struct State: Sendable, Hashable {
        /// What is exported: nobody goes on with another export's file.
        var what: String
        /// The cursor of the page that comes next.
        var cursor: [UInt8]
        /// Unit: bytes.
        var bytes: Int
        var users: Int
    }

    let path: String
    private let disk: any Disk
    private let file: any DiskFile
    private let what: String
    private(set) var bytes: Int
    private(set) var users: Int
    /// Where to go on; nil: at the beginning.
    private(set) var cursor: [UInt8]?

    private static func partial(_ path: String) -> String { path + ".partial" }
    private static func statePath(_ path: String) -> String { path + ".partial-state" }

    /// Goes on with an earlier start of the same export, or begins.
    ///
    /// - Throws: when a part of another export is there, unless it is to be thrown away.
    init(_ path: String, what: String, anew: Bool, disk: any Disk) throws {
        self.path = path
        self.disk = disk
        self.what = what
        var state: State?
        if !anew, try disk.exists(Self.statePath(path)), try disk.exists(Self.partial(path)) {
            state = try Self.load(Self.statePath(path), disk)
            if let state, state.what != what {
                throw CommandError(
                    .usage,
                    "export",
                    "a part of another export is there",
                    place: Self.partial(path),
                    hint: "--restart throws it away; or choose another file"
                )
            }
        }
        if let state {
            file = try disk.open(Self.partial(path), .append)
            guard try file.size() >= state.bytes else {
                throw CommandError(
                    .badData,
                    "export",
                    "the part written before is shorter than its state says",
                    place: Self.partial(path),
                    hint: "--restart begins anew"
                )
            }
            try file.truncate(to: state.bytes)
        } else {
            file = try disk.open(Self.partial(path), .create)
            if try disk.exists(Self.statePath(path)) { try disk.remove(Self.statePath(path)) }
        }
        bytes = state?.bytes ?? 0
        users = state?.users ?? 0
        cursor = state?.cursor
    }

    /// Takes a page in; durable when there is a cursor to go on from.
    mutating func add(_ text: String, users: Int, next cursor: [UInt8]?) throws {
        let page = Array(text.utf8)
        try file.append(page)
        bytes += page.count
        self.users += users
        self.cursor = cursor
        guard let cursor else { return }
        try file.sync()
        try save(State(what: what, cursor: cursor, bytes: bytes, users: self.users))
    }

    /// Gives the whole file its name, in place of an older one.
    func finish() throws {
        try file.sync()
        try file.close()
        try disk.rename(Self.partial(path), to: path)
        if try disk.exists(Self.statePath(path)) { try disk.remove(Self.statePath(path)) }
        try disk.syncDirectory(DurableFolder.parent(of: path))
    }

    // The state: four lines and their checksum.

    private func save(_ state: State) throws {
        let lines = [
            state.what, state.cursor.map { String($0) }.joined(separator: " "),
            String(state.bytes), String(state.users),
        ]
        let text = lines.joined(separator: "\n")
        let sum = Checksum.crc32c(Array(text.utf8))
        let next = Self.statePath(path) + ".next"
        let file = try disk.open(next, .create)
        try file.append(Array("\(text)\n\(sum)\n".utf8))
        try file.sync()
        try file.close()
        try disk.rename(next, to: Self.statePath(path))
        try disk.syncDirectory(DurableFolder.parent(of: path))
    }

    /// Nil when what stands there is no state; then the export begins anew.
    private static func load(_ path: String, _ disk: any Disk) throws -> State? {
        let file = try disk.open(path, .read)
        let text = String(decoding: try file.read(at: 0, count: 64 << 10), as: UTF8.self)
        try file.close()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count == 6, let bytes = Int(lines[2]), let users = Int(lines[3]),
            String(Checksum.crc32c(Array(lines[0..<4].joined(separator: "\n").utf8))) == lines[4]
        else { return nil }
        let cursor = lines[1].split(separator: " ").compactMap { UInt8($0) }
        return State(what: lines[0], cursor: cursor, bytes: bytes, users: users)
    }
}
