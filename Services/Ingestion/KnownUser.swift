// Who an identifier stands for, as the index has it: a number, or another identifier.

import Basics
import KeyValue
import Messages

/// What the index knows of an identifier.
struct KnownUser: Sendable, Hashable {
    /// Its newest number in its home partition.
    let number: UserNumber
    /// No record under that number stands before it.
    var since = LogOffset.zero
    /// The identifier it was merged into; nil: it is a user of its own.
    var survivor: UserID?
    /// Whether nothing has told yet who it is.
    var isAnonymous = false

    init(
        _ number: UserNumber,
        since: LogOffset = .zero,
        survivor: UserID? = nil,
        isAnonymous: Bool = false
    ) {
        self.number = number
        self.since = since
        self.survivor = survivor
        self.isAnonymous = isAnonymous
    }

    /// The number in four bytes, the offset in eight, a zero byte, which no identifier has, where
    /// it is anonymous, and the survivor's text.
    var bytes: [UInt8] {
        IndexKey.bigEndian(UInt64(number.value), bytes: 4)
            + IndexKey.bigEndian(since.value, bytes: 8) + (isAnonymous ? [0] : [])
            + Array((survivor?.text ?? "").utf8)
    }

    /// Nil when the bytes are none; an older build wrote the number alone.
    init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count >= 12, let number = IndexKey.number(bytes[..<4])
        else { return nil }
        self.number = UserNumber(UInt32(truncatingIfNeeded: number))
        guard bytes.count > 4, let since = IndexKey.number(bytes[4..<12]) else { return }
        self.since = LogOffset(since)
        isAnonymous = bytes.dropFirst(12).first == 0
        let text = bytes.dropFirst(isAnonymous ? 13 : 12)
        survivor = UserID(String(decoding: text, as: UTF8.self))
    }
}

extension KnownUser {
    /// The number, as it is kept in memory.
    var given: GivenNumber { GivenNumber(number: number, isAnonymous: isAnonymous) }
}

/// The user at the end of a chain of merges.
struct Survivor: Sendable, Hashable {
    let user: UserID
    let known: KnownUser
    /// Merges between the identifier and this user.
    let steps: Int
}

extension IndexReader {
    /// Those of some identifiers that are known.
    func users(of users: [ProjectUser]) throws(IngestionError) -> [ProjectUser: KnownUser] {
        guard !users.isEmpty else { return [:] }
        let values = try read(index.users, users.map { IndexKey.user($0.project, $0.user) })
        var known: [ProjectUser: KnownUser] = [:]
        for (user, value) in zip(users, values) {
            guard let value else { continue }
            guard let one = KnownUser(bytes: value) else { throw damaged("a user's number") }
            known[user] = one
        }
        return known
    }

    /// The users at the ends of the chains of those that were merged.
    func survivors(of known: [ProjectUser: KnownUser]) throws(IngestionError)
        -> [ProjectUser: Survivor]
    {
        var survivors: [ProjectUser: Survivor] = [:]
        var open = known.compactMap { who, known in
            known.survivor.map { (who, ProjectUser(project: who.project, user: $0)) }
        }
        var steps = 1
        while !open.isEmpty {
            guard steps <= MergeRule.chainMax else { throw damaged("a chain of merges") }
            let next = try users(of: Array(Set(open.map(\.1))))
            var longer: [(ProjectUser, ProjectUser)] = []
            for (who, merged) in open {
                guard let known = next[merged] else { throw damaged("who a user was merged into") }
                if let survivor = known.survivor {
                    longer.append((who, ProjectUser(project: who.project, user: survivor)))
                } else {
                    survivors[who] = Survivor(user: merged.user, known: known, steps: steps)
                }
            }
            open = longer
            steps += 1
        }
        return survivors
    }
}

extension IndexWriter {
    /// What is known of an identifier.
    func put(_ known: KnownUser, for user: ProjectUser, _ batch: inout Batch) {
        batch.put(index.users, IndexKey.user(user.project, user.user), known.bytes)
    }

    /// That an anonymous user is known.
    func put(_ known: LogV1.UserKnown, of project: ProjectName, _ batch: inout Batch) {
        guard let user = UserID(known.userID) else { return }
        let one = KnownUser(UserNumber(known.userNumber), since: LogOffset(known.since))
        put(one, for: ProjectUser(project: project, user: user), &batch)
    }
}
