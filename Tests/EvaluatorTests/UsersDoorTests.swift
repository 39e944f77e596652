// Single users: their pages say what the log says, from any evaluator, however long they are.

import Basics
import Chassis
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct UsersDoorTests {
    private static let seed: UInt64 = 51_000
    private static let cases = 40

    /// Evaluators over four partitions, where ann has done and been something.
    private func rig() async throws -> SuiteRig {
        let rig = try SuiteRig()
        let count = try #require(PartitionCount(rig.partitions.count))
        let home = Int(count.home(project: shop, identifier: "ann").index)
        try rig.ingestion.write { logs in
            for hour in 0..<25 {
                let at = day(1) + Int64(hour) * 3_600_000
                try logs[home].event("Played", by: "ann", at: at, [("hour", .number(Number(hour)))])
            }
            try logs[home].event("Charged", by: "ann", at: day(3), [("amount", .text("ten"))])
            try logs[home].profile(of: "ann", since: nil, [("city", .text("Pune"))])
            try logs[home].profile(of: "ann", since: day(2), [("city", .text("Delhi"))])
            try logs[home].profile(of: "ann", since: day(3), [("city", nil), ("age", .bool(true))])
        }
        try rig.charge(["anna", "joann", "bob", "Ann"])
        try await rig.feed()
        return rig
    }

    @Test("a profile tells what was in force and what had happened by the instant")
    func profile() async throws {
        let rig = try await rig()
        for node in rig.nodes {
            let door = UsersDoor(segments: node.door)
            func profile(_ at: Timestamp) async throws -> EvaluationV1.ProfileResponse {
                let request = EvaluationV1.ProfileRequest(userID: "ann", atMs: at.ms)
                return try await door.profile(request, rig.call())
            }
            let early = try await profile(day(1) + 3_600_000)
            #expect(early.known && early.exactness?.atMs == day(1).ms + 3_600_000)
            #expect(early.properties.map(\.property?.name) == ["city"])
            #expect(early.properties[0].property?.value?.kind == .text("Pune"))
            #expect(early.properties[0].sinceMs == nil)
            #expect(early.events.map(\.name) == ["Played"] && early.events[0].count == 2)
            #expect(early.lastEventMs == day(1).ms + 3_600_000)
            let later = try await profile(day(2))
            #expect(later.properties[0].property?.value?.kind == .text("Delhi"))
            #expect(later.properties[0].sinceMs == day(2).ms)
            let last = try await profile(day(9))
            #expect(last.properties.map(\.property?.name) == ["age"], "the city was taken away")
            #expect(last.events.map(\.name) == ["Played", "Charged"])
            #expect(last.events.map(\.count) == [25, 1])
            #expect(last.firstEventMs == day(1).ms && last.lastEventMs == day(3).ms)
            #expect(last.exactness?.positions.count == 1)
            let before = try await profile(day(-9))
            #expect(before.known && before.events.isEmpty && before.firstEventMs == nil)
            let nobody = EvaluationV1.ProfileRequest(userID: "nobody")
            #expect(try await door.profile(nobody, rig.call()).known == false)
        }
    }

    @Test("a timeline has every event of the range once, newest first, whatever the page")
    func timeline() async throws {
        let rig = try await rig()
        for (limit, room) in [(100, 262_144), (7, 262_144), (1, 262_144), (100, 400)] {
            var request = EvaluationV1.TimelineRequest(
                userID: "ann",
                fromMs: day(1).ms + 3_600_000,
                toMs: day(1).ms + 20 * 3_600_000,
                events: ["Played", "Charged"],
                limit: UInt32(limit)
            )
            var (times, pages): ([Int64], Int) = ([], 0)
            repeat {
                let door = UsersDoor(segments: rig.nodes[pages % rig.nodes.count].door)
                let page = try await door.timeline(request, rig.call(room: UInt32(room)))
                #expect(page.known && !page.events.isEmpty && page.events.count <= limit)
                times += page.events.map(\.atMs)
                request.cursor = page.nextCursor
                // The first page's end stays.
                request.toMs = 1
                pages += 1
            } while request.cursor != nil && pages < 50
            #expect(times == (1..<20).reversed().map { day(1).ms + Int64($0) * 3_600_000 })
            #expect(pages == (limit == 100 && room > 400 ? 1 : pages) && (room > 400 || pages > 1))
        }
        let door = UsersDoor(segments: rig.nodes[0].door)
        let one = EvaluationV1.TimelineRequest(userID: "ann", events: ["Charged"])
        let charged = try await door.timeline(one, rig.call())
        #expect(charged.events.map(\.name) == ["Charged"] && charged.nextCursor == nil)
        #expect(charged.events[0].properties.map(\.name) == ["amount"])
        let bad = await fault { () async throws(Fault) in
            let request = EvaluationV1.TimelineRequest(userID: "ann", cursor: [9])
            return try await door.timeline(request, rig.call())
        }
        #expect(bad?.code == .invalidArgument && bad?.place == "cursor")
    }

    @Test("users are found by a part or the beginning of their identifier, counted beyond the page")
    func find() async throws {
        let rig = try await rig()
        for node in rig.nodes {
            let door = UsersDoor(segments: node.door)
            func find(_ text: String, prefix: Bool = false, limit: UInt32 = 20) async throws
                -> EvaluationV1.FindUsersResponse
            {
                let request = EvaluationV1.FindUsersRequest(
                    text: text,
                    isPrefix: prefix,
                    limit: limit
                )
                return try await door.find(request, rig.call())
            }
            #expect(try await find("ann").users == ["ann", "anna", "joann"])
            #expect(try await find("ann", prefix: true).users == ["ann", "anna"])
            let cut = try await find("ann", limit: 2)
            #expect(cut.users == ["ann", "anna"] && cut.of == 3)
            #expect(cut.exactness?.positions.map(\.partition) == [0, 1, 2, 3])
            #expect(try await find("annabel").of == 0)
            let nothing = await fault { () async throws(Fault) in
                try await door.find(EvaluationV1.FindUsersRequest(), rig.call())
            }
            #expect(nothing?.code == .invalidArgument && nothing?.place == "text")
        }
    }

    @Test("pages over random histories say what the log says, sealed or not")
    func random() throws {
        print("seeds from \(Self.seed), \(Self.cases) cases")
        var told = 0
        for number in 0..<Self.cases {
            let example = try RandomCase(seed: Self.seed &+ UInt64(number))
            let disk = ForgetfulDisk(folder: "/data")
            let files = ColumnFiles(folder: "/data", disk: disk)
            var state = PartitionState(Partition(index: 0))
            let sealed = example.log.records.prefix(example.log.records.count / 2)
            _ = try state.apply(Array(sealed))
            if number.isMultiple(of: 2) { state.sealed(into: try files.seal(state)) }
            _ = try state.apply(Array(example.log.records.dropFirst(sealed.count)))
            guard var columns = state.projects[shop] else { continue }
            for (id, history) in example.users {
                let number = columns.number(of: id)
                let user = try #require(number)
                let page = UserPage(columns: columns, user: user)
                for at in example.instants {
                    try check(page, history, at, "seed \(example.seed), \(id)")
                    told += history.events.count
                }
            }
        }
        #expect(told > Self.cases)
    }

    private func check(
        _ page: UserPage,
        _ history: Segments.UserHistory,
        _ at: Timestamp,
        _ place: String
    ) throws {
        let profile = try page.profile(at: at, bytesMax: 1 << 20)
        let past = history.events.filter { $0.at <= at }
        #expect(profile.firstEventMs == past.first?.at.ms, "\(place)")
        #expect(profile.lastEventMs == past.last?.at.ms, "\(place)")
        #expect(profile.events.reduce(0) { $0 + $1.count } == UInt64(past.count), "\(place)")
        for tally in profile.events {
            let own = past.filter { $0.name.text == tally.name }
            #expect(own.count == Int(tally.count) && own.first?.at.ms == tally.firstAtMs)
            #expect(own.last?.at.ms == tally.lastAtMs)
        }
        // Which lists a user is on is no property of a profile.
        let names = Set(history.versions.map(\.property)).filter { !$0.text.hasPrefix("\u{0}") }
        let held = names.filter { history.value(of: $0, at: at) != nil }
        #expect(Set(profile.properties.map { ExactName($0.property?.name ?? "") }) == held)
        for property in profile.properties {
            let (name, value) = try ValueCoding.decode(property.property ?? LogV1.Property())
            let version = history.version(of: ExactName(name), at: at)
            #expect(value == version?.value && property.sinceMs == version?.since?.ms, "\(place)")
        }
        let timeline = try page.timeline(
            EvaluationV1.TimelineRequest(limit: 1_000),
            from: TimelineCursor(to: at),
            bytesMax: 1 << 20
        )
        let before = history.events.filter { $0.at < at }.reversed()
        #expect(timeline.events.map(\.offset) == before.map(\.position.value), "\(place)")
        for (told, event) in zip(timeline.events, before) {
            let properties = try told.properties.map { try ValueCoding.decode($0) }
            #expect(properties.count == event.properties.count, "\(place)")
            #expect(properties.allSatisfy { event[ExactName($0.name)] == $0.value }, "\(place)")
        }
    }

    @Test("what has no room is counted, the newest event is told all the same")
    func room() async throws {
        let rig = try await rig()
        let door = UsersDoor(segments: rig.nodes[0].door)
        let request = EvaluationV1.ProfileRequest(userID: "ann")
        let cut = try await door.profile(request, rig.call(room: 60))
        #expect(cut.properties.count + Int(cut.propertiesLeft) == 1)
        #expect(cut.events.count + Int(cut.eventsLeft) == 2 && cut.eventsLeft > 0)
        let page = EvaluationV1.TimelineRequest(userID: "ann")
        #expect(try await door.timeline(page, rig.call(room: 0)).events.map(\.name) == ["Charged"])
    }

    @Test("a question about a user that is sent to no owner of the home partition is refused")
    func owners() async throws {
        let rig = try await rig()
        let sets = rig.nodes[0].sets
        let request = EvaluationV1.UsersPartRequest(
            positions: [LogV1.Position(partition: 0), LogV1.Position(partition: 2)],
            kind: .profile(EvaluationV1.ProfileRequest(userID: "ann"))
        )
        let two = await fault { () async throws(Fault) in try await sets.users(request, rig.call())
        }
        #expect(two?.code == .invalidArgument && two?.place == "user_id")
        var empty = request
        empty.kind = nil
        let nothing = await fault { () async throws(Fault) in
            try await sets.users(empty, rig.call())
        }
        #expect(nothing?.code == .invalidArgument && nothing?.place == "kind")
    }
}
