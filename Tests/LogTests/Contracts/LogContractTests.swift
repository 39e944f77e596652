// What every implementation of Log promises, part one: order, durability, limits, one writer.

import Basics
import Kit
import Log
import Testing

@Suite("the contract of Log: order and durability", .timeLimit(.minutes(1)))
struct LogContractTests {
    private let zero = Partition(index: 0)
    private let one = Partition(index: 1)
    private let unknown = Partition(index: 3)

    @Test("a new log is empty and has promised nothing", arguments: LogKind.allCases)
    func aNewLog(_ kind: LogKind) throws {
        let log = try LogContractRig(kind).open()
        #expect(log.reserve == nil && log.failure == nil && log.earliest == .earliest)
        #expect(try log.first(of: zero) == .zero)
        let end = PartitionEnd(next: .zero, watermark: Timestamp(ms: .min))
        #expect(try log.end(of: zero) == end)
        let page = try log.read(zero, from: .zero, limit: ReadLimit())
        #expect(page.records.isEmpty && page.isAtEnd && page.next == .zero)
        #expect(try !log.tidy())
    }

    @Test("what was appended is read in order, by every later opening", arguments: LogKind.allCases)
    func orderAndDurability(_ kind: LogKind) throws {
        let rig = LogContractRig(kind)
        var maker = GroupMaker(seed: 11, partitions: 3)
        var model = LogModel(3)
        for opening in 0..<4 {
            let log = try rig.open()
            #expect(try log.readAll() == model, "opening \(opening)")
            for step in 0..<20 {
                let group = maker.next(records: 1 + step % 9)
                try log.append(group)
                model = model.with(group)
                if step % 6 == 5 { _ = try log.tidy() }
            }
            #expect(try log.readAll() == model)
            try log.tidyAll()
            #expect(try log.readAll() == model, "tidying changes nothing")
            if opening % 2 == 0 { rig.crash() } else { try log.close() }
        }
    }

    @Test("records count when their append returns, all at once", arguments: LogKind.allCases)
    func seenWhenDurable(_ kind: LogKind) throws {
        let rig = LogContractRig(kind)
        let log = try rig.open()
        var group = log.newGroup()
        for number in 0..<3 as Range<UInt8> {
            #expect(
                try group.add([number], to: zero, at: log.start) == LogOffset(UInt64(number))
            )
        }
        #expect(try group.add([9], to: one, at: log.start) == .zero)
        #expect(try log.end(of: zero).next == .zero && log.payloads(zero).isEmpty)
        try log.append(&group)
        #expect(group.isEmpty)
        #expect(try group.add([3], to: zero, at: log.start) == LogOffset(3))
        #expect(try log.payloads(zero) == [[0], [1], [2]] && log.payloads(one) == [[9]])
        rig.crash()
        let next = try rig.open()
        #expect(try next.payloads(zero) == [[0], [1], [2]] && next.payloads(one) == [[9]])
        #expect(next.newGroup().nextOffset(in: zero) == LogOffset(3))
    }

    @Test("offsets count once: a dropped group gives its own back", arguments: LogKind.allCases)
    func offsetsAreGivenOnce(_ kind: LogKind) throws {
        let log = try LogContractRig(kind).open()
        var late = log.newGroup()
        _ = try late.add([7], to: zero, at: log.start)
        try log.append([1], to: zero, at: log.start)
        #expect(LogRig.code { try log.append(&late) } == .outOfSequence)
        #expect(log.failure == nil, "the caller's mistake does no harm")
        try log.append([2], to: zero, at: log.start)
        #expect(try log.payloads(zero) == [[1], [2]])
        var empty = log.newGroup()
        try log.append(&empty)
        #expect(try log.end(of: zero).next == LogOffset(2))
    }

    @Test("what does not fit is refused, and what was there stays", arguments: LogKind.allCases)
    func limitsOfAGroup(_ kind: LogKind) throws {
        let log = try LogContractRig(kind).open()
        var group = log.newGroup()
        _ = try group.add([1], to: zero, at: log.start)
        let full = [UInt8](repeating: 7, count: LogContractRig.payloadBytesMax)
        #expect(LogRig.code { _ = try group.add([1], to: unknown, at: log.start) } == .outOfRange)
        #expect(
            LogRig.code { _ = try group.add([1], to: zero, at: log.start - 1) } == .outOfSequence
        )
        #expect(LogRig.code { _ = try group.add(full + [7], to: zero, at: log.start) } == .tooLarge)
        #expect(group.recordCount == 1)
        let code = LogRig.code {
            while true { _ = try group.add(full, to: one, at: log.start) }
        }
        #expect(code == .tooLarge && group.byteCount <= LogContractRig.groupBytesMax)
        let count = group.recordCount
        try log.append(&group)
        #expect(try log.payloads(zero) == [[1]] && log.payloads(one).count == count - 1)
    }

    @Test("a page keeps to its limits, and always gives one record", arguments: LogKind.allCases)
    func limitsOfAPage(_ kind: LogKind) throws {
        let log = try LogContractRig(kind).open()
        for number in 0..<20 as Range<UInt8> {
            try log.append([UInt8](repeating: number, count: 10), to: zero, at: log.start)
        }
        for isTidy in [false, true] {
            if isTidy { try log.tidyAll() }
            let table: [(bytes: Int, records: Int, given: Int)] = [
                (1000, 100, 20), (1000, 3, 3), (35, 100, 3), (30, 100, 3), (9, 100, 1), (0, 0, 1),
            ]
            for (bytes, records, given) in table {
                let limit = ReadLimit(bytes: bytes, records: records)
                let page = try log.read(zero, from: .zero, limit: limit)
                #expect(page.records.map(\.payload.first) == (0..<UInt8(given)).map { $0 })
                #expect(page.next == LogOffset(UInt64(given)) && page.isAtEnd == (given == 20))
            }
        }
        let end = LogOffset(20)
        #expect(try log.read(zero, from: end, limit: ReadLimit()).records.isEmpty)
        #expect(
            LogRig.code { _ = try log.read(zero, from: end.next, limit: ReadLimit()) }
                == .outOfRange
        )
        #expect(
            LogRig.code { _ = try log.read(unknown, from: .zero, limit: ReadLimit()) }
                == .outOfRange
        )
        #expect(LogRig.code { _ = try log.end(of: unknown) } == .outOfRange)
        #expect(LogRig.code { _ = try log.first(of: unknown) } == .outOfRange)
    }

    @Test(
        "a failed append is the last; its group is found wholly or not at all",
        arguments: LogKind.allCases
    )
    func failureIsFinal(_ kind: LogKind) throws {
        for failure in LogContractRig.AppendFailure.allCases {
            let rig = LogContractRig(kind)
            let log = try rig.open()
            try log.reserve(through: log.start + 1_000)
            var maker = GroupMaker(seed: 12, partitions: 3)
            let (kept, failed) = (maker.next(records: 4), maker.next(records: 6))
            let model = LogModel(3).with(kept)
            try log.append(kept)
            rig.failNextAppend(failure)
            #expect(LogRig.code { try log.append(failed) } == .disk)
            #expect(log.failure?.code == .disk)
            #expect(LogRig.code { try log.append(failed) } == .poisoned)
            #expect(LogRig.code { try log.tell(log.start, holding: nil) } == .poisoned)
            #expect(LogRig.code { try log.close() } == .poisoned)
            #expect(try log.readAll() == model, "reading goes on, and shows nothing uncertain")
            rig.crash()
            let next = try rig.open()
            let found = try next.readAll()
            #expect(found == model || found == model.with(failed))
            let more = maker.next(records: 5)
            try next.append(more)
            #expect(try next.readAll() == found.with(more))
        }
    }

    @Test("of two that have it open one writes", arguments: LogKind.allCases)
    func oneWriter(_ kind: LogKind) throws {
        let rig = LogContractRig(kind)
        let first = try rig.open()
        try first.append([1], to: zero, at: first.start)
        try first.reserve(through: first.start + 1_000)
        let told = first.start
        try first.tell(told, holding: nil)
        let second: any Log
        do {
            second = try rig.open()
        } catch let error as LogError {
            #expect(error.code == .locked && error.isRetriable)
            try first.append([2], to: zero, at: told + 1)
            try first.close()
            #expect(try rig.open().payloads(zero) == [[1], [2]])
            return
        }
        try second.append([2], to: zero, at: second.start)
        #expect(LogRig.code { try first.tell(told + 1, holding: nil) } == .fenced)
        #expect(LogRig.code { try first.append([3], to: zero, at: second.start) } == .poisoned)
        #expect(first.failure?.code == .fenced)
        try second.append([4], to: zero, at: second.start)
        #expect(try second.payloads(zero) == [[1], [2], [4]])
    }

    @Test(
        "after its end in order it writes no more, and the next goes on",
        arguments: LogKind.allCases
    )
    func closing(_ kind: LogKind) throws {
        let rig = LogContractRig(kind)
        let log = try rig.open()
        try log.append([1], to: zero, at: log.start)
        try log.close()
        #expect(LogRig.code { try log.append([2], to: zero, at: log.start) } == .poisoned)
        let next = try rig.open()
        try next.append([3], to: zero, at: next.start)
        #expect(try next.payloads(zero) == [[1], [3]])
    }
}
