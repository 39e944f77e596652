// A log rewritten in its place: what changes has changed, the rest is as it was, whatever cuts it
// off.

import Basics
import Kit
import Log
import Testing

@Suite struct LogRewritingTests {
    /// A closed log with volumes, closed journal files and an active one.
    private func make(_ disk: any Disk) throws -> LogModel {
        let log = try LogRig.open(disk)
        var maker = GroupMaker(seed: 9, partitions: 3)
        var model = LogModel(3)
        for step in 0..<16 {
            let records = maker.next(records: 1 + step % 8)
            try log.append(records)
            model = model.with(records)
            if step == 8 { try log.tidyAll() }
        }
        try log.journal.close()
        return model
    }

    /// Records of one partition that begin with an a are to go.
    private static func change(
        _ partition: Partition,
        _ offset: LogOffset,
        _ payload: ArraySlice<UInt8>
    ) -> [UInt8]? {
        partition.index == 1 && payload.first == 97 ? Array("-\(offset)".utf8) : nil
    }

    private func changed(_ model: LogModel) -> LogModel {
        var changed = model
        for (offset, record) in model.partitions[1].enumerated() where record.payload.first == 97 {
            changed.partitions[1][offset] = LogModel.Record(
                timeMs: record.timeMs,
                payload: Array("-\(offset)".utf8)
            )
        }
        return changed
    }

    @Test("records change in volumes and journal files, once; then the log goes on")
    func changes() throws {
        let disk = ForgetfulDisk()
        let model = try make(disk)
        let before = try DiskImage(disk, LogRig.folder)
        #expect(before.volumes.count > 3 && before.journals.count > 2)
        let count = try LogRewriting.run(LogRig.settings(), disk: disk, Self.change)
        #expect(count > 3)
        #expect(try LogRewriting.run(LogRig.settings(), disk: disk) { _, _, _ in nil } == 0)
        disk.crash()
        let log = try LogRig.open(disk)
        #expect(try log.readAll() == changed(model))
        #expect(changed(model) != model)
        var maker = GroupMaker(seed: 7, partitions: 3)
        maker.timeMs = 3_000_000
        let more = maker.next(records: 5)
        try log.append(more)
        try log.journal.roll()
        try log.tidyAll()
        #expect(try log.readAll() == changed(model).with(more))
        try log.journal.close()
        _ = try LogCheck.run(LogRig.folder, disk: disk)
        // Files without such a record are the same bytes.
        let after = try DiskImage(disk, LogRig.folder)
        let others = before.volumes.filter { $0.contains("partition-00000") }
        #expect(!others.isEmpty && others.allSatisfy { after.files[$0] == before.files[$0] })
    }

    @Test("nobody else may have the log open, and damage is told, not passed over")
    func refusals() throws {
        let disk = ForgetfulDisk()
        _ = try make(disk)
        let log = try LogRig.open(disk)
        let locked = LogRig.code {
            _ = try LogRewriting.run(LogRig.settings(), disk: disk, Self.change)
        }
        #expect(locked == .locked)
        try log.journal.close()
        let path = try DiskImage(disk, LogRig.folder).path(".log")
        var bytes = try #require(disk.content(path))
        bytes[60] ^= 1
        disk.overwrite(path, with: bytes)
        let damaged = LogRig.code {
            _ = try LogRewriting.run(LogRig.settings(), disk: disk, Self.change)
        }
        #expect(damaged == .corrupt)
    }

    @Test(
        "after a power cut at any change a record is old or new, and a second run does the rest",
        arguments: CrashingDisk.Moment.allCases
    )
    func cut(moment: CrashingDisk.Moment) throws {
        let made = ForgetfulDisk()
        let model = try make(made)
        let image = try DiskImage(made, LogRig.folder)
        let whole = CrashingDisk(try image.disk(), crashAt: .max, moment)
        _ = try LogRewriting.run(LogRig.settings(), disk: whole, Self.change)
        #expect(whole.changes > 20)
        var mixed = 0
        for crashAt in 1...whole.changes {
            let disk = try image.disk()
            _ = try? LogRewriting.run(
                LogRig.settings(),
                disk: CrashingDisk(disk, crashAt: crashAt, moment),
                Self.change
            )
            disk.crash()
            let log = try LogRig.open(disk)
            let found = try log.readAll()
            let new = changed(model)
            for (index, records) in found.partitions.enumerated() {
                #expect(records.count == model.partitions[index].count)
                for (place, record) in records.enumerated() {
                    let (old, new) = (model.partitions[index][place], new.partitions[index][place])
                    #expect(record == old || record == new)
                }
            }
            if found != model, found != new { mixed += 1 }
            try log.journal.close()
            _ = try LogRewriting.run(LogRig.settings(), disk: disk, Self.change)
            #expect(try LogRig.open(disk).readAll() == new, "change \(crashAt)")
        }
        #expect(mixed > 3)
    }
}
