// What live segments must have told by the log alone: each user's machine, led over the records.

import Basics
import Messages
import Segments
import Wire

/// One segment's feed in one partition.
struct FeedPlace: Hashable, Comparable, CustomStringConvertible {
    let partition: UInt32
    let segment: String

    var description: String { "\(segment)/\(partition)" }

    static func < (left: FeedPlace, right: FeedPlace) -> Bool {
        (left.segment, left.partition) < (right.segment, right.partition)
    }
}

/// A change as far as machine and feed must agree on it.
struct ToldChange: Hashable, CustomStringConvertible {
    let kind: EvaluationV1.MembershipKind
    let atMs: Int64
    let occurrence: UInt32
    let isMember: Bool
    let cause: EvaluationV1.MembershipCause

    var description: String { "\(kind) \(occurrence) at \(atMs) by \(cause), member: \(isMember)" }

    init(_ told: EvaluationV1.MembershipChange) {
        kind = told.kind
        atMs = told.atMs
        occurrence = told.occurrence
        isMember = told.member
        cause = told.cause
    }

    init(_ change: LiveChange) {
        switch change.kind {
        case .entered: kind = .entered
        case .left: kind = .left
        case .retracted: kind = .retracted
        case .corrected: kind = .corrected
        case .erased: kind = .erased
        }
        switch change.cause {
        case .record: cause = .record
        case .timer: cause = .timer
        case .correction: cause = .correction
        case .definition: cause = .definition
        }
        atMs = change.at.ms
        occurrence = UInt32(clamping: change.occurrence)
        isMember = change.isMember
    }
}

/// What is told by feed and user, once every instant has passed.
///
/// Of users of whom nothing is recorded before the segments begin.
struct LiveTruth {
    /// A segment in one partition, with its users' machines.
    private struct Followed {
        let plan: LivePlan
        let since: Timestamp
        var courses: [String: LiveCourse] = [:]
    }

    private(set) var told: [FeedPlace: [String: [ToldChange]]] = [:]
    private var followed: [FeedPlace: Followed] = [:]
    private var names: [UInt32: [UInt32: String]] = [:]

    /// What the log tells that ingestion has now.
    init(_ client: IngestionV1_IngestionClient) async throws {
        try await LogWalk(client: client).forEach { record, partition in
            try take(record, of: partition)
        }
        end()
    }

    /// What these records of one partition tell.
    init(_ records: [LogV1.LogRecord], of partition: UInt32) throws {
        for record in records { try take(record, of: partition) }
        end()
    }

    /// How many changes there are of a feed.
    func count(_ place: FeedPlace) -> Int { told[place]?.values.reduce(0) { $0 + $1.count } ?? 0 }

    /// The instant of the last change.
    ///
    /// The log's time runs ahead of the clock's for some seconds after ingestion has died.
    var lastMs: Int64 {
        told.values.flatMap { $0.values.flatMap { $0.map(\.atMs) } }.max() ?? 0
    }

    /// Who is in a segment in the end.
    func members(of segment: String) -> Set<String> {
        let feeds = told.filter { $0.key.segment == segment }.values
        return Set(feeds.flatMap { $0.filter { $0.value.last?.isMember == true }.keys })
    }

    /// What is wrong with feeds as a consumer has assembled them; empty when nothing is.
    func faults(in feeds: [FeedPlace: [EvaluationV1.MembershipChange]]) -> [String] {
        var faults: [String] = []
        for place in Set(told.keys).union(feeds.keys).sorted() {
            let changes = feeds[place] ?? []
            for (index, change) in changes.enumerated() where change.sequence != UInt64(index) + 1 {
                faults.append("\(place): change \(index + 1) has number \(change.sequence)")
            }
            let found = Dictionary(grouping: changes, by: \.userID).mapValues {
                $0.map(ToldChange.init)
            }
            let wanted = told[place] ?? [:]
            for user in Set(found.keys).union(wanted.keys).sorted()
            where found[user] != wanted[user] {
                faults.append(
                    "\(place): of \(user) \(found[user] ?? []) instead of \(wanted[user] ?? [])"
                )
            }
        }
        return faults
    }

    private mutating func take(_ record: LogV1.LogRecord, of partition: UInt32) throws {
        let logTime = Timestamp(ms: record.logTimeMs)
        switch record.body {
        case .newUser(let new): names[partition, default: [:]][new.number] = new.userID
        case .catalogue(let change):
            guard let body = change.body else { return }
            let document = try SegmentV1.SegmentDocument.decode(body)
            guard let live = document.live else { return }
            let plan = try LivePlan(LiveCoding.decode(live))
            followed[FeedPlace(partition: partition, segment: change.name)] =
                Followed(plan: plan, since: logTime)
        case .event(let event):
            guard let user = names[partition]?[event.userNumber] else {
                throw SuiteError("record \(record.offset) names a user nobody knows")
            }
            let heard = LiveCourse.Record.event(
                UserHistory.Event(
                    ExactName(event.name),
                    at: Timestamp(ms: event.atMs),
                    position: LogOffset(record.offset),
                    clientSequence: event.clientSequence,
                    properties: try event.properties.map { sent in
                        let (name, value) = try ValueCoding.decode(sent)
                        return (ExactName(name), value)
                    }
                )
            )
            for place in followed.keys where place.partition == partition {
                hear(heard, of: user, at: logTime, place)
            }
        default: break
        }
    }

    private mutating func hear(
        _ record: LiveCourse.Record,
        of user: String,
        at logTime: Timestamp,
        _ place: FeedPlace
    ) {
        guard let segment = followed[place] else { return }
        var course = segment.courses[user] ?? LiveCourse(segment.plan)
        if segment.courses[user] == nil { course.begin(at: segment.since) }
        note(course.hear(record, at: logTime), of: user, place)
        followed[place]?.courses[user] = course
    }

    private mutating func end() {
        for (place, segment) in followed {
            for (user, course) in segment.courses {
                var course = course
                note(course.pass(before: .latest), of: user, place)
            }
        }
    }

    private mutating func note(_ changes: [LiveChange], of user: String, _ place: FeedPlace) {
        guard !changes.isEmpty else { return }
        told[place, default: [:]][user, default: []] += changes.map { ToldChange($0) }
    }
}
