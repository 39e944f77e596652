// Tests of sealing: one volume a partition, done over when it was cut off, never in the way.

import Basics
import Kit
import Testing

@testable import Log

@Suite struct SealerTests {
    private func filled(_ disk: any Disk, groups: Int = 20) throws -> (EmbeddedLog, LogModel) {
        let log = try LogRig.open(disk)
        var maker = GroupMaker(seed: 31, partitions: 3)
        var model = LogModel(3)
        for _ in 0..<groups {
            let group = maker.next(records: 8)
            try log.append(group)
            model = model.with(group)
        }
        return (log, model)
    }

    @Test("a closed journal file becomes one volume for each partition that occurs in it")
    func oneVolumePerPartition() throws {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk)
        var group = log.journal.newGroup()
        for index in [0, 2] as [UInt16] {
            _ = try group.add([9, 9], to: Partition(index: index), at: Timestamp(ms: 5))
        }
        try log.journal.append(&group)
        #expect(log.sealer.backlog == 0)
        #expect(try log.sealer.sealOldest() == nil)
        try log.journal.roll()
        #expect(log.sealer.backlog == 1)
        let sealed = try #require(try log.sealer.sealOldest())
        #expect(sealed.volumes == 2)
        #expect(sealed.firstSequence == 1)
        let image = try DiskImage(disk, LogRig.folder)
        #expect(
            image.volumes.map { String($0.dropFirst(LogRig.folder.count)) } == [
                "/partition-00000/00000000000000000000.volume",
                "/partition-00002/00000000000000000000.volume",
            ]
        )
        #expect(image.journals == [LogRig.folder + "/" + Folder.journalName(2)])
    }

    @Test("sealing changes nothing that readers see, before and after a restart")
    func readersSeeTheSame() throws {
        let disk = ForgetfulDisk()
        let (log, model) = try filled(disk)
        let waiting = log.sealer.backlog
        #expect(waiting > 2)
        for left in stride(from: waiting - 1, through: 0, by: -1) {
            _ = try log.sealer.sealOldest()
            #expect(log.sealer.backlog == left)
            #expect(try log.readAll() == model)
        }
        #expect(try log.sealer.sealOldest() == nil)
        disk.crash()
        let again = try LogRig.open(disk)
        #expect(try again.readAll() == model)
        #expect(again.recovered.backlog == 0)
    }

    @Test("a volume that a cut-off sealing left whole is kept, a damaged one is written again")
    func leftoversAreUsed() throws {
        let disk = ForgetfulDisk()
        let (log, model) = try filled(disk, groups: 6)
        try log.journal.roll()
        let before = try DiskImage(disk, LogRig.folder)
        _ = try log.sealer.sealOldest()
        let after = try DiskImage(disk, LogRig.folder)
        var mixed = before
        for path in after.volumes { mixed.files[path] = after.files[path] }
        let kept = after.volumes[0]
        let damaged = after.volumes[1]
        mixed.files[damaged]?[60] ^= 1
        let again = try mixed.disk()
        let reopened = try LogRig.open(again)
        #expect(try reopened.readAll() == model)
        let renames = again.calls(.rename)
        _ = try reopened.sealer.sealOldest()
        // One for each volume but the kept ones, one for the mark.
        #expect(again.calls(.rename) - renames == 1 + 1)
        #expect(again.content(kept) == after.files[kept])
        #expect(again.content(damaged) == after.files[damaged])
        try reopened.tidyAll()
        #expect(try reopened.readAll() == model)
    }

    @Test("a disk without room for volumes is tried again later, the journal goes on meanwhile")
    func fullDiskIsRetried() throws {
        let disk = ForgetfulDisk()
        let (log, model) = try filled(disk, groups: 6)
        try log.journal.roll()
        let used = try DiskImage(disk, LogRig.folder).files.values.reduce(0) { $0 + $1.count }
        var tries = 0
        // First no room for a volume, then for a volume but not all, at last not for the mark.
        for room in stride(from: 10, to: 4000, by: 50) {
            disk.setCapacity(bytes: used + room)
            do {
                if try log.sealer.sealOldest() != nil { break }
            } catch {
                #expect(error.code == .full && error.isRetriable)
                tries += 1
            }
        }
        #expect(tries > 5)
        #expect(log.sealer.failure == nil)
        disk.setCapacity(bytes: nil)
        var maker = GroupMaker(seed: 33, partitions: 3)
        maker.timeMs = 3_000_000
        let more = maker.next(records: 2)
        try log.append(more)
        try log.tidyAll()
        #expect(try log.readAll() == model.with(more))
    }

    @Test("a failed sync ends the sealer, and a restart begins again")
    func failedSyncIsFinal() throws {
        for operation in [ForgetfulDisk.Operation.sync, .syncDirectory, .rename, .remove] {
            let disk = ForgetfulDisk()
            let (log, model) = try filled(disk)
            disk.fail(operation, call: 2)
            #expect(LogRig.code { try log.tidyAll() } == .disk)
            #expect(log.sealer.failure?.code == .disk)
            #expect(LogRig.code { try log.tidyAll() } == .poisoned)
            #expect(try log.readAll() == model)
            disk.crash()
            let again = try LogRig.open(disk)
            try again.tidyAll()
            #expect(try again.readAll() == model)
        }
    }

    @Test("a closed file that was damaged is refused with its place, nothing is removed")
    func damagedJournal() throws {
        let disk = ForgetfulDisk()
        let (log, _) = try filled(disk)
        let path = LogRig.folder + "/" + Folder.journalName(1)
        var bytes = try #require(disk.content(path))
        bytes[bytes.count - 3] ^= 4
        disk.overwrite(path, with: bytes)
        let error = #expect(throws: LogError.self) { try log.sealer.sealOldest() }
        #expect(error?.code == .corrupt)
        #expect(error?.place.hasPrefix(path) == true)
        #expect(disk.content(path) == bytes)
    }
}
