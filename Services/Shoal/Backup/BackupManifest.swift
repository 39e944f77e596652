// manifest.ndjson: what a backup holds, written last; without it a folder is no backup.

import Basics
import Foundation

/// The page of a backup: where it comes from, how far it goes, and every file with its checksums.
///
/// A line of JSON each: the head, the members, the files, and a checksum over all lines before it.
struct BackupManifest: Sendable, Hashable {
    /// The format written; a newer one is refused.
    static let format = 1
    static let fileName = "manifest.ndjson"
    /// Files of a backup: a log of a terabyte has about so many volumes.
    static let filesMax = 1_000_000
    /// A line for each of them.
    ///
    /// Unit: bytes.
    static let bytesMax = 256 << 20

    /// The first line.
    struct Head: Sendable, Hashable, Codable {
        var format = BackupManifest.format
        /// The program that made it.
        var shoal: String
        /// When the log was copied: RFC 3339.
        var at: String
        var members: Int
        var files: Int
    }

    /// A service instance whose storage was copied.
    struct Member: Sendable, Hashable, Codable {
        /// Such as ingestion.
        var service: String
        /// Where its files stand in the backup, and below the data folder of `shoal up`.
        var folder: String
        /// Its id, as 32 hexadecimal digits.
        var instance: String
        /// When it was copied, by its own clock: RFC 3339.
        var at: String
        /// Of a log: by partition how far it goes.
        var positions: [Position]
        var projects: [Project]
    }

    /// How far one partition's log goes.
    struct Position: Sendable, Hashable, Codable {
        /// The offset after its last record.
        var next: UInt64
        /// No record at or before this instant is missing.
        ///
        /// Unit: ms since 1970.
        var completeToMs: Int64
    }

    /// A project in a member's copy.
    struct Project: Sendable, Hashable, Codable {
        var name: String
        /// The newest revision of its catalogue there.
        var revision: UInt64
    }

    /// A file of the backup.
    struct File: Sendable, Hashable, Codable {
        /// Below the backup's folder.
        var path: String
        var bytes: Int
        /// CRC-32C of each MiB, as hexadecimal digits.
        var crc32c: [String]
    }

    private struct End: Codable { var crc32c: String }

    var head: Head
    var members: [Member]
    var files: [File]

    /// The page of these; the instant is the log's.
    init(shoal: String, members: [Member], files: [File]) {
        let log = members.first { $0.service == BackupManifest.ingestion }
        head = Head(
            shoal: shoal,
            at: log?.at ?? Timestamp(ms: 0).rfc3339,
            members: members.count,
            files: files.count
        )
        self.members = members
        self.files = files
    }

    static let ingestion = "ingestion"
    static let registry = "registry"

    /// The member that has the log.
    var log: Member? { members.first { $0.service == Self.ingestion } }
    /// The member that has the catalogue.
    var registry: Member? { members.first { $0.service == Self.registry } }
    /// All bytes of files.
    var byteCount: Int { files.reduce(0) { $0 + $1.bytes } }
    /// Records of the log: offsets are dense.
    var records: UInt64 { (log?.positions ?? []).reduce(0) { $0 &+ $1.next } }
    /// Up to here every partition is complete: answers as of then are the same after a restore.
    var completeTo: Timestamp? {
        (log?.positions ?? []).map(\.completeToMs).min().map { Timestamp(ms: $0) }
    }

    /// Why the copies do not belong together; nil when they do.
    ///
    /// The registry must know every catalogue revision that stands in the log, or it would give the
    /// same number to another document.
    var discord: String? {
        guard let log, let registry else {
            return "a backup has a copy of the registry and one of ingestion"
        }
        for project in log.projects {
            let known = registry.projects.first { $0.name == project.name }?.revision
            guard let known, known >= project.revision else {
                return "the log has revision \(project.revision) of \(project.name), the "
                    + "registry's copy \(known.map { "revision \($0)" } ?? "no such project")"
            }
        }
        return nil
    }
}

// MARK: Text

extension BackupManifest {
    /// The lines as they are written.
    func text() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes: [UInt8] = []
        func add(_ line: some Encodable) throws {
            bytes += try encoder.encode(line)
            bytes.append(0x0A)
        }
        try add(head)
        for member in members { try add(member) }
        for file in files { try add(file) }
        try add(End(crc32c: PieceSums.hex(Checksum.crc32c(bytes))))
        return bytes
    }

    /// Reads the lines; `place` is the file's path.
    init(_ bytes: [UInt8], place: String) throws(CommandError) {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: true)
        let decoder = JSONDecoder()
        func line<Line: Decodable>(_ index: Int) throws(CommandError) -> Line {
            guard index < lines.count else { throw Self.damage(place, "it ends too early") }
            do {
                return try decoder.decode(Line.self, from: Data(lines[index]))
            } catch {
                throw Self.damage("\(place): line \(index + 1)", "the line makes no sense")
            }
        }
        let head: Head = try line(0)
        guard head.format <= Self.format else {
            throw CommandError(
                .badData,
                "read backup",
                "the backup has format \(head.format), this program reads up to \(Self.format)",
                place: place,
                hint: "shoal \(head.shoal) wrote it: use that version or a later one"
            )
        }
        let count = lines.count - 2
        guard (0...Self.filesMax).contains(head.members), (0...Self.filesMax).contains(head.files),
            count - head.members == head.files, let last = lines.last
        else { throw Self.damage(place, "lines are missing, or there are too many") }
        let end: End = try line(lines.count - 1)
        guard end.crc32c == PieceSums.hex(Checksum.crc32c(bytes[..<last.startIndex])) else {
            throw Self.damage(place, "its checksum does not fit")
        }
        self.head = head
        members = try (1..<1 + head.members).map { index throws(CommandError) in try line(index) }
        files = try (1 + head.members..<lines.count - 1).map { index throws(CommandError) in
            try line(index)
        }
        let paths = members.map(\.folder) + files.map(\.path)
        guard let bad = paths.first(where: { !BackupPath.isSafe($0) }) else { return }
        throw Self.damage(place, "\(bad.debugDescription) is no path of a backup")
    }

    private static func damage(_ place: String, _ what: String) -> CommandError {
        CommandError(
            .badData,
            "read backup",
            "the manifest is damaged: \(what)",
            place: place,
            hint: "use another backup"
        )
    }
}
