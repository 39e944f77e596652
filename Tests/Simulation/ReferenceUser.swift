// One user's way through the segments that a partition follows, by the pure machine.

import Basics
import Segments

/// What `LiveCourse` does, through all segments at once: with imports that are undone, users who
/// become one, segments that use each other and such as are given another definition.
struct ReferenceUser {
    /// Who it is.
    let name: String
    /// The records that stand, in the order of the log.
    private(set) var records: [Reference.Heard] = []
    /// The log time of the last record that may be told a little later: of an import.
    private(set) var importedAt: Timestamp?
    /// Whether the number is nobody's any more.
    private(set) var isGone = false
    /// What was told, by the revisions that name feeds.
    private(set) var told: [UInt64: [LiveChange]] = [:]
    private var courses: [UInt64: LiveUser] = [:]
    /// When the user came into live segments and left them, as others read it.
    private var memberships: [UserHistory.PropertyVersion] = []
    /// The log time of the last record that concerned the user.
    private var latest = Timestamp.earliest
    /// Segments that are still to hear, in this step, of members of those that they use, and
    /// what has brought these about; what is no correction counts more than one.
    private var waiting: [Int: (at: Timestamp, cause: LiveChange.Cause)] = [:]

    init(name: String) { self.name = name }

    /// All that is known of the user; nil: no record stands.
    var history: UserHistory? {
        guard !records.isEmpty else { return nil }
        return UserHistory(
            of: UserID(name),
            events: records.compactMap(\.record.event),
            versions: records.flatMap(\.record.versions) + memberships
        )
    }

    /// What was told, for people.
    var said: String {
        told.sorted { $0.key < $1.key }.map { revision, changes in
            "\(revision): \(changes.map { "\($0.kind) at \($0.at.ms % 10_000_000)" })"
        }.joined(separator: ", ")
    }

    func isIn(_ revision: UInt64) -> Bool { courses[revision]?.isInside ?? false }

    // Time

    /// Every instant before one passes; of equal ones a segment comes behind those that it uses,
    /// and hears of their members before its own timers.
    mutating func pass(before end: Timestamp, at next: LogOffset, _ all: [ReferenceSegment]) {
        while true {
            let timer = timer(before: end, all)
            let turn = timer.map { (now: max($0.due, latest), index: $0.index) }
            if let first = waiting.min(by: { ($0.value.at, $0.key) < ($1.value.at, $1.key) }),
                turn.map({ (first.value.at, first.key) <= ($0.now, $0.index) }) ?? true
            {
                waiting[first.key] = nil
                let step = Step(timeAt: first.value.at, next: next)
                let cause = first.value.cause.isCorrecting ? first.value.cause : .timer
                hearMembers(first.key, all, step, because: cause, isHistory: false)
            } else if let timer {
                fire(timer, next, all)
            } else {
                return
            }
        }
    }

    /// The segments come in their turns.
    private func timer(before end: Timestamp, _ all: [ReferenceSegment])
        -> (due: Timestamp, index: Int)?
    {
        var first: (due: Timestamp, index: Int)?
        for (index, segment) in all.enumerated() {
            guard let course = courses[segment.revision], let due = segment.plan.nextDue(course),
                due < first?.due ?? end
            else { continue }
            first = (due, index)
        }
        return first
    }

    private mutating func fire(
        _ timer: (due: Timestamp, index: Int),
        _ next: LogOffset,
        _ all: [ReferenceSegment]
    ) {
        let step = Step(timeAt: max(timer.due, latest), next: next)
        decide(timer.index, all, step) { plan, course, past in
            plan.pass(at: step.moment, due: timer.due, &course, past)
        }
    }

    // Records

    /// A record stands; of a moved one is heard with the record that says whose it is.
    mutating func learn(_ heard: Reference.Heard) {
        if heard.importID != nil { importedAt = heard.at }
        records.append(heard)
        latest = heard.at
    }

    /// The record that was learnt last is heard, by segments each behind those that it uses.
    ///
    /// - Parameter isNew: whether it is the first of its user.
    mutating func hear(_ heard: Reference.Heard, isNew: Bool, _ all: [ReferenceSegment]) {
        let step = Step(at: heard.at, heard.position)
        let isHistory = heard.importID != nil
        for index in all.indices {
            if let record = heard.record(for: all[index].plan, isNew: isNew) {
                decide(index, all, step) { plan, course, past in
                    plan.hear(record, at: step.moment, &course, past)
                }
            }
            // What was found to be due before now passes at once.
            while let overdue = timer(before: step.moment.now, all) {
                fire(overdue, heard.position.next, all)
            }
            hearMembersIfWaiting(index, all, step, because: .record, isHistory: isHistory)
        }
    }

    /// Whether an import brought any record that stands.
    func has(import id: String) -> Bool { records.contains { $0.importID == id } }

    /// The records of an import are there no more: who reads them runs over what is left.
    mutating func forget(
        import id: String,
        at now: Timestamp,
        _ position: LogOffset,
        _ all: [ReferenceSegment]
    ) {
        let taken = records.filter { $0.importID == id }
        guard !taken.isEmpty else { return }
        records.removeAll { $0.importID == id }
        latest = now
        let step = Step(at: now, position)
        let isThere = !records.isEmpty
        for (index, segment) in all.enumerated() {
            let isRead = taken.contains { heard in
                segment.plan.holdsOfNewcomers || segment.plan.reads.concern(heard.record)
            }
            if isRead, segment.plan.heedsImports {
                decide(index, all, step) { plan, course, past in
                    isThere && segment.isCarried
                        ? plan.reread(at: step.moment, &course, past)
                        : Self.recount(plan, segment, step, &course, past, isThere: isThere)
                }
            }
            hearMembersIfWaiting(index, all, step, because: .correction, isHistory: true)
        }
    }

    // Who becomes one with whom

    /// Records stand no more.
    mutating func remove(_ isGone: (LogOffset) -> Bool) {
        records.removeAll { isGone($0.position) }
    }

    /// The user has another history from here on: machines that read what was moved run over it.
    mutating func recount(
        at now: Timestamp,
        _ position: LogOffset,
        _ all: [ReferenceSegment],
        where reads: (LivePlan) -> Bool
    ) {
        latest = now
        let step = Step(at: now, position)
        for (index, segment) in all.enumerated() {
            if reads(segment.plan) {
                decide(index, all, step) { plan, course, past in
                    // Only earlier versions could run over what was before.
                    segment.isCarried
                        ? []
                        : Self.recount(plan, segment, step, &course, past, isThere: true)
                }
            }
            hearMembersIfWaiting(index, all, step, because: .correction, isHistory: true)
        }
    }

    private static func recount(
        _ plan: LivePlan,
        _ segment: ReferenceSegment,
        _ step: Step,
        _ course: inout LiveUser,
        _ past: ReferencePast,
        isThere: Bool
    ) -> [LiveChange] {
        var reads = plan.reads
        if plan.holdsOfNewcomers { reads.anyEvent = true }
        return plan.recount(
            at: step.moment,
            since: segment.begunAt,
            &course,
            isThere ? past.history(reads) : UserHistory(),
            arrival: past.arrival
        )
    }

    /// The number is nobody's: whoever was in is not, and nothing is remembered.
    mutating func leave(_ kind: LiveChange.Kind, at now: Timestamp) {
        for (revision, course) in courses where course.isInside {
            let change = LiveChange(
                kind,
                at: now,
                occurrence: course.occurrence,
                isMember: false,
                cause: .record
            )
            told[revision, default: []].append(change)
        }
        (records, memberships, courses, isGone) = ([], [], [:], true)
    }

    // Definitions

    /// A segment begins to follow the user, whoever it is.
    mutating func begin(_ index: Int, _ all: [ReferenceSegment], at position: LogOffset) {
        let step = Step(at: all[index].begunAt, position)
        decide(index, all, step) { plan, course, past in
            plan.begin(at: step.moment, &course, past)
            return []
        }
    }

    /// A segment goes on where an earlier version of it ended.
    mutating func carry(
        from old: ReferenceSegment,
        to index: Int,
        _ all: [ReferenceSegment],
        at now: Timestamp,
        _ position: LogOffset
    ) {
        courses[all[index].revision] = courses.removeValue(forKey: old.revision)
        latest = max(latest, now)
        // Who is not there is not asked about.
        guard courses[all[index].revision] ?? .init() != .init() || !records.isEmpty else { return }
        let step = Step(at: now, position)
        decide(index, all, step) { plan, course, past in
            plan.carry(from: old.plan, at: step.moment, &course, past)
        }
        for index in all.indices {
            hearMembersIfWaiting(index, all, step, because: .definition, isHistory: true)
        }
    }

    /// A version of a segment is over.
    mutating func end(_ revision: UInt64) { courses[revision] = nil }

    /// Conditions that segments use mean something else from now on.
    mutating func reconsider(
        _ revisions: Set<UInt64>,
        _ all: [ReferenceSegment],
        at now: Timestamp,
        _ position: LogOffset
    ) {
        latest = max(latest, now)
        let step = Step(at: now, position)
        for (index, segment) in all.enumerated() {
            let isKnown = courses[segment.revision] ?? .init() != .init()
            if revisions.contains(segment.revision), isKnown || segment.plan.becoming != nil {
                hearMembers(index, all, step, because: .definition, isHistory: true)
            }
            hearMembersIfWaiting(index, all, step, because: .definition, isHistory: true)
        }
    }

    // Decisions

    /// A place in the log, and behind which record of it members come and go.
    private struct Step {
        let moment: LiveMoment
        let mark: LogOffset

        init(at now: Timestamp, _ position: LogOffset) {
            moment = LiveMoment(now: now, position: position)
            mark = position
        }

        init(timeAt now: Timestamp, next: LogOffset) {
            moment = LiveMoment(now: now, position: next)
            mark = next == .zero ? next : LogOffset(next.value - 1)
        }
    }

    private mutating func hearMembersIfWaiting(
        _ index: Int,
        _ all: [ReferenceSegment],
        _ step: Step,
        because cause: LiveChange.Cause,
        isHistory: Bool
    ) {
        guard let given = waiting.removeValue(forKey: index)?.cause else { return }
        let cause = given.isCorrecting ? given : cause
        hearMembers(index, all, step, because: cause, isHistory: isHistory)
    }

    private mutating func hearMembers(
        _ index: Int,
        _ all: [ReferenceSegment],
        _ step: Step,
        because cause: LiveChange.Cause,
        isHistory: Bool
    ) {
        // Who is not there is not asked about.
        guard !isHistory || !records.isEmpty else { return }
        decide(index, all, step) { plan, course, past in
            let record = LiveRecord.members(because: cause, isHistory: isHistory)
            return plan.hear(record, at: step.moment, &course, past)
        }
    }

    /// A segment decides; who uses it is to hear of it in the same step.
    private mutating func decide(
        _ index: Int,
        _ all: [ReferenceSegment],
        _ step: Step,
        _ body: (LivePlan, inout LiveUser, ReferencePast) -> [LiveChange]
    ) {
        let segment = all[index]
        var course = courses[segment.revision] ?? LiveUser()
        let wasIn = course.isInside
        let past = ReferencePast(records: records, memberships: memberships, segment)
        let changes = body(segment.plan, &course, past)
        courses[segment.revision] = course
        guard !changes.isEmpty else { return }
        told[segment.revision, default: []] += changes
        let property = segment.inFeed.property
        var isIn = wasIn
        for change in changes where change.isMember != isIn {
            isIn = change.isMember
            // What is told later holds, though instants may run backwards.
            let last = memberships.last { $0.property == property }?.since
            memberships.append(
                UserHistory.PropertyVersion(
                    property,
                    isIn ? InFeed.member : nil,
                    since: max(change.at, last ?? .earliest),
                    position: step.mark
                )
            )
        }
        guard isIn != wasIn, let cause = changes.last?.cause else { return }
        for other in all.indices where all[other].plan.hears.concerns(property: property) {
            guard waiting[other]?.cause.isCorrecting ?? true else { continue }
            waiting[other] = (step.moment.now, cause)
        }
    }
}

extension LiveChange.Cause {
    /// Whether it is nothing that the user did just now, or let pass.
    fileprivate var isCorrecting: Bool { self == .correction || self == .definition }
}
