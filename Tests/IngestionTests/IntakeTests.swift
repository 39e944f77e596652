// The intake on a real disk: outcomes, order, group commits, limits, and what is left after a stop.

import Basics
import KeyValue
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("The intake")
struct IntakeTests {
    @Test("writes a batch and answers with each record's place in the log")
    func writes() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let outcomes = try await open.track([
            Sent.event("a", id: "1"), Sent.profile("b", set: [Sent.property("plan", .text("x"))]),
            Sent.event("a", id: "2"), Sent.event("a", id: "1"),
        ])
        #expect(outcomes.map(\.isAccepted) == [true, true, true, false])
        #expect(outcomes[3] == .duplicate(try #require(outcomes[0].place)))
        for (outcome, user) in zip(outcomes, ["a", "b", "a", "a"]) {
            let place = try #require(outcome.place)
            let log = try open.log(Int(place.partition.index))
            let record = log[Int(place.offset.value)]
            #expect(record.offset == place.offset.value && record.project == "shop")
            #expect(record.logTimeMs >= start.ms)
            let number =
                switch record.body {
                case .event(let event): event.userNumber
                case .profile(let profile): profile.userNumber
                default: UInt32.max
                }
            let new = log.compactMap { record in
                if case .newUser(let new) = record.body { new } else { nil }
            }
            #expect(new.first { $0.number == number }?.userID == user)
            #expect(new.map(\.number) == new.indices.map { UInt32($0) })
        }
        try open.stop()
    }

    @Test("a user's first record stands right behind the record of the user's number")
    func newUserFirst() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open()
        _ = try await open.track(["a", "b", "a"].map { Sent.event($0) })
        let kinds = try open.log(0).map { record in
            switch record.body {
            case .newUser(let new): "new \(new.userID)"
            case .event(let event): "event \(event.userNumber)"
            default: "?"
            }
        }
        #expect(kinds == ["new a", "event 0", "new b", "event 1", "event 0"])
        try open.stop()
    }

    @Test("what has no instant of its own is not in its record's future, whatever the clock says")
    func untimed() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open()
        // Of a wall clock that is ahead of log time.
        let check = EventCheck(
            project: shop,
            partitions: open.partitions,
            receivedAt: rig.clock.now + 30_000,
            isHistory: false,
            skews: SharedSkews()
        )
        let given = (rig.clock.now + 10_000).ms
        let sent = [
            Sent.event("a"), Sent.profile("a", set: [Sent.property("plan", .text("pro"))]),
            Sent.event("a", "Later", at: given),
        ]
        let records = try sent.map { try check.check($0, line: nil) }
        let batch = RecordBatch(project: shop, importID: nil, records: records)
        #expect(try await open.intake.write(batch).areAccepted)
        var instants: [Int64] = []
        for record in try open.log(0) {
            switch record.body {
            case .event(let event) where event.name == "Later": #expect(event.atMs == given)
            case .event(let event):
                instants.append(event.atMs)
                #expect(event.atMs == record.logTimeMs && event.receivedAtMs > event.atMs)
            case .profile(let profile):
                instants.append(try #require(profile.atMs))
                #expect(profile.atMs == record.logTimeMs)
            default: break
            }
        }
        #expect(instants.count == 2)
        try open.stop()
    }

    @Test("repeats are known within a batch, across batches and projects apart")
    func duplicates() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let first = try await open.track([Sent.event("a", id: "1"), Sent.event("a", id: "1")])
        #expect(first == [first[0], .duplicate(try #require(first[0].place))])
        let second = try await open.track([
            Sent.event("a", "Another", id: "1"), Sent.event("b", id: "1"), Sent.event("a"),
            Sent.event("a"),
        ])
        #expect(second[0] == .duplicate(try #require(first[0].place)))
        #expect(second[1...].areAccepted, "an id is a user's own, and no id is no repeat")
        let elsewhere = try await open.track([Sent.event("a", id: "1")], project: music)
        #expect(elsewhere[0].isAccepted)
        try open.stop()
    }

    @Test("an import's lines are known for ever, whatever they say the second time")
    func importLines() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        let lines = [Sent.event("a"), Sent.event("b", id: "1"), Sent.profile("c")]
        let first = try await open.importing(lines, as: "i", from: 5)
        #expect(first.areAccepted)
        let again = first.map { $0.place.map(Outcome.duplicate) }
        #expect(try await open.importing(lines, as: "i", from: 5).map(Optional.some) == again)
        try open.stop()
        open = try rig.open()
        let other = [Sent.event("x"), Sent.event("y"), Sent.event("z")]
        #expect(try await open.importing(other, as: "i", from: 5).map(Optional.some) == again)
        // Another import, other lines, and the same event id.
        let more = try await open.importing(
            [Sent.event("a"), Sent.event("b", id: "1")],
            as: "j",
            from: 5
        )
        #expect(more[0].isAccepted && more[1] == again[1])
        #expect(try await open.importing([Sent.event("a")], as: "i", from: 8)[0].isAccepted)
        let imported = try open.allRecords().filter { $0.importID != nil }
        #expect(Set(imported.compactMap(\.importLine)) == [5, 6, 7, 8])
        try open.stop()
    }

    @Test("callers that wait share one sync, and each one's batches keep their order")
    func groupCommit() async throws {
        let rig = try IngestionRig(partitions: 1, isForgetful: true)
        let disk = rig.memory
        let open = try rig.open(isRunning: false)
        let outcomes = try await withThrowingTaskGroup(of: (Int, [Outcome]).self) { group in
            for caller in 0..<8 {
                group.addTask {
                    (caller, try await open.track((0..<3).map { _ in Sent.event("u\(caller)") }))
                }
            }
            await open.queued(8)
            let before = disk.calls(.sync)
            try open.run()
            var outcomes: [[Outcome]] = []
            for try await (_, outcome) in group { outcomes.append(outcome) }
            #expect(disk.calls(.sync) == before + 1)
            return outcomes
        }
        for outcome in outcomes {
            let offsets = outcome.compactMap { $0.place?.offset.value }
            #expect(offsets.count == 3 && offsets == offsets.sorted())
        }
        // One after the other: each caller's second batch is behind its first.
        let first = try await open.track([Sent.event("u0")])
        let second = try await open.track([Sent.event("u0")])
        #expect(first[0].place!.offset < second[0].place!.offset)
        try open.stop()
    }

    @Test("a group is closed at its records and at its bytes, and never has less than one batch")
    func groupLimits() async throws {
        for (settings, syncs) in [
            (IntakeSettings(groupRecordsMax: 2), 4), (IntakeSettings(groupRecordsMax: 8), 1),
            (IntakeSettings(groupRecordsMax: 1), 4), (IntakeSettings(groupBytesMax: 8_000), 2),
        ] {
            let rig = try IngestionRig(partitions: 1, isForgetful: true)
            let disk = rig.memory
            let open = try rig.open(settings, isRunning: false) { $0.payloadBytesMax = 10_000 }
            let property = Sent.property("p", .text(Sent.text(1_000)))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let batch = (0..<2).map { _ in Sent.event("u", "E", [property]) }
                        let outcomes = try await open.track(batch)
                        #expect(outcomes.areAccepted)
                    }
                }
                await open.queued(4)
                let before = disk.calls(.sync)
                try open.run()
                try await group.waitForAll()
                #expect(disk.calls(.sync) - before == syncs)
            }
            try open.stop()
        }
    }

    @Test("many large batches at once are written in groups the journal takes")
    func largeBatches() async throws {
        var settings = IntakeSettings()
        settings.groupBytesMax = 400_000
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open(settings, isRunning: false) { $0.payloadBytesMax = 100_000 }
        let texts = (0..<30).map { Sent.property("p\($0)", .text(Sent.text(1_000))) }
        try await withThrowingTaskGroup(of: [Outcome].self) { group in
            for _ in 0..<12 {
                group.addTask {
                    try await open.track((0..<8).map { _ in Sent.event("u", "E", texts) })
                }
            }
            await open.queued(12)
            try open.run()
            for try await outcomes in group { #expect(outcomes.areAccepted) }
        }
        #expect(try open.allRecords().count == 1 + 12 * 8)
        // What no group can hold is refused, and the intake goes on.
        let error = await ingestionError {
            _ = try await open.track((0..<14).map { _ in Sent.event("u", "E", texts) })
        }
        #expect(error?.code == .tooLarge && error?.isRetriable == false)
        #expect(try await open.track([Sent.event("u")])[0].isAccepted)
        try open.stop()
    }

    @Test("a full queue refuses at once, and says when to come again")
    func bounded() async throws {
        var byCount = IntakeSettings()
        byCount.queueMax = 2
        var byBytes = IntakeSettings()
        byBytes.queueBytesMax = 4_000
        for (settings, count) in [(byCount, 1), (byBytes, 2)] {
            let rig = try IngestionRig()
            let open = try rig.open(settings, isRunning: false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        let batch = (0..<count).map { Sent.event("u\($0)") }
                        let outcomes = try await open.track(batch)
                        #expect(outcomes.areAccepted)
                    }
                }
                await open.queued(2)
                let error = await ingestionError {
                    _ = try await open.track((0..<count).map { Sent.event("u\($0)") })
                }
                #expect(error?.code == .busy && error?.isRetriable == true)
                #expect(error?.fault.code == .resourceExhausted)
                #expect(error?.fault.retryAfterMs ?? 0 > 0)
                try open.run()
                try await group.waitForAll()
            }
            #expect(try await open.track([Sent.event("again")])[0].isAccepted)
            try open.stop()
            let error = await ingestionError { _ = try await open.track([Sent.event("late")]) }
            #expect(error?.code == .stopped && error?.fault.code == .unavailable)
        }
    }

    @Test("what is queued when it is told to stop is still written")
    func drains() async throws {
        let rig = try IngestionRig()
        var open = try rig.open(isRunning: false)
        try await withThrowingTaskGroup(of: [Outcome].self) { [open] group in
            for caller in 0..<5 {
                group.addTask { try await open.track([Sent.event("u\(caller)")]) }
            }
            await open.queued(5)
            open.intake.stop()
            try open.run()
            for try await outcomes in group { #expect(outcomes.areAccepted) }
        }
        try open.stop()
        open = try rig.open()
        #expect(try open.allRecords().count == 10)
        #expect(open.replayed == 0 && open.opened.recovered.tornTail == nil)
        try open.stop()
    }

    @Test(
        "a failed sync ends the thread; everyone who waits is told to try again, nothing is acked"
    )
    func failedSync() async throws {
        let rig = try IngestionRig(partitions: 2, isForgetful: true)
        let disk = rig.memory
        var settings = IntakeSettings()
        settings.groupRecordsMax = 1
        let open = try rig.open(settings, isRunning: false)
        let errors = await withTaskGroup(of: IngestionError?.self) { group in
            for caller in 0..<4 {
                group.addTask {
                    await ingestionError { _ = try await open.track([Sent.event("u\(caller)")]) }
                }
            }
            await open.queued(4)
            disk.fail(.sync, call: 2)
            do { try open.run() } catch { Issue.record(error) }
            var errors: [IngestionError?] = []
            for await error in group { errors.append(error) }
            return errors
        }
        // The first group was durable, the second failed, the others were not tried.
        #expect(errors.filter { $0 == nil }.count == 1)
        #expect(errors.compactMap { $0 }.allSatisfy { $0.code == .log && $0.isRetriable })
        #expect(errors.compactMap { $0 }.allSatisfy { $0.fault.code == .unavailable })
        open.join()
        #expect(open.end.withLock { $0 }?.code == .log)
        let late = await ingestionError { _ = try await open.track([Sent.event("late")]) }
        #expect(late?.code == .log)
        try open.stop()
        // After a power cut exactly what was acked is there, and it goes on.
        disk.crash()
        let again = try rig.open()
        let users = try again.allRecords().compactMap { record in
            if case .newUser(let new) = record.body { new.userID } else { nil }
        }
        #expect(users.count == 1)
        #expect(try await again.track([Sent.event("u9")])[0].isAccepted)
        try again.stop()
    }

    @Test("an idle intake renews its time reserve and tells watermarks, without waking readers")
    func idle() async throws {
        let rig = try IngestionRig(partitions: 1)
        var settings = IntakeSettings()
        settings.tickMs = 1
        let open = try rig.open(settings)
        _ = try await open.track([Sent.event("u")])
        let mark = open.durable.value
        for _ in 0..<3 {
            rig.clock.advance(ms: 7_000)
            let now = rig.clock.now
            while try open.opened.reader.end(of: Partition(index: 0)).watermark < now - 1 {
                await Task.yield()
            }
            #expect(try #require(open.opened.journal.reserve) > now)
        }
        #expect(open.durable.value == mark)
        try open.stop()
    }
}

extension IntakeSettings {
    init(groupRecordsMax: Int = 20_000, groupBytesMax: Int = 30 << 20) {
        self.init()
        self.groupRecordsMax = groupRecordsMax
        self.groupBytesMax = groupBytesMax
    }
}
