// The power goes off at every change of the disk: nothing acked is lost, nothing is doubled.

import Basics
import Kit
import Log
import Testing

@Suite struct CrashTests {
    /// What a run had done when the power went off.
    private struct Ledger {
        var acked = LogModel(3)
        /// With the group that was being appended.
        var asked = LogModel(3)
        var reserveMs: Int64?
    }

    /// Opens, appends, rolls, seals, closes, opens and goes on, until a call fails.
    private func work(_ disk: any Disk, seed: UInt64) -> Ledger {
        var ledger = Ledger()
        var maker = GroupMaker(seed: seed, partitions: 3)
        do {
            for _ in 0..<2 {
                let log = try LogRig.open(disk)
                maker.timeMs = max(maker.timeMs, log.earliest.ms)
                for step in 0..<11 {
                    let records = maker.next(records: 1 + step % 8)
                    ledger.asked = ledger.acked.with(records)
                    try log.append(records)
                    ledger.acked = ledger.asked
                    if step % 4 == 2 { try log.tidyAll() }
                    if step % 5 == 1 {
                        var group = log.journal.newGroup()
                        group.reserve(through: Timestamp(ms: 2_000_000 + Int64(step)))
                        try log.journal.append(&group)
                        ledger.reserveMs = log.journal.reserve?.ms
                    }
                }
                try log.journal.close()
            }
        } catch {
            return ledger
        }
        return ledger
    }

    /// Whether a log after the power cut holds what it must.
    private func holds(_ log: EmbeddedLog, _ ledger: Ledger) throws -> Bool {
        let found = try log.readAll()
        let reserve = log.recovered.reserve?.ms ?? .min
        return (found == ledger.acked || found == ledger.asked)
            && reserve >= ledger.reserveMs ?? .min
    }

    @Test(
        "after a power cut at any change every acked record is there once, and the log goes on",
        arguments: CrashingDisk.Moment.allCases
    )
    func everyChange(moment: CrashingDisk.Moment) throws {
        let whole = CrashingDisk(ForgetfulDisk(), crashAt: .max, moment)
        let finished = work(whole, seed: 42)
        #expect(finished.acked == finished.asked)
        #expect(whole.changes > 200)
        for crashAt in 1...whole.changes {
            for tear in 0..<2 as Range<UInt64> {
                let disk = ForgetfulDisk()
                let ledger = work(CrashingDisk(disk, crashAt: crashAt, moment), seed: 42)
                var chance = SeededRandom(seed: tear &* 1000 &+ UInt64(crashAt))
                if tear == 0 { disk.crash() } else { disk.crash(tearing: &chance) }
                let log = try LogRig.open(disk)
                #expect(try holds(log, ledger), "change \(crashAt), tear \(tear)")
                try goesOn(log, disk, "change \(crashAt), tear \(tear)")
            }
        }
    }

    /// Appends, seals everything, loses power once more and finds the same.
    private func goesOn(_ log: EmbeddedLog, _ disk: ForgetfulDisk, _ place: Comment) throws {
        var maker = GroupMaker(seed: 7, partitions: 3)
        maker.timeMs = 3_000_000
        let more = maker.next(records: 5)
        let before = try log.readAll()
        try log.append(more)
        try log.journal.roll()
        try log.tidyAll()
        #expect(try log.readAll() == before.with(more), place)
        disk.crash()
        #expect(try LogRig.open(disk).readAll() == before.with(more), place)
    }

    @Test("a second power cut during recovery changes nothing")
    func cutDuringRecovery() throws {
        for crashAt in stride(from: 5, to: 300, by: 7) {
            let first = ForgetfulDisk()
            let ledger = work(CrashingDisk(first, crashAt: crashAt, .after), seed: 42)
            var chance = SeededRandom(seed: UInt64(crashAt))
            first.crash(tearing: &chance)
            guard first.content(LogRig.folder + "/log.lock") != nil else { continue }
            let image = try DiskImage(first, LogRig.folder)
            for again in 1...12 {
                let disk = try image.disk()
                _ = try? LogRig.open(CrashingDisk(disk, crashAt: again, .before))
                disk.crash(tearing: &chance)
                #expect(try holds(try LogRig.open(disk), ledger), "\(crashAt) then \(again)")
            }
        }
    }

    @Test("the same on a disk that only claims to sync loses records: the test can see it")
    func lyingDiskIsSeen() throws {
        var lost = 0
        for crashAt in stride(from: 20, to: 200, by: 9) {
            let disk = ForgetfulDisk()
            let liar = CrashingDisk(disk, crashAt: crashAt, .after, isHonest: false)
            let ledger = work(liar, seed: 42)
            disk.crash()
            let isFine = (try? holds(try LogRig.open(disk), ledger)) ?? false
            if !isFine { lost += 1 }
        }
        #expect(lost > 10)
    }
}
