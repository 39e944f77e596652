// What live segments put into the columns, and what the catalogue tells them.

import Basics
import Columns
import Messages
import Segments

extension LivePartition {
    // The columns

    /// Marks up to an offset, which the columns have now, are put into them.
    mutating func remark(
        through offset: LogOffset,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        while let first = marks.first, first.offset <= offset || offset.next >= next {
            marks.removeFirst()
            try put(first, &state)
        }
    }

    /// The columns lack nothing but marks: they are put in.
    mutating func remark(_ state: inout [ProjectName: PartitionColumns]) throws(EvaluatorError) {
        while let first = marks.popFirst() { try put(first, &state) }
    }

    /// From the change's instant on, but never before what was told of the user earlier: who is in
    /// is who was told last to be, though instants run backwards where an event comes late or a
    /// grace is over.
    func put(_ mark: Mark, _ state: inout [ProjectName: PartitionColumns])
        throws(EvaluatorError)
    {
        guard let index = state.index(forKey: mark.project),
            !state.values[index].isGone(mark.user)
        else { return }
        let told = state.values[index]
            .lastVersion(of: mark.property.text, of: mark.user, after: mark.at)
        do {
            try state.values[index].tail.append(
                profile: [
                    (
                        name: mark.property.text,
                        value: mark.isMember ? InFeed.member : nil
                    )
                ],
                user: mark.user,
                at: told ?? mark.at,
                offset: mark.offset
            )
        } catch {
            throw unreadable(mark.offset, "a membership: \(error)")
        }
    }

    // The catalogue

    mutating func hear(
        _ change: LogV1.CatalogueChange,
        of project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard change.kind == Catalogue.segmentKind else { return }
        cause = .definition
        defer { cause = .record }
        let result = projects[project, default: LiveProject(project)]
            .hear(change, at: moment.position, slot: slots.count)
        news.documents[LiveDocumentKey(project: project, name: ExactName(change.name))] =
            .some(change.body)
        if let ended = result.over {
            slots[ended.slot] = nil
            over.append(ended.end)
            try unwind(ended)
            news.feeds[ended.end.feed] = (ended.end, ended.since)
        }
        if let begun = result.begun {
            begun.end.generation = generation(of: project)
            // A wait that goes on may have begun with an event of before.
            let goesOn = result.over?.since == begun.since
            begun.end.begunAt = goesOn ? result.over?.end.begunAt : moment.now
            slots.append(begun)
            news.feeds[begun.end.feed] = (begun.end, begun.since)
            if begun.end.isCarried, let ended = result.over {
                try carry(ended, into: begun, moment, &state)
            } else if begun.plan.watchesEverybody {
                try begin(begun, moment, state)
            }
        }
        if result.isReordered { try rewind() }
        for segment in result.changed.sorted(by: { $0.order < $1.order }) {
            try settle(before: segment.order, moment, &state)
            if segment.plan.isFollowing {
                try ask(everybodyOf: segment, because: .definition, moment, &state)
            } else if result.isConditionChanged {
                try reconsider(segment, moment, &state)
            }
        }
        try settle(moment, &state)
    }

    /// A condition that a live segment uses means something else.
    private mutating func reconsider(
        _ segment: FollowedSegment,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard segment.plan.watchesConditions else { return }
        let columns = state[segment.end.feed.project]
        let (count, present) = (UInt32(clamping: columns?.userCount ?? 0), columns?.present)
        let everybody = (0..<count).map { UserNumber($0) }
        for number in segment.plan.watchesEverybody ? everybody : segment.known {
            // Of whom no record stands may be remembered all the same that the user is in.
            let user = try segment.user(number)
            guard present?[number] ?? true || user != LiveUser() else { continue }
            try decide(number, segment, moment, &state) { plan, user, past in
                plan.reconsider(at: moment, &user, past)
            }
        }
    }

    /// What was known is known no more: conditions are asked anew.
    ///
    /// Nothing fires by it.
    mutating func askAnew(
        _ project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        (isHistory, cause) = (true, .correction)
        defer { (isHistory, cause) = (false, .record) }
        // Who is used by another comes before it.
        for segment in (projects[project]?.segments ?? []).sorted(by: { $0.order < $1.order }) {
            try settle(before: segment.order, moment, &state)
            guard !segment.plan.isFollowing else {
                try ask(everybodyOf: segment, because: .correction, moment, &state)
                continue
            }
            let nothing = LiveRecord.properties([], isHistory: true)
            for number in segment.known where segment.plan.watchesConditions {
                try decide(number, segment, moment, &state) { plan, user, past in
                    plan.hear(nothing, at: moment, &user, past)
                }
            }
        }
        try settle(moment, &state)
    }

    /// Everybody is asked about anew; of whom no record stands is in no condition.
    private mutating func ask(
        everybodyOf segment: FollowedSegment,
        because cause: LiveChange.Cause,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard let columns = state[segment.end.feed.project] else { return }
        let (count, present) = (UInt32(clamping: columns.userCount), columns.present)
        for number in (0..<count).map({ UserNumber($0) }) {
            let isThere = present?[number] ?? true
            try decide(number, segment, moment, &state) { plan, user, past in
                plan.follow(at: moment, &user, past, isThere: isThere, because: cause)
            }
        }
    }

    /// A live segment goes on under another definition, with what is remembered of its users.
    ///
    /// The new version's first members are the last of the old one; what the definition changes is
    /// told behind that.
    private mutating func carry(
        _ ended: FollowedSegment,
        into begun: FollowedSegment,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        var numbers = ended.known
        if begun.plan.watchesEverybody, begun.plan.carrying(from: ended.plan) == .ended {
            let count = state[begun.end.feed.project]?.userCount ?? 0
            numbers = (0..<UInt32(clamping: count)).map { UserNumber($0) }
        }
        let present = state[begun.end.feed.project]?.present
        for number in numbers {
            let user = try ended.user(number)
            if user != LiveUser() {
                try keep(user, of: [number], begun, was: LiveUser())
            } else if present?[number] == false {
                continue
            }
            try decide(number, begun, moment, &state) { plan, user, past in
                plan.carry(from: ended.plan, at: moment, &user, past)
            }
        }
    }

    /// A segment begins that watches users from the beginning: each is looked at.
    private mutating func begin(
        _ segment: FollowedSegment,
        _ moment: LiveMoment,
        _ state: [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard let columns = state[segment.end.feed.project] else { return }
        let present = columns.present
        for number in 0..<UInt32(clamping: columns.userCount) {
            let number = UserNumber(number)
            guard present?[number] ?? true else { continue }
            var user = LiveUser()
            let past = ColumnsPast(columns: columns, user: number, since: segment.since)
            segment.plan.begin(at: moment, &user, past)
            guard user != LiveUser() else { continue }
            try keep(user, of: [number], segment, was: LiveUser())
            guard user.isInside, !columns.isGone(number) else { continue }
            segment.end.members += 1
            segment.end.stateHash &+= columns.idHash(of: number)
        }
        news.feeds[segment.end.feed] = (segment.end, segment.since)
    }
}
