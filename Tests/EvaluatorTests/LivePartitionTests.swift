// Live segments over a partition's log: told as the machine tells of each user alone, whatever the
// pages, the chunks and the restarts.

import Basics
import Columns
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct LivePartitionTests {
    private static let seed: UInt64 = 0xFEED_0000

    private static var caseCount: Int {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"].flatMap(Int.init)
            ?? 150
    }

    @Test("random logs and restarts: the feed is what each user's course tells, and no more")
    func feeds() throws {
        var (told, restarts, members) = (0, 0, 0)
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ UInt64(number)
            let example = try PartitionExample(seed: seed)
            let found = try inFolder { try example.play(in: $0, seed: seed) }
            let said = try Sentence.say(example.live)
            let wanted = try example.wanted()
            let isTold = found.changes == wanted
            #expect(isTold, "seed \(seed): \(said)")
            #expect(found.isDense, "seed \(seed)")
            let isIn = Set(wanted.filter { $0.value.last?.isMember ?? false }.keys)
            #expect(found.members == isIn, "seed \(seed): \(said)")
            #expect(found.columns == isIn, "seed \(seed): \(said)")
            let stateHash = isIn.reduce(0 as UInt64) { $0 &+ FeedCopy.hash(of: $1) }
            #expect(found.stateHash == stateHash, "seed \(seed)")
            told += found.changes.values.reduce(0) { $0 + $1.count }
            restarts += found.restarts
            members += found.members.count
        }
        #expect(told > Self.caseCount && restarts > Self.caseCount && members > Self.caseCount / 4)
    }

    @Test("a followed condition: at every instant the feed's members are those for whom it holds")
    func conditions() throws {
        var (told, byTime, compared) = (0, 0, 0)
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ 0x20_0000 &+ UInt64(number)
            let example = try PartitionExample(seed: seed, following: true)
            let condition = try #require(example.condition)
            let plan = try Plan(condition)
            let found = try inFolder { try example.play(in: $0, seed: seed) }
            told += found.records.count
            byTime += found.records.count { $0.change.cause == .timer }
            for log in example.logs {
                let changes = found.changes[log.user?.text ?? ""] ?? []
                for at in example.instants(of: log, changes) {
                    let known = log.entries.count { $0.logTime <= at }
                    let isMember = known > 0 && plan.isMember(log.history(known), at: at)
                    let isTold = changes.last { $0.at <= at }?.isMember ?? log.wasMember(plan)
                    compared += 1
                    try #require(
                        isTold == isMember,
                        "seed \(seed), \(log.user?.text ?? "") at \(at.rfc3339): \(condition)"
                    )
                }
            }
        }
        #expect(told > Self.caseCount && byTime > Self.caseCount / 4, "\(told), \(byTime)")
        #expect(compared > 20 * Self.caseCount)
    }

    @Test("the same log in other pages gives the same feed, record for record")
    func pages() throws {
        for number in 0..<Self.caseCount / 5 {
            let seed = Self.seed &+ 0x10_0000 &+ UInt64(number)
            let example = try PartitionExample(seed: seed, following: number.isMultiple(of: 3))
            let once = try inFolder { try example.play(in: $0, seed: seed) }
            let again = try inFolder { try example.play(in: $0, seed: seed &+ 1) }
            // Where the columns keep a change is their own affair.
            let isSame = once.records.elementsEqual(again.records) {
                $0.sequence == $1.sequence && $0.user == $1.user && $0.change == $1.change
                    && $0.position == $1.position && $0.logTime == $1.logTime
            }
            #expect(isSame && !once.records.isEmpty || again.records.isEmpty, "seed \(seed)")
        }
    }

    @Test("given another definition it goes on with each user as the machine says, feed by feed")
    func changes() throws {
        var (before, after, byDefinition, compared) = (0, 0, 0, 0)
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ 0x30_0000 &+ UInt64(number)
            let example = try PartitionExample(seed: seed).changed(seed: seed)
            guard let change = example.change else { continue }
            let found = try inFolder { try example.play(in: $0, seed: seed) }
            let courses = try example.courses()
            let said = try "\(Sentence.say(example.live)) -> \(Sentence.say(change.live))"
            for (user, course) in courses {
                #expect(found.earlier[user] ?? [] == course.before, "seed \(seed): \(said)")
                #expect(found.changes[user] ?? [] == course.after, "seed \(seed): \(said)")
                before += course.before.count
                after += course.after.count
                byDefinition += course.after.count { $0.cause == .definition }
            }
            let isIn = Set(courses.filter(\.value.isIn).map(\.key))
            #expect(found.members == isIn && found.columns == isIn, "seed \(seed): \(said)")
            let stateHash = isIn.reduce(0 as UInt64) { $0 &+ FeedCopy.hash(of: $1) }
            #expect(found.stateHash == stateHash && found.isDense, "seed \(seed): \(said)")
            compared += 1
        }
        #expect(compared > Self.caseCount / 2 && before > compared / 2 && after > compared / 2)
        #expect(byDefinition > compared / 20, "\(before), \(after), \(byDefinition)")
    }
}
