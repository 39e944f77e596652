// Records that are set aside: answers and feeds are those of a log without them and say so,
// whenever it was heard; taken in again it is as if they had never been.

import Basics
import Columns
import Kit
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct LeftOutTests {
    private static let home = Partition(index: 5)
    private static let bought = LiveDefinition(.action(Action(EventMatch(["Charged"]))))
    /// Everybody who did not pay.
    private static let others = Definition(nodes: [.not(Not(1)), did("Paid").nodes[0]])

    /// A log in which one of bob's records is set aside, and what it is to others.
    private struct Case {
        var log = LogScript()
        var place: LogOffset
        let user: UInt32

        init() throws {
            log.logTime = day(10)
            try log.segment("buyers", live: LeftOutTests.bought, revision: 1)
            try log.segment("payers", did("Paid"), revision: 2)
            for id in ["ann", "bob"] { try log.event("Seen", by: id, at: day(1)) }
            place = try log.event("Paid", by: "bob", at: day(2))
            user = log.user("bob")
            for id in ["bob", "cid"] { try log.event("Charged", by: id, at: day(3)) }
        }

        var aside: LogV1.Aside {
            LogV1.Aside(
                userNumber: user,
                offset: place.value,
                names: LogV1.MovedNames(events: ["Paid"])
            )
        }

        /// What those are told who fetch the log once it is set aside.
        var told: [LogV1.LogRecord] {
            var records = log.records
            records[Int(place.value)].body = .leftOut(LogV1.LeftOut(userNumber: user))
            return records
        }

        /// The record once more, as ingestion writes it, and that it is in again.
        mutating func retry() {
            let record = log.records[Int(place.value)]
            let origin = LogV1.Origin(partition: 5, offset: place.value)
            if let body = record.body { log.append(body, from: origin) }
            var aside = aside
            aside.retried = true
            log.append(.aside(aside))
        }
    }

    private func state(_ records: [LogV1.LogRecord]) throws -> PartitionState {
        var state = PartitionState(Self.home)
        _ = try state.apply(records)
        return state
    }

    private func lacking(_ state: PartitionState) -> UInt32 { state.position(in: shop).leftOut }

    @Test("read afterwards it was never there, and the answer's position says that one is lacking")
    func afterwards() throws {
        var one = try Case()
        one.log.append(.aside(one.aside))
        let state = try state(one.told)
        #expect(try state.members(did("Paid")) == [])
        #expect(try state.members(did("Charged")) == ["bob", "cid"], "the user goes on")
        #expect(lacking(state) == 1)
        #expect(state.position(in: try #require(ProjectName("other"))).leftOut == 0)
        #expect(Set(state.live.ends.map(\.generation)) == [2], "others may have told more")
        #expect(state.live.ends.map(\.sequence) == [2, 0])
    }

    @Test("whoever had read it takes it back; told from then on is of another generation")
    func late() throws {
        var one = try Case()
        let before = try state(one.log.records)
        #expect(try before.members(did("Paid")) == ["bob"])
        #expect(before.live.ends.map(\.members) == [2, 1] && lacking(before) == 0)
        one.log.append(.aside(one.aside))
        let (late, never) = (try state(one.log.records), try state(one.told))
        #expect(try late.members(did("Paid")) == [] && lacking(late) == 1)
        #expect(late.live.ends.map(\.members) == [2, 0], "what followed it is corrected")
        #expect(late.live.ends.map(\.stateHash) == never.live.ends.map(\.stateHash))
        let generations = Set((late.live.ends + never.live.ends).map(\.generation))
        #expect(generations.count == 2, "nobody takes one feed for the other")
    }

    @Test("taken in again it is as if it had never been set aside, and nothing fires")
    func retried() throws {
        var one = try Case()
        one.log.append(.aside(one.aside))
        one.retry()
        let state = try state(one.told)
        #expect(try state.members(did("Paid")) == ["bob"] && lacking(state) == 0)
        #expect(try state.members(did("Paid"), at: day(1)) == [])
        #expect(try state.members(did("Paid"), at: day(3)) == ["bob"], "at its own instant")
        #expect(state.live.ends.map(\.members) == [2, 1])
    }

    @Test("who came on a list by it is not on it, whenever that was heard, and is again")
    func list() throws {
        let listed = Definition(.inList(InList("vip")))
        var log = LogScript()
        log.logTime = day(10)
        try log.segment("listed", listed, revision: 1)
        let place = log.list("vip", true, of: "bob", at: day(2))
        let names = LogV1.MovedNames(lists: ["vip"])
        var aside = LogV1.Aside(userNumber: 0, offset: place.value, names: names)
        log.append(.aside(aside))
        let body = log.records[Int(place.value)].body
        func never(_ log: LogScript) -> [LogV1.LogRecord] {
            var told = log.records
            told[Int(place.value)].body = .leftOut(LogV1.LeftOut(userNumber: 0))
            return told
        }
        for records in [log.records, never(log)] {
            let state = try state(records)
            #expect(try state.members(listed) == [] && lacking(state) == 1)
            #expect(state.live.ends.map(\.members) == [0])
        }
        if let body { log.append(body, from: LogV1.Origin(partition: 5, offset: place.value)) }
        aside.retried = true
        log.append(.aside(aside))
        for records in [log.records, never(log)] {
            let state = try state(records)
            #expect(try state.members(listed) == ["bob"] && lacking(state) == 0)
            #expect(try state.members(listed, at: day(1)) == [], "at its own instant")
            #expect(state.live.ends.map(\.members) == [1])
        }
    }

    @Test("a checkpoint remembers what it lacks, in its bytes and as others are told")
    func checkpoint() throws {
        let one = try Case()
        try inFolder { folder in
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            defer { checkpoints.close() }
            var state = try state(one.told)
            try checkpoints.remember(&state.live)
            try checkpoints.seal(&state, catalogue: Catalogue())
            let manifest = try #require(try checkpoints.newest(Self.home))
            #expect(manifest.projects[shop]?.leftOut == [one.place: UserNumber(one.user)])
            #expect(manifest.toldLeftOut.map(\.offset) == [one.place.value])
            var again = try checkpoints.load(Self.home, isFollowing: true)
            #expect(lacking(again) == 1 && again.next == one.log.next)
            #expect(again.live.ends == state.live.ends)
            // What is said of it later is no news.
            var log = one.log
            log.append(.aside(one.aside))
            _ = try again.apply(Array(log.records[Int(again.next.value)...]))
            #expect(lacking(again) == 1 && again.live.ends == state.live.ends)
        }
    }

    @Test("feeds ahead of columns that are read again without it take it back, and remember it")
    func ahead() throws {
        var one = try Case()
        try inFolder { folder in
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            defer { checkpoints.close() }
            var before = try state(one.log.records)
            try checkpoints.remember(&before.live)
            one.log.append(.aside(one.aside))
            var again = try checkpoints.load(Self.home, isFollowing: true)
            #expect(again.isBehindFeeds && again.next == .zero)
            _ = try again.apply(one.told)
            let late = try state(one.log.records)
            #expect(again.live.ends == late.live.ends && lacking(again) == 1)
            #expect(again.live.ends.map(\.members) == [2, 0])
        }
    }

    @Test("whose first record is set aside is there from it on, for those who follow, too")
    func newcomer() throws {
        var log = LogScript()
        try log.segment("others", Self.others, revision: 1)
        let place = try log.event("Seen", by: "ann", at: day(1))
        var told = log.records
        told[Int(place.value)].body = .leftOut(LogV1.LeftOut(userNumber: 0))
        let never = try state(told)
        #expect(try never.members(Self.others) == ["ann"])
        let names = LogV1.MovedNames(events: ["Seen"])
        log.append(.aside(LogV1.Aside(offset: place.value, names: names)))
        let late = try state(log.records)
        for state in [never, late] { #expect(state.live.ends.map(\.members) == [1]) }
        #expect(never.live.ends.map(\.stateHash) == late.live.ends.map(\.stateHash))
    }

    @Test("one that was moved with a merge is heard with the merge")
    func moved() throws {
        var log = LogScript()
        try log.segment("others", Self.others, revision: 1)
        let left = LogV1.LeftOut(userNumber: log.user("ann"))
        log.append(.leftOut(left), from: LogV1.Origin(partition: 1, offset: 7))
        #expect(try state(log.records).live.ends.map(\.members) == [0])
        log.append(.mergeIn(LogV1.MergeIn(userNumber: left.userNumber, userID: "anon")))
        #expect(try state(log.records).live.ends.map(\.members) == [1])
    }

    @Test("who has nothing else is there, also after a restart, until the user is erased")
    func present() throws {
        try inFolder { folder in
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            defer { checkpoints.close() }
            var log = LogScript()
            let place = try log.event("Paid", by: "ann", at: day(1))
            try log.event("Paid", by: "bob", at: day(1))
            log.append(.aside(LogV1.Aside(offset: place.value)))
            var late = try state(log.records)
            #expect(late.projects[shop]?.presentCount == 2 && lacking(late) == 1)
            try checkpoints.seal(&late, catalogue: Catalogue())
            var again = try checkpoints.load(Self.home)
            #expect(again.projects[shop]?.presentCount == 2 && lacking(again) == 1)
            #expect(try again.members(Self.others) == ["ann"])
            log.erase("ann")
            _ = try again.apply(Array(log.records[Int(again.next.value)...]))
            #expect(again.projects[shop]?.presentCount == 1 && lacking(again) == 0)
            #expect(try again.members(Self.others) == [])
        }
    }

    @Test("once its import is taken back nothing is lacked, whenever it is set aside")
    func undone() throws {
        var log = LogScript()
        let ann = LogV1.NewUser(number: 0, userID: "ann")
        log.append(.newUser(ann), import: "old")
        let place = log.append(.event(LogV1.Event(name: "Paid")), import: "old")
        log.append(.importUndone(LogV1.ImportUndone(importID: "old")))
        log.append(.aside(LogV1.Aside(offset: place.value)))
        var told = log.records
        told[Int(place.value)].body = .leftOut(LogV1.LeftOut())
        #expect(try lacking(state(Array(told[...Int(place.value)]))) == 1)
        for records in [log.records, told] {
            let state = try state(records)
            #expect(lacking(state) == 0 && state.projects[shop]?.presentCount == 0)
        }
    }

    @Test("of a user who was erased since, and whose first record is left out, nobody is told")
    func nobody() throws {
        var log = LogScript()
        try log.segment("others", Self.others, revision: 1)
        // As it is after a rewriting: a number without a name, and what was set aside.
        log.append(.newUser(LogV1.NewUser(number: 0)))
        log.append(.leftOut(LogV1.LeftOut(userNumber: 0)))
        log.append(.newUser(LogV1.NewUser(number: 1, userID: "ann")))
        log.append(.leftOut(LogV1.LeftOut(userNumber: 1)))
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        #expect(state.live.news.records.map(\.user) == [UserNumber(1)])
    }
}
