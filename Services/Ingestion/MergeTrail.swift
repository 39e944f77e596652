// Which records of the log are about an identifier's merges, and how many lie one behind the other:
// kept in the index by identifier, until that is erased.

import Basics
import KeyValue
import Messages

extension IndexReader {
    /// Where the log tells of merges of an identifier, in the order of partitions and offsets: that
    /// it went to another, that others came to it, and that it was taken back from one.
    func merges(of who: ProjectUser) throws(IngestionError) -> [LogPlace] {
        let prefix = IndexKey.trail(who)
        let most = WholeUser.mergeRecordsMax + 1
        return try facts(from: prefix, prefix: prefix, limit: most).map {
            row throws(IngestionError) in
            guard let place = LogPlace(bytes: Array(row.key.dropFirst(prefix.count))) else {
                throw damaged("where a merge stands")
            }
            return place
        }
    }

    /// How many merges lie one behind the other below a user; nil: nobody was merged into it.
    func mergeDepth(of user: ProjectUser) throws(IngestionError) -> Int? {
        guard let value = try fact(bytes: IndexKey.mergeDepth(user)) else { return nil }
        guard value.count == 12, let depth = IndexKey.number(value[..<4]) else {
            throw damaged("how many merges lie one behind the other")
        }
        return Int(depth)
    }
}

extension IndexWriter {
    /// An identifier stands for another user from here on, and is on no list itself.
    func put(
        _ out: LogV1.MergeOut,
        of project: ProjectName,
        at place: LogPlace,
        _ time: Timestamp,
        _ batch: inout Batch
    ) {
        guard let user = UserID(out.userID), let survivor = UserID(out.survivorID) else { return }
        let number = UserNumber(out.userNumber)
        let who = ProjectUser(project: project, user: user)
        let known = KnownUser(number, survivor: survivor, isAnonymous: out.anonymous)
        put(known, for: who, &batch)
        // Found from either end, whoever else is erased between them.
        note(place, of: who, time, &batch)
        note(place, of: ProjectUser(project: project, user: survivor), time, &batch)
        let listed = ListedUser(partition: place.partition, number: number)
        for list in out.lists { batch.delete(index.lists, IndexKey.listed(project, list, listed)) }
    }

    /// Others were merged into a user, or it was parted from another.
    func put(
        _ merge: LogV1.MergeIn,
        of project: ProjectName,
        at place: LogPlace,
        _ time: Timestamp,
        _ batch: inout Batch
    ) {
        guard let user = UserID(merge.survivorID) else { return }
        let who = ProjectUser(project: project, user: user)
        note(place, of: who, time, &batch)
        // Who is parted has as many as before, unless others came to it meanwhile.
        guard !merge.returned || merge.depth > 0 else { return }
        let depth = IndexKey.bigEndian(UInt64(merge.depth), bytes: 4)
        batch.put(index.facts, IndexKey.mergeDepth(who), depth + Self.bytes(time))
    }

    /// An identifier's records were taken back from a user.
    func put(
        _ undone: LogV1.MergeUndone,
        of project: ProjectName,
        at place: LogPlace,
        _ time: Timestamp,
        _ batch: inout Batch
    ) {
        guard let user = UserID(undone.userID) else { return }
        note(place, of: ProjectUser(project: project, user: user), time, &batch)
    }

    /// What there is of an identifier's merges goes with it.
    func forgetMerges(of who: ProjectUser, _ batch: inout Batch) {
        let trail = IndexKey.trail(who)
        batch.deleteRange(index.facts, from: trail, to: Array(trail.dropLast() + [1]))
        batch.delete(index.facts, IndexKey.mergeDepth(who))
    }

    /// What an older build kept of merges.
    func forgetOlderMerges(_ batch: inout Batch) {
        for name in ["merged", "merges"] {
            let from = Array("\(name)\0".utf8)
            batch.deleteRange(index.facts, from: from, to: Array(from.dropLast() + [1]))
        }
    }

    private func note(
        _ place: LogPlace,
        of who: ProjectUser,
        _ time: Timestamp,
        _ batch: inout Batch
    ) {
        batch.put(index.facts, IndexKey.trail(who) + place.bytes, Self.bytes(time))
    }

    private static func bytes(_ time: Timestamp) -> [UInt8] {
        IndexKey.bigEndian(UInt64(bitPattern: time.ms), bytes: 8)
    }
}

extension IndexKey {
    /// What the keys of all identifiers' merges in a project begin with.
    static func trails(_ project: ProjectName) -> [UInt8] {
        Array("trail\0\(project.text)\0".utf8)
    }

    /// The same of how many lie one behind the other.
    static func mergeDepths(_ project: ProjectName) -> [UInt8] {
        Array("depth\0\(project.text)\0".utf8)
    }

    fileprivate static func trail(_ user: ProjectUser) -> [UInt8] {
        trails(user.project) + Array(user.user.text.utf8) + [0]
    }

    fileprivate static func mergeDepth(_ user: ProjectUser) -> [UInt8] {
        mergeDepths(user.project) + Array(user.user.text.utf8)
    }
}
