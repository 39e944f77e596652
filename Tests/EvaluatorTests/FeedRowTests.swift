// Rows of feeds: what was told together stands in one, and is read from any record on.

import Basics
import Foundation
import Kit
import Segments
import Testing

@testable import Evaluator

@Suite struct FeedRowTests {
    private static let home = Partition(index: 3)
    private static let feed = FeedID(project: shop, revision: 7)

    /// Records of a feed that a random walk tells.
    private static func records(_ sequences: ClosedRange<UInt64>, _ random: inout SeededRandom)
        -> [FeedRecord]
    {
        var ms: Int64 = -5_000
        var offset: UInt64 = 10
        return sequences.map { sequence in
            ms += Int64.random(in: 0...90_000, using: &random)
            offset += UInt64.random(in: 0...3, using: &random)
            let isMember = Bool.random(using: &random)
            return FeedRecord(
                feed: feed,
                sequence: sequence,
                user: UserNumber(UInt32.random(in: 0...UInt32.max - 1, using: &random)),
                change: LiveChange(
                    isMember ? .entered : .left,
                    at: Timestamp(ms: ms - Int64.random(in: 0...500_000, using: &random)),
                    occurrence: Int.random(in: 0...300, using: &random),
                    isMember: isMember,
                    cause: isMember ? .record : .timer
                ),
                position: LogOffset(offset),
                logTime: Timestamp(ms: ms),
                mark: LogOffset(offset - UInt64.random(in: 0...9, using: &random)),
                isTurn: Bool.random(using: &random)
            )
        }
    }

    @Test("a row's bytes are read as the records that were written")
    func coded() throws {
        var random = SeededRandom(seed: 4)
        for count in [1, 2, 100, UInt64(FeedRow.recordsMax)] {
            let records = Self.records(41...40 + count, &random)
            let bytes = FeedRow.bytes(of: records)
            #expect(try FeedRow.records(bytes, Self.feed, last: 40 + count) == records)
            #expect(throws: BytesError.self) {
                try FeedRow.records(Array(bytes.dropLast()), Self.feed, last: 40 + count)
            }
            // More than came before its last one.
            #expect(throws: BytesError.self) {
                try FeedRow.records(bytes, Self.feed, last: count - 1)
            }
        }
    }

    @Test("a row of an older build has one record")
    func older() throws {
        // Version, user 9, entered by a record, a member and a turn, 2nd, at and heard at 1,500 ms,
        // offsets 300 and 299.
        let bytes: [UInt8] = [
            2, 9, 0, 0, 0, 0, 0, 3, 2, 0xB8, 0x17, 0xB8, 0x17, 0xAC, 0x02, 0xAB, 0x02,
        ]
        let record = try #require(try FeedRow.records(bytes, Self.feed, last: 5).first)
        #expect(record.sequence == 5 && record.user == UserNumber(9) && record.isTurn)
        #expect(record.change.at == Timestamp(ms: 1_500) && record.change.occurrence == 2)
        #expect(record.logTime == Timestamp(ms: 1_500))
        #expect(record.position == LogOffset(300) && record.mark == LogOffset(299))
    }

    @Test("feeds told in parts of any size are read from any record on, and so many of them")
    func read() throws {
        var random = SeededRandom(seed: 11)
        try inFolder { folder in
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            defer { checkpoints.close() }
            let shelf = checkpoints.feeds
            let told = Self.records(1...900, &random)
            var rest = told[...]
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...400, using: &random))
                rest = rest.dropFirst(part.count)
                var live = LivePartition(Self.home)
                live.news.records = Array(part)
                try checkpoints.remember(&live)
            }
            for after in [0, 1, 255, 256, 257, 700, 899, 900, 2_000] as [UInt64] {
                for limit in [0, 1, 5, 300, .max] {
                    let wanted = told.dropFirst(Int(after)).prefix(limit)
                    let found = try shelf.records(
                        of: Self.feed,
                        in: Self.home,
                        after: after,
                        limit: limit
                    )
                    #expect(found == Array(wanted), "\(limit) behind \(after)")
                }
            }
            let beginnings = try (1...900).map {
                try shelf.beginning(of: $0, in: Self.feed, Self.home)
            }
            #expect(beginnings.first == 1 && beginnings == beginnings.sorted())
            #expect(Set(beginnings).count < 30)
            #expect(try shelf.beginning(of: 901, in: Self.feed, Self.home) == 901)
        }
    }
}
