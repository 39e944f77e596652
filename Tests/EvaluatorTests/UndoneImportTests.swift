// Answers after an import was taken back are those of a log in which it never was.

import Basics
import Columns
import Foundation
import Kit
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct UndoneImportTests {
    private static let seed: UInt64 = 0x0D0_0001
    private static let home = Partition(index: 7)

    /// One history twice: with a wrong import and its undoing, and without.
    private struct Twin {
        var example: RandomCase
        /// With the import.
        var undone = LogScript()
        /// Without it.
        var plain = LogScript()
        /// Users whom only the import made.
        var gone: Set<String> = []
        /// Who came in as an anonymous identifier, with a record that is taken back or not.
        private var anonymous: Set<String> = []

        init(seed: UInt64) throws {
            example = try RandomCase(seed: seed)
            var ids: [UInt32: String] = [:]
            let count = example.log.records.count
            let undoAt = count / 2 + example.random.below(count - count / 2 + 1)
            var wholly: [String: Bool] = [:]
            for (place, record) in example.log.records.enumerated() {
                if place == undoAt { undo() }
                guard record.project == shop.text else { continue }
                let isDrawn = example.random.chance(0.3)
                // Some users have nothing but wrong records.
                func isBad(_ id: String) -> Bool {
                    place < undoAt && (isDrawn || wholly[id] == true)
                }
                switch record.body {
                case .newUser(let new):
                    ids[new.number] = new.userID
                    if new.anonymous { anonymous.insert(new.userID) }
                    wholly[new.userID] = example.random.chance(0.4)
                    // Ingestion numbers a user with the first record about it.
                    if example.random.chance(0.5) {
                        write(new.userID, .profile(LogV1.ProfileChange()), isBad(new.userID))
                    }
                case .event(let event):
                    let id = ids[event.userNumber] ?? ""
                    write(id, .event(event), isBad(id))
                case .profile(let change):
                    let id = ids[change.userNumber] ?? ""
                    write(id, .profile(change), isBad(id))
                default: break
                }
            }
            if undoAt == count { undo() }
        }

        private mutating func undo() {
            undone.append(.importUndone(LogV1.ImportUndone(importID: "bad")))
        }

        private mutating func write(_ id: String, _ body: LogV1.LogRecord.Body, _ isBad: Bool) {
            let other = example.random.chance(0.3) ? "good" : nil
            let isAnonymous = anonymous.contains(id)
            undone.user(id, isAnonymous: isAnonymous)
            undone.append(body, by: id, import: isBad ? "bad" : other)
            if !isBad {
                plain.user(id, isAnonymous: isAnonymous)
                plain.append(body, by: id, import: other)
                gone.remove(id)
            } else if plain.numbers()[id] == nil {
                gone.insert(id)
            }
        }
    }

    /// Takes a log in page by page, now and then sealed, now and then stopped and started again.
    private static func read(
        _ log: LogScript,
        _ random: inout SeededRandom,
        _ checkpoints: Checkpoints
    ) throws -> PartitionState {
        var state = PartitionState(home)
        while state.next < log.next {
            let from = Int(state.next.value)
            let to = min(log.records.count, from + 1 + random.below(40))
            _ = try state.apply(Array(log.records[from..<to]))
            if random.chance(0.3) { try checkpoints.seal(&state, catalogue: Catalogue()) }
            // What is behind the seal is read again.
            if random.chance(0.2), state.sealedTo > .zero { state = try checkpoints.load(home) }
        }
        return state
    }

    private static func members(
        _ example: RandomCase,
        _ state: inout PartitionState,
        _ at: Timestamp,
        of ids: [String]
    ) throws -> (members: Set<String>, known: Set<String>, tally: Question.Tally) {
        var question = Question(plan: example.plan, project: shop, at: at)
        question.nodeCounts = true
        question.members = (from: UserNumber(0), limit: 10_000, bytesMax: 1 << 20)
        let tally = try question.answer([state])
        var members: Set<String> = []
        var known: Set<String> = []
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

    @Test("random logs with a wrong import that was undone answer like those without it")
    func differential() throws {
        let count =
            ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"]
            .flatMap(Int.init) ?? 300
        var goneUsers = 0
        var members = 0
        try inFolder { folder in
            for number in 0..<count {
                var twin = try Twin(seed: Self.seed &+ UInt64(number))
                try RealDisk().createDirectory("\(folder)/\(number)")
                let checkpoints = try Checkpoints(folder: "\(folder)/\(number)", disk: RealDisk())
                defer { checkpoints.close() }
                var state = try Self.read(twin.undone, &twin.example.random, checkpoints)
                var never = PartitionState(Self.home)
                _ = try never.apply(twin.plain.records)
                let ids = Array(twin.undone.numbers().keys)
                for at in twin.example.instants {
                    let told = try Self.members(twin.example, &state, at, of: ids)
                    let right = try Self.members(twin.example, &never, at, of: ids)
                    let words: Comment = "seed \(twin.example.seed) at \(at.rfc3339)"
                    try #require(told.members == right.members, words)
                    try #require(told.known == right.known, words)
                    try #require(told.tally.nodeUsers == right.tally.nodeUsers, words)
                    try #require(told.tally.universe == right.tally.universe, words)
                    members += told.members.count
                }
                let first = state.projects[shop]?.firstEvent
                try #require(first == never.projects[shop]?.firstEvent, "\(twin.example.seed)")
                goneUsers += twin.gone.count
            }
        }
        #expect(goneUsers > count / 4, "\(goneUsers) users of \(count) cases: proves nothing")
        #expect(members > count / 4, "\(members) members of \(count) cases: proves nothing")
    }

    @Test("an import undone in one project stands in another")
    func projects() throws {
        let app = try #require(ProjectName("app"))
        var log = LogScript()
        for project in [shop, app] {
            let number = log.user("ada", of: project)
            log.append(
                .event(LogV1.Event(userNumber: number, name: "Charged", atMs: 0)),
                to: project,
                import: "i"
            )
        }
        log.append(.importUndone(LogV1.ImportUndone(importID: "i")))
        log.append(.importUndone(LogV1.ImportUndone(importID: "unheard of")), to: app)
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        #expect(try state.members(did("Charged")).isEmpty)
        #expect(try state.members(did("Charged"), of: app) == ["ada"])
        #expect(state.projects[shop]?.presentCount == 0)
    }
}

extension LogScript {
    /// A record about a user, with the import it came with.
    fileprivate mutating func append(
        _ body: LogV1.LogRecord.Body,
        by id: String,
        import importID: String?
    ) {
        let number = user(id)
        switch body {
        case .event(var event):
            event.userNumber = number
            append(.event(event), import: importID)
        case .profile(var change):
            change.userNumber = number
            append(.profile(change), import: importID)
        default: break
        }
    }
}
