// What the machine of a segment reads of a user in the simulator, and how it hears a record.

import Basics
import Segments

/// A user's past for one segment.
struct ReferencePast: LivePast {
    let records: [Reference.Heard]
    let memberships: [UserHistory.PropertyVersion]
    let begin: LogOffset
    let begunAt: Timestamp

    init(
        records: [Reference.Heard],
        memberships: [UserHistory.PropertyVersion],
        _ segment: ReferenceSegment
    ) {
        (self.records, self.memberships) = (records, memberships)
        (begin, begunAt) = (segment.begin, segment.begunAt)
    }

    func history(_ reads: Mentions) -> UserHistory {
        UserHistory(
            events: records.compactMap(\.record.event).filter {
                reads.concerns(event: $0.name)
            },
            versions: records.flatMap(\.record.versions) + memberships
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

    private func isImported(_ position: LogOffset) -> Bool {
        records.contains { $0.position == position && $0.importID != nil }
    }
}

extension Reference.Heard {
    /// As a segment hears it; nil: it mentions nothing that the segment reads.
    func record(for plan: LivePlan, isNew: Bool) -> LiveRecord? {
        // Who is new may fulfil a condition by being there.
        let hearsAll = isNew && plan.holdsOfNewcomers
        let isHistory = importID != nil
        switch record {
        case .event(let event):
            guard hearsAll || plan.hears.concerns(event: event.name) else { return nil }
            return .event(event, isHistory: isHistory)
        case .properties(let versions):
            let names = versions.map(\.property)
            guard hearsAll || names.contains(where: plan.hears.concerns(property:)) else {
                return nil
            }
            return .properties(names, isHistory: isHistory)
        }
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

extension Mentions {
    /// Whether a record is to be told of.
    func concern(_ record: LiveCourse.Record) -> Bool {
        record.event.map { concerns(event: $0.name) }
            ?? record.versions.contains { concerns(property: $0.property) }
    }
}
