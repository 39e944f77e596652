// One partition's log of users who become one and two again, as ingestion writes it.

import Basics
import Messages

@testable import Evaluator

/// Writes a log in which all identifiers have the same home.
struct MergingLog {
    /// A record of a user that stands, under which identifier it came in, and where.
    struct Standing {
        let offset: UInt64
        let origin: String
        let record: LogV1.LogRecord
    }

    private(set) var records: [LogV1.LogRecord] = []
    /// What each user has, by number.
    private(set) var standing: [UInt32: [Standing]] = [:]
    private(set) var numbers: [String: UInt32] = [:]
    private var parents: [String: String] = [:]
    private var given: [String: [UInt32]] = [:]
    /// Identifiers of whom nobody knows who it is.
    private(set) var anonymous: Set<String> = []
    private var next: UInt32 = 0

    /// The user that an identifier stands for.
    func user(_ id: String) -> String {
        var user = id
        while let parent = parents[user] { user = parent }
        return user
    }

    /// Users who are there, by identifier.
    var users: [String] { numbers.keys.filter { parents[$0] == nil }.sorted() }

    /// Whether the identifier was merged into another.
    func isMerged(_ id: String) -> Bool { parents[id] != nil }

    mutating func append(
        _ body: LogV1.LogRecord.Body,
        at logTime: Timestamp,
        import importID: String? = nil,
        from origin: LogV1.Origin? = nil
    ) {
        records.append(
            LogV1.LogRecord(
                offset: UInt64(records.count),
                logTimeMs: logTime.ms,
                project: shop.text,
                body: body,
                importID: importID,
                importLine: importID.map { _ in UInt64(records.count) + 1 },
                origin: origin
            )
        )
    }

    /// An identifier that is called anonymous when it first comes in, unless it has come in.
    mutating func callAnonymous(_ id: String) {
        if numbers[id] == nil, parents[id] == nil { anonymous.insert(id) }
    }

    /// Somebody tells who a user is.
    mutating func makeKnown(_ id: String, at logTime: Timestamp) {
        guard parents[id] == nil, let number = numbers[id], anonymous.remove(id) != nil else {
            return
        }
        append(.userKnown(LogV1.UserKnown(userNumber: number, userID: id)), at: logTime)
    }

    /// A record that came in under an identifier.
    mutating func write(
        _ id: String,
        _ body: LogV1.LogRecord.Body,
        at logTime: Timestamp,
        import importID: String? = nil
    ) {
        let user = user(id)
        let origin = user == id ? nil : LogV1.Origin(userID: id)
        put(number(user, at: logTime), body, at: logTime, import: importID, from: origin, user)
    }

    /// The old identifier is the other user from here on.
    mutating func merge(_ old: String, into known: String, at logTime: Timestamp) {
        let (from, survivor) = (number(old, at: logTime), user(known))
        let moved = standing.removeValue(forKey: from) ?? []
        append(
            .mergeOut(LogV1.MergeOut(userNumber: from, userID: old, survivorID: known)),
            at: logTime
        )
        let isNew = numbers[survivor] == nil
        let to = number(survivor, at: logTime)
        parents[old] = known
        if isNew { exist(to, survivor, at: logTime) }
        makeKnown(survivor, at: logTime)
        move(moved, to: to, of: survivor, at: logTime)
        append(
            .mergeIn(
                LogV1.MergeIn(
                    userNumber: to,
                    userID: old,
                    records: UInt64(moved.count),
                    names: Self.names(moved),
                    depth: 1,
                    survivorID: survivor
                )
            ),
            at: logTime
        )
    }

    /// The identifier is a user of its own again, with whoever was merged into it.
    mutating func unmerge(_ id: String, at logTime: Timestamp) {
        let survivor = user(id)
        guard survivor != id, let from = numbers[survivor] else { return }
        parents[id] = nil
        let all = standing[from] ?? []
        let going = all.filter { user($0.origin) == id }
        standing[from] = all.filter { user($0.origin) != id }
        numbers[id] = nil
        let to = number(id, at: logTime)
        exist(to, id, at: logTime)
        move(going, to: to, of: id, at: logTime)
        let names = Self.names(going)
        append(
            .mergeIn(
                LogV1.MergeIn(
                    userNumber: to,
                    userID: survivor,
                    records: UInt64(going.count),
                    names: names,
                    returned: true,
                    survivorID: id
                )
            ),
            at: logTime
        )
        let runs = going.map { LogV1.RecordRun(from: $0.offset, count: 1) }
        append(
            .mergeUndone(
                LogV1.MergeUndone(userNumber: from, userID: id, moved: runs, names: names)
            ),
            at: logTime
        )
    }

    /// The user that an identifier stands for is erased, with all identifiers that do.
    mutating func erase(_ id: String, at logTime: Timestamp) {
        let survivor = user(id)
        guard let number = numbers[survivor] else { return }
        standing[number] = nil
        append(.erasure(LogV1.Erasure(userNumber: number)), at: logTime)
        let gone = numbers.keys.filter { user($0) == survivor }
        for one in gone.sorted() {
            for left in given[one] ?? [] where left != number {
                let erasure = LogV1.Erasure(userNumber: left, further: true)
                append(.erasure(erasure), at: logTime)
            }
        }
        for one in gone { (numbers[one], parents[one], given[one]) = (nil, nil, nil) }
        anonymous.subtract(gone)
    }

    /// The log as it may stand once it was rewritten: no copy is left of anybody.
    var rewritten: [LogV1.LogRecord] {
        var (erased, left): (Set<UInt32>, Set<UInt32>) = ([], [])
        var absent: Set<UInt64> = []
        for record in records {
            switch record.body {
            case .erasure(let erasure): erased.insert(erasure.userNumber)
            case .mergeOut(let out): left.insert(out.userNumber)
            case .mergeUndone(let undone): absent.formUnion(undone.moved.map(\.from))
            default: break
            }
        }
        return records.map { record in
            var stub = record
            stub.body = .stub(LogV1.Stub(rewriting: 1))
            switch record.body {
            case .newUser(let new) where erased.contains(new.number):
                stub.body = .newUser(LogV1.NewUser(number: new.number))
                return stub
            case .event(let event):
                let isGone = left.union(erased).contains(event.userNumber)
                return isGone || absent.contains(record.offset) ? stub : record
            case .profile(let change):
                let isGone = left.union(erased).contains(change.userNumber)
                return isGone || absent.contains(record.offset) ? stub : record
            case .listChange(let change):
                let isGone = left.union(erased).contains(change.userNumber)
                return isGone || absent.contains(record.offset) ? stub : record
            case .mergeOut(let out): return erased.contains(out.userNumber) ? stub : record
            case .userKnown(let known):
                return erased.contains(known.userNumber) ? stub : record
            case .mergeIn(let merge): return erased.contains(merge.userNumber) ? stub : record
            case .mergeUndone(let undone):
                return erased.contains(undone.userNumber) ? stub : record
            default: return record
            }
        }
    }

    private mutating func exist(_ number: UInt32, _ user: String, at logTime: Timestamp) {
        let origin = LogV1.Origin(partition: 0, offset: 0)
        put(number, .profile(LogV1.ProfileChange()), at: logTime, from: origin, user)
    }

    private mutating func move(
        _ moved: [Standing],
        to number: UInt32,
        of user: String,
        at logTime: Timestamp
    ) {
        for one in moved {
            let origin = LogV1.Origin(
                userID: one.origin == user ? nil : one.origin,
                partition: 0,
                offset: one.offset,
                logTimeMs: one.record.origin?.logTimeMs ?? one.record.logTimeMs
            )
            guard let body = one.record.body else { continue }
            put(number, body, at: logTime, import: one.record.importID, from: origin, user)
        }
    }

    private mutating func number(_ id: String, at logTime: Timestamp) -> UInt32 {
        if let number = numbers[id] { return number }
        let number = next
        next += 1
        numbers[id] = number
        given[id, default: []].append(number)
        let isAnonymous = anonymous.contains(id)
        let new = LogV1.NewUser(number: number, userID: id, anonymous: isAnonymous)
        append(.newUser(new), at: logTime)
        return number
    }

    private mutating func put(
        _ number: UInt32,
        _ body: LogV1.LogRecord.Body,
        at logTime: Timestamp,
        import importID: String? = nil,
        from origin: LogV1.Origin?,
        _ user: String
    ) {
        append(Self.body(body, of: number), at: logTime, import: importID, from: origin)
        guard let record = records.last else { return }
        standing[number, default: []].append(
            Standing(offset: record.offset, origin: origin?.userID ?? user, record: record)
        )
    }

    /// The same about another user.
    static func body(_ body: LogV1.LogRecord.Body, of number: UInt32) -> LogV1.LogRecord.Body {
        switch body {
        case .event(var event):
            event.userNumber = number
            return .event(event)
        case .profile(var change):
            change.userNumber = number
            return .profile(change)
        case .listChange(var change):
            change.userNumber = number
            return .listChange(change)
        default: return body
        }
    }

    private static func names(_ records: [Standing]) -> LogV1.MovedNames {
        var names = LogV1.MovedNames()
        for one in records {
            switch one.record.body {
            case .event(let event): names.events.append(event.name)
            case .profile(let change): names.properties += change.set.map(\.name) + change.unset
            case .listChange(let change): names.lists.append(change.list)
            default: break
            }
        }
        names.events = Array(Set(names.events)).sorted()
        names.properties = Array(Set(names.properties)).sorted()
        names.lists = Array(Set(names.lists)).sorted()
        return names
    }
}
