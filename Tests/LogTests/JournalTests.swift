// Tests of appending: order, limits, watermarks, and that a failed write is the last.

import Basics
import Kit
import Testing

@testable import Log

@Suite struct JournalTests {
    private let zero = Partition(index: 0)

    @Test("what was appended is read back, also after closing and opening")
    func appendedIsRead() throws {
        let disk = ForgetfulDisk()
        var maker = GroupMaker(seed: 1, partitions: 3)
        var model = LogModel(3)
        let log = try LogRig.open(disk)
        #expect(log.recovered.isNew)
        for _ in 0..<20 {
            let group = maker.next(records: 6)
            try log.append(group)
            model = model.with(group)
        }
        #expect(try log.readAll() == model)
        try log.journal.close()
        let again = try LogRig.open(disk)
        #expect(!again.recovered.isNew)
        #expect(try again.readAll() == model)
        #expect(again.recovered.records == 120)
        #expect(again.recovered.tornTail == nil)
    }

    @Test("records get the next offset of their partition")
    func offsetsAreDense() throws {
        let log = try LogRig.open(ForgetfulDisk())
        var group = log.journal.newGroup()
        let one = Partition(index: 1)
        #expect(try group.add([1], to: zero, at: Timestamp(ms: 5)) == .zero)
        #expect(try group.add([2], to: one, at: Timestamp(ms: 5)) == .zero)
        #expect(try group.add([3], to: zero, at: Timestamp(ms: 6)) == LogOffset(1))
        try log.journal.append(&group)
        #expect(group.isEmpty)
        #expect(try group.add([4][...], to: zero, at: Timestamp(ms: 6)) == LogOffset(2))
        #expect(group.firstLogTime(in: zero) == Timestamp(ms: 6))
        #expect(group.firstLogTime(in: one) == nil)
        try log.journal.append(&group)
        #expect(try log.reader.end(of: zero).next == LogOffset(3))
    }

    @Test("a group that is dropped gives its offsets back")
    func droppedGroupIsNothing() throws {
        let log = try LogRig.open(ForgetfulDisk())
        var dropped = log.journal.newGroup()
        _ = try dropped.add([1], to: zero, at: Timestamp(ms: 5))
        var group = log.journal.newGroup()
        #expect(try group.add([1], to: zero, at: Timestamp(ms: 5)) == .zero)
        try log.journal.append(&group)
        #expect(LogRig.code { try log.journal.append(&dropped) } == .outOfSequence)
        #expect(log.journal.failure == nil)
    }

    @Test("an empty group writes nothing")
    func emptyGroupIsNothing() throws {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk)
        let syncs = disk.calls(.sync)
        var group = log.journal.newGroup()
        try log.journal.append(&group)
        #expect(disk.calls(.sync) == syncs)
    }

    @Test("a group is one write and one sync")
    func oneSyncPerGroup() throws {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk)
        let before = (disk.calls(.sync), disk.calls(.write))
        var maker = GroupMaker(seed: 2, partitions: 3)
        try log.append(maker.next(records: 9))
        #expect(disk.calls(.sync) == before.0 + 1)
        #expect(disk.calls(.write) == before.1 + 1)
    }

    @Test("an unknown partition, an earlier time and a large payload are refused, the rest stays")
    func badRecordsAreRefused() throws {
        var settings = LogRig.settings()
        settings.payloadBytesMax = 100
        settings.groupBytesMax = 400
        let log = try LogRig.open(ForgetfulDisk(), settings)
        var group = log.journal.newGroup()
        _ = try group.add([1], to: zero, at: Timestamp(ms: 5))
        let big = [UInt8](repeating: 7, count: 101)
        #expect(
            LogRig.code { _ = try group.add([1], to: Partition(index: 3), at: Timestamp(ms: 5)) }
                == .outOfRange
        )
        #expect(
            LogRig.code { _ = try group.add([1], to: zero, at: Timestamp(ms: 4)) }
                == .outOfSequence
        )
        #expect(
            LogRig.code { _ = try group.add(big, to: zero, at: Timestamp(ms: 5)) } == .tooLarge
        )
        let code = LogRig.code {
            while true { _ = try group.add(big.dropLast(), to: zero, at: Timestamp(ms: 5)) }
        }
        #expect(code == .tooLarge)
        #expect(group.recordCount == 3)
        try log.journal.append(&group)
        #expect(try log.reader.end(of: zero).next == LogOffset(3))
    }

    @Test("a failed write or sync is final: nothing is tried again")
    func failurePoisons() throws {
        for operation in [ForgetfulDisk.Operation.write, .sync] {
            let disk = ForgetfulDisk()
            let log = try LogRig.open(disk)
            var maker = GroupMaker(seed: 3, partitions: 3)
            let kept = maker.next(records: 4)
            try log.append(kept)
            disk.fail(operation)
            #expect(LogRig.code { try log.append(maker.next(records: 4)) } == .disk)
            #expect(log.journal.failure?.code == .disk)
            let calls = (disk.calls(.write), disk.calls(.sync))
            #expect(LogRig.code { try log.append(maker.next(records: 4)) } == .poisoned)
            #expect(LogRig.code { try log.journal.roll() } == .poisoned)
            #expect(LogRig.code { try log.journal.close() } == .poisoned)
            #expect(disk.calls(.write) == calls.0 && disk.calls(.sync) == calls.1)
            #expect(try log.readAll() == LogModel(3).with(kept))
            disk.crash()
            #expect(try LogRig.open(disk).readAll() == LogModel(3).with(kept))
        }
    }

    @Test("a full disk ends the journal, and a restart with room goes on")
    func fullDisk() throws {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk)
        var maker = GroupMaker(seed: 4, partitions: 3)
        let kept = maker.next(records: 4)
        try log.append(kept)
        disk.setCapacity(bytes: try #require(disk.content(LogRig.folder + "/log.lock")).count)
        #expect(LogRig.code { try log.append(maker.next(records: 4)) } == .full)
        disk.setCapacity(bytes: nil)
        #expect(LogRig.code { try log.append(maker.next(records: 4)) } == .poisoned)
        disk.crash()
        let again = try LogRig.open(disk)
        let more = maker.next(records: 4)
        try again.append(more)
        #expect(try again.readAll() == LogModel(3).with(kept).with(more))
    }

    @Test("a watermark needs a durable reserve above it, and no record may come below it")
    func watermarkNeedsReserve() throws {
        let log = try LogRig.open(ForgetfulDisk())
        let instant = Timestamp(ms: 1000)
        #expect(LogRig.code { try log.journal.tell(instant, holding: nil) } == .outOfSequence)
        var group = log.journal.newGroup()
        group.reserve(through: instant + 1)
        #expect(!group.isEmpty && group.renewsReserve)
        try log.journal.append(&group)
        #expect(log.journal.reserve == instant + 1)
        try log.journal.tell(instant, holding: nil)
        #expect(try log.reader.end(of: zero).watermark == instant)
        #expect(LogRig.code { try log.journal.tell(instant + 1, holding: nil) } == .outOfSequence)
        var late = log.journal.newGroup()
        #expect(LogRig.code { _ = try late.add([1], to: zero, at: instant) } == .outOfSequence)
        _ = try late.add([1], to: zero, at: instant + 1)
    }

    @Test("a watermark stays below the records of a group that is not yet durable")
    func watermarkHoldsForGroup() throws {
        let log = try LogRig.open(ForgetfulDisk())
        var group = log.journal.newGroup()
        group.reserve(through: Timestamp(ms: 5000))
        try log.journal.append(&group)
        _ = try group.add([1], to: zero, at: Timestamp(ms: 1000))
        try log.journal.tell(Timestamp(ms: 2000), holding: group)
        #expect(try log.reader.end(of: zero).watermark == Timestamp(ms: 999))
        #expect(try log.reader.end(of: Partition(index: 1)).watermark == Timestamp(ms: 2000))
        try log.journal.append(&group)
        try log.journal.tell(Timestamp(ms: 1500), holding: nil)
        #expect(try log.reader.end(of: zero).watermark == Timestamp(ms: 1500))
        #expect(try log.reader.end(of: Partition(index: 1)).watermark == Timestamp(ms: 2000))
    }

    @Test("a group that was begun before a watermark cannot slip below it")
    func heldGroupCannotSlipBelow() throws {
        let log = try LogRig.open(ForgetfulDisk())
        var group = log.journal.newGroup()
        group.reserve(through: Timestamp(ms: 5000))
        try log.journal.append(&group)
        try log.journal.tell(Timestamp(ms: 2000), holding: group)
        _ = try group.add([1], to: zero, at: Timestamp(ms: 1500))
        #expect(LogRig.code { try log.journal.append(&group) } == .outOfSequence)
    }

    @Test("the reserve survives a crash, also through a file that has only a header")
    func reserveIsDurable() throws {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk)
        var group = log.journal.newGroup()
        group.reserve(through: Timestamp(ms: 7777))
        try log.journal.append(&group)
        try log.journal.roll()
        try log.tidyAll()
        disk.crash()
        let again = try LogRig.open(disk)
        #expect(again.recovered.reserve == Timestamp(ms: 7777))
        #expect(again.recovered.earliest == Timestamp(ms: 7777))
    }

    @Test("a clean stop ends the reserve behind what was told, a crash does not")
    func reserveEnds() throws {
        let disk = ForgetfulDisk()
        var log = try LogRig.open(disk)
        func reserve(through ms: Int64, told: Int64) throws {
            var group = log.journal.newGroup()
            group.reserve(through: Timestamp(ms: ms))
            try log.journal.append(&group)
            try log.journal.tell(Timestamp(ms: told), holding: nil)
        }
        try reserve(through: 7777, told: 5000)
        try log.close()
        // Of a process that tells nothing it stays where it was.
        for _ in 0..<2 {
            log = try LogRig.open(disk)
            #expect(log.recovered.reserve == Timestamp(ms: 5001))
            try log.close()
        }
        log = try LogRig.open(disk)
        var group = log.journal.newGroup()
        let early = Timestamp(ms: 5000)
        #expect(LogRig.code { _ = try group.add([1], to: zero, at: early) } == .outOfSequence)
        try reserve(through: 9000, told: 6000)
        try log.tidyAll()
        disk.crash()
        log = try LogRig.open(disk)
        #expect(log.recovered.reserve == Timestamp(ms: 9000))
        try log.close()
    }

    @Test("a folder that is in use is refused, and given back by close")
    func folderIsLocked() throws {
        try LogRig.withRealFolder { folder in
            let settings = LogRig.settings(folder)
            let log = try LogRig.open(RealDisk(), settings)
            #expect(LogRig.code { _ = try LogRig.open(RealDisk(), settings) } == .locked)
            try log.journal.close()
            #expect(LogRig.code { try log.journal.roll() } == .poisoned)
            let again = try LogRig.open(RealDisk(), settings)
            try again.journal.close()
        }
    }
}
