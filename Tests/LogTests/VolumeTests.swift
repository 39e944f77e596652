// Tests of sealed volumes: what is written is read, every damaged byte is refused.

import Basics
import Kit
import Testing

@testable import Log

@Suite struct VolumeTests {
    /// A sealed log of one partition, closed; its records.
    private func sealed(
        blockBytes: Int = 80,
        payloadMax: Int = 30
    ) throws -> (image: DiskImage, model: LogModel) {
        var settings = LogRig.settings(partitions: 1)
        settings.blockBytes = blockBytes
        settings.journalFileBytes = 1 << 20
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk, settings)
        var maker = GroupMaker(seed: 21, partitions: 1)
        maker.payloadMax = payloadMax
        var model = LogModel(1)
        for _ in 0..<6 {
            let group = maker.next(records: 5)
            try log.append(group)
            model = model.with(group)
        }
        try log.journal.roll()
        try log.tidyAll()
        try log.journal.close()
        return (try DiskImage(disk, LogRig.folder), model)
    }

    private func volume(_ disk: any Disk, _ path: String) throws -> VolumeReader {
        try VolumeReader(path: path, partition: 0, identity: LogRig.identity, disk: disk)
    }

    @Test("a volume gives back its records from any offset, in blocks of about the size asked for")
    func fromAnyOffset() throws {
        let (image, model) = try sealed()
        let disk = try image.disk()
        let reader = try volume(disk, try image.path(".volume"))
        #expect(reader.blocks.count > 3)
        #expect(reader.blocks.allSatisfy { $0.rawBytes < 80 + 40 })
        let cache = BlockCache(byteCountMax: 10_000)
        for offset in 0..<30 as Range<UInt64> {
            var page = PageBuilder(from: offset, end: 30, limit: ReadLimit(bytes: 1 << 20))
            try reader.read(into: &page, cache: cache, source: 1)
            #expect(page.records.count == 30 - Int(offset))
            for (record, expected) in zip(page.records, model.partitions[0][Int(offset)...]) {
                #expect(Array(record.payload) == expected.payload)
                #expect(record.logTime.ms == expected.timeMs)
            }
        }
        #expect(reader.block(holding: 30) == nil)
        try reader.verify()
    }

    @Test("a flipped bit in any byte of a volume is refused with file and byte, never read")
    func flipOfEveryByte() throws {
        let (image, _) = try sealed()
        let path = try image.path(".volume")
        let whole = try #require(image.files[path])
        for byte in whole.indices {
            for bit in [0, 3, 7] as [UInt8] {
                let disk = try image.disk()
                var bytes = whole
                bytes[byte] ^= 1 << bit
                disk.overwrite(path, with: bytes)
                let error = #expect(throws: LogError.self, "byte \(byte) bit \(bit)") {
                    try volume(disk, path).verify()
                }
                #expect(error?.place.hasPrefix(path) == true)
                #expect(error?.hint.isEmpty == false)
            }
        }
    }

    @Test("a volume that is cut at any byte is refused")
    func cutAtEveryByte() throws {
        let (image, _) = try sealed()
        let path = try image.path(".volume")
        let whole = try #require(image.files[path])
        for count in whole.indices {
            let disk = try image.disk()
            disk.overwrite(path, with: Array(whole[..<count]))
            #expect(throws: LogError.self) { try volume(disk, path) }
        }
    }

    @Test("a damaged block refuses only the reads that touch it")
    func damagedBlock() throws {
        let (image, model) = try sealed()
        let path = try image.path(".volume")
        let disk = try image.disk()
        let second = try volume(disk, path).blocks[1]
        var bytes = try #require(image.files[path])
        bytes[Int(second.position) + Format.blockHeadBytes] ^= 1
        disk.overwrite(path, with: bytes)
        let log = try LogRig.open(disk, LogRig.settings(partitions: 1))
        let partition = Partition(index: 0)
        let error = #expect(throws: LogError.self) {
            try log.reader.read(partition, from: LogOffset(second.firstOffset))
        }
        #expect(error?.code == .corrupt)
        #expect(error?.place == "\(path) byte \(second.position)")
        let after = second.firstOffset + UInt64(second.count)
        let page = try log.reader.read(partition, from: LogOffset(after))
        #expect(page.records.count == model.partitions[0].count - Int(after))
    }

    @Test("records that do not compress are stored plain")
    func plainBlocks() throws {
        let (image, model) = try sealed(blockBytes: 1, payloadMax: 3)
        let disk = try image.disk()
        let log = try LogRig.open(disk, LogRig.settings(partitions: 1))
        #expect(try log.readAll() == model)
        let blocks = try volume(disk, try image.path(".volume")).blocks
        #expect(blocks.count == 30)
        #expect(blocks.allSatisfy { $0.storedBytes == $0.rawBytes })
    }

    @Test("a read error of the disk fails that read only")
    func readError() throws {
        let (image, model) = try sealed()
        let disk = try image.disk()
        let log = try LogRig.open(disk, LogRig.settings(partitions: 1))
        let readsOfOpening = disk.calls(.read)
        #expect(readsOfOpening > 5)
        disk.fail(.read)
        #expect(LogRig.code { _ = try log.readAll() } == .disk)
        #expect(try log.readAll() == model)
        for call in 1...readsOfOpening {
            let broken = try image.disk()
            broken.fail(.read, call: call)
            let settings = LogRig.settings(partitions: 1)
            #expect(LogRig.code { _ = try LogRig.open(broken, settings) } == .disk)
        }
    }
}
