// Records set aside and taken in again: what the log says of it, what those are told who fetch it,
// and that an index made anew knows the same.

import Basics
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("Asides")
struct AsidesTests {
    /// The last event of a name, where it stands.
    private func place(_ open: OpenIntake, _ name: String) throws -> LogPlace {
        for partition in open.partitions.all {
            for record in try open.log(Int(partition.index)).reversed() {
                guard case .event(let event) = record.body, event.name == name else { continue }
                return LogPlace(partition: partition, offset: LogOffset(record.offset))
            }
        }
        throw IngestionError(.unknownUser, "find", place: name, hint: "no such event")
    }

    private func aside(_ open: OpenIntake, _ place: LogPlace) async throws
        -> IngestionV1.QuarantinedRecord
    {
        let change = AsideOrder.Change.aside(attempts: 3, by: "evaluator-1", reason: "it ended")
        return try await open.intake.change(AsideOrder(place: place, change: change))
    }

    private func retry(_ open: OpenIntake, _ place: LogPlace) async throws
        -> IngestionV1.QuarantinedRecord
    {
        let record = try #require(try open.log.record(at: place))
        var standing = RecordStanding(of: record, in: place.partition)
        try standing.read(open.log)
        let change = AsideOrder.Change.retry(standing: standing)
        return try await open.intake.change(AsideOrder(place: place, change: change))
    }

    private func fetched(_ open: OpenIntake, _ partition: Partition) throws -> [LogV1.LogRecord] {
        let pages = FetchedPages(
            log: open.log,
            partitions: open.partitions,
            asides: open.asides
        )
        let page = try pages.read([(partition, .zero)], bytes: 1 << 20, epochs: .init())
        return try page.partitions.flatMap(\.records).map { try LogV1.LogRecord.decode($0) }
    }

    private func code(_ body: () async throws -> Void) async -> IngestionError.Code? {
        await ingestionError(body)?.code
    }

    @Test("whoever fetches is told its place and whose it is; the log keeps it, and says so once")
    func told() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([Sent.event("ann", "Good"), Sent.event("ann", "Bad")])
        let place = try place(open, "Bad")
        let before = try fetched(open, place.partition)
        let record = try await aside(open, place)
        #expect(record.what == "event Bad" && record.attempts == 3 && record.isAside)
        #expect(try await aside(open, place) == record, "a repeat is the same")
        let after = try fetched(open, place.partition)
        let index = Int(place.offset.value)
        #expect(after[index].body == .leftOut(LogV1.LeftOut(userNumber: record.userNumber)))
        #expect(after[index].logTimeMs == before[index].logTimeMs)
        #expect(Array(after[..<index]) == Array(before[..<index]))
        #expect(after.count == before.count + 1, "one record says it")
        #expect(try open.log.record(at: place) == before[index])
        #expect(open.asides.count == 1 && open.asides.count(of: place.partition) == 1)
        try open.stop()
    }

    @Test("an index made anew knows what was set aside and what was taken in again")
    func anew() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        _ = try await open.importing(
            ["One", "Two"].enumerated().map { Sent.event("ann", $1, id: "\($0)") },
            as: "old"
        )
        let (one, two) = (try place(open, "One"), try place(open, "Two"))
        _ = try await aside(open, one)
        _ = try await aside(open, two)
        let retried = try await retry(open, two)
        #expect(retried.retriedOffset == (try place(open, "Two")).offset.value)
        let known = open.asides.list(after: nil, limit: 10, withRetried: true)
        let imports = try IndexReader(open.index).imports().map(\.1.summary)
        try open.stop()
        try rig.remove(rig.indexFolder)
        open = try rig.open()
        #expect(open.asides.list(after: nil, limit: 10, withRetried: true) == known)
        #expect(open.asides.list(after: nil, limit: 10, withRetried: false).map(\.place) == [one])
        #expect(try IndexReader(open.index).imports().map(\.1.summary) == imports)
        #expect(try await open.track([Sent.event("ann", "Two", id: "1")])[0].isDuplicate)
        try open.stop()
    }

    @Test("taken in again it stands there once more as it was, with where it comes from")
    func again() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([Sent.event("ann", "Bad", id: "7", at: start.ms - 5_000)])
        let place = try place(open, "Bad")
        #expect(await code { _ = try await retry(open, place) } == .notQuarantined)
        _ = try await aside(open, place)
        rig.clock.advance(ms: 60_000)
        let record = try await retry(open, place)
        #expect(try await retry(open, place) == record, "a repeat is the same")
        let told = try fetched(open, place.partition)
        let copy = told[Int(try #require(record.retriedOffset))]
        let first = try #require(try open.log.record(at: place))
        #expect(copy.body == first.body && copy.logTimeMs == first.logTimeMs + 60_000)
        #expect(copy.origin?.offset == place.offset.value)
        guard case .aside(let aside)? = told.last?.body else {
            Issue.record("nothing says that it is in again")
            return
        }
        #expect(aside.retried && aside.names?.events == ["Bad"])
        try open.stop()
    }

    @Test("that somebody came on a list is set aside and taken in again like an event")
    func list() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open()
        let ann = try #require(UserID("ann"))
        let order = ListOrder(project: shop, list: "vip", operation: .add, users: [ann])
        _ = try await open.intake.change(order)
        let change = try #require(
            try open.log(0).last { if case .listChange = $0.body { true } else { false } }
        )
        let home = Partition(index: 0)
        let place = LogPlace(partition: home, offset: LogOffset(change.offset))
        #expect(try await aside(open, place).what == "list vip")
        let told = try fetched(open, home)[Int(change.offset)]
        #expect(told.body == .leftOut(LogV1.LeftOut(userNumber: 0)))
        let again = try #require(try await retry(open, place).retriedOffset)
        #expect(try fetched(open, home)[Int(again)].body == change.body)
        guard case .aside(let aside)? = try fetched(open, home).last?.body else {
            Issue.record("nothing says that it is in again")
            return
        }
        #expect(aside.names?.lists == ["vip"])
        try open.stop()
    }

    @Test("of what is set aside, its import and where it was moved from are told, no identifier")
    func moved() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open()
        _ = try await open.importing([Sent.event("anon", "Bad")], as: "old")
        _ = try await open.identify("anon", "ann")
        let place = try place(open, "Bad")
        let record = try #require(try open.log.record(at: place))
        #expect(record.origin?.userID == "anon")
        _ = try await aside(open, place)
        let told = try fetched(open, place.partition)[Int(place.offset.value)]
        #expect(told.importID == "old" && told.origin?.offset == record.origin?.offset)
        #expect(told.origin?.partition == record.origin?.partition && told.origin?.userID == nil)
        try open.stop()
    }

    @Test("taken in again it is the user's once, for merges and for rewritings")
    func once() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([Sent.event("ann", "Good"), Sent.event("ann", "Bad")])
        let place = try place(open, "Bad")
        let number = UserNumber(try await aside(open, place).userNumber)
        let copy = try #require(try await retry(open, place).retriedOffset)
        let owner = UserRecords.Owner(project: shop, partition: place.partition, number: number)
        var records = UserRecords(of: owner)
        try records.read(open.log)
        let good = try self.place(open, "Good").offset
        #expect(records.standing.map(\.offset) == [good, LogOffset(copy)])
        // Copies of somebody who was erased stand with the user: the original may be such a one.
        var gone = ErasedUsers()
        for record in try open.log(Int(place.partition.index)) {
            try gone.note(try record.encode()[...], in: place.partition)
        }
        let copies = LogV1.LogRecord(
            project: shop.text,
            body: .erasedCopies(LogV1.ErasedCopies(userNumber: number.value))
        )
        try gone.note(try copies.encode()[...], in: place.partition)
        gone.close()
        for (offset, isLeft) in [(place.offset, false), (LogOffset(copy), true)] {
            let record = try #require(
                try open.log.record(at: LogPlace(partition: place.partition, offset: offset))
            )
            let stub = try gone.stub(place.partition, offset, try record.encode()[...])
            #expect((stub == nil) == isLeft)
        }
        try open.stop()
    }

    @Test("what is gone since is not taken in again, and what others count on is not set aside")
    func refused() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.importing([Sent.event("ann", "Imported")], as: "old")
        _ = try await open.track([Sent.event("bob", "Erased")])
        let (imported, erased) = (try place(open, "Imported"), try place(open, "Erased"))
        _ = try await aside(open, imported)
        _ = try await aside(open, erased)
        let key = ProjectImport(project: shop, id: "old")
        _ = try await open.intake.undo(ImportUndoing(key: key, isDry: false))
        let bob = ProjectUser(project: shop, user: try #require(UserID("bob")))
        let receipt = [UInt8](repeating: 1, count: 16)
        _ = try await open.intake.erase(ErasureOrder(who: bob, receipt: receipt))
        for place in [imported, erased] {
            #expect(await code { _ = try await retry(open, place) } == .notQuarantined)
        }
        let number = LogPlace(
            partition: erased.partition,
            offset: LogOffset(erased.offset.value - 1)
        )
        #expect(await code { _ = try await aside(open, number) } == .notQuarantined)
        let nowhere = LogPlace(partition: erased.partition, offset: LogOffset(1_000))
        #expect(await code { _ = try await aside(open, nowhere) } == .notQuarantined)
        try open.stop()
    }

    @Test("an erased user's is told of no more, and a rewriting leaves nothing but its place")
    func erased() async throws {
        for isMerged in [false, true] {
            let rig = try IngestionRig()
            var open = try rig.open()
            _ = try await open.track([Sent.event("ann", "x-Bad"), Sent.event("bob", "Other")])
            let place = try place(open, "x-Bad")
            let change = AsideOrder.Change.aside(attempts: 3, by: "one", reason: "x-reason")
            _ = try await open.intake.change(AsideOrder(place: place, change: change))
            let other = try await aside(open, try self.place(open, "Other"))
            var standing = RecordStanding(
                of: try #require(try open.log.record(at: place)),
                in: place.partition
            )
            try standing.read(open.log)
            #expect(!standing.isErased)
            if isMerged {
                _ = try await open.alias("ann", "eve")
                try standing.read(open.log)
                #expect(!standing.isErased && standing.refusal != nil)
            }
            _ = try await open.erase(isMerged ? "eve" : "ann", 1)
            try standing.read(open.log)
            #expect(standing.isErased)
            #expect(try open.tells("x-Bad") && open.tells("x-reason"), "the test's worth")
            try open.stop()
            try rig.rewrite()
            #expect(try rig.files(with: "x-").isEmpty)
            open = try rig.open()
            let known = try #require(open.asides[place])
            #expect(known.what.isEmpty && known.reason.isEmpty && known.attempts == 3)
            #expect(known.isAside && open.asides[other.place] == other)
            try open.stop()
        }
    }

    @Test("more than so many of a partition are no single bad records")
    func most() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open()
        let count = Asides.partitionMax + 1
        _ = try await open.track((0..<count).map { _ in Sent.event("ann", "Bad") })
        for offset in 1...Asides.partitionMax {
            let place = LogPlace(
                partition: Partition(index: 0),
                offset: LogOffset(UInt64(offset))
            )
            _ = try await aside(open, place)
        }
        let last = LogPlace(
            partition: Partition(index: 0),
            offset: LogOffset(UInt64(count))
        )
        #expect(await code { _ = try await aside(open, last) } == .notQuarantined)
        try open.stop()
    }
}
