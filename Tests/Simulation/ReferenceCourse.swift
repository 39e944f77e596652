// One user's way through a live segment, by the pure machine, over records that may be taken back.

import Basics
import Segments

/// What `LiveCourse` does, with imports that are undone and users who become one.
struct ReferenceCourse {
    private let plan: LivePlan
    private let begunAt: Timestamp
    private var user = LiveUser()
    private var past: Past

    /// A user's, of whom some records were known when the segment began or was first told of it.
    init(
        _ plan: LivePlan,
        from begin: LogOffset,
        at begunAt: Timestamp,
        knowing records: [Reference.Heard]
    ) {
        self.plan = plan
        self.begunAt = begunAt
        past = Past(
            begin: begin,
            begunAt: begunAt,
            records: records,
            latest: records.last?.at ?? .earliest
        )
    }

    /// The segment begins to follow the user, whoever it is.
    mutating func begin(at position: LogOffset) {
        plan.begin(at: LiveMoment(now: begunAt, position: position), &user, past)
    }

    /// A record is heard.
    ///
    /// - Parameter isNew: whether it is the first of its user.
    mutating func hear(_ heard: Reference.Heard, isNew: Bool) -> [LiveChange] {
        var told = pass(before: heard.at)
        past.records.append(heard)
        past.latest = heard.at
        let isHistory = heard.importID != nil
        // Who is new may fulfil a condition by being there.
        let hearsAll = isNew && plan.holdsOfNewcomers
        let record: LiveRecord
        switch heard.record {
        case .event(let event):
            guard hearsAll || plan.hears.concerns(event: event.name) else { return told }
            record = .event(event, isHistory: isHistory)
        case .properties(let versions):
            let names = versions.map(\.property)
            guard hearsAll || names.contains(where: plan.hears.concerns(property:)) else {
                return told
            }
            record = .properties(names, isHistory: isHistory)
        }
        let moment = LiveMoment(now: heard.at, position: heard.position)
        told += plan.hear(record, at: moment, &user, past)
        return told
    }

    /// Every instant before one passes.
    mutating func pass(before end: Timestamp) -> [LiveChange] {
        var told: [LiveChange] = []
        while let due = plan.nextDue(user), due < end {
            let now = max(due, past.latest)
            let position = past.records.last?.position ?? .zero
            let moment = LiveMoment(now: now, position: position)
            told += plan.pass(at: moment, due: due, &user, past)
        }
        return told
    }

    /// The user's records are these from here on.
    mutating func recount(
        _ records: [Reference.Heard],
        at position: LogOffset,
        _ now: Timestamp
    ) -> [LiveChange] {
        var told = pass(before: now)
        past.records = records
        past.latest = now
        let joined = past
        var reads = plan.reads
        if plan.holdsOfNewcomers { reads.anyEvent = true }
        told += plan.recount(
            at: LiveMoment(now: now, position: position),
            since: begunAt,
            &user,
            joined.history(reads)
        ) { joined.arrival(of: $0) }
        return told
    }

    /// The user is there no more.
    ///
    /// - Returns: what was due, and that the user is out, if it was in.
    mutating func leave(_ kind: LiveChange.Kind, at now: Timestamp) -> [LiveChange] {
        let told = pass(before: now)
        guard user.isInside else { return told }
        let change = LiveChange(
            kind,
            at: now,
            occurrence: user.occurrence,
            isMember: false,
            cause: .record
        )
        return told + [change]
    }

    /// The records of an import are there no more: who reads them runs over what is left.
    mutating func forget(import id: String, at position: LogOffset, _ now: Timestamp)
        -> [LiveChange]
    {
        let left = past.records.filter { $0.importID != id }
        let isRead = past.records.contains { heard in
            heard.importID == id && (plan.holdsOfNewcomers || plan.reads.concern(heard.record))
        }
        guard isRead, plan.heedsImports else {
            past.records = left
            return []
        }
        return recount(left, at: position, now)
    }

    private struct Past: LivePast {
        let begin: LogOffset
        let begunAt: Timestamp
        var records: [Reference.Heard]
        /// The log time of the last record.
        var latest: Timestamp

        func history(_ reads: Mentions) -> UserHistory {
            UserHistory(
                events: records.compactMap(\.record.event).filter {
                    reads.concerns(event: $0.name)
                },
                versions: records.flatMap(\.record.versions)
            )
        }

        func isSilent(_ position: LogOffset) -> Bool {
            isBefore(position) || isImported(position)
        }

        func arrival(of position: LogOffset) -> LivePlan.Arrival {
            LivePlan.Arrival(
                isBefore: isBefore(position),
                isImported: isImported(position),
                logTime: movedAt(position)
            )
        }

        private func isBefore(_ position: LogOffset) -> Bool {
            position < begin || movedAt(position).map { $0 <= begunAt } ?? false
        }

        private func movedAt(_ position: LogOffset) -> Timestamp? {
            records.first { $0.position == position }?.movedAt
        }

        func isImported(_ position: LogOffset) -> Bool {
            records.contains { $0.position == position && $0.importID != nil }
        }
    }
}

extension Mentions {
    /// Whether a record is to be told of.
    fileprivate func concern(_ record: LiveCourse.Record) -> Bool {
        record.event.map { concerns(event: $0.name) }
            ?? record.versions.contains { concerns(property: $0.property) }
    }
}

extension LiveCourse.Record {
    /// The event, where it is one.
    var event: UserHistory.Event? {
        if case .event(let event) = self { event } else { nil }
    }

    /// The writes, where it is some.
    var versions: [UserHistory.PropertyVersion] {
        if case .properties(let versions) = self { versions } else { [] }
    }
}
