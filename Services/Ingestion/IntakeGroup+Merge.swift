// Two users become one: all of it is one group, so that it is durable as a whole or not at all, in
// both partitions.

import Basics
import KeyValue
import Messages

extension IntakeGroup {
    /// Writes that two identifiers are one user: the old one goes, its records are the survivor's.
    ///
    /// The order stands alone in its group, so that the index has all that was before it. What was
    /// recorded of the old user since it was read is read here.
    ///
    /// - Returns: what became of it, or why they cannot be one.
    mutating func write(_ order: MergeOrder, _ pending: inout Pending)
        throws(IngestionError) -> Result<MergeOutcome, any Error>
    {
        let reader = IndexReader(parts.index)
        do throws(IngestionError) {
            switch try MergeRule(reader: reader).decide(order) {
            case .one(let user): return .success(MergeOutcome(user: user, isBefore: true))
            case .merge(let merge):
                let owner = merge.old.map { self.owner($0.number, of: order.old, order.project) }
                var records = order.records
                if owner != records.owner {
                    records = UserRecords(of: owner, since: merge.old?.since ?? .zero)
                }
                try records.read(parts.log)
                return .success(try write(merge, of: order, records, reader, &pending))
            }
        } catch  where [.cannotMerge, .tooLarge].contains(error.code) {
            return .failure(error)
        }
    }

    private mutating func write(
        _ merge: MergeRule.Merge,
        of order: MergeOrder,
        _ records: UserRecords,
        _ reader: IndexReader,
        _ pending: inout Pending
    ) throws(IngestionError) -> MergeOutcome {
        let project = order.project
        let at = try instant(of: project, reader, pending.now)
        var numbering = Numbering(next: try nextNumbers(project, [order.old, merge.survivor]))
        let isAnonymous = merge.old?.isAnonymous ?? (order.kind == .identify)
        let old = try owner(order.old, merge.old, project, isAnonymous, &numbering, &pending)
        let moved = try Self.movable(records)
        let lists = Self.lists(in: moved)
        let left = try on(lists, of: old, project, reader)
        let gone = try pending.nextPlace(in: old.partition)
        let home = parts.partitions.home(project: project, identifier: merge.survivor.text)
        let isOneLog = home == old.partition
        // In one log who goes is first; who stays, where new or known by it, is before what moves.
        let isWritten = merge.known?.isAnonymous ?? true
        var out = LogV1.MergeOut(
            userNumber: old.number.value,
            userID: order.old.text,
            survivorID: order.known.text,
            lists: left.sorted(by: TextBytes.precedes),
            other: gone.behind(isWritten ? 2 : 1).part,
            anonymous: isAnonymous
        )
        if isOneLog { try add(.mergeOut(out), to: home, project: project, &pending) }
        let new = try survivor(of: merge, project, gone, &numbering, &pending)
        let kept = try on(lists, of: new, project, reader)
        if merge.known == nil { try exist(new, from: gone.origin(under: nil), &pending) }
        var move = RecordMove(from: old.partition, to: new, isNew: merge.known == nil) {
            $0 ?? order.old.text
        }
        try move.lookUp(moved, reader)
        for record in moved { try write(record, &move, &pending) }
        for list in lists {
            // The last one of the moved words on it, which stand in the order of event time, is
            // told anew. Who was on it by either identifier is on it.
            let isOwn = kept.contains(list)
            let origin = gone.origin(under: isOwn ? nil : order.old)
            let user = ListedUser(partition: new.partition, number: new.number)
            let name = ProjectList(project: project, name: list)
            try put(user, on: name, isOwn || left.contains(list), at, from: origin, &pending)
        }
        let runs = RecordMove.runs(move.replaced)
        try takeBack(runs.dropFirst(RecordMove.runsMax), of: new, order.old, &pending)
        let merged = LogV1.MergeIn(
            userNumber: new.number.value,
            userID: order.old.text,
            records: UInt64(move.count),
            names: move.names,
            replaced: Array(runs.prefix(RecordMove.runsMax)),
            depth: UInt32(merge.depth),
            survivorID: merge.survivor.text,
            other: isOneLog ? nil : gone.part
        )
        let end = try add(.mergeIn(merged), to: new.partition, project: project, &pending)
        if !isOneLog {
            out.other = end.part
            try add(.mergeOut(out), to: old.partition, project: project, &pending)
        }
        keep(numbering, &pending)
        forget(ProjectUser(project: project, user: order.old))
        let writer = IndexWriter(parts.index)
        writer.put(out, of: project, at: gone, pending.now, &pending.batch)
        writer.put(merged, of: project, at: end, pending.now, &pending.batch)
        return MergeOutcome(user: merge.survivor, records: move.count)
    }

    /// Where who stays stands, who is known by it.
    private mutating func survivor(
        of merge: MergeRule.Merge,
        _ project: ProjectName,
        _ gone: LogPlace,
        _ numbering: inout Numbering,
        _ pending: inout Pending
    ) throws(IngestionError) -> UserRecords.Owner {
        let new = try owner(merge.survivor, merge.known, project, false, &numbering, &pending)
        guard merge.known?.isAnonymous == true else { return new }
        let who = ProjectUser(project: project, user: merge.survivor)
        let origin = gone.origin(under: nil)
        try write(known: who, new.number, in: new.partition, from: origin, &pending)
        forget(who)
        return new
    }

    /// The records that stand, where they may be moved.
    private static func movable(_ records: UserRecords) throws(IngestionError)
        -> [LogV1.LogRecord]
    {
        let moved = try records.standing.map { found throws(IngestionError) in
            try LogV1.LogRecord.stored(found.payload)
        }
        try RecordMove.require(moved)
        return moved
    }

    /// Writes that some of a user's records are absent, which one record of a merge does not hold:
    /// that record is the next, and each says so.
    private mutating func takeBack(
        _ runs: ArraySlice<LogV1.RecordRun>,
        of owner: UserRecords.Owner,
        _ old: UserID,
        _ pending: inout Pending
    ) throws(IngestionError) {
        let pieces = RecordMove.pieces(runs.count)
        let end = try pending.nextPlace(in: owner.partition).behind(pieces)
        for start in stride(from: runs.startIndex, to: runs.endIndex, by: RecordMove.runsMax) {
            let replaced = LogV1.MergeUndone(
                userNumber: owner.number.value,
                userID: old.text,
                moved: Array(runs[start...].prefix(RecordMove.runsMax)),
                other: end.part
            )
            let (partition, project) = (owner.partition, owner.project)
            try add(replaced, to: partition, project: project, &pending)
        }
    }

    /// Writes that records are absent, by which the index finds it.
    mutating func add(
        _ undone: LogV1.MergeUndone,
        to partition: Partition,
        project: ProjectName,
        _ pending: inout Pending
    ) throws(IngestionError) {
        let place = try add(.mergeUndone(undone), to: partition, project: project, &pending)
        let writer = IndexWriter(parts.index)
        writer.put(undone, of: project, at: place, pending.now, &pending.batch)
    }

    /// Where a known number of an identifier stands.
    func owner(_ number: UserNumber, of user: UserID, _ project: ProjectName)
        -> UserRecords.Owner
    {
        let home = parts.partitions.home(project: project, identifier: user.text)
        return UserRecords.Owner(project: project, partition: home, number: number)
    }

    /// The next free numbers at the homes of identifiers.
    func nextNumbers(_ project: ProjectName, _ users: [UserID]) throws(IngestionError)
        -> [Numbering.ProjectPartition: UInt32]
    {
        let who = users.map { ProjectUser(project: project, user: $0) }
        let homes = users.map { parts.partitions.home(project: project, identifier: $0.text) }
        return try nextNumbers(of: zip(who, homes), [:])
    }

    /// Where an identifier's user stands; one that nobody has heard of is a new user, anonymous or
    /// not.
    mutating func owner(
        _ user: UserID,
        _ known: KnownUser?,
        _ project: ProjectName,
        _ isAnonymous: Bool,
        _ numbering: inout Numbering,
        _ pending: inout Pending
    ) throws(IngestionError) -> UserRecords.Owner {
        if let known { return owner(known.number, of: user, project) }
        let who = ProjectUser(project: project, user: user)
        let home = parts.partitions.home(project: project, identifier: user.text)
        let number = numbering.give(who, in: home, isAnonymous: isAnonymous)
        try write(newUser: who, number, to: home, isAnonymous: isAnonymous, &pending)
        return UserRecords.Owner(project: project, partition: home, number: number)
    }

    /// Writes that a user is there, whatever else may be moved there and taken back.
    mutating func exist(
        _ owner: UserRecords.Owner,
        from origin: LogV1.Origin,
        _ pending: inout Pending
    ) throws(IngestionError) {
        let bare = LogV1.ProfileChange(
            userNumber: owner.number.value,
            receivedAtMs: parts.clock.now.ms
        )
        let (partition, project) = (owner.partition, owner.project)
        try add(.profile(bare), to: partition, project: project, from: origin, &pending)
    }

    /// The lists that records tell of, by name.
    static func lists(in records: [LogV1.LogRecord]) -> [String] {
        var lists: Set<String> = []
        for record in records {
            if case .listChange(let change) = record.body { lists.insert(change.list) }
        }
        return lists.sorted(by: TextBytes.precedes)
    }

    /// Those of some lists that a user is on.
    private func on(
        _ lists: [String],
        of owner: UserRecords.Owner,
        _ project: ProjectName,
        _ reader: IndexReader
    ) throws(IngestionError) -> Set<String> {
        let user = ListedUser(partition: owner.partition, number: owner.number)
        var on: Set<String> = []
        for list in lists where !(try reader.users(on: list, of: project, among: [user])).isEmpty {
            on.insert(list)
        }
        return on
    }
}

extension IntakeGroup.Pending {
    /// Where the next record of a partition will stand.
    func nextPlace(in partition: Partition) throws(IngestionError) -> LogPlace {
        LogPlace(partition: partition, offset: try nextOffset(in: partition))
    }
}

extension LogPlace {
    /// So many records behind it.
    func behind(_ count: Int) -> LogPlace {
        LogPlace(partition: partition, offset: LogOffset(offset.value + UInt64(count)))
    }

    /// As the other part of a merge names it.
    var part: LogV1.OtherPart {
        LogV1.OtherPart(partition: UInt32(partition.index), offset: offset.value)
    }

    /// Where a record comes from that was moved, or says what those that were moved come to.
    func origin(under user: UserID?) -> LogV1.Origin {
        LogV1.Origin(
            userID: user?.text,
            partition: UInt32(partition.index),
            offset: offset.value
        )
    }
}
