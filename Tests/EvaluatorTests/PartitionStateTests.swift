// A partition's state from its log: what is taken in, and what is refused instead of misread.

import Basics
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct PartitionStateTests {
    private func state(_ log: LogScript) throws -> PartitionState {
        var state = PartitionState(Partition(index: 2))
        _ = try state.apply(log.records)
        return state
    }

    @Test("projects are kept apart, control records are handed on")
    func projects() throws {
        var log = LogScript()
        log.tenure()
        try log.event("Charged", by: "ada", at: day(1))
        try log.event("Charged", by: "bob", at: day(1), of: .init("app") ?? shop)
        try log.segment("buyers", did("Charged"), revision: 1)
        var state = PartitionState(Partition(index: 2))
        let changes = try state.apply(log.records)
        #expect(changes.map(\.0) == [shop] && changes.map(\.1.name) == ["buyers"])
        #expect(try state.members(did("Charged")) == ["ada"])
        #expect(try state.members(did("Charged"), of: .init("app") ?? shop) == ["bob"])
        #expect(state.next == log.next)
        try state.pass(Timestamp(ms: 50))
        try state.pass(Timestamp(ms: 40))
        let position = state.position(in: shop)
        #expect(position.nextOffset == 6 && position.watermarkMs == 50)
        #expect(position.partition == 2)
    }

    @Test("a gap and a repeat of records are refused, with what was due")
    func order() throws {
        var log = LogScript()
        for number in 0..<4 { log.user("user-\(number)") }
        for records in [[0, 2], [0, 1, 1], [1], [0, 1, 0]] {
            var state = PartitionState(Partition(index: 2))
            let error = refusal { _ = try state.apply(records.map { log.records[$0] }) }
            #expect(error?.code == .log && error?.place == "partition 2")
            #expect(error?.hint.contains("was due") == true)
        }
    }

    @Test("a row of a user who was never numbered is refused, not read as somebody else's")
    func unknownUser() throws {
        let bodies: [LogV1.LogRecord.Body] = [
            .event(LogV1.Event(userNumber: 1, name: "Charged", atMs: 0)),
            .profile(LogV1.ProfileChange(userNumber: 7, unset: ["city"])),
            .event(LogV1.Event(userNumber: .max, name: "Charged", atMs: 0)),
        ]
        for body in bodies {
            var log = LogScript()
            log.user("ada")
            log.append(body)
            let error = refusal { _ = try state(log) }
            #expect(error?.code == .log)
            #expect(error?.hint.contains("of 1") == true, "\(error?.hint ?? "")")
            // In a project without any user, too.
            log = LogScript()
            log.append(body)
            #expect(refusal { _ = try state(log) }?.code == .log)
        }
    }

    @Test("what makes no sense is refused: no project, no kind, no such id, numbers out of turn")
    func nonsense() throws {
        let user = LogV1.LogRecord.Body.newUser(LogV1.NewUser(number: 0, userID: "ada"))
        let records: [LogV1.LogRecord] = [
            LogV1.LogRecord(offset: 0, project: "", body: user),
            LogV1.LogRecord(offset: 0, project: "Not A Name", body: user),
            LogV1.LogRecord(offset: 0, project: "shop", body: nil),
            LogV1.LogRecord(
                offset: 0,
                project: "shop",
                body: .newUser(
                    LogV1.NewUser(number: 0, userID: String(repeating: "a", count: 257))
                )
            ),
            LogV1.LogRecord(
                offset: 0,
                project: "shop",
                body: .newUser(LogV1.NewUser(number: 1, userID: "a"))
            ),
        ]
        for record in records {
            var state = PartitionState(Partition(index: 2))
            let error = refusal { _ = try state.apply([record]) }
            #expect(error?.code == .log && error?.hint.contains("record 0") == true)
        }
    }

    @Test("events at the ends of time are kept and counted")
    func extremeInstants() throws {
        var log = LogScript()
        for ms in [Int64.min, -1, 0, .max] {
            try log.event("Charged", by: "at \(ms)", at: Timestamp(ms: ms))
        }
        let state = try state(log)
        #expect(try state.members(did("Charged"), at: .latest).count == 3)
        #expect(try state.members(did("Charged"), at: Timestamp(ms: -1)).count == 2)
        #expect(
            try state.members(did("Charged", window: .rolling(ms: 1_000)), at: Timestamp(ms: 0))
                == ["at -1", "at 0"]
        )
    }
}
