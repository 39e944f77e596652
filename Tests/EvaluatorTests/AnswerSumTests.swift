// The owners' answers added up, and the cursor of a listing.

import Basics
import Messages
import Testing

@testable import Evaluator

@Suite struct AnswerSumTests {
    @Test("counts add up, positions stand in order, the slowest counts")
    func sum() {
        let sum = AnswerSum([
            EvaluationV1.EvaluateResponse(
                users: 2,
                universe: 5,
                nodeUsers: [2, 3],
                positions: [LogV1.Position(partition: 4)],
                tookUs: 9
            ),
            EvaluationV1.EvaluateResponse(
                users: 1,
                universe: 4,
                nodeUsers: [1, 0],
                positions: [LogV1.Position(partition: 1)],
                tookUs: 3
            ),
        ])
        #expect(sum.users == 3 && sum.universe == 9 && sum.nodeUsers == [3, 3])
        #expect(sum.tookUs == 9 && !sum.isKnown && !sum.isMember)
        #expect(sum.exactness(day(1)).positions.map(\.partition) == [1, 4])
        #expect(sum.exactness(day(1)).atMs == day(1).ms)
    }

    @Test("a peer that says too much does not end the process")
    func overflow() {
        let answer = EvaluationV1.EvaluateResponse(
            users: .max,
            universe: .max,
            nodeUsers: [.max, .max]
        )
        let sum = AnswerSum([answer, answer])
        #expect(sum.users == .max && sum.universe == .max && sum.nodeUsers == [.max, .max])
        #expect(AnswerSum([]).users == 0)
    }

    @Test("a cursor comes back as it was, and goes on to the next user or partition")
    func cursor() throws {
        let count = try #require(PartitionCount(3))
        let hold = [UInt8](1...16)
        var cursor = MembersCursor(at: day(5), meaning: 7, revision: 3, hold: hold)
        #expect(cursor.partition(of: count) == Partition(index: 0) && cursor.next == UserNumber(0))
        cursor = cursor.after(UserNumber(17))
        let back = try #require(try MembersCursor(cursor.bytes))
        #expect(back == cursor && back.at == day(5) && back.next == UserNumber(17))
        #expect(back.hold == hold)
        cursor = back.after(nil)
        #expect(cursor.partition(of: count) == Partition(index: 1) && cursor.next == UserNumber(0))
        cursor = cursor.after(nil).after(nil)
        #expect(cursor.partition(of: count) == nil)
        #expect(try MembersCursor(nil) == nil)
    }

    @Test("a page of another meaning is refused, or waits where the catalogue is not read as far")
    func meaning() throws {
        let cursor = MembersCursor(at: day(5), meaning: 7, revision: 3)
        try cursor.check(7, at: 1)
        for (revision, code) in [(2, .unavailable), (3, .aborted), (9, .aborted)]
            as [(UInt64, StatusCode)]
        {
            do throws(Fault) {
                try cursor.check(8, at: revision)
                Issue.record("revision \(revision) was taken")
            } catch {
                #expect(error.code == code && error.hint?.contains("ask again") == true)
            }
        }
    }

    @Test("garbage is refused as the cursor of another method")
    func garbage() throws {
        let good = MembersCursor(at: day(5)).bytes
        var cases: [[UInt8]] = [
            [], [1], [9] + good.dropFirst(), good + [0], Array(good.dropLast()),
        ]
        // An instant that nobody can write down.
        cases.append([2] + [UInt8](repeating: 0x7F, count: good.count - 1))
        for bytes in cases {
            do throws(Fault) {
                _ = try MembersCursor(bytes)
                Issue.record("\(bytes) was taken for a cursor")
            } catch {
                #expect(error.code == .invalidArgument && error.place == "cursor")
            }
        }
        var random = SeededRandom(seed: 0xC0)
        for _ in 0..<2_000 {
            let bytes = (0..<random.below(60)).map { _ in UInt8(random.below(256)) }
            do throws(Fault) { _ = try MembersCursor(bytes) } catch {
                #expect(error.code == .invalidArgument)
            }
        }
    }
}
