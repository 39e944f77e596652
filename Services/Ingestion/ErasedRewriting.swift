// What erased users left on ingestion's disk, taken away before it starts.

import Basics
import Chassis
import Columns
import KeyValue
import Log
import Messages

/// Makes stubs of the records of users who were erased, and has the index made anew.
///
/// Legal transitions, each of which may be cut off and is then done again: ordered → the log is
/// rewritten, file by file → the index is deleted → the shelf of rejects is compacted → the order
/// is taken.
struct ErasedRewriting {
    let folder: String
    let disk: any Disk
    let settings: LogSettings
    let identity: InstanceID

    /// Does what was ordered; nothing without an order.
    ///
    /// - Returns: how many files of the log were written anew; nil: nothing was ordered.
    func run() throws -> Int? {
        let order = StartOrder(.rewrite, folder: folder, disk: disk)
        guard try order.isGiven() else { return nil }
        let gone = try erased()
        let count = try LogRewriting.run(settings, disk: disk) { partition, offset, payload in
            try gone.stub(partition, offset, payload)
        }
        // Every entry is made again by reading the log, and none that the log has no more.
        try deleteIndex()
        let shelf = try RejectShelf(folder: "\(folder)/rejects")
        defer { shelf.close() }
        try shelf.compact()
        try order.take()
        return count
    }

    /// Reads all erasures out of the log, which is opened for that and closed.
    private func erased() throws -> ErasedUsers {
        let log = try Journal.open(settings, identity: identity, disk: disk)
        var gone = ErasedUsers()
        do {
            for partition in settings.partitions.all {
                var next = try log.first(of: partition)
                let end = try log.end(of: partition).next
                while next < end {
                    let page = try log.read(partition, from: next, limit: ReadLimit(bytes: 2 << 20))
                    for stored in page.records { try gone.note(stored.payload, in: partition) }
                    next = page.next
                }
            }
        } catch {
            do { try log.close() } catch {}
            throw error
        }
        try log.close()
        gone.close()
        return gone
    }

    private func deleteIndex() throws(DiskError) {
        let index = "\(folder)/index"
        guard try disk.exists(index) else { return }
        for name in try disk.list(index) { try disk.remove("\(index)/\(name)") }
        try disk.syncDirectory(index)
    }
}

/// What names a loss of records: each later one has a higher number.
///
/// Those of rewritings are even, those of restorations odd. The end of a log that was lost had
/// numbers, too, which nobody knows any more: a restoration's is the time in seconds, above them.
struct LogLosses: Sendable {
    /// The last restoration's number; 0: the log never was restored.
    private var restored: UInt32 = 0
    /// Erasures that the log has since then, and marks of the restoration.
    private var count: UInt32 = 0

    /// The log has an erasure.
    mutating func noteErasure() { count += 1 }

    /// The log has a mark of when it was restored.
    mutating func noteRestoration(_ number: UInt32) {
        if number > restored { (restored, count) = (number, 0) }
        count += 1
    }

    /// Names a rewriting that takes out what was erased so far.
    var rewriting: UInt32 { UInt32(clamping: UInt64(restored & ~1) + 2 * UInt64(count)) }

    /// Names a restoration that comes behind them.
    func restoration(at now: Timestamp) -> UInt32 {
        max(rewriting, UInt32(clamping: now.ms / 1_000)) | 1
    }
}

/// What the log tells of users who were erased.
struct ErasedUsers: Sendable {
    private struct Key: Hashable {
        let project: String
        let user: ListedUser
    }

    private var users: Set<Key> = []
    /// Who stays and holds copies, with the records about merges that name who was erased.
    private var staying: [Key: OffsetRuns] = [:]
    /// The records that are absent since merges, by whose they were.
    private var absent: [Key: OffsetRuns] = [:]
    private var runs: [Key: [Range<UInt64>]] = [:]
    /// Who went with a merge: all that stands under the number is another's.
    private var left: Set<Key> = []
    /// How often each partition's log has lost records that others may have heard, or is to.
    private(set) var losses: [Partition: LogLosses] = [:]

    /// Looks whether a record tells of erasures or of merges.
    ///
    /// - Returns: the record.
    @discardableResult
    mutating func note(_ payload: ArraySlice<UInt8>, in partition: Partition) throws
        -> LogV1.LogRecord
    {
        let record = try LogV1.LogRecord.decode(Array(payload))
        func key(_ number: UInt32) -> Key {
            let user = ListedUser(partition: partition, number: UserNumber(number))
            return Key(project: record.project, user: user)
        }
        switch record.body {
        case .erasure(let erasure):
            users.insert(key(erasure.userNumber))
            losses[partition, default: LogLosses()].noteErasure()
        case .erasedCopies(let copies):
            let key = key(copies.userNumber)
            let named = (staying[key]?.runs ?? []) + copies.named.map(\.offsets)
            staying[key] = OffsetRuns(named)
            losses[partition, default: LogLosses()].noteErasure()
        case .stub(let stub) where stub.restored:
            losses[partition, default: LogLosses()].noteRestoration(stub.rewriting)
        case .mergeOut(let out): left.insert(key(out.userNumber))
        case .mergeIn(let merge):
            runs[key(merge.userNumber), default: []] += merge.replaced.map(\.offsets)
        case .mergeUndone(let undone):
            runs[key(undone.userNumber), default: []] += undone.moved.map(\.offsets)
        case .aside(let aside) where aside.retried:
            let run = LogV1.RecordRun(from: aside.offset, count: 1)
            runs[key(aside.userNumber), default: []].append(run.offsets)
        default: break
        }
        return record
    }

    /// All was read.
    mutating func close() {
        absent = runs.filter { staying[$0.key] != nil }.mapValues { OffsetRuns($0) }
        runs = [:]
    }

    /// What is to be left of a record; nil: all of it.
    func stub(_ partition: Partition, _ offset: LogOffset, _ payload: ArraySlice<UInt8>) throws
        -> [UInt8]?
    {
        guard let rewriting = losses[partition]?.rewriting else { return nil }
        var record = try LogV1.LogRecord.decode(Array(payload))
        var offset = offset
        if case .aside(let aside) = record.body {
            // What was taken in again stands just before the record that says so.
            offset = LogOffset(aside.retried ? max(offset.value, 1) - 1 : aside.offset)
        }
        guard let number = record.userNumber ?? record.asideUser else { return nil }
        let user = ListedUser(partition: partition, number: UserNumber(number))
        let key = Key(project: record.project, user: user)
        let isLess: Bool
        if users.contains(key) {
            isLess = record.leave(rewriting)
        } else if let named = staying[key] {
            switch record.body {
            // An aside tells of the record that it sets aside.
            case .event, .profile, .listChange, .aside:
                let isAbsent = left.contains(key) || absent[key]?.contains(offset.value) == true
                isLess = isAbsent && record.leave(rewriting)
            case .mergeIn, .mergeUndone: isLess = named.contains(offset.value) && record.unname()
            default: isLess = false
            }
        } else {
            isLess = false
        }
        return isLess ? try record.encode() : nil
    }
}

extension LogV1.RecordRun {
    /// Their offsets; no count that another build wrote may end the process.
    fileprivate var offsets: Range<UInt64> { from..<max(from &+ count, from) }
}

extension LogV1.LogRecord {
    /// Whose record it sets aside, or takes in again; nil: it does neither.
    fileprivate var asideUser: UInt32? {
        if case .aside(let aside) = body { aside.userNumber } else { nil }
    }

    /// Leaves nothing but the record's place.
    ///
    /// - Returns: false: it says no more already.
    fileprivate mutating func leave(_ rewriting: UInt32) -> Bool {
        switch body {
        case .erasure, .erasedCopies, .stub: return false
        case .newUser(let new):
            guard !new.userID.isEmpty else { return false }
            body = .newUser(LogV1.NewUser(number: new.number))
        case .aside(var aside):
            guard aside.names != nil || !aside.reason.isEmpty else { return false }
            aside.names = nil
            aside.reason = ""
            body = .aside(aside)
        case .event: body = .stub(LogV1.Stub(rewriting: rewriting, event: true))
        default: body = .stub(LogV1.Stub(rewriting: rewriting))
        }
        // Where it was moved from stays, under which identifier it came in does not.
        origin = origin?.offset == nil ? nil : origin
        origin?.userID = nil
        return true
    }

    /// Takes whom it names out of a record about a merge.
    ///
    /// - Returns: false: it names nobody already.
    fileprivate mutating func unname() -> Bool {
        switch body {
        case .mergeIn(var merge):
            guard !merge.userID.isEmpty else { return false }
            merge.userID = ""
            // What had come is no more, so that nobody is to hear of it, but for own events that
            // are absent by it. What came back is the user's own.
            if !merge.returned {
                let events = merge.replaced.isEmpty ? [] : merge.names?.events ?? []
                merge.names = LogV1.MovedNames(events: events)
            }
            body = .mergeIn(merge)
        case .mergeUndone(var undone):
            guard !undone.userID.isEmpty else { return false }
            undone.userID = ""
            undone.names = nil
            body = .mergeUndone(undone)
        default: return false
        }
        return true
    }
}
