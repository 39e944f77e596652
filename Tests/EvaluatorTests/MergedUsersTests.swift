// Answers about users who became one, and two again, are those of a log in which they always were.

import Basics
import Columns
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct MergedUsersTests {
    private static let seed: UInt64 = 0x1DE0_0001
    private static let home = Partition(index: 3)

    /// One history twice: under identifiers that became one, and under one from the beginning.
    private struct Twin {
        var example: RandomCase
        var merged = MergingLog()
        var plain = LogScript()
        var merges = 0
        var unmerges = 0

        init(seed: UInt64) throws {
            example = try RandomCase(seed: seed)
            var ids: [UInt32: String] = [:]
            for record in example.log.records where record.project == shop.text {
                let at = Timestamp(ms: record.logTimeMs)
                if example.random.chance(0.15) { change(at) }
                guard let body = record.body else { continue }
                switch body {
                case .newUser(let new): ids[new.number] = new.userID
                case .event(let event): write(ids[event.userNumber], body, at)
                case .profile(let change): write(ids[change.userNumber], body, at)
                case .listChange(let change): write(ids[change.userNumber], body, at)
                default: break
                }
            }
            change(Timestamp(ms: Int64(example.log.records.count) + 10_000))
            writePlain()
        }

        /// Some records come in under another identifier of the user.
        private mutating func write(_ id: String?, _ body: LogV1.LogRecord.Body, _ at: Timestamp) {
            guard let id else { return }
            let way = example.random.below(3)
            merged.write(way == 0 ? id : "\(id)/\(way)", body, at: at)
        }

        /// Two become one, or two again; an identifier may go behind another that went.
        private mutating func change(_ at: Timestamp) {
            let known = merged.numbers.keys.sorted()
            guard !known.isEmpty else { return }
            let id = known[example.random.below(known.count)]
            if merged.isMerged(id) {
                guard example.random.chance(0.4) else { return }
                merged.unmerge(id, at: at)
                unmerges += 1
            } else {
                let base = id.split(separator: "/").first.map(String.init) ?? id
                let other = "\(base)/\(example.random.below(3))"
                guard merged.user(other) != id, other != id else { return }
                merged.merge(id, into: other, at: at)
                merges += 1
            }
        }

        /// What stands, of whom it is in the end, in the order of the log.
        private mutating func writePlain() {
            let all = merged.users.flatMap { user in
                (merged.numbers[user].flatMap { merged.standing[$0] } ?? []).map { (user, $0) }
            }
            for (user, one) in all.sorted(by: { $0.1.offset < $1.1.offset }) {
                guard let body = one.record.body else { continue }
                let number = plain.user(user)
                plain.append(MergingLog.body(body, of: number))
            }
        }
    }

    /// Takes a log in page by page, now and then sealed, now and then stopped and started again.
    private static func read(
        _ records: [LogV1.LogRecord],
        _ random: inout SeededRandom,
        _ checkpoints: Checkpoints
    ) throws -> PartitionState {
        var state = PartitionState(home)
        while state.next.value < UInt64(records.count) {
            let from = Int(state.next.value)
            let to = min(records.count, from + 1 + random.below(40))
            _ = try state.apply(Array(records[from..<to]))
            if random.chance(0.3) { try checkpoints.seal(&state, catalogue: Catalogue()) }
            if random.chance(0.2), state.sealedTo > .zero { state = try checkpoints.load(home) }
        }
        return state
    }

    private static func answer(
        _ example: RandomCase,
        _ state: inout PartitionState,
        _ at: Timestamp,
        of ids: [String]
    ) throws -> (members: Set<String>, known: Set<String>, tally: Question.Tally) {
        var question = Question(plan: example.plan, project: shop, at: at)
        question.nodeCounts = true
        question.members = (from: UserNumber(0), limit: 10_000, bytesMax: 1 << 20)
        let tally = try question.answer([state])
        var (members, known): (Set<String>, Set<String>) = ([], [])
        for id in ids {
            let user = try #require(UserID(id))
            let answer = try UserQuestion(plan: example.plan, project: shop, user: user, at: at)
                .answer(&state)
            guard case .known(let isMember) = answer else { continue }
            known.insert(id)
            if isMember { members.insert(id) }
        }
        #expect(Set(tally.members) == members, "set reader and user reader, seed \(example.seed)")
        return (members, known, tally)
    }

    @Test("random logs with merges, chains and merges taken back answer like those without")
    func differential() throws {
        let count =
            ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"]
            .flatMap(Int.init) ?? 300
        var (merges, unmerges, members) = (0, 0, 0)
        try inFolder { folder in
            for number in 0..<count {
                var twin = try Twin(seed: Self.seed &+ UInt64(number))
                // Which bucket a user is in goes by the identifier: it is the same in both.
                try RealDisk().createDirectory("\(folder)/\(number)")
                let checkpoints = try Checkpoints(folder: "\(folder)/\(number)", disk: RealDisk())
                defer { checkpoints.close() }
                var state = try Self.read(
                    twin.merged.records,
                    &twin.example.random,
                    checkpoints
                )
                var always = PartitionState(Self.home)
                _ = try always.apply(twin.plain.records)
                let ids = twin.merged.numbers.keys.sorted()
                for at in twin.example.instants {
                    let told = try Self.answer(twin.example, &state, at, of: ids)
                    let right = try Self.answer(twin.example, &always, at, of: ids)
                    let words: Comment = "seed \(twin.example.seed) at \(at.rfc3339)"
                    try #require(told.members == right.members, words)
                    try #require(told.known == right.known, words)
                    try #require(told.tally.nodeUsers == right.tally.nodeUsers, words)
                    try #require(told.tally.universe == right.tally.universe, words)
                    members += told.members.count
                }
                merges += twin.merges
                unmerges += twin.unmerges
            }
        }
        #expect(merges > count && unmerges > count / 8, "\(merges), \(unmerges): proves little")
        #expect(members > count / 4, "\(members) members of \(count) cases: proves nothing")
    }
}
