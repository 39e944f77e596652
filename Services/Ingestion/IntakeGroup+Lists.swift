// A change of an uploaded list within a group: who comes on and who goes off, found in the index.

import Basics
import KeyValue
import Log
import Messages

/// An uploaded list of a project.
struct ProjectList: Sendable, Hashable {
    let project: ProjectName
    let name: String
}

/// A user on a list, as the index names it.
struct ListedUser: Sendable, Hashable {
    let partition: Partition
    let number: UserNumber
}

extension IntakeGroup {
    /// Writes a record for each user for whom something changes, all of one instant.
    ///
    /// The order stands alone in its group, so that the index has all that was before it.
    ///
    /// - Returns: what has changed, or why the list cannot be replaced at once.
    mutating func write(_ order: ListOrder, _ pending: inout Pending) throws(IngestionError)
        -> Result<ListOutcome, any Error>
    {
        let reader = IndexReader(parts.index)
        let (asked, known, origins) = try listed(order, reader)
        let homes = asked.map {
            parts.partitions.home(project: order.project, identifier: $0.user.text)
        }
        var standing: Set<ListedUser>
        if order.operation == .replace {
            let most = ListOrder.replacedMax
            standing = Set(
                try reader.users(on: order.list, of: order.project, limit: most + 1)
            )
            guard standing.count <= most else { return .failure(Self.tooLong(order)) }
        } else {
            let candidates = zip(asked, homes).compactMap { who, partition in
                known[who].map { ListedUser(partition: partition, number: $0) }
            }
            standing = try reader.users(on: order.list, of: order.project, among: candidates)
        }
        let at = try instant(of: order.project, reader, pending.now)
        var outcome = ListOutcome()
        var numbering = Numbering(next: try nextNumbers(of: zip(asked, homes), known))
        for (who, partition) in zip(asked, homes) {
            let number = known[who]
            let listed = number.map { ListedUser(partition: partition, number: $0) }
            let isOn = listed.map { standing.remove($0) != nil } ?? false
            guard isOn == (order.operation == .remove) else {
                outcome.unchanged += 1
                continue
            }
            let list = ProjectList(project: order.project, name: order.list)
            if let listed {
                let isOn = order.operation != .remove
                try put(listed, on: list, isOn, at, from: origins[who], &pending)
            } else {
                let number = numbering.give(who, in: partition)
                try write(newUser: who, number, to: partition, &pending)
                let new = ListedUser(partition: partition, number: number)
                try put(new, on: list, true, at, &pending)
                outcome.newUsers += 1
            }
            if order.operation == .remove { outcome.removed += 1 } else { outcome.added += 1 }
        }
        if order.operation == .replace {
            // In an order of their own, so that the same log comes of the same index.
            let gone = standing.sorted {
                ($0.partition, $0.number.value) < ($1.partition, $1.number.value)
            }
            let list = ProjectList(project: order.project, name: order.list)
            for listed in gone { try put(listed, on: list, false, at, &pending) }
            outcome.removed += gone.count
        }
        keep(numbering, &pending)
        return .success(outcome)
    }

    /// Who is meant, each once, the numbers of those that are known, and under which identifiers
    /// those were named that others were merged into.
    private func listed(_ order: ListOrder, _ reader: IndexReader) throws(IngestionError) -> (
        [ProjectUser], [ProjectUser: UserNumber], [ProjectUser: LogV1.Origin]
    ) {
        let named = order.users.map { ProjectUser(project: order.project, user: $0) }
        let known = try reader.users(of: named)
        let survivors = try reader.survivors(of: known)
        var (asked, numbers, origins): ([ProjectUser], [ProjectUser: UserNumber], [_: _]) =
            ([], [:], [ProjectUser: LogV1.Origin]())
        var seen: Set<ProjectUser> = []
        for who in named {
            let survivor = survivors[who]
            let user = survivor.map { ProjectUser(project: order.project, user: $0.user) } ?? who
            guard seen.insert(user).inserted else { continue }
            asked.append(user)
            numbers[user] = (survivor?.known ?? known[who])?.number
            if survivor != nil { origins[user] = LogV1.Origin(userID: who.user.text) }
        }
        return (asked, numbers, origins)
    }

    /// Writes that a user is on the list from now on, or is not.
    ///
    /// - Parameter origin: where that was said, if not under the user's own identifier here.
    mutating func put(
        _ listed: ListedUser,
        on list: ProjectList,
        _ isOn: Bool,
        _ at: Timestamp,
        from origin: LogV1.Origin? = nil,
        _ pending: inout Pending
    ) throws(IngestionError) {
        let number = listed.number
        let change = LogV1.ListChange(
            userNumber: number.value,
            list: list.name,
            listed: isOn,
            atMs: at.ms
        )
        let partition = listed.partition
        try add(.listChange(change), to: partition, project: list.project, from: origin, &pending)
        IndexWriter(parts.index)
            .put(isOn, listed, on: list.name, of: list.project, at: at, &pending.batch)
    }

    /// From when on a change counts: from now on by the clock, not before an earlier change, and
    /// not after the log's own time, which is ahead of the clock for a while after a crash.
    func instant(
        of project: ProjectName,
        _ reader: IndexReader,
        _ logTime: Timestamp
    ) throws(IngestionError) -> Timestamp {
        var at = parts.clock.now
        for partition in parts.partitions.all {
            at = max(at, try reader.lastListed(in: project, partition))
        }
        return min(at, logTime)
    }

    /// The next free numbers of the partitions of users that are new.
    func nextNumbers(
        of users: some Sequence<(ProjectUser, Partition)>,
        _ known: [ProjectUser: UserNumber]
    ) throws(IngestionError) -> [Numbering.ProjectPartition: UInt32] {
        var numbers: [Numbering.ProjectPartition: UInt32] = [:]
        for (who, partition) in users where known[who] == nil {
            let home = Numbering.ProjectPartition(project: who.project, partition: partition)
            if numbers[home] == nil { numbers[home] = try nextNumber(of: home) }
        }
        return numbers
    }

    private static func tooLong(_ order: ListOrder) -> IngestionError {
        IngestionError(
            .tooLarge,
            "replace the list",
            place: order.list,
            hint: "more than \(ListOrder.replacedMax) users are on it: add and remove those that "
                + "differ, as `shoal list replace` does"
        )
    }
}

extension IndexReader {
    /// The first users on a list.
    func users(on list: String, of project: ProjectName, limit: Int) throws(IngestionError)
        -> [ListedUser]
    {
        let prefix = IndexKey.list(project, list)
        let rows: [(key: [UInt8], value: [UInt8])]
        do {
            rows = try index.store.scan(index.lists, prefix: prefix, limit: limit)
        } catch {
            throw .index("read", error)
        }
        var users: [ListedUser] = []
        for (key, _) in rows {
            let place = key.dropFirst(prefix.count)
            guard place.count == 6, let partition = IndexKey.number(place.prefix(2)),
                let number = IndexKey.number(place.dropFirst(2))
            else { throw damaged("a user on a list") }
            users.append(
                ListedUser(
                    partition: Partition(index: UInt16(partition)),
                    number: UserNumber(UInt32(number))
                )
            )
        }
        return users
    }

    /// From when on the newest change of any list in a partition counts.
    func lastListed(in project: ProjectName, _ partition: Partition) throws(IngestionError)
        -> Timestamp
    {
        let ms = try fact(IndexKey.fact("listed", project, partition)) ?? 0
        return Timestamp(ms: Int64(clamping: ms))
    }

    /// Those of some users that are on a list.
    func users(on list: String, of project: ProjectName, among users: [ListedUser])
        throws(IngestionError) -> Set<ListedUser>
    {
        guard !users.isEmpty else { return [] }
        let keys = users.map { IndexKey.listed(project, list, $0) }
        let found = try read(index.lists, keys)
        return Set(zip(users, found).filter { $0.1 != nil }.map(\.0))
    }
}

extension IndexWriter {
    /// Whether a user is on a list, and since when that is known.
    func put(
        _ isOn: Bool,
        _ user: ListedUser,
        on list: String,
        of project: ProjectName,
        at instant: Timestamp,
        _ batch: inout Batch
    ) {
        let key = IndexKey.listed(project, list, user)
        if isOn { batch.put(index.lists, key, [1]) } else { batch.delete(index.lists, key) }
        batch.put(
            index.facts,
            IndexKey.fact("listed", project, user.partition),
            IndexKey.bigEndian(UInt64(max(instant.ms, 0)), bytes: 8)
        )
    }
}
