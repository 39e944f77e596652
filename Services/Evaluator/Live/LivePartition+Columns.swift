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

    /// Where what is decided now stands in the columns: behind all that was sealed and all that
    /// they hold, which may be a mark from when more was sealed.
    func mark(in columns: PartitionColumns?) -> LogOffset {
        let last = next == .zero ? next : LogOffset(next.value - 1)
        guard let tail = columns?.tail else { return max(last, sealedTo) }
        let held = tail.to == .zero ? tail.to : LogOffset(tail.to.value - 1)
        return max(tail.from, last, sealedTo, held)
    }

    // The catalogue

    mutating func hear(
        _ change: LogV1.CatalogueChange,
        of project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard change.kind == Catalogue.segmentKind else { return }
        let version = inHand.map { _ in LiveProject.version(of: change, in: project) }
        // What is quarantined is not compiled.
        if let version, !quarantined.contains(version) {
            try inHand?.take(version, because: .definition)
        }
        let result = projects[project, default: LiveProject(project, quarantined)]
            .hear(change, at: moment.position, slot: slots.count)
        try inHand?.letGo()
        try drop(result.dropped)
        news.documents[LiveDocumentKey(project: project, name: ExactName(change.name))] =
            .some(change.body)
        if let ended = result.over {
            slots[ended.slot] = nil
            over.append(ended.end)
            try unwind(ended)
            news.feeds[ended.end.feed] = (ended.end, ended.since)
        }
        if let begun = result.begun {
            begun.end.generation =
                generation(of: project) | (result.isCut ? Losses.cut : 0)
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
        try askAnew(result.changed, moment, &state)
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
        try inHand?.take(segment.end.segmentVersion, because: .definition)
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
        try inHand?.letGo()
        news.feeds[segment.end.feed] = (segment.end, segment.since)
    }
}
