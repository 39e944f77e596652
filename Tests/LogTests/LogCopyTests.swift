// A copy of a log that is in use opens as the log was at that moment; damage of it is found.

import Basics
import Kit
import Log
import Testing

@Suite struct LogCopyTests {
    private static let target = "/copy"

    /// Writes a copy to a disk of its own, in small pieces.
    private func written(_ copy: LogCopy) throws -> DiskImage {
        var image = DiskImage(files: [:])
        for file in copy.files {
            var bytes: [UInt8] = []
            while true {
                let piece = try file.read(at: bytes.count, count: 97)
                if piece.isEmpty { break }
                bytes += piece
            }
            #expect(bytes.count == file.byteCount)
            image.files["\(Self.target)/\(file.name)"] = bytes
        }
        return image
    }

    /// A log with volumes, closed journal files and an open one, what it holds, and a copy of it.
    private func busyLog(seed: UInt64) throws -> (log: EmbeddedLog, model: LogModel, copy: LogCopy)
    {
        let log = try LogRig.open(ForgetfulDisk())
        var maker = GroupMaker(seed: seed, partitions: 3)
        var model = LogModel(3)
        for step in 0..<40 {
            let records = maker.next(records: 5)
            try log.append(records)
            model = model.with(records)
            if step == 15 { try log.tidyAll() }
        }
        var group = log.journal.newGroup()
        group.reserve(through: Timestamp(ms: 5_000_000))
        try log.journal.append(&group)
        try log.journal.tell(Timestamp(ms: 4_000_000), holding: nil)
        return (log, model, try log.journal.copy())
    }

    @Test("a copy holds what was durable when it was taken, whatever the log does afterwards")
    func holdsTheMoment() throws {
        for seed in UInt64(1)...5 {
            let (log, model, copy) = try busyLog(seed: seed)
            let names = copy.files.map(\.name)
            #expect(names.contains { $0.hasSuffix(".volume") })
            #expect(names.filter { $0.hasSuffix(".log") }.count > 1)
            // The log goes on, and the journal files of the copy become volumes and are removed.
            var maker = GroupMaker(seed: seed + 100, partitions: 3)
            maker.timeMs = 4_500_000
            for _ in 0..<20 { try log.append(maker.next(records: 5)) }
            try log.journal.roll()
            try log.tidyAll()
            let disk = try written(copy).disk()
            let found = try LogCheck.run(Self.target, disk: disk)
            #expect(found.partitions.map(\.next) == copy.ends.map(\.next))
            #expect(found.reserve == Timestamp(ms: 5_000_000))
            #expect(copy.ends.allSatisfy { $0.watermark == Timestamp(ms: 4_000_000) })
            let restored = try LogRig.open(disk, LogRig.settings(Self.target))
            #expect(restored.recovered.identity == LogRig.identity)
            #expect(restored.recovered.tornTail == nil)
            #expect(try restored.readAll() == model)
            maker.timeMs = restored.earliest.ms
            try restored.append(maker.next(records: 5))
            try restored.tidyAll()
        }
    }

    @Test("a copy of a new log, and one of a log that was stopped and started, are whole")
    func atTheEnds() throws {
        let disk = ForgetfulDisk()
        let new = try LogRig.open(disk)
        let empty = try written(try new.journal.copy()).disk()
        #expect(
            try LogCheck.run(Self.target, disk: empty).partitions.map(\.next.value) == [0, 0, 0]
        )
        var maker = GroupMaker(seed: 9, partitions: 3)
        let records = maker.next(records: 30)
        try new.append(records)
        try new.journal.close()
        #expect(throws: LogError.self) { try new.journal.copy() }
        let again = try LogRig.open(disk)
        let copied = try written(try again.journal.copy()).disk()
        _ = try LogCheck.run(Self.target, disk: copied)
        let restored = try LogRig.open(copied, LogRig.settings(Self.target))
        #expect(try restored.readAll() == LogModel(3).with(records))
    }

    @Test("any flipped byte and any missing file of a copy is found, and the check writes nothing")
    func damageIsFound() throws {
        let image = try written(try busyLog(seed: 3).copy)
        let untouched = try image.disk()
        _ = try LogCheck.run(Self.target, disk: untouched)
        #expect(try DiskImage(untouched, Self.target).files == image.files)
        for (path, bytes) in image.files.sorted(by: { $0.key < $1.key }) {
            var without = image
            without.files[path] = nil
            let disk = try without.disk()
            #expect(
                LogRig.code { _ = try LogCheck.run(Self.target, disk: disk) } != nil,
                "without \(path)"
            )
            for index in bytes.indices {
                var damaged = image
                damaged.files[path]?[index] ^= 0x20
                let disk = try damaged.disk()
                let code = LogRig.code { _ = try LogCheck.run(Self.target, disk: disk) }
                #expect(code != nil, "\(path) byte \(index)")
            }
        }
    }

    @Test("what a crash may leave in a log is no copy of one")
    func leftoversAreRefused() throws {
        let image = try written(try busyLog(seed: 4).copy)
        let active = try image.path(".log")
        let volume = try image.path(".volume")
        let changes: [(inout DiskImage) -> Void] = [
            { $0.files[active]?.append(contentsOf: [0, 0, 0]) },
            { $0.files[active]?.append(contentsOf: Array(repeating: 7, count: 40)) },
            { $0.files["\(Self.target)/journal.mark.tmp"] = [1] },
            { $0.files["\(Self.target)/partition-00007/\(volume.suffix(27))"] = [1] },
        ]
        for change in changes {
            var other = image
            change(&other)
            let disk = try other.disk()
            let before = try DiskImage(disk, Self.target).files
            #expect(LogRig.code { _ = try LogCheck.run(Self.target, disk: disk) } == .foreign)
            #expect(try DiskImage(disk, Self.target).files == before)
        }
    }
}
