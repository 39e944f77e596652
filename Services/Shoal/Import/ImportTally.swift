// What became of a file so far, and the small file by which an import goes on after a break.

import Basics
import Foundation

/// The sums of an import.
struct ImportTally: Sendable {
    /// Rejected lines that are told with their reasons.
    static let reasonsMax = 20

    var records = 0
    var accepted = 0
    var duplicates = 0
    var rejected = 0
    var reasons: [RejectedLine] = []
    /// Everything up to this number is in.
    var through: UInt64 = 0

    mutating func add(_ outcome: BatchOutcome) {
        records += outcome.records
        accepted += outcome.accepted
        duplicates += outcome.duplicates
        rejected += outcome.rejected.count
        reasons += outcome.rejected.prefix(Self.reasonsMax - reasons.count)
        through = outcome.lastNumber
    }
}

/// How far an import has come; kept beside the suite's data, gone when the import is done.
struct ImportState: Sendable, Hashable, Codable {
    var version = 1
    var project: String
    var importID: String
    var file: String
    var through: UInt64 = 0
    var records = 0
    var accepted = 0
    var duplicates = 0
    var rejected = 0

    /// The tally to go on from.
    var tally: ImportTally {
        var tally = ImportTally()
        tally.records = records
        tally.accepted = accepted
        tally.duplicates = duplicates
        tally.rejected = rejected
        tally.through = through
        return tally
    }

    mutating func take(_ tally: ImportTally) {
        through = tally.through
        records = tally.records
        accepted = tally.accepted
        duplicates = tally.duplicates
        rejected = tally.rejected
    }
}

/// Keeps the state of one import in a file.
///
/// For one thread at a time.
struct ImportStateFile: Sendable {
    let path: String
    let disk: any Disk

    /// The file of an import in a suite's data folder.
    init(folder: String, project: ProjectName, importID: String, disk: any Disk) {
        let name = Checksum.xxh64(Array("\(project.text)\n\(importID)".utf8))
        path = "\(folder)/imports/\(String(name, radix: 16)).json"
        self.disk = disk
    }

    /// What is known of an earlier start of the same import; nil when there was none.
    func load(project: ProjectName, importID: String) throws(DiskError) -> ImportState? {
        guard try disk.exists(path) else { return nil }
        let file = try disk.open(path, .read)
        let bytes = try file.read(at: 0, count: 64 << 10)
        try file.close()
        do {
            let state = try JSONDecoder().decode(ImportState.self, from: Data(bytes))
            guard state.version == 1, state.project == project.text, state.importID == importID
            else { return nil }
            return state
        } catch {
            // Torn by a crash: everything is sent again, and comes back as duplicates.
            return nil
        }
    }

    /// Writes the state; a crash leaves the old one or the new one.
    func save(_ state: ImportState) throws {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        try disk.createDirectory("/" + folder)
        let file = try disk.open(path + ".new", .create)
        try file.append([UInt8](try JSONEncoder().encode(state)))
        try file.close()
        try disk.rename(path + ".new", to: path)
    }

    /// Forgets the import.
    func remove() throws(DiskError) {
        if try disk.exists(path) { try disk.remove(path) }
    }
}
