// What the log's tests share: a small log, a model of what it must hold, and disks as images.

import Basics
import Foundation
import Kit
import Log
import Testing

/// The records a log must hold, by partition.
struct LogModel: Equatable {
    struct Record: Equatable {
        let timeMs: Int64
        let payload: [UInt8]
    }

    var partitions: [[Record]]

    init(_ count: Int) { partitions = Array(repeating: [], count: count) }

    /// The model with one more group.
    func with(_ group: [(partition: Int, record: Record)]) -> LogModel {
        var more = self
        for (partition, record) in group { more.partitions[partition].append(record) }
        return more
    }
}

/// Chance-made groups, the same for the same seed.
struct GroupMaker {
    var chance: SeededRandom
    let partitions: Int
    var timeMs: Int64 = 1_000_000
    var payloadMax = 30

    init(seed: UInt64, partitions: Int) {
        chance = SeededRandom(seed: seed)
        self.partitions = partitions
    }

    mutating func next(records: Int) -> [(partition: Int, record: LogModel.Record)] {
        (0..<records).map { _ in
            timeMs += Int64.random(in: 0...3, using: &chance)
            let count = Int.random(in: 0...payloadMax, using: &chance)
            let payload = (0..<count).map { _ in UInt8.random(in: 97...104, using: &chance) }
            return (
                Int.random(in: 0..<partitions, using: &chance),
                LogModel.Record(timeMs: timeMs, payload: payload)
            )
        }
    }
}

extension Log {
    /// Appends one group of the model.
    func append(_ records: [(partition: Int, record: LogModel.Record)]) throws {
        var group = newGroup()
        for (partition, record) in records {
            _ = try group.add(
                record.payload,
                to: Partition(index: UInt16(partition)),
                at: Timestamp(ms: record.timeMs)
            )
        }
        try append(&group)
    }

    /// Does everything that waits in the background.
    func tidyAll() throws {
        while try tidy() {}
    }

    /// Reads everything there is, in pages of a few records, and checks offsets on the way.
    func readAll(pageBytes: Int = 100) throws -> LogModel {
        var count = 0
        while (try? first(of: Partition(index: UInt16(count)))) != nil { count += 1 }
        var model = LogModel(count)
        for index in model.partitions.indices {
            let partition = Partition(index: UInt16(index))
            var next = try first(of: partition)
            while true {
                let page = try read(
                    partition,
                    from: next,
                    limit: ReadLimit(bytes: pageBytes, records: 7)
                )
                for record in page.records {
                    #expect(record.offset == next)
                    next = next.next
                    model.partitions[index].append(
                        .init(timeMs: record.logTime.ms, payload: Array(record.payload))
                    )
                }
                #expect(page.next == next)
                if page.isAtEnd { break }
                try #require(!page.records.isEmpty)
            }
        }
        return model
    }
}

/// All files of a disk by path.
struct DiskImage {
    var files: [String: [UInt8]]

    init(files: [String: [UInt8]]) { self.files = files }

    /// What is live below a folder.
    init(_ disk: any Disk, _ folder: String) throws {
        files = [:]
        for name in try disk.list(folder) {
            let path = folder + "/" + name
            if let names = try? disk.list(path) {
                for inner in names { try add(disk, path + "/" + inner) }
            } else {
                try add(disk, path)
            }
        }
    }

    private mutating func add(_ disk: any Disk, _ path: String) throws {
        let file = try disk.open(path, .read)
        files[path] = try file.read(at: 0, count: try file.size())
    }

    /// A disk that holds this, durably.
    func disk() throws -> ForgetfulDisk {
        let disk = ForgetfulDisk()
        try write(to: disk)
        return disk
    }

    func write(to disk: any Disk) throws {
        for (path, bytes) in files {
            let parts = path.split(separator: "/").dropLast()
            var folder = ""
            for part in parts {
                try disk.createDirectory(folder + "/" + part)
                if disk is ForgetfulDisk { try disk.syncDirectory(folder) }
                folder += "/" + part
            }
            let file = try disk.open(path, .create)
            try file.append(bytes)
            try file.sync()
            try disk.syncDirectory(folder)
        }
    }

    /// The one path that ends so.
    func path(_ suffix: String) throws -> String {
        let found = files.keys.filter { $0.hasSuffix(suffix) }.sorted()
        return try #require(found.last)
    }

    var journals: [String] { files.keys.filter { $0.hasSuffix(".log") }.sorted() }
    var volumes: [String] { files.keys.filter { $0.hasSuffix(".volume") }.sorted() }
}

enum LogRig {
    static let identity = InstanceID(high: 0x5A5A, low: 0x1234)
    static let folder = "/data/log"

    /// A log whose pieces are small enough to roll, split and page within a test.
    static func settings(_ folder: String = folder, partitions: Int = 3) -> LogSettings {
        var settings = LogSettings(
            folder: folder,
            partitions: PartitionCount(partitions) ?? .standard
        )
        settings.journalFileBytes = 700
        settings.blockBytes = 80
        settings.cacheBytes = 1000
        return settings
    }

    static func open(_ disk: any Disk, _ settings: LogSettings = settings()) throws -> EmbeddedLog {
        try Journal.open(settings, identity: identity, disk: disk)
    }

    /// The code of the error that an action throws; nil when it succeeds.
    static func code(_ body: () throws -> Void) -> LogError.Code? {
        do {
            try body()
            return nil
        } catch let error as LogError {
            #expect(!error.hint.isEmpty && !error.place.isEmpty)
            return error.code
        } catch {
            Issue.record("another error: \(error)")
            return nil
        }
    }

    /// Runs with a folder of the real disk that is removed afterwards.
    static func withRealFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "shoal-log-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }
}
