// The last act of a run: what erased users left is rewritten, and no byte of them is found.

import Basics
import Chassis
import Foundation
import KeyValue
import Log
import Messages

@testable import Evaluator
@testable import Ingestion

/// Names of users who are gone, looked for in bytes.
struct Remains {
    let names: [String]

    /// The first name that stands in some bytes; `user-1` does not stand in `user-10`.
    func find(in bytes: [UInt8]) -> String? {
        let bytes = Data(bytes)
        return names.first { name in
            var from = bytes.startIndex
            while let found = bytes.range(of: Data(name.utf8), in: from..<bytes.endIndex) {
                let next = found.upperBound < bytes.endIndex ? bytes[found.upperBound] : 0
                guard (0x30...0x39).contains(next) else { return true }
                from = found.upperBound
            }
            return false
        }
    }

    /// Looks through every file of a disk's folder.
    func check(_ disk: any Disk, _ path: String) throws {
        for name in try disk.list(path) {
            let path = "\(path)/\(name)"
            let file: any DiskFile
            do {
                file = try disk.open(path, .read)
            } catch {
                // A folder.
                try check(disk, path)
                continue
            }
            defer { do { try file.close() } catch {} }
            try check(try file.read(at: 0, count: try file.size()), path)
        }
    }

    /// Looks through the rows of a store, which stand in its files in another form.
    func check(_ store: Store, _ families: [Family]) throws {
        for family in families {
            for (key, value) in try store.scan(family, limit: .max) {
                try check(key, "a key")
                try check(value, "a row")
            }
        }
    }

    func check(_ bytes: [UInt8], _ place: @autoclosure () -> String) throws {
        guard let name = find(in: bytes) else { return }
        throw Broken(.i11, "\(name) is gone, and stands in \(place())")
    }
}

extension Simulation {
    /// How long all may take to get well again.
    ///
    /// Unit: ms.
    private static let againMs: UInt64 = 4_000

    /// Everybody ends and begins again by rewriting, as if told to; then all must be there but who
    /// is gone.
    func rewrite() async throws {
        note("what erased users left is rewritten")
        judge.isRewritten = true
        let nodes = processes.filter(\.isServer)
        for node in nodes { try node.rewrite() }
        for node in nodes { try await node.rise() }
        try await pass(forMs: Self.againMs)
        try judge.finish(nodes.compactMap { $0 as? EvaluatorNode })
        try judge.finish()
        let remains = Remains(names: judge.standing.forgotten.sorted())
        for node in nodes {
            do {
                try node.check(remains)
            } catch let broken as Broken {
                throw Broken(broken.invariant, "\(node.name): \(broken.how)")
            }
        }
    }
}

extension IngestionNode {
    /// As the program does before all else where it was told to; the power goes meanwhile.
    func rewriteFiles() throws {
        try syncedFolder(dataFolder)
        try RealDisk().createDirectory(dataFolder)
        let order = StartOrder(.rewrite, folder: dataFolder, disk: disk)
        try order.give()
        // The index is no part of this disk.
        try FileManager.default.removeItem(atPath: index.path)
        let rewriting = ErasedRewriting(
            folder: dataFolder,
            disk: disk,
            settings: settings,
            identity: identity
        )
        disk.fail(.sync, call: 1 + random.below(8))
        do {
            _ = try rewriting.run()
        } catch {
            stage.note("the rewriting is cut off: \(error)")
        }
        disk.crash(tearing: &random)
        let isLeft = try order.isGiven()
        guard try (rewriting.run() != nil) == isLeft, try !order.isGiven() else {
            throw Broken(.i11, "a rewriting that was cut off is not done by the next start")
        }
    }

    private func syncedFolder(_ path: String) throws {
        try disk.createDirectory(path)
        var path = path
        while let slash = path.lastIndex(of: "/"), path.count > 1 {
            try disk.syncDirectory(path)
            path = String(path[..<slash])
        }
        try disk.syncDirectory("/")
    }

    /// Nobody who is gone stands in a file, in a record that is read, or in the index.
    func checkFiles(_ remains: Remains) throws {
        guard let parts else { return }
        for partition in Simulation.partitions.all {
            let end = try parts.log.end(of: partition).next
            guard end > .zero else { continue }
            let page = try parts.log.read(partition, from: .zero, limit: ReadLimit(bytes: .max))
            for record in page.records {
                let decoded = try LogV1.LogRecord.decode(Array(record.payload))
                try remains.check(Array(record.payload), "\(partition): \(decoded)")
            }
        }
        try remains.check(disk, logFolder)
        let index = parts.index
        try remains.check(
            index.store,
            [index.users, index.events, index.imports, index.lists, index.facts]
        )
    }
}

extension EvaluatorNode {
    /// As the program does before all else where it was told to.
    func rewriteCheckpoints() throws {
        let checkpoints = try Checkpoints(folder: home, disk: disk, timersNearMax: 2)
        defer { checkpoints.close() }
        if stage.bug != .columnsKept { try checkpoints.rewrite() }
    }

    /// Nobody who is gone stands in a column file, nor in what is kept of feeds.
    func checkCheckpoints(_ remains: Remains) throws {
        try remains.check(disk, home)
        guard let feeds else { return }
        try remains.check(feeds.store, [feeds.live, feeds.records])
    }
}
