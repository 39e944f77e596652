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
        var erasures = 0
        /// Whether users are erased now and then.
        private let isErasing: Bool
        /// Everybody who was ever named.
        private(set) var ids: Set<String> = []

        init(seed: UInt64, isErasing: Bool = false) throws {
            self.isErasing = isErasing
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
            let other = way == 0 ? id : "\(id)/\(way)"
            if example.random.chance(0.3) { merged.callAnonymous(other) }
            if example.random.chance(0.1) { merged.makeKnown(other, at: at) }
            merged.write(other, body, at: at)
            ids.formUnion(merged.numbers.keys)
        }

        /// Two become one, or two again; an identifier may go behind another that went.
        private mutating func change(_ at: Timestamp) {
            defer { ids.formUnion(merged.numbers.keys) }
            let known = merged.numbers.keys.sorted()
            ids.formUnion(known)
            guard !known.isEmpty else { return }
            let id = known[example.random.below(known.count)]
            if isErasing, example.random.chance(0.15) {
                merged.erase(id, at: at)
                erasures += 1
            } else if merged.isMerged(id) {
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
                let isAnonymous = merged.anonymous.contains(user)
                let number = plain.user(user, isAnonymous: isAnonymous)
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

    @Test("users erased among them, before and after the log is rewritten, were never there")
    func erased() throws {
        let count =
            ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"]
            .flatMap(Int.init) ?? 200
        var (merges, erasures, members) = (0, 0, 0)
        try inFolder { folder in
            for number in 0..<count {
                var twin = try Twin(seed: Self.seed &+ 7_000 &+ UInt64(number), isErasing: true)
                let (log, ids) = (twin.merged, twin.ids.sorted())
                for (how, records) in [("log", log.records), ("rewritten", log.rewritten)] {
                    let folder = "\(folder)/\(number)-\(how)"
                    try RealDisk().createDirectory(folder)
                    let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                    defer { checkpoints.close() }
                    var state = try Self.read(records, &twin.example.random, checkpoints)
                    var never = PartitionState(Self.home)
                    _ = try never.apply(twin.plain.records)
                    for at in twin.example.instants {
                        let told = try Self.answer(twin.example, &state, at, of: ids)
                        let right = try Self.answer(twin.example, &never, at, of: ids)
                        let words: Comment = "\(how), seed \(twin.example.seed) at \(at.rfc3339)"
                        try #require(told.members == right.members, words)
                        try #require(told.known == right.known, words)
                        try #require(told.tally.nodeUsers == right.tally.nodeUsers, words)
                        try #require(told.tally.universe == right.tally.universe, words)
                        members += told.members.count
                    }
                }
                merges += twin.merges
                erasures += twin.erasures
            }
        }
        #expect(merges > count / 2 && erasures > count / 2, "\(merges), \(erasures)")
        #expect(members > count / 8, "\(members) members of \(count) cases: proves nothing")
    }

    @Test("a feed told anew is of another generation where only moved records are no more")
    func generation() throws {
        var log = MergingLog()
        let at = Timestamp(ms: 1_000)
        var script = LogScript()
        try script.segment("buyers", did("Charged"), revision: 1)
        let body = try #require(script.records[0].body)
        log.append(body, at: at)
        log.write("ann", .event(LogV1.Event(name: "Charged", atMs: 900)), at: at)
        log.write("tim", .event(LogV1.Event(name: "Charged", atMs: 900)), at: at)
        log.merge("tim", into: "ann", at: at)
        log.unmerge("tim", at: at)
        var records = log.records
        let moved = try #require(records.firstIndex { $0.isMoved })
        var state = PartitionState(Self.home)
        _ = try state.apply(records)
        #expect(state.live.ends.map(\.generation) == [1])
        records[moved].body = .stub(LogV1.Stub(rewriting: 1, event: true))
        state = PartitionState(Self.home)
        _ = try state.apply(records)
        #expect(state.live.ends.map(\.generation) == [2])
        #expect(state.live.ends.map(\.members) == [2])
    }
}
