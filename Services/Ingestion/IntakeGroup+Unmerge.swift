// A merge taken back: what came in under an identifier goes from the user it was merged into to a
// user of its own, in one group.

import Basics
import KeyValue
import Messages

extension IntakeGroup {
    /// Writes that an identifier is a user of its own again, under a new number.
    ///
    /// What came in under it goes there, before and after the merge, and what came in under
    /// identifiers that were merged into it. The order stands alone in its group.
    ///
    /// - Returns: what became of it, or why there is nothing to take back.
    mutating func write(_ order: UnmergeOrder, _ pending: inout Pending)
        throws(IngestionError) -> Result<MergeOutcome, any Error>
    {
        let reader = IndexReader(parts.index)
        let user = ProjectUser(project: order.project, user: order.user)
        let known = try reader.users(of: [user])
        guard let one = known[user] else { return .failure(Self.unknown(order.user)) }
        guard let survivor = try reader.survivors(of: known)[user] else {
            return .success(MergeOutcome(isBefore: true))
        }
        let owner = owner(survivor.known.number, of: survivor.user, order.project)
        var records = order.records
        if owner != records.owner {
            records = UserRecords(of: owner, since: survivor.known.since)
        }
        // Who has come since is known by now only; what came in under others is not looked for.
        records.keep(MergedFamily(of: order.user, in: order.project, reader))
        let parted: (going: [LogV1.LogRecord], staying: [LogV1.LogRecord])
        do throws(IngestionError) {
            try records.read(parts.log)
            parted = try part(records, order, reader)
            try RecordMove.require(parted.going)
        } catch  where error.code == .tooLarge {
            return .failure(error)
        }
        let count = try split(order, one, from: survivor, parted, of: owner, reader, &pending)
        return .success(MergeOutcome(user: one.survivor, records: count))
    }

    /// Which of a user's records came in under an identifier, or under those merged into it.
    private func part(
        _ records: UserRecords,
        _ order: UnmergeOrder,
        _ reader: IndexReader
    ) throws(IngestionError) -> (going: [LogV1.LogRecord], staying: [LogV1.LogRecord]) {
        var family = MergedFamily(of: order.user, in: order.project, reader)
        var (going, staying): ([LogV1.LogRecord], [LogV1.LogRecord]) = ([], [])
        for found in records.standing {
            let record = try LogV1.LogRecord.stored(found.payload)
            if try family.has(record.origin?.userID) {
                going.append(record)
            } else {
                staying.append(record)
            }
        }
        return (going, staying)
    }

    /// - Returns: how many records were moved.
    private mutating func split(
        _ order: UnmergeOrder,
        _ one: KnownUser,
        from survivor: Survivor,
        _ parted: (going: [LogV1.LogRecord], staying: [LogV1.LogRecord]),
        of owner: UserRecords.Owner,
        _ reader: IndexReader,
        _ pending: inout Pending
    ) throws(IngestionError) -> Int {
        let (going, staying) = parted
        let project = order.project
        let at = try instant(of: project, reader, pending.now)
        var numbering = Numbering(next: try nextNumbers(project, [order.user]))
        let isAnonymous = one.isAnonymous
        let new = try self.owner(order.user, nil, project, isAnonymous, &numbering, &pending)
        var move = RecordMove(from: owner.partition, to: new, isNew: true) { origin in
            origin == order.user.text ? nil : origin
        }
        let origin = LogPlace(
            partition: owner.partition,
            offset: LogOffset(going.last?.offset ?? 0)
        ).origin(under: nil)
        try exist(new, from: origin, &pending)
        for record in going { try write(record, &move, &pending) }
        try IndexWriter(parts.index).free(going, of: owner, &pending.batch)
        let lists = Self.lists(in: going)
        try settle(lists, by: going, of: new, at, from: origin, &pending)
        let depth = try MergeRule(reader: reader).depth(
            below: ProjectUser(project: project, user: order.user),
            from: survivor,
            parts.log
        )
        var back = LogV1.MergeIn(
            userNumber: new.number.value,
            userID: survivor.user.text,
            records: UInt64(move.count),
            names: move.names,
            returned: true,
            depth: UInt32(depth),
            survivorID: order.user.text
        )
        let runs = RecordMove.runs(going.map { LogOffset($0.offset) })
        let pieces = max(RecordMove.pieces(runs.count), 1)
        // Each part says where the last of the other's stands; in one log who comes back comes
        // first.
        let isOneLog = new.partition == owner.partition
        let next = try pending.nextPlace(in: owner.partition)
        let end = next.behind((isOneLog ? 1 : 0) + lists.count + pieces - 1)
        back.other = end.part
        if isOneLog { try add(back, to: new, &pending) }
        let other = isOneLog ? end : try pending.nextPlace(in: new.partition)
        try settle(lists, by: staying, of: owner, at, from: origin, &pending)
        for start in stride(from: 0, to: max(runs.count, 1), by: RecordMove.runsMax) {
            let undone = LogV1.MergeUndone(
                userNumber: owner.number.value,
                userID: order.user.text,
                moved: Array(runs[start...].prefix(RecordMove.runsMax)),
                names: move.names,
                other: other.part
            )
            try add(undone, to: owner.partition, project: project, &pending)
        }
        if !isOneLog { try add(back, to: new, &pending) }
        keep(numbering, &pending)
        return move.count
    }

    /// Writes that a user is one of its own again, by which the index finds it.
    private mutating func add(
        _ back: LogV1.MergeIn,
        to owner: UserRecords.Owner,
        _ pending: inout Pending
    ) throws(IngestionError) {
        let (partition, project) = (owner.partition, owner.project)
        let place = try add(.mergeIn(back), to: partition, project: project, &pending)
        let writer = IndexWriter(parts.index)
        writer.put(back, of: project, at: place, pending.now, &pending.batch)
    }

    /// Writes whether a user is on some lists, by the last word on each among some records.
    private mutating func settle(
        _ lists: [String],
        by records: [LogV1.LogRecord],
        of owner: UserRecords.Owner,
        _ at: Timestamp,
        from origin: LogV1.Origin,
        _ pending: inout Pending
    ) throws(IngestionError) {
        var words: [String: Bool] = [:]
        for record in records {
            if case .listChange(let change) = record.body { words[change.list] = change.listed }
        }
        for list in lists {
            try put(
                ListedUser(partition: owner.partition, number: owner.number),
                on: ProjectList(project: owner.project, name: list),
                words[list] ?? false,
                at,
                from: origin,
                &pending
            )
        }
    }

    private static func unknown(_ user: UserID) -> IngestionError {
        IngestionError(
            .unknownUser,
            "take a merge back",
            place: user.text,
            hint: "nothing was ever recorded under it"
        )
    }
}
