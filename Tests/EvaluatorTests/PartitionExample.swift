// Some users' random logs as one partition's, read page by page with restarts in between.

import Basics
import Columns
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

/// Some users' logs as one partition's, with a live segment that begins in it.
struct PartitionExample {
    let live: LiveDefinition
    /// What is followed instead of the live segment; nil: that is.
    let condition: Definition?
    /// What the live segment means from an instant on.
    private(set) var change: (live: LiveDefinition, at: Timestamp)?
    let logs: [LiveLog]
    private(set) var records: [LogV1.LogRecord]
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

    /// The same, with another definition from an instant on by which the segment goes on.
    func changed(seed: UInt64) throws -> PartitionExample {
        var random = SeededRandom(seed: seed ^ 0xC4A4)
        var definitions = RandomDefinitions(random.fork(), around: logs[0].beginTime)
        var next = definitions.live()
        // One that asks for something to stay ends stays at once.
        for _ in 0..<8 where !next.staysWhile && random.chance(0.8) { next = definitions.live() }
        // As often as not only its time, its stay, its limit or its filter is another.
        if random.chance(0.7) {
            next.trigger = live.trigger
            if case .inaction(var inaction) = live.trigger, random.chance(0.6) {
                let other = inaction.withinMs * Int64(1 + random.below(5)) / 3
                inaction.withinMs = max(LiveLimits.waitMsMin, other)
                next.trigger = .inaction(inaction)
            }
        }
        if !next.hasKey, next.limit == .oncePerKey { next.limit = .once }
        next.zone = random.chance(0.8) ? live.zone : next.zone ?? "UTC"
        let times = logs.flatMap(\.entries).map(\.logTime).filter { $0 > logs[0].beginTime }
            .sorted()
        guard !times.isEmpty else { return self }
        var changed = self
        let at = times[random.below(times.count)] + Int64(random.below(3))
        changed.change = (next, at)
        changed.records = try Self.merged(
            logs,
            Self.document(live, condition),
            begin: logs[0].beginTime,
            change: (Self.document(next, nil, version: 2), at)
        )
        return changed
    }

    private static func merged(
        _ logs: [LiveLog],
        _ document: SegmentV1.SegmentDocument,
        begin: Timestamp,
        change: (document: SegmentV1.SegmentDocument, at: Timestamp)? = nil
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
        func catalogue(_ document: SegmentV1.SegmentDocument) throws -> LogV1.LogRecord.Body {
            .catalogue(
                LogV1.CatalogueChange(
                    revision: UInt64(document.version),
                    kind: Catalogue.segmentKind,
                    name: "live",
                    body: try document.encode()
                )
            )
        }
        var changes = [(document, begin)] + (change.map { [($0.document, $0.at)] } ?? [])
        for (user, _, entry) in entries {
            while let (document, at) = changes.first, entry.logTime > at {
                append(try catalogue(document), at: at)
                changes.removeFirst()
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
        for (document, at) in changes { append(try catalogue(document), at: at) }
        return records
    }

    private static func document(
        _ live: LiveDefinition,
        _ condition: Definition?,
        version: UInt32 = 1
    ) throws -> SegmentV1.SegmentDocument {
        guard let condition else {
            return SegmentV1.SegmentDocument(
                name: "live",
                version: version,
                live: try LiveCoding.encode(live)
            )
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

    static func body(_ entry: LiveLog.Entry, of number: UInt32) throws
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

    /// What each user's course tells before the segment is given another definition, and from
    /// then on; who is in by the end.
    func courses() throws -> [String: (before: [LiveChange], after: [LiveChange], isIn: Bool)] {
        guard let change else { return [:] }
        var courses: [String: (before: [LiveChange], after: [LiveChange], isIn: Bool)] = [:]
        for log in logs {
            var course = LiveCourse(try LivePlan(live), of: log.user)
            var told: [[LiveChange]] = [[], []]
            var isChanged = 0
            for (index, entry) in log.entries.enumerated() {
                if index == log.begin { course.begin(at: log.beginTime) }
                if isChanged == 0, entry.logTime > change.at {
                    told[0] += course.pass(before: change.at)
                    told[1] += course.change(to: try LivePlan(change.live), at: change.at)
                    isChanged = 1
                }
                told[isChanged] += course.hear(
                    entry.record,
                    at: entry.logTime,
                    isHistory: entry.isImported
                )
            }
            if log.begin == log.entries.count { course.begin(at: log.beginTime) }
            if isChanged == 0 {
                told[0] += course.pass(before: change.at)
                told[1] += course.change(to: try LivePlan(change.live), at: change.at)
            }
            told[1] += course.pass(before: end)
            courses[log.user?.text ?? ""] = (told[0], told[1], course.user.isInside)
        }
        return courses
    }

    struct Found {
        /// What the versions before the last told.
        var earlier: [String: [LiveChange]] = [:]
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
        var found = Found()
        found.restarts = try Self.read(records, until: end, in: folder, seed: seed) {
            try look(&$0, $1, &found)
        }
        return found
    }

    /// The same of any log; at the end its state is looked at.
    ///
    /// - Returns: how often it was restarted.
    static func read(
        _ records: [LogV1.LogRecord],
        until end: Timestamp,
        in folder: String,
        seed: UInt64,
        _ look: (inout PartitionState, Checkpoints) throws -> Void
    ) throws -> Int {
        var random = SeededRandom(seed: seed ^ 0xA5A5)
        let home = Partition(index: 0)
        let catalogue = Catalogue()
        // Of most logs some timers wait on disk.
        let nearMax = [1, 2, 4, Checkpoints.timersNearMax][random.below(4)]
        func open() throws -> Checkpoints {
            try Checkpoints(folder: folder, disk: RealDisk(), timersNearMax: nearMax)
        }
        var checkpoints = try open()
        defer { checkpoints.close() }
        var restarts = 0
        var state = try checkpoints.load(home)
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
            restarts += 1
            checkpoints.close()
            checkpoints = try open()
            state = try checkpoints.load(home, isFollowing: catalogue.isFollowing)
        }
        try state.pass(end - 1)
        try checkpoints.remember(&state.live)
        try look(&state, checkpoints)
        return restarts
    }

    /// All chunks become one, as with nothing else to do.
    private static func merge(
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
        for over in state.live.over {
            for record in try checkpoints.feeds.records(
                of: over.feed,
                in: home,
                after: 0,
                limit: .max
            ) {
                let user = try #require(columns.id(of: record.user)).text
                found.earlier[user, default: []].append(record.change)
            }
        }
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
        let inFeed = feedEnd.inFeed
        found.columns = Set(try state.members(Definition(.inFeed(inFeed)), at: end + 1))
    }
}

extension LiveLog {
    /// Whether a condition held when the segment began.
    func wasMember(_ plan: Plan) -> Bool {
        begin > 0 && plan.isMember(history(begin), at: beginTime)
    }
}

extension LiveDefinition {
    /// Whether users stay while a condition holds.
    fileprivate var staysWhile: Bool {
        if case .while = stay { true } else { false }
    }

    /// Whether its inaction tells keys apart.
    fileprivate var hasKey: Bool {
        if case .inaction(let inaction) = trigger { inaction.key != nil } else { false }
    }
}

extension LiveLog.Entry {
    /// Whether it has a write that was so always.
    var isTimeless: Bool { versions.contains { $0.since == nil } }
}
