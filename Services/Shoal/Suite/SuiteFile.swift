// DIR/shoal.json: what runs in a data folder, so that other commands find it.

import Basics
import Foundation

/// The running suite of a data folder.
struct SuiteFile: Sendable, Hashable, Codable {
    /// One process.
    struct Instance: Sendable, Hashable, Codable {
        var name: String
        var kind: String
        /// Absent between an end and the next start.
        var pid: Int32?
        var address: String
        var data: String
    }

    static let bytesMax = 1 << 20

    var version = 1
    var data: String
    var supervisor: Int32
    var ready: Bool
    var instances: [Instance]

    /// Where it lies.
    static func path(_ data: String) -> String { "\(data)/shoal.json" }

    /// The address of the registry.
    var registry: String? { instances.first { $0.kind == "registry" }?.address }

    /// Reads the file of a data folder; nil when there is none.
    static func load(_ data: String, disk: any Disk) throws -> SuiteFile? {
        let path = path(data)
        guard try disk.exists(path) else { return nil }
        let file = try disk.open(path, .read)
        let bytes = try file.read(at: 0, count: bytesMax)
        do {
            return try JSONDecoder().decode(SuiteFile.self, from: Data(bytes))
        } catch {
            throw CommandError(
                .badData,
                "read shoal.json",
                "the file is damaged",
                place: path,
                hint: "it is written by `shoal up`; stop the suite, remove the file, start again"
            )
        }
    }

    /// Writes the file; a crash leaves the old one or the new one.
    func save(disk: any Disk) throws {
        let path = Self.path(data)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let file = try disk.open(path + ".new", .create)
        try file.append([UInt8](try encoder.encode(self)) + [0x0A])
        try file.close()
        try disk.rename(path + ".new", to: path)
    }
}
