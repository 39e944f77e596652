// Identities as callers change them: two identifiers become one user, and two again.

import Basics
import Chassis
import Log
import Messages

/// Finds who is who and what merges move, by the index and the log; blocks on the disk.
struct Identities: Sendable {
    let index: IndexStore
    let log: any Log
    let partitions: PartitionCount

    /// What was recorded of an identifier that is a user of its own.
    func records(of user: UserID, in project: ProjectName) throws(IngestionError) -> UserRecords {
        let who = ProjectUser(project: project, user: user)
        let known = try IndexReader(index).users(of: [who])[who]
        guard let known, known.survivor == nil else { return UserRecords(of: nil) }
        return try read(user, known, project)
    }

    /// What was recorded under an identifier, and those merged into it, of the user that it was
    /// merged into.
    func records(mergedWith user: UserID, in project: ProjectName) throws(IngestionError)
        -> UserRecords
    {
        let reader = IndexReader(index)
        let who = ProjectUser(project: project, user: user)
        let survivor = try reader.survivors(of: try reader.users(of: [who]))[who]
        guard let survivor else { return UserRecords(of: nil) }
        let family = MergedFamily(of: user, in: project, reader)
        return try read(survivor.user, survivor.known, project, family)
    }

    /// Who an identifier stands for; nil: nothing was recorded of it.
    func survivor(of user: UserID, in project: ProjectName) throws(IngestionError) -> UserID? {
        let reader = IndexReader(index)
        let who = ProjectUser(project: project, user: user)
        let known = try reader.users(of: [who])
        guard !known.isEmpty else { return nil }
        return try reader.survivors(of: known)[who]?.user ?? user
    }

    private func read(
        _ user: UserID,
        _ known: KnownUser,
        _ project: ProjectName,
        _ family: MergedFamily? = nil
    ) throws(IngestionError) -> UserRecords {
        let owner = UserRecords.Owner(
            project: project,
            partition: partitions.home(project: project, identifier: user.text),
            number: known.number
        )
        var records = UserRecords(of: owner, since: known.since)
        if let family { records.keep(family) }
        try records.read(log)
        return records
    }
}

/// The same on threads of their own.
struct IdentityDesk: Sendable {
    let identities: Identities
    /// Where the index is read.
    let desk: ReadingDesk
    /// Where users' records are looked for, which may take seconds: one search at a time.
    let searches: ReadingDesk

    init(
        _ index: IndexStore,
        _ log: any Log,
        _ desk: ReadingDesk,
        searches: ReadingDesk,
        _ partitions: PartitionCount
    ) {
        identities = Identities(index: index, log: log, partitions: partitions)
        self.desk = desk
        self.searches = searches
    }

    /// As `Identities.records(of:)`.
    func records(of user: UserID, in project: ProjectName) async throws -> UserRecords {
        try await searches.run { try identities.records(of: user, in: project) }
    }

    /// As `Identities.records(mergedWith:)`.
    func records(mergedWith user: UserID, in project: ProjectName) async throws -> UserRecords {
        try await searches.run { try identities.records(mergedWith: user, in: project) }
    }

    /// As `Identities.survivor(of:)`.
    func survivor(of user: UserID, in project: ProjectName) async throws -> UserID? {
        try await desk.run { try identities.survivor(of: user, in: project) }
    }
}

extension IngestionDoor {
    func identify(_ request: IngestionV1.IdentifyRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.IdentifyResponse
    {
        let old = try Self.user(request.anonymousID, "anonymous_id")
        let known = try Self.user(request.userID, "user_id")
        return IngestionV1.IdentifyResponse(merged: try await merge(old, known, .identify, call))
    }

    func alias(_ request: IngestionV1.AliasRequest, _ call: CallContext) async throws(Fault)
        -> IngestionV1.AliasResponse
    {
        let old = try Self.user(request.fromID, "from_id")
        let known = try Self.user(request.toID, "to_id")
        return IngestionV1.AliasResponse(merged: try await merge(old, known, .alias, call))
    }

    func unmerge(_ request: IngestionV1.UnmergeRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.UnmergeResponse
    {
        let project = try await known(call.project)
        let user = try Self.user(request.userID, "user_id")
        do throws(IngestionError) { try ownership.checkWritable() } catch { throw error.fault }
        do {
            try await ownership.begin(in: intake)
            let records = try await identities.records(mergedWith: user, in: project)
            let outcome = try await intake.unmerge(
                UnmergeOrder(project: project, user: user, records: records)
            )
            return IngestionV1.UnmergeResponse(
                fromID: outcome.user?.text,
                records: UInt64(outcome.records),
                positions: try fetcher.positions([])
            )
        } catch {
            throw Self.fault(error)
        }
    }

    func resolve(_ request: IngestionV1.ResolveRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.ResolveResponse
    {
        let project = try await known(call.project)
        let user = try Self.user(request.userID, "user_id")
        do {
            let survivor = try await identities.survivor(of: user, in: project)
            return IngestionV1.ResolveResponse(
                known: survivor != nil,
                userID: (survivor ?? user).text
            )
        } catch {
            throw Self.fault(error)
        }
    }

    private func merge(
        _ old: UserID,
        _ known: UserID,
        _ kind: MergeOrder.Kind,
        _ call: CallContext
    ) async throws(Fault) -> IngestionV1.Merged {
        let project = try await self.known(call.project)
        guard old != known else {
            throw Fault.invalidArgument(
                "both are the same identifier",
                place: kind == .identify ? "user_id" : "to_id",
                hint: "name the other one"
            )
        }
        do throws(IngestionError) { try ownership.checkWritable() } catch { throw error.fault }
        do {
            try await ownership.begin(in: intake)
            let records = try await identities.records(of: old, in: project)
            let outcome = try await intake.merge(
                MergeOrder(
                    project: project,
                    kind: kind,
                    old: old,
                    known: known,
                    records: records
                )
            )
            return IngestionV1.Merged(
                userID: outcome.user?.text ?? known.text,
                records: UInt64(outcome.records),
                before: outcome.isBefore,
                positions: try fetcher.positions([])
            )
        } catch {
            throw Self.fault(error)
        }
    }

    private static func user(_ text: String, _ place: String) throws(Fault) -> UserID {
        guard let user = UserID(text), !text.utf8.contains(0) else {
            throw Fault.invalidArgument(
                "the identifier is missing, too long or has a zero byte",
                place: place,
                hint: "1 to \(Limits.userIDBytes) bytes of UTF-8"
            )
        }
        return user
    }
}
