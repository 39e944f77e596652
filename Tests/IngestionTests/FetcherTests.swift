// Reading for those who follow the log: many partitions in one answer, fair shares, long polls.

import Basics
import Chassis
import KeyValue
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("Fetch")
struct FetcherTests {
    /// An intake and its fetcher; `stop` ends both.
    private final class Rig: Sendable {
        let rig: IngestionRig
        let open: OpenIntake
        let desk: ReadingDesk
        let fetcher: Fetcher

        init(partitions: Int = 4, _ settings: IntakeSettings = IntakeSettings()) throws {
            rig = try IngestionRig(partitions: partitions)
            open = try rig.open(settings)
            desk = try ReadingDesk()
            fetcher = Fetcher(
                log: open.opened,
                partitions: open.partitions,
                asides: open.asides,
                durable: open.durable,
                clock: rig.clock,
                desk: desk
            )
        }

        func fetch(
            _ cursors: [UInt64],
            bytes: UInt32 = 1 << 20,
            waitMs: UInt32 = 0,
            replyBytes: UInt32 = 16 << 20,
            deadlineNs: UInt64 = .max
        ) async throws(Fault) -> IngestionV1.StoredFetchResponse {
            try await fetcher.fetch(
                IngestionV1.FetchRequest(
                    cursors: cursors.enumerated().map {
                        IngestionV1.FetchCursor(partition: UInt32($0), nextOffset: $1)
                    },
                    maxBytes: bytes,
                    waitMs: waitMs
                ),
                epochs: {
                    Ownership.Epochs(
                        logs: [Partition(index: 0): Epoch(6)],
                        states: [Partition(index: 0): Epoch(9)]
                    )
                },
                CallContext(deadlineNs: deadlineNs, maxReplyBytes: replyBytes)
            )
        }

        func stop() throws {
            desk.stop()
            try open.stop()
        }

        /// Users that live in a partition.
        func users(in partition: Int, _ count: Int) -> [String] {
            var users: [String] = []
            var number = 0
            while users.count < count {
                let user = "user-\(number)"
                number += 1
                let home = open.partitions.home(project: shop, identifier: user)
                if Int(home.index) == partition { users.append(user) }
            }
            return users
        }
    }

    @Test("an answer has every partition's records, ends and epoch, a watermark only at the end")
    func manyPartitions() async throws {
        let rig = try Rig()
        for partition in 0..<3 {
            let users = rig.users(in: partition, 2)
            _ = try await rig.open.track(users.map { Sent.event($0) })
        }
        let answer = try await rig.fetch([0, 1, 4, 0])
        #expect(answer.partitions.map(\.partition) == [0, 1, 2, 3])
        #expect(answer.partitions.map(\.records.count) == [4, 3, 0, 0])
        #expect(answer.partitions.map(\.nextOffset) == [4, 4, 4, 0])
        #expect(answer.partitions.map(\.endOffset) == [4, 4, 4, 0])
        #expect(answer.partitions.map(\.epoch) == [6, 0, 0, 0])
        #expect(answer.partitions.map(\.stateEpoch) == [9, 0, 0, 0])
        let watermarks = answer.partitions.map(\.watermarkMs)
        #expect(watermarks.allSatisfy { ($0 ?? 0) >= start.ms - 1 })
        let part = try await rig.fetch([0, 0, 0, 0], bytes: 1)
        #expect(part.partitions.count { $0.records.count == 1 } == 1)
        for partition in part.partitions {
            let isAtEnd = partition.nextOffset == partition.endOffset
            #expect((partition.watermarkMs != nil) == isAtEnd)
        }
        try rig.stop()
    }

    @Test("the answer's bytes are those of FetchResponse, with each record as it was written")
    func stored() async throws {
        let rig = try Rig(partitions: 2)
        _ = try await rig.open.track([
            Sent.event("a", id: "1", [Sent.property("p", .number(1.5))]), Sent.profile("b"),
        ])
        _ = try await rig.open.intake.write(
            CatalogueBatch(project: shop, documents: [rig.open.document(1)])
        )
        let stored = try await rig.fetch([0, 0])
        let parsed = try IngestionV1.FetchResponse.decode(try stored.encode())
        for (index, partition) in parsed.partitions.enumerated() {
            #expect(partition.records == (try rig.open.log(index)))
            #expect(partition.watermarkMs == stored.partitions[index].watermarkMs)
        }
        #expect(try parsed.encode() == stored.encode())
        try rig.stop()
    }

    @Test("every partition begins in its turn, however many calls there were before")
    func turns() async throws {
        let rig = try Rig(partitions: 4)
        for partition in 0..<4 {
            _ = try await rig.open.track(rig.users(in: partition, 2).map { Sent.event($0) })
        }
        var begun: Set<UInt32> = []
        for _ in 0..<32 {
            // There is room for one record: of the partition that begins.
            let answer = try await rig.fetch([0, 0, 0, 0], bytes: 1)
            begun.formUnion(answer.partitions.filter { !$0.records.isEmpty }.map(\.partition))
        }
        #expect(begun == [0, 1, 2, 3])
        try rig.stop()
        for first in [1, 6_950_000_000, UInt64.max - 500] {
            for count in 1...16 {
                var turns = [Int](repeating: 0, count: count)
                for call in first..<(first + 400) {
                    turns[FetchedPages.turn(of: call) % count] += 1
                }
                let share = 400 / count
                #expect(turns.allSatisfy { $0 > share / 2 && $0 < 2 * share + 2 }, "\(turns)")
            }
        }
    }

    @Test("a partition with a long backlog takes its share and does not starve the others")
    func fairShares() async throws {
        let rig = try Rig(partitions: 4)
        let property = Sent.property("p", .text(Sent.text(1_000)))
        let crowd = rig.users(in: 0, 1)[0]
        for _ in 0..<4 {
            _ = try await rig.open.track((0..<100).map { _ in Sent.event(crowd, "E", [property]) })
        }
        for partition in 1..<4 {
            let user = rig.users(in: partition, 1)[0]
            _ = try await rig.open.track((0..<3).map { _ in Sent.event(user) })
        }
        let first = try await rig.fetch([0, 0, 0, 0], bytes: 40_000)
        #expect(first.partitions.dropFirst().allSatisfy { $0.nextOffset == $0.endOffset })
        #expect(first.partitions[0].records.count > 5)
        // Alone it takes all there is room for.
        var cursors = first.partitions.map(\.nextOffset)
        var calls = 0
        while cursors[0] < 401 {
            let answer = try await rig.fetch(cursors, bytes: 40_000)
            #expect(try answer.encode().count <= 40_000)
            #expect(
                answer.partitions[0].records.count >= 30 || answer.partitions[0].nextOffset == 401
            )
            cursors = answer.partitions.map(\.nextOffset)
            calls += 1
        }
        #expect(calls <= 13)
        try rig.stop()
    }

    @Test("an answer keeps its bytes; a record larger than its share comes when it is its turn")
    func largeRecords() async throws {
        let rig = try Rig(partitions: 4)
        _ = try await rig.open.intake.write(
            CatalogueBatch(project: shop, documents: [rig.open.document(1, body: 60_000)])
        )
        for partition in 0..<4 {
            let user = rig.users(in: partition, 1)[0]
            _ = try await rig.open.track((0..<20).map { _ in Sent.event(user) })
        }
        for (bytes, limit) in [(70_000, 70_000), (200_000, 200_000), (1_000, 61_000)] {
            var cursors: [UInt64] = [0, 0, 0, 0]
            var calls = 0
            while cursors != [22, 22, 22, 22], calls < 200 {
                let answer = try await rig.fetch(cursors, bytes: UInt32(bytes))
                #expect(try answer.encode().count <= limit)
                let next = answer.partitions.map(\.nextOffset)
                #expect(next != cursors, "every call gets on")
                cursors = next
                calls += 1
            }
            #expect(calls < 200)
        }
        // What the caller has room for is a limit, too.
        let small = try await rig.fetch([1, 1, 1, 1], replyBytes: 2_000)
        #expect(try small.encode().count <= 2_000)
        #expect(small.partitions.contains { !$0.records.isEmpty })
        try rig.stop()
    }

    @Test("a long poll ends with the first record, and without one at its wait with watermarks")
    func longPoll() async throws {
        let rig = try Rig(partitions: 2)
        async let woken = rig.fetch([0, 0], waitMs: 20_000)
        await rig.rig.clock.waitForSleepers()
        _ = try await rig.open.track([Sent.event("u")])
        let news = try await woken
        #expect(news.partitions.map(\.records.count).reduce(0, +) == 2)

        let ends = news.partitions.map(\.nextOffset)
        let before = rig.rig.clock.now
        async let waited = rig.fetch(ends, waitMs: 20_000)
        await rig.rig.clock.waitForSleepers()
        rig.rig.clock.advance(ms: 19_999)
        rig.rig.clock.advance(ms: 1)
        let nothing = try await waited
        #expect(nothing.partitions.allSatisfy { $0.records.isEmpty })
        #expect(nothing.partitions.allSatisfy { ($0.watermarkMs ?? 0) >= before.ms - 1 })
        #expect(nothing.partitions.map(\.nextOffset) == ends)
        // No longer than 30 s, nor until 100 ms before the deadline.
        for (waitMs, deadlineMs, endMs) in [(90_000, 90_000, 30_000), (20_000, 5_000, 4_900)] {
            let deadline = rig.rig.clock.monotonicNs + UInt64(deadlineMs) * 1_000_000
            async let ended = rig.fetch(ends, waitMs: UInt32(waitMs), deadlineNs: deadline)
            await rig.rig.clock.waitForSleepers()
            rig.rig.clock.advance(ms: UInt64(endMs))
            #expect(try await ended.partitions.allSatisfy { $0.records.isEmpty })
        }
        try rig.stop()
    }

    @Test(
        "a cursor beyond the end and an unknown partition are refused; none is answered with none"
    )
    func refusals() async throws {
        let rig = try Rig(partitions: 2)
        _ = try await rig.open.track([Sent.event("u")])
        do throws(Fault) {
            _ = try await rig.fetch([100, 0])
            Issue.record("answered")
        } catch {
            #expect(error.code == .outOfRange && error.place?.contains("100") == true)
        }
        do throws(Fault) {
            _ = try await rig.fetch([0, 0, 0])
            Issue.record("answered")
        } catch {
            #expect(error.code == .invalidArgument && error.hint?.contains("2") == true)
        }
        #expect(try await rig.fetch([]).partitions.isEmpty)
        let ends = try rig.fetcher.positions([])
        #expect(ends.map(\.partition) == [0, 1])
        #expect(ends.map(\.nextOffset).reduce(0, +) == 2)
        #expect(try rig.fetcher.positions([1]).map(\.partition) == [1])
        #expect(throws: Fault.self) { _ = try rig.fetcher.positions([2]) }
        try rig.stop()
    }

    @Test("reading goes on over sealed volumes")
    func sealed() async throws {
        let rig = try Rig(partitions: 2)
        for _ in 0..<3 {
            _ = try await rig.open.track((0..<10).map { Sent.event("u\($0)") })
            try rig.open.opened.journal.roll()
        }
        let before = try await rig.fetch([0, 0])
        while try rig.open.opened.sealer.sealOldest() != nil {}
        let after = try await rig.fetch([0, 0])
        #expect(after.partitions.map(\.records) == before.partitions.map(\.records))
        try rig.stop()
    }
}
