// Everything that is one user: its identifiers, its numbers, and who else holds copies of it.

import Basics
import Log
import Messages

/// A user with all that it was, found by the records about merges that the index names.
///
/// Erased, its identifiers go with it, and of everybody who was ever one with it the numbers that
/// no identifier has any more: whatever was recorded under them was moved. Who stays keeps the own
/// number.
struct WholeUser: Sendable {
    /// Most merges that are looked at.
    static let mergesMax = 4_096
    /// Most records about them, each of which stands in two users' logs: so many are read at once,
    /// and written.
    static let mergeRecordsMax = 2 * mergesMax

    /// A number of an identifier.
    struct Number: Sendable, Hashable {
        let owner: UserRecords.Owner
        let user: UserID
    }

    /// What the user is counted under.
    let number: Number
    /// All identifiers that stand for the user, by their bytes.
    private(set) var identifiers: [UserID] = []
    /// Further numbers that go.
    private(set) var further: [Number] = []
    /// Who stays and holds copies, with the records that name who goes.
    private(set) var copies: [(owner: UserRecords.Owner, named: [LogOffset])] = []

    /// Nil: nobody is known under the identifier.
    ///
    /// - Throws: `.tooLarge` of a user of too many merges.
    init?(_ who: ProjectUser, _ parts: IntakeParts) throws(IngestionError) {
        try self.init(who, parts.index, parts.log, parts.partitions)
    }

    /// The same for who only reads.
    init?(_ who: ProjectUser, _ index: IndexStore, _ log: any Log, _ partitions: PartitionCount)
        throws(IngestionError)
    {
        let reader = IndexReader(index)
        guard let (counted, _) = try Self.counted(who, reader, partitions) else { return nil }
        number = counted
        let user = counted.user
        let merges = try MergesAround(user, in: who.project, reader, log)
        let all = merges.users.map { ProjectUser(project: who.project, user: $0) }
        let now = try reader.users(of: all)
        let survivors = try reader.survivors(of: now)
        identifiers = merges.users.filter { other in
            other == user
                || survivors[ProjectUser(project: who.project, user: other)]?.user == user
        }
        identifiers.sort { TextBytes.precedes($0.text, $1.text) }
        part(merges, now, partitions)
    }

    /// What a user is counted under, and before which no record under that number stands; nil:
    /// nobody is known under the identifier.
    static func counted(_ who: ProjectUser, _ reader: IndexReader, _ partitions: PartitionCount)
        throws(IngestionError) -> (number: Number, since: LogOffset)?
    {
        let asked = try reader.users(of: [who])
        guard let known = asked[who] else { return nil }
        let survivor = try reader.survivors(of: asked)[who]
        let user = survivor?.user ?? who.user
        let counted = survivor?.known ?? known
        let owner = UserRecords.Owner(
            project: who.project,
            partition: partitions.home(project: who.project, identifier: user.text),
            number: counted.number
        )
        return (Number(owner: owner, user: user), counted.since)
    }

    /// Who goes and who stays of all numbers.
    private mutating func part(
        _ merges: MergesAround,
        _ now: [ProjectUser: KnownUser],
        _ partitions: PartitionCount
    ) {
        let gone = Set(identifiers)
        var staying: Set<UserRecords.Owner> = []
        for (who, known) in now where !gone.contains(who.user) {
            let home = partitions.home(project: who.project, identifier: who.user.text)
            staying.insert(
                UserRecords.Owner(project: who.project, partition: home, number: known.number)
            )
        }
        further = merges.left.filter { !staying.contains($0.owner) }
        var copies: [UserRecords.Owner: [LogOffset]] = [:]
        for one in merges.held where staying.contains(one.owner) {
            copies[one.owner, default: []] += gone.contains(one.other) ? [one.offset] : []
        }
        self.copies = copies.map { ($0.key, $0.value.sorted()) }.sorted {
            ($0.0.partition, $0.0.number.value) < ($1.0.partition, $1.0.number.value)
        }
    }
}

/// The merges of everybody who was ever one with a user, one behind the other.
private struct MergesAround {
    /// A record about another in a user's log.
    struct Held {
        let owner: UserRecords.Owner
        let offset: LogOffset
        let other: UserID
    }

    /// The users, the one asked for among them.
    private(set) var users: Set<UserID> = []
    /// Numbers that were left by a merge.
    private(set) var left: [WholeUser.Number] = []
    /// What stands under numbers of the others.
    private(set) var held: [Held] = []

    init(_ user: UserID, in project: ProjectName, _ reader: IndexReader, _ log: any Log)
        throws(IngestionError)
    {
        var open = [user]
        var seen: Set<LogPlace> = []
        users.insert(user)
        while let next = open.popLast() {
            let places = try reader.merges(of: ProjectUser(project: project, user: next))
            for place in places where seen.insert(place).inserted {
                guard seen.count <= WholeUser.mergeRecordsMax else { throw Self.refusal }
                guard let record = try log.record(at: place) else { continue }
                for other in take(record, at: place, project) where users.insert(other).inserted {
                    open.append(other)
                }
            }
        }
    }

    /// - Returns: whom the record names.
    private mutating func take(
        _ record: LogV1.LogRecord,
        at place: LogPlace,
        _ project: ProjectName
    ) -> [UserID] {
        func owner(_ number: UInt32) -> UserRecords.Owner {
            UserRecords.Owner(
                project: project,
                partition: place.partition,
                number: UserNumber(number)
            )
        }
        switch record.body {
        case .mergeOut(let out):
            guard let user = UserID(out.userID) else { return [] }
            left.append(WholeUser.Number(owner: owner(out.userNumber), user: user))
            return [user] + (UserID(out.survivorID).map { [$0] } ?? [])
        case .mergeIn(let merge):
            guard let other = UserID(merge.userID) else { return [] }
            held.append(Held(owner: owner(merge.userNumber), offset: place.offset, other: other))
            return [other]
        case .mergeUndone(let undone):
            guard let other = UserID(undone.userID) else { return [] }
            held.append(Held(owner: owner(undone.userNumber), offset: place.offset, other: other))
            return [other]
        // Of who was erased before a rewriting.
        default: return []
        }
    }

    private static var refusal: IngestionError {
        IngestionError(
            .tooLarge,
            "find all of a user",
            place: "user_id",
            hint: "it was one with others by more than \(WholeUser.mergesMax) merges"
        )
    }
}

extension Log {
    /// The record at a place; nil: the log ends before it.
    func record(at place: LogPlace) throws(IngestionError) -> LogV1.LogRecord? {
        let page: LogPage
        do throws(LogError) {
            guard place.offset < (try end(of: place.partition).next) else { return nil }
            page = try read(
                place.partition,
                from: place.offset,
                limit: ReadLimit(bytes: 1, records: 1)
            )
        } catch {
            throw .log("read a record", error)
        }
        return try page.records.first.map { stored throws(IngestionError) in
            try LogV1.LogRecord.stored(Array(stored.payload))
        }
    }
}
