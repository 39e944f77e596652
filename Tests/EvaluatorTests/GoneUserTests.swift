// Answers after users are gone are those of a log in which they never were.

import Basics
import Columns
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct GoneUserTests {
    private static let seed: UInt64 = 0xE2A_0001
    private static let home = Partition(index: 7)

    /// One history twice: with users who are erased now and then, and without what was erased.
    private struct Twin {
        var example: RandomCase
        var erased = LogScript()
        var plain = LogScript()
        /// Erasures, and those of them whose identifier came again.
        var erasures = 0
        var returns = 0

        private enum Step {
            case record(id: String, LogV1.LogRecord.Body)
            case erase(id: String)
        }

        init(seed: UInt64) throws {
            example = try RandomCase(seed: seed)
            var ids: [UInt32: String] = [:]
            var steps: [Step] = []
            for record in example.log.records where record.project == shop.text {
                let known = Array(Set(ids.values)).sorted()
                if !known.isEmpty, example.random.chance(0.05) {
                    steps.append(.erase(id: known[example.random.below(known.count)]))
                }
                switch record.body {
                case .newUser(let new):
                    ids[new.number] = new.userID
                    steps.append(.record(id: new.userID, .profile(LogV1.ProfileChange())))
                case .event(let event):
                    steps.append(.record(id: ids[event.userNumber] ?? "", .event(event)))
                case .profile(let change):
                    steps.append(.record(id: ids[change.userNumber] ?? "", .profile(change)))
                case .listChange(let change):
                    steps.append(.record(id: ids[change.userNumber] ?? "", .listChange(change)))
                default: break
                }
            }
            if example.random.chance(0.5), let id = ids.values.sorted().first {
                steps.append(.erase(id: id))
            }
            write(steps)
        }

        private mutating func write(_ steps: [Step]) {
            for (place, step) in steps.enumerated() {
                switch step {
                case .erase(let id):
                    guard erased.numbers()[id] != nil else { continue }
                    erased.erase(id)
                    erasures += 1
                case .record(let id, let body):
                    let isKnown = erased.numbers()[id] != nil
                    erased.append(body, by: id)
                    let isGone = steps[place...].contains {
                        if case .erase(id) = $0 { true } else { false }
                    }
                    if !isGone { plain.append(body, by: id) }
                    let before = steps[..<place].contains {
                        if case .erase(id) = $0 { true } else { false }
                    }
                    if before, !isKnown { returns += 1 }
                }
            }
        }

        /// Everybody who was ever named.
        var ids: [String] {
            let names = erased.records.compactMap { record in
                if case .newUser(let new) = record.body { new.userID } else { nil }
            }
            return Array(Set(names)).sorted()
        }
    }

    /// Takes a log in page by page; now and then it is sealed, chunks are merged, and the state is
    /// let go and loaded.
    private static func read(
        _ log: LogScript,
        _ random: inout SeededRandom,
        _ checkpoints: Checkpoints
    ) throws -> PartitionState {
        let catalogue = Catalogue()
        var state = PartitionState(home)
        while state.next < log.next {
            let from = Int(state.next.value)
            let to = min(log.records.count, from + 1 + random.below(40))
            _ = try state.apply(Array(log.records[from..<to]))
            if random.chance(0.3) { try checkpoints.seal(&state, catalogue: catalogue) }
            if random.chance(0.3), let columns = state.projects[shop], columns.chunks.count > 1 {
                let merged = try checkpoints.merge(columns.chunks, of: columns.owner)
                if try checkpoints.replace(with: merged, catalogue: catalogue) {
                    try state.replace(with: merged)
                }
            }
            if random.chance(0.2), state.sealedTo > .zero { state = try checkpoints.load(home) }
        }
        return state
    }

    /// What columns say, by name.
    private struct Answer: Equatable {
        var members: Set<String> = []
        var byUser: Set<String> = []
        var known: Set<String> = []
        var nodes: [UInt64] = []
        var universe = 0
        var firstEvent: Timestamp?
        var trend: [UInt64] = []

        init(_ history: some History, _ example: RandomCase, _ ids: [String], at: Timestamp) throws
        {
            var history = history
            let plan = example.plan
            let slots = try history.slots(of: plan, at: at)
            slots[plan.root].forEach { members.insert(history.id(of: $0)?.text ?? "?") }
            nodes = slots.map { UInt64($0.count) }
            for id in ids {
                guard let user = UserID(id), let number = history.number(of: user) else { continue }
                known.insert(id)
                let past = try history.history(of: number, read: plan.mentions, at: at)
                if plan.isMember(past, at: at) { byUser.insert(id) }
            }
            universe = history.presentCount
            firstEvent = history.firstEvent
            let instants = [at, at + 3_600_000, at + 86_400_000]
            trend = try history.counts(of: plan, at: instants) {}
        }
    }

    @Test("random logs in which users are erased answer like those without them, rewritten or not")
    func differential() throws {
        let count =
            ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"]
            .flatMap(Int.init) ?? 100
        var (erasures, returns, members) = (0, 0, 0)
        try inFolder { folder in
            for number in 0..<count {
                var twin = try Twin(seed: Self.seed &+ UInt64(number))
                let ids = twin.ids
                var never = MemoryHistory(shop)
                try never.apply(twin.plain.records)
                for (name, log) in [("log", twin.erased), ("rewritten", twin.erased.rewritten)] {
                    let folder = "\(folder)/\(number)-\(name)"
                    try RealDisk().createDirectory(folder)
                    let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                    defer { checkpoints.close() }
                    let state = try Self.read(log, &twin.example.random, checkpoints)
                    guard let columns = state.projects[shop] else { continue }
                    for at in twin.example.instants {
                        let told = try Answer(columns, twin.example, ids, at: at)
                        let right = try Answer(never, twin.example, ids, at: at)
                        let words: Comment = "\(name), seed \(twin.example.seed) at \(at.rfc3339)"
                        try #require(told == right, words)
                        try #require(told.members == told.byUser, words)
                        members += told.members.count
                    }
                }
                erasures += twin.erasures
                returns += twin.returns
            }
        }
        #expect(erasures > count / 2 && returns > count / 10, "\(erasures), \(returns) came again")
        #expect(members > count / 4, "\(members) members of \(count) cases: proves nothing")
    }

    @Test("a user erased in one project stands in another, and under the same identifier anew")
    func projects() throws {
        let app = try #require(ProjectName("app"))
        var log = LogScript()
        for project in [shop, app] {
            try log.event("Charged", by: "ada", at: Timestamp(ms: 0), of: project)
        }
        log.erase("ada")
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        #expect(try state.members(did("Charged")).isEmpty)
        #expect(try state.members(did("Charged"), of: app) == ["ada"])
        #expect(state.projects[shop]?.presentCount == 0)
        #expect(state.projects[shop]?.eventNames() == [])
        let before = log.records.count
        try log.event("Charged", by: "ada", at: Timestamp(ms: 1))
        _ = try state.apply(Array(log.records[before...]))
        #expect(try state.members(did("Charged")) == ["ada"])
        let id = try #require(UserID("ada"))
        #expect(state.projects[shop]?.number(of: id) == UserNumber(1))
        // Nothing can be said about who is gone.
        let late = LogV1.LogRecord(
            offset: log.next.value,
            logTimeMs: 9_000,
            project: shop.text,
            body: .event(LogV1.Event(userNumber: 0, name: "Charged", atMs: 1))
        )
        let error = refusal { _ = try state.apply([late]) }
        #expect(error?.hint.contains("who is gone") == true)
    }

    @Test("whoever is erased leaves each followed segment once, without a name, for good")
    func feeds() throws {
        var log = LogScript()
        try log.segment("buyers", did("Charged"), revision: 1)
        try log.segment("silent", Definition(.didNot(DidNot(EventMatch(["Opened"])))), revision: 2)
        let seen = LiveDefinition(
            .action(Action(EventMatch(["Charged"]))),
            stay: .duration(ms: 60_000),
            zone: "UTC"
        )
        try log.segment("seen", live: seen, revision: 3)
        for id in ["ann", "bob"] { try log.event("Charged", by: id, at: Timestamp(ms: 900)) }
        log.erase("ann")
        try log.event("Opened", by: "ann", at: Timestamp(ms: 2_000))
        for isSealed in [false, true] {
            try inFolder { folder in
                let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                defer { checkpoints.close() }
                var state = PartitionState(Self.home)
                _ = try state.apply(log.records)
                let told = state.live.news.records
                try checkpoints.remember(&state.live)
                if isSealed { try checkpoints.seal(&state, catalogue: Catalogue()) }
                let erased = told.filter { $0.change.kind == .erased }
                #expect(erased.map(\.feed.revision).sorted() == [1, 2, 3])
                #expect(erased.allSatisfy { $0.user == UserNumber(0) && !$0.change.isMember })
                state = try checkpoints.load(Self.home, isFollowing: true)
                _ = try state.apply(Array(log.records[Int(state.next.value)...]))
                // The stay of who is gone ends as nobody's.
                try state.pass(Timestamp(ms: 600_000))
                let late = state.live.news.records.filter { $0.user == UserNumber(0) }
                #expect(late.isEmpty)
                for end in state.live.ends {
                    let isSeen = end.segment.text == "seen"
                    #expect(end.members == (isSeen ? 0 : 1), "\(end.segment.text)")
                    #expect(end.stateHash == (isSeen ? 0 : FeedCopy.hash(of: "bob")))
                }
                let inSeen = Definition(.inFeed(InFeed("seen", revision: 3)))
                #expect(try state.members(inSeen, at: Timestamp(ms: 5_000)) == ["bob"])
            }
        }
    }

    @Test("a feed told from a rewritten log is of another generation")
    func generation() throws {
        var log = LogScript()
        try log.segment("buyers", did("Charged"), revision: 1)
        for id in ["ann", "bob"] { try log.event("Charged", by: id, at: Timestamp(ms: 900)) }
        log.erase("ann")
        try log.segment("later", did("Charged"), revision: 2)
        var state = PartitionState(Self.home)
        _ = try state.apply(log.rewritten.records)
        let generations = state.live.ends.map { "\($0.segment.text) \($0.generation)" }
        #expect(generations.sorted() == ["buyers 2", "later 2"])
        #expect(state.live.ends.allSatisfy { $0.stateHash == FeedCopy.hash(of: "bob") })
        // What had been heard before it was rewritten stands as it was told.
        state = PartitionState(Self.home)
        _ = try state.apply(Array(log.records.dropLast(2)))
        _ = try state.apply(Array(log.rewritten.records.suffix(2)))
        #expect(state.live.ends.allSatisfy { $0.generation == 1 })
        #expect(state.live.ends.allSatisfy { $0.stateHash == FeedCopy.hash(of: "bob") })
    }
}

extension LogScript {
    /// A record about a user.
    fileprivate mutating func append(_ body: LogV1.LogRecord.Body, by id: String) {
        let number = user(id)
        switch body {
        case .event(var event):
            event.userNumber = number
            append(.event(event))
        case .profile(var change):
            change.userNumber = number
            append(.profile(change))
        case .listChange(var change):
            change.userNumber = number
            append(.listChange(change))
        default: break
        }
    }
}
