// Tests of reading: limits, watermarks of a page, and many readers while the journal is sealed.

import Basics
import Kit
import Synchronization
import Testing

@testable import Log

@Suite struct LogReaderTests {
    private let zero = Partition(index: 0)

    private func log(records: Int) throws -> EmbeddedLog {
        let log = try LogRig.open(ForgetfulDisk())
        var group = log.journal.newGroup()
        group.reserve(through: Timestamp(ms: 1_000_000))
        for index in 0..<records {
            _ = try group.add(
                [UInt8](repeating: 1, count: 10),
                to: zero,
                at: Timestamp(ms: Int64(100 + index))
            )
        }
        try log.journal.append(&group)
        return log
    }

    @Test("a page keeps to bytes and records, and always gives one record")
    func limits() throws {
        let log = try log(records: 20)
        let table: [(bytes: Int, records: Int, given: Int)] = [
            (1000, 100, 20), (1000, 3, 3), (35, 100, 3), (30, 100, 3), (9, 100, 1), (0, 0, 1),
        ]
        for line in table {
            let page = try log.reader.read(
                zero,
                from: .zero,
                limit: ReadLimit(bytes: line.bytes, records: line.records)
            )
            #expect(page.records.count == line.given, "\(line)")
            #expect(page.next == LogOffset(UInt64(line.given)))
            #expect(page.isAtEnd == (line.given == 20))
        }
    }

    @Test("at the end a page is empty, behind it and in an unknown partition it is refused")
    func ends() throws {
        let log = try log(records: 2)
        let page = try log.reader.read(zero, from: LogOffset(2))
        #expect(page.records.isEmpty && page.isAtEnd && page.next == LogOffset(2))
        #expect(LogRig.code { _ = try log.reader.read(zero, from: LogOffset(3)) } == .outOfRange)
        let unknown = Partition(index: 3)
        #expect(LogRig.code { _ = try log.reader.read(unknown, from: .zero) } == .outOfRange)
        #expect(LogRig.code { _ = try log.reader.end(of: unknown) } == .outOfRange)
    }

    @Test("a page at the end has the partition's watermark, one before it has a lower one")
    func watermarkOfPage() throws {
        let log = try log(records: 10)
        try log.journal.tell(Timestamp(ms: 5000), holding: nil)
        let all = try log.reader.read(zero, from: .zero)
        #expect(all.watermark == Timestamp(ms: 5000))
        let some = try log.reader.read(zero, from: .zero, limit: ReadLimit(records: 4))
        #expect(some.watermark == Timestamp(ms: 102))
        #expect(some.durable.watermark == Timestamp(ms: 5000))
    }

    @Test("records that are not durable are not read")
    func unsyncedIsNotRead() throws {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk)
        var group = log.journal.newGroup()
        _ = try group.add([1], to: zero, at: Timestamp(ms: 1))
        disk.fail(.sync)
        #expect(LogRig.code { try log.journal.append(&group) } == .disk)
        #expect(try log.reader.read(zero, from: .zero).records.isEmpty)
        #expect(try log.reader.end(of: zero).next == .zero)
    }

    @Test("the cache stays within its bytes and keeps what is asked for again")
    func cacheIsBounded() {
        let cache = BlockCache(byteCountMax: 1000)
        let wanted = BlockCache.Key(source: 1, position: 0)
        cache.keep([UInt8](repeating: 1, count: 100), as: wanted)
        for position in 1..<5000 {
            #expect(cache.find(wanted) != nil)
            cache.keep(
                [UInt8](repeating: 2, count: 90),
                as: BlockCache.Key(source: 2, position: position)
            )
            #expect(cache.byteCount <= 1000)
        }
        cache.keep([UInt8](repeating: 3, count: 300), as: .init(source: 3, position: 0))
        #expect(cache.find(.init(source: 3, position: 0)) == nil)
    }

    @Test("readers see every record once and in order while the journal appends and is sealed")
    func manyReaders() throws {
        try LogRig.withRealFolder { folder in
            var settings = LogRig.settings(folder)
            settings.journalFileBytes = 4000
            let log = try LogRig.open(RealDisk(), settings)
            let total = 3000
            let failures = Mutex<[String]>([])
            let sealing = try OwnThread.start(name: "seal") {
                do {
                    while try log.reader.end(of: Partition(index: 2)).next.value < UInt64(total) {
                        _ = try log.sealer.sealOldest()
                    }
                } catch { failures.withLock { $0.append("sealer: \(error)") } }
            }
            let readers = try (0..<3 as Range<UInt16>).map { index in
                try OwnThread.start(name: "read \(index)") {
                    do { try Self.follow(log, Partition(index: index), total) } catch {
                        failures.withLock { $0.append("reader \(index): \(error)") }
                    }
                }
            }
            try Self.write(log, total)
            for thread in readers + [sealing] { thread.join() }
            #expect(failures.withLock { $0 } == [])
            try log.tidyAll()
            #expect(try log.readAll().partitions.map(\.count) == [total, total, total])
            try log.journal.close()
        }
    }

    private static func write(_ log: EmbeddedLog, _ total: Int) throws {
        var group = log.journal.newGroup()
        for number in 0..<total {
            for index in 0..<3 as Range<UInt16> {
                _ = try group.add(
                    payload(number, index),
                    to: Partition(index: index),
                    at: Timestamp(ms: Int64(number))
                )
            }
            if number % 20 == 19 { try log.journal.append(&group) }
        }
        try log.journal.append(&group)
    }

    private static func payload(_ number: Int, _ index: UInt16) -> [UInt8] {
        Array("record \(number) of \(index)".utf8)
    }

    private struct Wrong: Error { let offset: UInt64 }

    private static func follow(_ log: EmbeddedLog, _ partition: Partition, _ total: Int) throws {
        var next = LogOffset.zero
        while next.value < UInt64(total) {
            let page = try log.reader.read(partition, from: next, limit: ReadLimit(bytes: 500))
            for record in page.records {
                guard record.offset == next,
                    Array(record.payload) == payload(Int(next.value), partition.index)
                else { throw Wrong(offset: next.value) }
                next = next.next
            }
        }
    }
}
