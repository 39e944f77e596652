// What the log says of users who became one and two again, read naively.

import Basics
import Log
import Messages
import Testing

@testable import Ingestion

/// All partitions' records, each user's own.
struct MergedLog {
    private struct Place: Hashable {
        let partition: Int
        let number: UInt32
    }

    private struct Known {
        let offset: UInt64
        let name: String
        let importID: String?
    }

    private var numbers: [String: Place] = [:]
    private var records: [Place: [Known]] = [:]
    private var lists: [Place: Set<String>] = [:]

    init(_ open: OpenIntake) throws {
        for partition in 0..<Int(open.partitions.count) {
            for record in try open.log(partition) { take(record, partition) }
        }
    }

    /// The names of a user's events and properties, in the order of the log; those that are moved,
    /// where they were moved to.
    func history(of user: String) -> [String] {
        numbers[user].flatMap { records[$0] }?.map(\.name) ?? []
    }

    /// The lists a user is on.
    func lists(of user: String) -> [String] {
        numbers[user].flatMap { lists[$0] }?.sorted() ?? []
    }

    private mutating func take(_ record: LogV1.LogRecord, _ partition: Int) {
        func place(_ number: UInt32) -> Place { Place(partition: partition, number: number) }
        func add(_ name: String, _ number: UInt32) {
            records[place(number), default: []].append(
                Known(offset: record.offset, name: name, importID: record.importID)
            )
        }
        switch record.body {
        case .newUser(let new): numbers[new.userID] = place(new.number)
        case .event(let event): add(event.name, event.userNumber)
        case .profile(let change):
            for name in change.set.map(\.name) + change.unset { add(name, change.userNumber) }
        case .listChange(let change):
            let user = place(change.userNumber)
            if change.listed {
                lists[user, default: []].insert(change.list)
            } else {
                lists[user]?.remove(change.list)
            }
        case .mergeOut(let out):
            records[place(out.userNumber)] = nil
            lists[place(out.userNumber)] = nil
        case .mergeIn(let merge): remove(merge.replaced, of: place(merge.userNumber))
        case .mergeUndone(let undone): remove(undone.moved, of: place(undone.userNumber))
        case .importUndone(let undone):
            for user in records.keys where user.partition == partition {
                records[user]?.removeAll { $0.importID == undone.importID }
            }
        case .erasure(let erasure):
            records[place(erasure.userNumber)] = nil
            lists[place(erasure.userNumber)] = nil
        case .userKnown, .catalogue, .tenure, .erasedCopies, .stub, .aside, .leftOut, nil: break
        }
    }

    private mutating func remove(_ runs: [LogV1.RecordRun], of user: Place) {
        records[user]?.removeAll { known in
            runs.contains { known.offset >= $0.from && known.offset < $0.from + $0.count }
        }
    }
}

extension OpenIntake {
    private func read(_ user: String, _ project: ProjectName, isSurvivor: Bool) async throws
        -> UserRecords
    {
        let desk = try ReadingDesk(threads: 1)
        defer { desk.stop() }
        let identities = IdentityDesk(index, log, desk, searches: desk, partitions)
        let user = try #require(UserID(user))
        return isSurvivor
            ? try await identities.records(mergedWith: user, in: project)
            : try await identities.records(of: user, in: project)
    }

    /// Identifies a user as the door does.
    func identify(_ old: String, _ known: String) async throws -> MergeOutcome {
        try await merge(.identify, old, known)
    }

    /// Merges a known user as the door does.
    func alias(_ old: String, _ known: String) async throws -> MergeOutcome {
        try await merge(.alias, old, known)
    }

    private func merge(_ kind: MergeOrder.Kind, _ old: String, _ known: String) async throws
        -> MergeOutcome
    {
        try await intake.merge(
            MergeOrder(
                project: shop,
                kind: kind,
                old: try #require(UserID(old)),
                known: try #require(UserID(known)),
                records: try await read(old, shop, isSurvivor: false)
            )
        )
    }

    /// Takes a merge back as the door does.
    func unmerge(_ user: String) async throws -> MergeOutcome {
        try await intake.unmerge(
            UnmergeOrder(
                project: shop,
                user: try #require(UserID(user)),
                records: try await read(user, shop, isSurvivor: true)
            )
        )
    }

    /// Changes a list as the door does.
    func change(_ operation: ListOrder.Operation, _ users: [String], of list: String)
        async throws -> ListOutcome
    {
        try await intake.change(
            ListOrder(
                project: shop,
                list: list,
                operation: operation,
                users: users.compactMap { UserID($0) }
            )
        )
    }

    /// Tracks records received at an instant.
    func track(_ records: [IngestionV1.TrackRecord], at received: Timestamp) async throws
        -> [Outcome]
    {
        let check = EventCheck(
            project: shop,
            partitions: partitions,
            receivedAt: received,
            isHistory: false,
            skews: SharedSkews()
        )
        return try await intake.write(
            RecordBatch(
                project: shop,
                importID: nil,
                records: try records.map { try check.check($0, line: nil) }
            )
        )
    }
}
