// What a feed told lately, counted by minute and by hour of log time.

import Basics
import Messages
import Segments

/// The latest of one partition's feed, counted record by record; a value.
struct FeedTally: Sendable {
    /// How far back it goes: the minutes of an hour, the hours of two days.
    static let minutes = 60
    static let hours = 48
    /// How many of the latest records are kept.
    static let latestMax = 20
    private static let minuteMs: Int64 = 60_000
    private static let hourMs: Int64 = 3_600_000

    /// How often what happened.
    struct Count: Sendable, Hashable {
        var entered: UInt64 = 0
        var left: UInt64 = 0
        var retracted: UInt64 = 0

        mutating func add(_ kind: LiveChange.Kind) {
            switch kind {
            case .entered: entered += 1
            case .left: left += 1
            // Who is another now, or nobody, has not left.
            case .corrected, .erased: break
            case .retracted: retracted += 1
            }
        }
    }

    typealias ActivityCount = EvaluationV1.ActivityCount

    /// The last record counted; 0: none yet.
    private(set) var sequence: UInt64 = 0
    /// The latest records, the last one last.
    private(set) var latest: [FeedRecord] = []
    private var byMinute: [Int64: Count] = [:]
    private var byHour: [Int64: Count] = [:]

    /// The instant from which on records count.
    static func first(at now: Timestamp) -> Timestamp {
        Timestamp(ms: (floor(now.ms, hourMs) - Int64(hours - 1)) * hourMs)
    }

    /// Begins behind a record: those up to it are older than all that counts.
    init(behind sequence: UInt64 = 0) { self.sequence = sequence }

    /// Counts a record, in their order.
    mutating func count(_ record: FeedRecord) {
        sequence = record.sequence
        latest.append(record)
        if latest.count > 2 * Self.latestMax { latest.removeFirst(Self.latestMax) }
        let kind = record.change.kind
        byMinute[Self.floor(record.logTime.ms, Self.minuteMs), default: Count()].add(kind)
        byHour[Self.floor(record.logTime.ms, Self.hourMs), default: Count()].add(kind)
    }

    /// Lets go of what is too old to be asked for.
    mutating func forget(before now: Timestamp) {
        let (minute, hour) = (Self.floor(now.ms, Self.minuteMs), Self.floor(now.ms, Self.hourMs))
        byMinute = byMinute.filter { $0.key > minute - Int64(Self.minutes) }
        byHour = byHour.filter { $0.key > hour - Int64(Self.hours) }
    }

    /// Puts it into an answer as of an instant, beside other partitions' tallies.
    func add(to answer: inout EvaluationV1.ActivityResponse, at now: Timestamp) {
        answer.minutes = Self.sum(answer.minutes, byMinute, Self.minuteMs, Self.minutes, now)
        answer.hours = Self.sum(answer.hours, byHour, Self.hourMs, Self.hours, now)
    }

    /// Another owner's answer as of the same instant.
    static func add(
        _ part: EvaluationV1.ActivityResponse,
        to answer: inout EvaluationV1.ActivityResponse
    ) {
        answer.minutes = sum(answer.minutes, part.minutes)
        answer.hours = sum(answer.hours, part.hours)
        answer.members = answer.members.saturating(part.members)
        answer.latest = newest(answer.latest + part.latest)
        answer.positions += part.positions
    }

    /// Of changes of several partitions the latest, the last one first.
    static func newest(_ changes: [EvaluationV1.MembershipChange])
        -> [EvaluationV1.MembershipChange]
    {
        let sorted = changes.sorted { ($0.logTimeMs, $0.userID) > ($1.logTimeMs, $1.userID) }
        return Array(sorted.prefix(latestMax))
    }

    private static func sum(
        _ counts: [ActivityCount],
        _ own: [Int64: Count],
        _ lengthMs: Int64,
        _ length: Int,
        _ now: Timestamp
    ) -> [ActivityCount] {
        let last = floor(now.ms, lengthMs)
        let own = (0..<Int64(length)).map { place in
            let number = last - Int64(length) + 1 + place
            let count = own[number] ?? Count()
            return ActivityCount(
                fromMs: number * lengthMs,
                entered: count.entered,
                left: count.left,
                retracted: count.retracted
            )
        }
        return sum(counts, own)
    }

    private static func sum(_ counts: [ActivityCount], _ others: [ActivityCount])
        -> [ActivityCount]
    {
        guard !counts.isEmpty else { return others }
        return zip(counts, others).map { one, other in
            ActivityCount(
                fromMs: one.fromMs,
                entered: one.entered.saturating(other.entered),
                left: one.left.saturating(other.left),
                retracted: one.retracted.saturating(other.retracted)
            )
        }
    }

    private static func floor(_ ms: Int64, _ lengthMs: Int64) -> Int64 {
        (ms - (ms % lengthMs + lengthMs) % lengthMs) / lengthMs
    }
}
