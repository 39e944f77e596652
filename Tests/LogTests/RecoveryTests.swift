// Tests of damage between a stop and the next start: cut, refuse, never skip.

import Basics
import Kit
import Testing

@testable import Log

@Suite struct RecoveryTests {
    private let journal = LogRig.folder + "/" + Folder.journalName(1)

    /// A log of a few groups in one journal file, as a crash leaves it; the groups; their ends.
    private func crashed(
        seed: UInt64 = 5,
        groups: Int = 4,
        settings: LogSettings = LogRig.settings()
    ) throws -> (image: DiskImage, models: [LogModel], ends: [Int]) {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk, settings)
        var maker = GroupMaker(seed: seed, partitions: 3)
        var models = [LogModel(3)]
        var ends = [Format.journalHeaderBytes]
        for _ in 0..<groups {
            let group = maker.next(records: 3)
            try log.append(group)
            models.append(models[models.count - 1].with(group))
            ends.append(try #require(disk.content(journal)).count)
        }
        disk.crash()
        return (try DiskImage(disk, LogRig.folder), models, ends)
    }

    @Test("a last group that is cut at any byte is cut off, counted, and the rest is there")
    func tornTailAtEveryByte() throws {
        let (image, models, ends) = try crashed()
        let whole = try #require(image.files[journal])
        for count in ends[3]..<ends[4] {
            let disk = try image.disk()
            disk.overwrite(journal, with: Array(whole[..<count]))
            let log = try LogRig.open(disk)
            #expect(try log.readAll() == models[3])
            if count == ends[3] {
                #expect(log.recovered.tornTail == nil)
            } else {
                let tail = TornTail(file: journal, offset: ends[3], bytesCut: count - ends[3])
                #expect(log.recovered.tornTail == tail)
            }
            #expect(disk.content(journal)?.count == ends[3])
        }
    }

    @Test("the same on the machine's disk, and the log goes on behind the cut")
    func tornTailOnRealDisk() throws {
        let (image, models, ends) = try crashed()
        for count in stride(from: ends[3] + 1, to: ends[4], by: 9) {
            try LogRig.withRealFolder { folder in
                var moved = DiskImage(files: [:])
                for (path, bytes) in image.files {
                    let name = path.dropFirst(LogRig.folder.count)
                    moved.files[folder + name] = path == journal ? Array(bytes[..<count]) : bytes
                }
                try moved.write(to: RealDisk())
                let log = try LogRig.open(RealDisk(), LogRig.settings(folder))
                #expect(log.recovered.tornTail?.bytesCut == count - ends[3])
                var maker = GroupMaker(seed: 8, partitions: 3)
                maker.timeMs = 2_000_000
                let more = maker.next(records: 3)
                try log.append(more)
                try log.journal.close()
                let again = try LogRig.open(RealDisk(), LogRig.settings(folder))
                #expect(try again.readAll() == models[3].with(more))
                #expect(again.recovered.tornTail == nil)
            }
        }
    }

    @Test("a flipped bit in any byte: the last group is cut off, anything before it is refused")
    func flipOfEveryByte() throws {
        let (image, models, ends) = try crashed()
        let whole = try #require(image.files[journal])
        for byte in whole.indices {
            for bit in 0..<8 as Range<UInt8> {
                let disk = try image.disk()
                var bytes = whole
                bytes[byte] ^= 1 << bit
                disk.overwrite(journal, with: bytes)
                do {
                    let log = try LogRig.open(disk)
                    #expect(byte >= ends[3], "byte \(byte) bit \(bit) was accepted")
                    #expect(log.recovered.tornTail?.offset == ends[3])
                    #expect(try log.readAll() == models[3])
                } catch let error as LogError {
                    #expect(byte < ends[3], "byte \(byte) bit \(bit): \(error)")
                    guard byte >= ends[0] else { continue }
                    let group = try #require(ends.lastIndex { $0 <= byte })
                    #expect(error.code == .corrupt)
                    #expect(error.place == "\(journal) byte \(ends[group])")
                    #expect(error.hint.contains("shoal backup restore"))
                }
            }
        }
    }

    @Test("after a clean close the mark knows the last group, so a flip there is refused too")
    func flipAfterCloseIsRefused() throws {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk)
        var maker = GroupMaker(seed: 5, partitions: 3)
        try log.append(maker.next(records: 3))
        try log.append(maker.next(records: 3))
        try log.journal.close()
        var bytes = try #require(disk.content(journal))
        bytes[bytes.count - 1] ^= 1
        disk.overwrite(journal, with: bytes)
        #expect(LogRig.code { _ = try LogRig.open(disk) } == .corrupt)
        disk.overwrite(journal, with: Array(bytes[..<60]))
        #expect(LogRig.code { _ = try LogRig.open(disk) } == .corrupt)
        disk.overwrite(journal, with: Array(bytes[..<Format.journalHeaderBytes]))
        #expect(LogRig.code { _ = try LogRig.open(disk) } == .missing)
    }

    @Test("zeros behind the last group are preallocated room, other bytes there are cut off")
    func zerosAreTheEnd() throws {
        let (image, models, ends) = try crashed()
        let whole = try #require(image.files[journal])
        let zeros = try image.disk()
        zeros.overwrite(journal, with: whole + [UInt8](repeating: 0, count: 500))
        let log = try LogRig.open(zeros)
        #expect(log.recovered.tornTail == nil)
        #expect(try log.readAll() == models[4])
        #expect(zeros.content(journal)?.count == ends[4])
        let noise = try image.disk()
        noise.overwrite(journal, with: whole + [0, 0, 0, 0, 0, 0, 9, 0, 0, 0])
        #expect(try LogRig.open(noise).recovered.tornTail?.bytesCut == 10)
    }

    @Test("wherever the first byte that is no zero stands behind the last group, it is cut off")
    func noiseBehindZeros() throws {
        let (image, models, ends) = try crashed()
        let whole = try #require(image.files[journal])
        // A page of a write that is lost reads as zeros; the next one may be there.
        for count in [1, 2, 3, 4, 21, 22, 23, 25, 26, 27, 28, 52, 60] {
            for byte in 0..<count {
                let disk = try image.disk()
                var tail = [UInt8](repeating: 0, count: count)
                tail[byte] = 1
                disk.overwrite(journal, with: whole + tail)
                let log = try LogRig.open(disk)
                #expect(log.recovered.tornTail?.bytesCut == count, "byte \(byte) of \(count)")
                #expect(try log.readAll() == models[4])
                #expect(disk.content(journal)?.count == ends[4])
            }
        }
    }

    @Test("a payload that looks like a group of this log does not turn a torn tail into damage")
    func payloadThatLooksLikeAGroup() throws {
        var settings = LogRig.settings()
        settings.journalFileBytes = 10_000
        let (image, models, ends) = try crashed(settings: settings)
        let disk = try image.disk()
        // A client may send a group of another log's file, but cannot know this file's seed.
        var forged = LogGroup(
            starts: (0..<3).map { _ in GroupStart(next: 0, earliestMs: 0) },
            reserveMs: 0,
            bytesMax: 1_000,
            payloadBytesMax: 100
        )
        _ = try forged.add([1, 2, 3], to: Partition(index: 0), at: Timestamp(ms: 1))
        let payload = forged.encoded(sequence: 6, seed: 0).bytes
        let log = try LogRig.open(disk, settings)
        var group = log.journal.newGroup()
        _ = try group.add(payload, to: Partition(index: 0), at: Timestamp(ms: 2_000_000))
        try log.journal.append(&group)
        let longer = try #require(disk.content(journal))
        disk.crash()
        disk.overwrite(journal, with: Array(longer.dropLast()))
        // The mark of the reopening knows four groups; the fifth is torn.
        let again = try LogRig.open(disk, settings)
        #expect(again.recovered.tornTail?.offset == ends[4])
        #expect(try again.readAll() == models[4])
    }

    @Test("a group of the kernel's memory is written and synced again before it is believed")
    func lastGroupIsWrittenAgain() throws {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk)
        var maker = GroupMaker(seed: 6, partitions: 3)
        let first = maker.next(records: 3)
        let second = maker.next(records: 3)
        try log.append(first)
        disk.fail(.sync)
        #expect(LogRig.code { try log.append(second) } == .disk)
        // The process stops, the machine does not: the bytes are seen, and they are not on disk.
        let seen = try DiskImage(disk, LogRig.folder).disk()
        let again = try LogRig.open(seen)
        #expect(try again.readAll() == LogModel(3).with(first).with(second))
        // Marks are appended to new files; the one write in place is the last group.
        #expect(seen.calls(.write) == 1)
    }

    @Test("a folder of a newer format is refused and left as it is")
    func newerFormat() throws {
        let (image, _, _) = try crashed()
        for name in image.files.keys where !name.hasSuffix(".lock") {
            let disk = try image.disk()
            var bytes = try #require(image.files[name])
            bytes[8] = 2
            disk.overwrite(name, with: bytes)
            #expect(LogRig.code { _ = try LogRig.open(disk) } == .newerFormat, "\(name)")
            #expect(disk.content(name) == bytes)
        }
    }

    @Test("another number of partitions is refused")
    func otherPartitions() throws {
        let (image, _, _) = try crashed()
        let disk = try image.disk()
        let settings = LogRig.settings(partitions: 4)
        #expect(LogRig.code { _ = try LogRig.open(disk, settings) } == .foreign)
    }
}
