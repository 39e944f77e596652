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
}

/// Some users' logs as one partition's, with a live segment that begins in it.
private struct PartitionExample {
    let live: LiveDefinition
    /// What is followed instead of the live segment; nil: that is.
    let condition: Definition?
    let logs: [LiveLog]
    let records: [LogV1.LogRecord]
    let end: Timestamp

    init(seed: UInt64, following: Bool = false) throws {
        var random = SeededRandom(seed: seed)
        let centre = RandomWorld.centres[random.below(RandomWorld.centres.count)]
        var definitions = RandomDefinitions(random.fork(), around: centre)
        var live = definitions.live()
        live.zone = live.zone ?? "UTC"
        self.live = live
        var condition: Definition?
        while following, condition == nil {
            let next = definitions.next()
            if next.segmentsUsed.isEmpty { condition = next }
        }
        self.condition = condition
        let arrival: LiveLog.Arrival =
            following || random.chance(0.5) ? .inOrder : .late(msMax: 3 * 86_400_000)
        var logs = (0..<(2 + random.below(4))).map { number in
            var log = LiveLog.random(&random, around: centre, arrival)
            log.user = UserID("user-\(number)")
            // What an import brings is told a little later.
            for index in log.entries.indices where following {
                log.entries[index].isImported = false
            }
            return log
        }
        let begin = random.chance(0.5) ? Timestamp(ms: 1) : logs[0].beginTime
        for index in logs.indices {
            logs[index].begin = logs[index].entries.count { $0.logTime <= begin }
            logs[index].beginTime = begin
        }
        self.logs = logs
        let last = logs.flatMap(\.entries).map(\.logTime).max() ?? centre
        end = max(last, begin) + 1 + Int64(random.below(400)) * 86_400_000
        records = try Self.merged(logs, Self.document(live, condition), begin: begin)
    }

    private static func merged(
        _ logs: [LiveLog],
        _ document: SegmentV1.SegmentDocument,
        begin: Timestamp
    ) throws -> [LogV1.LogRecord] {
        let entries = logs.indices.flatMap { user in
            logs[user].entries.enumerated().map {
                (user: user, number: $0.offset, entry: $0.element)
            }
        }.sorted {
            ($0.entry.logTime, $0.user, $0.number) < ($1.entry.logTime, $1.user, $1.number)
        }
        var records: [LogV1.LogRecord] = []
        var numbers: [Int: UInt32] = [:]
        func append(_ body: LogV1.LogRecord.Body, at: Timestamp, isImported: Bool = false) {
            records.append(
                LogV1.LogRecord(
                    offset: UInt64(records.count),
                    logTimeMs: at.ms,
                    project: shop.text,
                    body: body,
                    importID: isImported ? "old" : nil
                )
            )
        }
        let change = LogV1.CatalogueChange(
            revision: 1,
            kind: Catalogue.segmentKind,
            name: "live",
            body: try document.encode()
        )
        var hasBegun = false
        for (user, _, entry) in entries {
            if !hasBegun, entry.logTime > begin {
                hasBegun = true
                append(.catalogue(change), at: begin)
            }
            if numbers[user] == nil {
                let number = UInt32(numbers.count)
                numbers[user] = number
                let new = LogV1.NewUser(number: number, userID: "user-\(user)")
                append(.newUser(new), at: entry.logTime)
            }
            append(
                try body(entry, of: numbers[user] ?? 0),
                at: entry.logTime,
                isImported: entry.isImported
            )
        }
        if !hasBegun { append(.catalogue(change), at: begin) }
        return records
    }

    private static func document(_ live: LiveDefinition, _ condition: Definition?) throws
        -> SegmentV1.SegmentDocument
    {
        guard let condition else {
            return SegmentV1.SegmentDocument(name: "live", live: try LiveCoding.encode(live))
        }
        return SegmentV1.SegmentDocument(
            name: "live",
            definition: try DefinitionCoding.encode(condition)
        )
    }

    /// Instants at which something is recorded or told of a user, and just before.
    func instants(of log: LiveLog, _ changes: [LiveChange]) -> [Timestamp] {
        let all = log.entries.map(\.logTime) + changes.map(\.at) + [end - 1]
        return all.flatMap { [$0 - 1, $0] }.filter { $0 > log.beginTime && $0 < end }
    }

    private static func body(_ entry: LiveLog.Entry, of number: UInt32) throws
        -> LogV1.LogRecord.Body
    {
        if let event = entry.event {
            return .event(
                LogV1.Event(
                    userNumber: number,
                    name: event.name.text,
                    atMs: event.at.ms,
                    clientSequence: event.clientSequence,
                    properties: try event.properties.map {
                        try ValueCoding.encode(name: $0.name.text, $0.value)
                    },
                    history: entry.isImported
                )
            )
        }
        var change = LogV1.ProfileChange(
            userNumber: number,
            atMs: entry.versions.first?.since?.ms
        )
        for version in entry.versions {
            if let value = version.value {
                change.set.append(try ValueCoding.encode(name: version.property.text, value))
            } else {
                change.unset.append(version.property.text)
            }
        }
        return .profile(change)
    }

    /// What each user's course tells.
    func wanted() throws -> [String: [LiveChange]] {
        let plan = try LivePlan(live)
        var wanted: [String: [LiveChange]] = [:]
        for log in logs {
            let told = log.told(by: plan, until: end)
            if !told.isEmpty { wanted[log.user?.text ?? ""] = told }
        }
        return wanted
    }

    struct Found {
        var changes: [String: [LiveChange]] = [:]
        var records: [FeedRecord] = []
        var isDense = true
        var members: Set<String> = []
        var columns: Set<String> = []
        var stateHash: UInt64 = 0
        var restarts = 0
    }

    /// Reads the log page by page; seals, watermarks and restarts come in between by chance.
    func play(in folder: String, seed: UInt64) throws -> Found {
        var random = SeededRandom(seed: seed ^ 0xA5A5)
        let home = Partition(index: 0)
        let catalogue = Catalogue()
        var checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
        defer { checkpoints.close() }
        var found = Found()
        var state = PartitionState(home)
        while state.next.value < UInt64(records.count) {
            let from = Int(state.next.value)
            let page = records[from..<min(from + 1 + random.below(12), records.count)]
            try catalogue.apply(try state.apply(Array(page)))
            let next =
                Int(state.next.value) < records.count
                ? Timestamp(ms: records[Int(state.next.value)].logTimeMs) : end
            if random.chance(0.5) {
                let least = Timestamp(ms: page.last?.logTimeMs ?? 0) - 1
                let span = max(1, min(next.msSince(least), 90 * 86_400_000))
                try state.pass(least + Int64(random.below(Int(span))))
            }
            if random.chance(0.8) { try checkpoints.remember(&state.live) }
            if random.chance(0.2) { try checkpoints.seal(&state, catalogue: catalogue) }
            if random.chance(0.1) { try merge(&state, checkpoints, catalogue) }
            guard random.chance(0.3) else { continue }
            found.restarts += 1
            checkpoints.close()
            checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            state = try checkpoints.load(home, isFollowing: catalogue.isFollowing)
        }
        try state.pass(end - 1)
        try checkpoints.remember(&state.live)
        try look(&state, checkpoints, &found)
        return found
    }

    /// All chunks become one, as with nothing else to do.
    private func merge(
        _ state: inout PartitionState,
        _ checkpoints: Checkpoints,
        _ catalogue: Catalogue
    ) throws {
        guard let columns = state.projects[shop], columns.chunks.count > 1 else { return }
        let merged = try checkpoints.merge(columns.chunks, of: columns.owner)
        if try checkpoints.replace(with: merged, catalogue: catalogue) {
            try state.replace(with: merged)
        }
    }

    private func look(
        _ state: inout PartitionState,
        _ checkpoints: Checkpoints,
        _ found: inout Found
    ) throws {
        let columns = try #require(state.projects[shop])
        let feedEnd = try #require(state.live.ends.first)
        let home = Partition(index: 0)
        found.records = try checkpoints.feeds.records(
            of: feedEnd.feed,
            in: home,
            after: 0,
            limit: .max
        )
        found.stateHash = feedEnd.stateHash
        for (number, record) in found.records.enumerated() {
            if record.sequence != UInt64(number + 1) { found.isDense = false }
            let user = try #require(columns.id(of: record.user)).text
            found.changes[user, default: []].append(record.change)
        }
        let members = try #require(
            try state.live.members(of: feedEnd.feed, userCount: columns.userCount)
        )
        members.forEach { user in
            if let id = columns.id(of: user) { found.members.insert(id.text) }
        }
        guard condition == nil else { return }
        let inFeed = InFeed("live", revision: feedEnd.feed.revision)
        found.columns = Set(try state.members(Definition(.inFeed(inFeed)), at: end + 1))
    }
}

extension LiveLog {
    /// Whether a condition held when the segment began.
    fileprivate func wasMember(_ plan: Plan) -> Bool {
        begin > 0 && plan.isMember(history(begin), at: beginTime)
    }
}
