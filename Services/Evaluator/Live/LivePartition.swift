// Live segments over one partition's log: records are heard, instants pass, feeds grow.

import Basics
import Columns
import Messages
import Segments
import Wire

/// What a partition knows of the segments it follows; a deterministic function of its log.
///
/// A value of the partition's lane, which calls it record by record: first `pass(before:)` with the
/// record's log time, then the record goes into the columns, then `hear`; at a watermark
/// `pass(through:)`. What changed meanwhile is taken by `takeNews` and made durable before anybody
/// is told.
struct LivePartition {
    /// What has changed since the last commit.
    struct News: Sendable {
        /// Feed records in the order they came about.
        var records: [FeedRecord] = []
        /// Of whom something else is remembered by now, by the segment's slot; one may be there
        /// more than once.
        var users: [Int: [UserNumber]] = [:]
        /// Feeds that begin, grow or end.
        var feeds: [FeedID: (end: FeedEnd, since: LogOffset)] = [:]
        /// Segments' documents by project and name.
        var documents: [LiveDocumentKey: [UInt8]?] = [:]
        /// Timers that are kept from now on, and kept no more.
        var timers = FarTimerChanges()
        /// Whose moved records are others by now, or none.
        var moved: Set<ProjectNumber> = []
        /// Feeds of which nothing is kept any more.
        var dropped: Set<FeedID> = []

        var isEmpty: Bool {
            records.isEmpty && users.isEmpty && feeds.isEmpty && documents.isEmpty
                && timers.isEmpty && moved.isEmpty && dropped.isEmpty
        }
    }

    let partition: Partition
    /// All records below it have been heard.
    var next: LogOffset
    /// Where the columns' checkpoint ends: what is put into them stands at or behind it.
    var sealedTo = LogOffset.zero
    /// All instants up to it have passed.
    var watermark: Timestamp
    /// The log time of the last record heard.
    private(set) var logTime: Timestamp
    /// What is followed, by project.
    var projects: [ProjectName: LiveProject] = [:]
    /// The same in the order in which it began; nil: it is over.
    var slots: [FollowedSegment?] = []
    /// Where feeds ended that are followed no more, for consumers who have not read all of them.
    var over: [FeedEnd] = []
    /// The timers that are due before `horizon`.
    var timers = TimerQueue()
    /// Timers due from it on wait on disk.
    var horizon = LivePartition.noHorizon
    /// Where those are; nil: there is no disk, and all are in memory.
    var far: (any FarTimers)?
    /// The queue is gone through when it is as long as this.
    var longQueue = 0
    /// Who is still to hear, in this step, of members of segments that they use.
    var waiting = WaitingMembers()
    var news = News()
    /// The user whom the last record gave a number: the next one is the first about the user.
    ///
    /// Or whom it made known: a merge behind it is heard as if all of the user had been moved. Or
    /// who is there again by the next one.
    var numbered: Newcomer?
    /// Records of a project's log that others may have heard and that are no more.
    var lost: [ProjectName: Losses] = [:]
    /// Where records were passed over that are set aside further on: not heard, not taken back.
    var passedOver: Set<LogOffset> = []
    /// Versions of segments that are not followed, wherever the log speaks of them.
    var quarantined: Set<SegmentVersion> = []
    /// Notes which segment is decided; nil: nobody asks.
    var inHand: InHand?
    /// Whether history is heard, by an import or a merge: nothing fires by what comes of it.
    var isHistory = false
    /// The record that is being heard, and which marks it has brought about so far.
    var hearing: Hearing?
    /// Marks to be put into columns that were loaded from an older place in the log.
    var marks: ArraySlice<Mark>
    /// The log time at which its feeds were last looked through for what is too old.
    var trimmedAt = Timestamp.earliest

    /// A user of whom nothing is recorded yet.
    struct Newcomer: Sendable, Hashable {
        let project: ProjectName
        let user: UserNumber
    }

    /// A member who came or went, for the columns.
    struct Mark: Sendable, Hashable {
        let offset: LogOffset
        let project: ProjectName
        /// How the columns name it.
        let property: ExactName
        let user: UserNumber
        let at: Timestamp
        let isMember: Bool

        /// What a record of a feed puts into the columns.
        init(_ record: FeedRecord, of end: FeedEnd) {
            offset = record.mark
            project = end.feed.project
            property = end.inFeed.property
            user = record.user
            at = record.change.at
            isMember = record.change.isMember
        }
    }

    /// Nothing is followed from a place in the log on.
    init(_ partition: Partition, from next: LogOffset = .zero) {
        self.partition = partition
        self.next = next
        watermark = .earliest
        logTime = .earliest
        marks = []
    }

    /// As it was kept, but for what is quarantined.
    ///
    /// - Throws: when a state cannot be read.
    init(
        _ partition: Partition,
        _ kept: KeptFeeds,
        far: any FarTimers,
        quarantined: Set<SegmentVersion> = [],
        inHand: InHand? = nil
    ) throws(EvaluatorError) {
        self.partition = partition
        (self.quarantined, self.inHand) = (quarantined, inHand)
        self.far = far
        horizon = kept.horizon
        next = kept.next
        watermark = kept.watermark
        logTime = kept.logTime
        numbered = kept.numbered
        lost = kept.lost
        passedOver = kept.passedOver
        marks = kept.marks[...]
        for (key, body) in kept.documents {
            projects[key.project, default: LiveProject(key.project, quarantined)]
                .keep(body, named: key.name)
        }
        for (key, moved) in kept.moved {
            projects[key.project, default: LiveProject(key.project, quarantined)]
                .moved[key.user] = moved
        }
        over = kept.feeds.map(\.end).filter(\.isOver)
        for feed in kept.feeds {
            projects[feed.end.feed.project]?.keep(origin: feed.end.origin, of: feed.end.segment)
        }
        // In the order in which they began, so that timers of one instant fall due as before.
        let feeds = kept.feeds.filter { !$0.end.isOver }
        for feed in feeds.sorted(by: { $0.end.feed < $1.end.feed }) {
            guard !(projects[feed.end.feed.project]?.isWithheld(feed.end) ?? false) else {
                news.dropped.insert(feed.end.feed)
                continue
            }
            try inHand?.take(feed.end.segmentVersion, because: .definition)
            let segment = projects[feed.end.feed.project]?.resume(
                feed.end,
                slot: slots.count,
                since: feed.since,
                users: feed.users
            )
            try inHand?.letGo()
            guard let segment else { continue }
            slots.append(segment)
            for number in segment.known {
                wind(segment.plan.nextDue(try segment.user(number)), segment, number, isKept: true)
            }
        }
        try shorten()
    }

    /// Whether there is nothing to do for any record but a catalogue's.
    var isIdle: Bool { marks.isEmpty && projects.values.allSatisfy { $0.segments.isEmpty } }

    /// The ends of the feeds that run.
    var ends: [FeedEnd] { slots.compactMap { $0?.end } }

    /// Who is in a segment that is followed; nil: it is not.
    func members(of feed: FeedID, userCount: Int) throws(EvaluatorError) -> UserBitset? {
        try projects[feed.project]?.segments.first { $0.end.feed == feed }?
            .members(of: userCount)
    }

    /// What has changed since it was last asked.
    mutating func takeNews() -> News {
        defer { news = News() }
        return news
    }

    // The log

    /// A record that the columns have now is heard; of one heard before, only the columns are told.
    ///
    /// - Parameter losers: who had records of the import that it takes back.
    mutating func hear(
        _ record: LogV1.LogRecord,
        takenFrom losers: ImportedUsers = ImportedUsers(),
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        let offset = LogOffset(record.offset)
        guard offset >= next else { return try remark(through: offset, &state) }
        next = offset.next
        guard let project = ProjectName(record.project) else { return }
        let moment = LiveMoment(now: Timestamp(ms: record.logTimeMs), position: offset)
        logTime = max(logTime, moment.now)
        // What is no more may have been a moved record, too.
        noteLoss(by: record)
        // Of what was moved is heard with the record behind it that says so.
        if record.isMoved {
            note(moved: record, of: project)
            if case .userKnown(let known) = record.body {
                // The user is counted anew by that, whatever else was moved.
                numbered = Newcomer(project: project, user: UserNumber(known.userNumber))
            }
            return
        }
        let newcomer = numbered
        numbered = nil
        switch record.body {
        case .catalogue(let change): try hear(change, of: project, moment, &state)
        case .event(let event): try hear(event, newcomer, of: project, moment, &state)
        case .profile(let profile):
            let names = (profile.set.map(\.name) + profile.unset).map { ExactName($0) }
            let user = UserNumber(profile.userNumber)
            let isNew = newcomer == Newcomer(project: project, user: user)
            try tell(names, record.importID != nil, isNew, of: user, in: project, moment, &state)
        case .listChange(let change):
            let name = InList(ExactName(change.list)).property
            let user = UserNumber(change.userNumber)
            let isNew = newcomer == Newcomer(project: project, user: user)
            try tell([name], record.importID != nil, isNew, of: user, in: project, moment, &state)
        case .newUser(let new):
            numbered = Newcomer(project: project, user: UserNumber(new.number))
        case .userKnown(let known):
            let user = UserNumber(known.userNumber)
            let isHistory = record.importID != nil
            try tell([Known.anonymity], isHistory, false, of: user, in: project, moment, &state)
        case .importUndone: try takeBack(from: losers, of: project, moment, &state)
        case .mergeOut(let out):
            try forget(UserNumber(out.userNumber), of: project, .corrected, moment, state)
        case .mergeIn(let merge): try hear(merge, newcomer, of: project, moment, &state)
        case .mergeUndone(let undone):
            try hear(undone, of: project, moment, &state)
            // One may stand before the merge that is heard of behind it.
            if newcomer == Newcomer(project: project, user: UserNumber(undone.userNumber)) {
                numbered = newcomer
            }
        case .erasure(let erasure):
            try forget(UserNumber(erasure.userNumber), of: project, .erased, moment, state)
        case .aside(let aside): try hear(aside, of: project, moment, &state)
        case .leftOut(let out):
            // The user is there by it, whatever it says.
            let user = UserNumber(out.userNumber)
            guard newcomer == Newcomer(project: project, user: user),
                state[project]?.isGone(user) == false
            else { break }
            try tell([], record.importID != nil, true, of: user, in: project, moment, &state)
        case .tenure, .erasedCopies, .stub, nil: break
        }
        try settle(moment, &state)
    }

    private mutating func hear(
        _ event: LogV1.Event,
        _ newcomer: Newcomer?,
        of project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard let live = projects[project] else { return }
        let user = UserNumber(event.userNumber)
        let heard = live.hearing(
            event: ExactName(event.name),
            isNew: newcomer == Newcomer(project: project, user: user)
        )
        guard !heard.isEmpty else { return }
        let told: Segments.UserHistory.Event
        do {
            told = try Segments.UserHistory.Event(event, at: moment.position)
        } catch {
            throw unreadable(moment.position, "\(error)", .record)
        }
        try tell(.event(told, isHistory: event.history), of: user, heard, moment, &state)
    }

    private mutating func tell(
        _ names: [ExactName],
        _ isHistory: Bool,
        _ isNew: Bool,
        of user: UserNumber,
        in project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard let live = projects[project] else { return }
        let heard = live.hearing(properties: names, isNew: isNew)
        guard !heard.isEmpty else { return }
        let record = LiveRecord.properties(names, isHistory: isHistory)
        try tell(record, of: user, heard, moment, &state)
    }

    /// Lent for one decision: a copy that lived on would have the columns copied with the next
    /// record.
    func past(
        of number: UserNumber,
        _ segment: FollowedSegment,
        _ state: [ProjectName: PartitionColumns]
    ) -> ColumnsPast? {
        let project = segment.end.feed.project
        return state[project].map {
            ColumnsPast(
                columns: $0,
                user: number,
                since: segment.since,
                begunAt: segment.end.begunAt,
                moved: projects[project]?.moved[number],
                hearing: hearing
            )
        }
    }

    func unreadable(
        _ offset: LogOffset,
        _ why: String,
        _ code: EvaluatorError.Code = .log
    ) -> EvaluatorError {
        EvaluatorError(
            code,
            "follow live segments",
            place: "partition \(partition), offset \(offset)",
            hint: "\(why); \(EvaluatorError.rebuildHint)"
        )
    }
}

extension PartitionColumns {
    /// The hash of a user's identifier as members' hashes are summed up; 0: there is none.
    func idHash(of user: UserNumber) -> UInt64 {
        guard !isGone(user) else { return 0 }
        return withID(of: user) { $0.isEmpty ? 0 : Checksum.xxh64($0) } ?? 0
    }
}
