// Rates of append, recovery, sealing and reading; a smoke size, prints when SHOAL_BENCH is set.

import Basics
import Foundation
import Log
import Testing

@Suite(.serialized) struct LogBenchTests {
    /// Demo-like payloads of about 200 bytes over 64 partitions.
    private func fill(_ group: inout LogGroup, _ chance: inout SeededRandom, _ time: Int64) throws {
        for _ in 0..<500 {
            let user = UInt64.random(in: 0..<20_000, using: &chance)
            let name = ["app_opened", "track_played", "playlist_created"][Int(user % 3)]
            let price = UInt64.random(in: 0..<10_000, using: &chance)
            let text =
                "\(name) user \(user) campaign=spring-\(user % 7) city=Hamburg "
                + "device=phone-\(user % 5) version=5.\(price % 9) price=\(price) "
                + "currency=EUR source=facebook event=\(chance.next()) session=\(user &* 7919)"
            _ = try group.add(
                Array(text.utf8),
                to: Partition(index: UInt16(user % 64)),
                at: Timestamp(ms: time)
            )
        }
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = SystemClock()
        let start = clock.monotonicNs
        try body()
        return Double(clock.monotonicNs - start) / 1e9
    }

    @Test("the log appends, recovers, seals and reads a stream of groups of 500 events")
    func rates() throws {
        let isFull = ProcessInfo.processInfo.environment["SHOAL_BENCH"] != nil
        let groups = isFull ? 2000 : 6
        let count = Double(groups * 500)
        try LogRig.withRealFolder { folder in
            var settings = LogSettings(folder: folder)
            if !isFull { settings.journalFileBytes = 200_000 }
            var log = try LogRig.open(RealDisk(), settings)
            var chance = SeededRandom(seed: 77)
            var made = 0.0
            var appended = 0.0
            var group = log.journal.newGroup()
            var bytes = 0
            for step in 0..<groups {
                made += try seconds { try fill(&group, &chance, Int64(step)) }
                bytes += group.byteCount
                appended += try seconds { try log.journal.append(&group) }
            }
            let backlog = log.sealer.backlog
            try log.journal.close()
            let recovered = try seconds { log = try LogRig.open(RealDisk(), settings) }
            #expect(log.recovered.records == groups * 500)
            let read = try seconds { try readAll(log, groups * 500) }
            try log.journal.roll()
            var stored = 0
            let sealed = try seconds {
                while let file = try log.sealer.sealOldest() { stored += file.volumeBytes }
            }
            let readAgain = try seconds { try readAll(log, groups * 500) }
            try log.journal.close()
            guard isFull else { return }
            print(
                """
                append \(Int(count / appended)) events/s (\(bytes / groups / 500) B each, \
                \(Int(Double(groups) / appended)) syncs/s), making them \(made) s
                recover \(Int(count / recovered)) events/s, \(backlog) closed files
                read journal \(Int(count / read)) events/s
                seal \(Int(count / sealed)) events/s, \(Double(stored) / count) B an event
                read volumes \(Int(count / readAgain)) events/s
                """
            )
        }
    }

    private func readAll(_ log: EmbeddedLog, _ expected: Int) throws {
        var count = 0
        for partition in PartitionCount.standard.all {
            var next = LogOffset.zero
            while true {
                let page = try log.reader.read(partition, from: next)
                count += page.records.count
                next = page.next
                if page.isAtEnd { break }
            }
        }
        #expect(count == expected)
    }
}
