// One user's way through a live segment, by the pure machine, over records that may be taken back.

import Basics
import Segments

/// What `LiveCourse` does, with imports that are undone; for segments that ask no conditions.
struct ReferenceCourse {
    private let plan: LivePlan
    private var user = LiveUser()
    private var past = Past()
    /// Whether the segment follows its user yet.
    var hasBegun = false

    init(_ plan: LivePlan) { self.plan = plan }

    /// A record is heard.
    mutating func hear(_ heard: Reference.Heard) -> [LiveChange] {
        var told = pass(before: heard.at)
        let isHistory = heard.importID != nil
        past.take(heard, isSilent: isHistory || !hasBegun)
        guard hasBegun else { return told }
        let record: LiveRecord
        switch heard.record {
        case .event(let event):
            guard plan.hears.concerns(event: event.name) else { return told }
            record = .event(event, isHistory: isHistory)
        case .properties(let versions):
            let names = versions.map(\.property)
            guard names.contains(where: plan.hears.concerns(property:)) else { return told }
            record = .properties(names, isHistory: isHistory)
        }
        told += plan.hear(record, at: past.moment(heard.at), &user, past)
        return told
    }

    /// Every instant before one passes.
    mutating func pass(before end: Timestamp) -> [LiveChange] {
        guard hasBegun else { return [] }
        var told: [LiveChange] = []
        while let due = plan.nextDue(user), due < end {
            let moment = past.moment(max(due, past.latest))
            told += plan.pass(at: moment, due: due, &user, past)
        }
        return told
    }

    /// The records of an import are there no more.
    mutating func forget(import id: String) { past.records.removeAll { $0.importID == id } }

    private struct Past: LivePast {
        var records: [Reference.Heard] = []
        private var silent: Set<LogOffset> = []
        private var next = LogOffset.zero
        private(set) var latest = Timestamp.earliest

        mutating func take(_ heard: Reference.Heard, isSilent: Bool) {
            records.append(heard)
            latest = heard.at
            guard let position = heard.record.position else { return }
            next = position.next
            if isSilent { silent.insert(position) }
        }

        func moment(_ now: Timestamp) -> LiveMoment {
            LiveMoment(now: now, position: next.value == 0 ? next : LogOffset(next.value - 1))
        }

        func history(_ reads: Mentions) -> UserHistory {
            UserHistory(
                events: records.compactMap(\.record.event),
                versions: records.flatMap(\.record.versions)
            )
        }

        func isSilent(_ position: LogOffset) -> Bool { silent.contains(position) }
    }
}

extension LiveCourse.Record {
    fileprivate var event: UserHistory.Event? {
        if case .event(let event) = self { event } else { nil }
    }

    fileprivate var versions: [UserHistory.PropertyVersion] {
        if case .properties(let versions) = self { versions } else { [] }
    }

    /// Where it stands in the log.
    fileprivate var position: LogOffset? {
        switch self {
        case .event(let event): event.position
        case .properties(let versions): versions.first?.position
        }
    }
}
