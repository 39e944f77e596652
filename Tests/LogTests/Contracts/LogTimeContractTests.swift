// What every implementation of Log promises, part two: time that is closed, and readers meanwhile.

import Basics
import Kit
import Log
import Synchronization
import Testing

@Suite("the contract of Log: time and readers", .timeLimit(.minutes(1)))
struct LogTimeContractTests {
    private let zero = Partition(index: 0)
    private let one = Partition(index: 1)

    @Test("log time does not go back, from one opening to the next", arguments: LogKind.allCases)
    func timeRises(_ kind: LogKind) throws {
        let rig = LogContractRig(kind)
        let log = try rig.open()
        let noon = Timestamp(ms: 50_000)
        try log.append([1], to: zero, at: noon)
        #expect(LogRig.code { try log.append([2], to: zero, at: noon - 1) } == .outOfSequence)
        try log.append([2], to: one, at: noon - 10)
        try log.append([3], to: zero, at: noon)
        rig.crash()
        let next = try rig.open()
        #expect(next.earliest == noon, "the latest record's, in whichever partition")
        #expect(LogRig.code { try next.append([4], to: zero, at: noon - 1) } == .outOfSequence)
        try next.append([4], to: zero, at: noon)
        #expect(try next.payloads(zero) == [[1], [3], [4]])
    }

    @Test("a watermark needs a durable reserve above it", arguments: LogKind.allCases)
    func watermarkNeedsReserve(_ kind: LogKind) throws {
        let log = try LogContractRig(kind).open()
        let noon = Timestamp(ms: 50_000)
        #expect(LogRig.code { try log.tell(noon, holding: nil) } == .outOfSequence)
        var group = log.newGroup()
        group.reserve(through: noon + 1)
        #expect(!group.isEmpty)
        #expect(LogRig.code { try log.tell(noon, holding: group) } == .outOfSequence)
        try log.append(&group)
        #expect(log.reserve == noon + 1)
        try log.reserve(through: noon)
        #expect(log.reserve == noon + 1, "a lower reserve is nothing")
        try log.tell(noon, holding: nil)
        #expect(try log.end(of: zero).watermark == noon)
        #expect(LogRig.code { try log.tell(noon + 1, holding: nil) } == .outOfSequence)
        #expect(log.failure == nil)
        try log.tell(noon - 100, holding: nil)
        #expect(try log.end(of: zero).watermark == noon, "it does not go back")
    }

    @Test("below a watermark nothing comes any more", arguments: LogKind.allCases)
    func watermarkCloses(_ kind: LogKind) throws {
        let log = try LogContractRig(kind).open()
        let noon = Timestamp(ms: 50_000)
        try log.reserve(through: noon + 1_000)
        var held = log.newGroup()
        _ = try held.add([1], to: zero, at: noon - 10)
        var early = log.newGroup()
        _ = try early.add([9], to: one, at: noon - 5)
        try log.tell(noon, holding: held)
        #expect(try log.end(of: zero).watermark == noon - 11, "the held group is not passed")
        #expect(try log.end(of: one).watermark == noon)
        #expect(LogRig.code { try log.append(&early) } == .outOfSequence)
        try log.append(&held)
        var late = log.newGroup()
        #expect(LogRig.code { _ = try late.add([2], to: one, at: noon) } == .outOfSequence)
        _ = try late.add([2], to: one, at: noon + 1)
        try log.append(&late)
        #expect(try log.payloads(zero) == [[1]] && log.payloads(one) == [[2]])
    }

    @Test("what was told before a crash holds after it", arguments: LogKind.allCases)
    func watermarkSurvives(_ kind: LogKind) throws {
        let rig = LogContractRig(kind)
        let noon = Timestamp(ms: 50_000)
        for opening in 0..<3 as Range<Int64> {
            let log = try rig.open()
            let told = noon + opening * 1_000
            #expect(try log.end(of: zero).watermark < noon, "it is told anew")
            try log.append([UInt8(opening)], to: zero, at: log.start)
            try log.reserve(through: told + 1)
            try log.tell(told, holding: nil)
            if opening == 1 { try log.tidyAll() }
            rig.crash()
            let next = try rig.open()
            #expect(next.earliest > told && next.reserve == told + 1)
            var group = next.newGroup()
            #expect(LogRig.code { _ = try group.add([9], to: zero, at: told) } == .outOfSequence)
            #expect(LogRig.code { _ = try group.add([9], to: one, at: told) } == .outOfSequence)
            rig.crash()
        }
    }

    @Test("a page that stops early promises less than the end", arguments: LogKind.allCases)
    func watermarkOfAPage(_ kind: LogKind) throws {
        let log = try LogContractRig(kind).open()
        try log.reserve(through: Timestamp(ms: 100_000))
        for number in 0..<10 as Range<UInt8> {
            try log.append([number], to: zero, at: Timestamp(ms: 50_000 + Int64(number)))
        }
        let noon = Timestamp(ms: 60_000)
        try log.tell(noon, holding: nil)
        let all = try log.read(zero, from: .zero, limit: ReadLimit())
        #expect(all.watermark == noon && all.isAtEnd)
        let some = try log.read(zero, from: .zero, limit: ReadLimit(records: 4))
        #expect(some.watermark == Timestamp(ms: 50_002), "the next may have the last one's time")
        #expect(some.durable == all.durable)
    }

    @Test(
        "readers meanwhile see each record once, in order, and never below a watermark",
        arguments: LogKind.allCases
    )
    func readersMeanwhile(_ kind: LogKind) throws {
        let log = try LogContractRig(kind).open()
        let total = 1_500
        let wrong = Mutex<[String]>([])
        let isWritten = Atomic(false)
        let tidying = try OwnThread.start(name: "tidy") {
            do {
                while !isWritten.load(ordering: .acquiring) { _ = try log.tidy() }
            } catch { wrong.withLock { $0.append("tidying: \(error)") } }
        }
        let readers = try (0..<3 as Range<UInt16>).map { index in
            try OwnThread.start(name: "read \(index)") {
                do { try Self.follow(log, Partition(index: index), total) } catch {
                    wrong.withLock { $0.append("partition \(index): \(error)") }
                }
            }
        }
        do { try Self.write(log, total) } catch { wrong.withLock { $0.append("\(error)") } }
        isWritten.store(true, ordering: .releasing)
        for thread in readers + [tidying] { thread.join() }
        #expect(wrong.withLock { $0 } == [])
    }

    /// Groups of ten records a partition, each behind the watermark of the one before.
    private static func write(_ log: any Log, _ total: Int) throws {
        for first in stride(from: 0, to: total, by: 10) {
            var group = log.newGroup()
            for number in first..<first + 10 {
                for index in 0..<3 as Range<UInt16> {
                    _ = try group.add(
                        payload(number, index),
                        to: Partition(index: index),
                        at: Timestamp(ms: 1_000 + Int64(number / 2))
                    )
                }
            }
            let told = Timestamp(ms: 1_000 + Int64(first / 2 + 4))
            group.reserve(through: told + 1)
            try log.append(&group)
            try log.tell(told, holding: nil)
        }
    }

    private static func payload(_ number: Int, _ index: UInt16) -> [UInt8] {
        Array("record \(number) of \(index)".utf8)
    }

    private struct Wrong: Error {
        let what: String
        let offset: LogOffset
    }

    private static func follow(_ log: any Log, _ partition: Partition, _ total: Int) throws {
        var next = LogOffset.zero
        var closed = Timestamp(ms: .min)
        while next.value < UInt64(total) {
            let page = try log.read(partition, from: next, limit: ReadLimit(bytes: 200))
            for record in page.records {
                guard record.offset == next,
                    Array(record.payload) == payload(Int(next.value), partition.index)
                else { throw Wrong(what: "another record", offset: next) }
                guard record.logTime > closed else {
                    throw Wrong(what: "a record below the watermark \(closed)", offset: next)
                }
                next = next.next
            }
            guard page.next == next else { throw Wrong(what: "another end", offset: page.next) }
            closed = max(closed, page.watermark)
        }
    }
}
