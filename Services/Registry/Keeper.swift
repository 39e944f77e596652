// The one writer of the registry's state: decide on a copy, make it durable, then publish it.

import Basics
import Chassis
import Messages
import Synchronization

/// Holds roster, projects and configurations; every change is decided, committed and only then
/// visible, and with it the audit log's entries about it.
final class Keeper: Sendable {
    private let state: Mutex<RegistryState>
    private let coordination: any Coordination
    private let clock: any Clock
    private let turn = Turn()
    /// How long a lease runs after each sign of life.
    ///
    /// Unit: ms.
    let leaseMs: UInt32
    /// The roster's revision as published; long polls wait on it.
    let revision: RisingNumber
    /// Counts catalogue changes of all projects; long polls wait on it and look again.
    let catalogueChanges: RisingNumber
    /// Rises when another registry was found to have written: this one must end.
    let fencings: RisingNumber

    init(
        coordination: any Coordination,
        partitionCount: PartitionCount,
        leaseMs: UInt32,
        clock: any Clock
    ) throws(RegistryError) {
        var loaded = try coordination.load(creatingWith: partitionCount)
        loaded.roster.restartLeases(
            endingNs: clock.monotonicNs + UInt64(leaseMs) * 1_000_000
        )
        state = Mutex(loaded)
        self.coordination = coordination
        self.clock = clock
        self.leaseMs = leaseMs
        revision = RisingNumber(loaded.roster.revision, clock: clock)
        catalogueChanges = RisingNumber(1, clock: clock)
        fencings = RisingNumber(clock: clock)
    }

    /// The state as last published.
    var current: RegistryState { state.withLock { $0 } }

    /// The instant at which a lease given now ends.
    ///
    /// Unit: monotonic ns.
    var leaseEndsNs: UInt64 { clock.monotonicNs + UInt64(leaseMs) * 1_000_000 }

    /// Decides on a copy of the state, saves what changed, publishes it.
    ///
    /// Decisions come one after the other. A change that another registry has forestalled is
    /// refused, and every one after it: what this registry knows is no longer the truth.
    func change<Outcome: Sendable>(
        by actor: AuditActor,
        _ decide: (inout RegistryState) throws(RegistryError) -> Outcome
    ) async throws(RegistryError) -> Outcome {
        try await turn.take { () async throws(RegistryError) in
            var change = CoordinationChange(from: current, at: clock.now)
            let outcome = try decide(&change.after)
            try await commit(change, by: actor)
            return outcome
        }
    }

    /// Writes a document's next state (`body` nil: a deletion) by compare-and-set.
    ///
    /// - Throws: when the document's revision is not the expected one.
    func write(
        _ key: DocumentKey,
        body: [UInt8]?,
        expected: UInt64?,
        by actor: AuditActor
    ) async throws(RegistryError) -> RegistryV1.Document {
        try await turn.take { () async throws(RegistryError) in
            var change = CoordinationChange(from: current, at: clock.now)
            let standing = try await coordination.newest(key)
            try key.check(expected, against: standing, isDeletion: body == nil)
            guard
                let index = change.after.projects.firstIndex(where: { $0.name == key.project })
            else {
                throw RegistryError(
                    .unknownProject,
                    "put",
                    place: key.project.text,
                    hint: "create the project first"
                )
            }
            change.after.projects[index].revision += 1
            let document = RegistryV1.Document(
                project: key.project.text,
                kind: key.kind,
                name: key.name,
                revision: change.after.projects[index].revision,
                body: body,
                changedAtMs: change.at.ms
            )
            change.documents = [document]
            change.entries = [trail(of: change, by: actor).entry(of: document, over: standing)]
            try await commit(change, by: actor)
            return document
        }
    }

    /// Notes a sign of life; durable only when it changes something a watcher must see.
    func heartbeat(_ id: InstanceID, by actor: AuditActor) async throws(RegistryError) {
        let (now, ends) = (clock.now, leaseEndsNs)
        let isLive = state.withLock { state in
            guard state.roster.members[id]?.state == .live else { return false }
            // Does not throw for a known member, and a live one does not raise the revision.
            do { try state.roster.heartbeat(id, at: now, leaseEndsNs: ends) } catch { return false }
            return true
        }
        guard !isLive else { return }
        try await change(by: actor) { state throws(RegistryError) in
            try state.roster.heartbeat(id, at: now, leaseEndsNs: ends)
        }
    }

    /// Gives every member a whole lease from now, durable nowhere as all leases are.
    func renewLeases() {
        let ends = leaseEndsNs
        state.withLock { $0.roster.renewLeases(untilNs: ends) }
    }

    /// The newest state of a document, deletions included.
    func newest(_ key: DocumentKey) async throws(RegistryError) -> RegistryV1.Document? {
        try await coordination.newest(key)
    }

    /// States of a project's documents.
    func documents(_ range: DocumentRange) async throws(RegistryError) -> [RegistryV1.Document] {
        try await coordination.documents(range)
    }

    /// A page of the audit log.
    func audit(after sequence: UInt64, afterMs: Int64, limit: Int) async throws(RegistryError)
        -> AuditPage
    {
        try await coordination.audit(after: sequence, afterMs: afterMs, limit: limit)
    }

    private func trail(of change: CoordinationChange, by actor: AuditActor) -> AuditTrail {
        AuditTrail(before: change.before, after: change.after, actor: actor, at: change.at)
    }

    private func commit(_ change: CoordinationChange, by actor: AuditActor)
        async throws(RegistryError)
    {
        var change = change
        change.entries += trail(of: change, by: actor).entries
        guard !change.isEmpty else { return }
        do {
            try await coordination.commit(change)
        } catch {
            if error.code == .fenced { fencings.raise() }
            throw error
        }
        change.after.fence = change.nextFence
        publish(change.after)
    }

    private func publish(_ next: RegistryState) {
        let catalogueChanged = state.withLock { state in
            let changed = state.projects != next.projects
            let beats = state.roster.members
            state = next
            // A heartbeat that came while the change was being saved is not to be forgotten.
            state.roster.keepLaterLeases(of: beats)
            return changed
        }
        revision.raise(to: next.roster.revision)
        if catalogueChanged { catalogueChanges.raise() }
    }
}

extension Keeper {
    /// The project of that name, or a refusal that names the nearest known one.
    func project(_ name: ProjectName?) throws(RegistryError) -> Project {
        let projects = current.projects
        guard let name else {
            throw RegistryError(
                .badRequest,
                "find the project",
                place: "header.project",
                hint: "name the project in the request's header"
            )
        }
        guard let project = projects.first(where: { $0.name == name }) else {
            let near = NearestName.nearest(to: name.text, in: projects.map(\.name.text))
            throw RegistryError(
                .unknownProject,
                "find the project",
                place: name.text,
                hint: near.map { "did you mean \($0)?" } ?? "create it first"
            )
        }
        return project
    }
}
