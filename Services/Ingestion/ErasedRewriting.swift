// What erased users left on ingestion's disk, taken away before it starts.

import Basics
import Chassis
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
        let order = RewriteOrder(folder: folder, disk: disk)
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
        return gone
    }

    private func deleteIndex() throws(DiskError) {
        let index = "\(folder)/index"
        guard try disk.exists(index) else { return }
        for name in try disk.list(index) { try disk.remove("\(index)/\(name)") }
        try disk.syncDirectory(index)
    }
}

/// The users of whom the log tells that they were erased.
struct ErasedUsers: Sendable {
    private struct Key: Hashable {
        let project: String
        let user: ListedUser
    }

    private var users: Set<Key> = []
    /// How many erasures each partition's log has: names the rewriting, since each later one has
    /// more.
    private var counts: [Partition: UInt32] = [:]

    /// Looks whether a record is an erasure.
    mutating func note(_ payload: ArraySlice<UInt8>, in partition: Partition) throws {
        let record = try LogV1.LogRecord.decode(Array(payload))
        guard case .erasure(let erasure) = record.body else { return }
        let user = ListedUser(partition: partition, number: UserNumber(erasure.userNumber))
        users.insert(Key(project: record.project, user: user))
        counts[partition, default: 0] += 1
    }

    /// What is to be left of a record; nil: all of it.
    func stub(_ partition: Partition, _ offset: LogOffset, _ payload: ArraySlice<UInt8>) throws
        -> [UInt8]?
    {
        guard let rewriting = counts[partition] else { return nil }
        var record = try LogV1.LogRecord.decode(Array(payload))
        guard let number = record.userNumber else { return nil }
        let user = ListedUser(partition: partition, number: UserNumber(number))
        guard users.contains(Key(project: record.project, user: user)) else { return nil }
        switch record.body {
        case .erasure, .stub: return nil
        case .newUser(let new):
            guard !new.userID.isEmpty else { return nil }
            record.body = .newUser(LogV1.NewUser(number: number))
        case .event: record.body = .stub(LogV1.Stub(rewriting: rewriting, event: true))
        default: record.body = .stub(LogV1.Stub(rewriting: rewriting))
        }
        return try record.encode()
    }
}
