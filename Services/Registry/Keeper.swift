// The one writer of the registry's state: decide on a copy, make it durable, then publish it.

import Basics
import Chassis
import GRDB
import Messages
import Synchronization

/// Holds roster and projects; every change is decided, committed and only then visible.
final class Keeper: Sendable {
    struct State: Sendable {
        var roster: Roster
        var projects: [Project]
    }

    private let state: Mutex<State>
    private let store: RegistryStore
    private let clock: any Clock
    /// How long a lease runs after each sign of life.
    ///
    /// Unit: ms.
    let leaseMs: UInt32
    /// The roster's revision as published; long polls wait on it.
    let revision: RisingNumber
    /// Counts catalogue changes of all projects; long polls wait on it and look again.
    let catalogueChanges: RisingNumber

    init(store: RegistryStore, partitionCount: PartitionCount, leaseMs: UInt32, clock: any Clock)
        throws(RegistryError)
    {
        let leaseEndsNs = clock.monotonicNs + UInt64(leaseMs) * 1_000_000
        let (roster, projects) = try store.load(
            creatingWith: partitionCount,
            leaseEndsNs: leaseEndsNs
        )
        state = Mutex(State(roster: roster, projects: projects))
        self.store = store
        self.clock = clock
        self.leaseMs = leaseMs
        revision = RisingNumber(roster.revision, clock: clock)
        catalogueChanges = RisingNumber(1, clock: clock)
    }

    /// The state as last published.
    var current: State { state.withLock { $0 } }

    /// The instant at which a lease given now ends.
    ///
    /// Unit: monotonic ns.
    var leaseEndsNs: UInt64 { clock.monotonicNs + UInt64(leaseMs) * 1_000_000 }

    /// Decides on a copy of the state, saves what changed, publishes it.
    ///
    /// The decision runs on the database's serial thread, so that no two overlap.
    func change<Outcome: Sendable>(
        _ operation: String,
        _ decide: @escaping @Sendable (inout State, Database) throws -> Outcome
    ) async throws(RegistryError) -> Outcome {
        let outcome = try await store.write(operation) { database in
            let last = self.current
            var next = last
            let outcome = try decide(&next, database)
            try RegistryStore.save(next.roster, over: last.roster, database)
            database.afterNextTransaction { [next] _ in self.publish(next) }
            return outcome
        }
        return outcome
    }

    /// Notes a sign of life; durable only when it changes something a watcher must see.
    func heartbeat(_ id: InstanceID) async throws(RegistryError) {
        let (now, ends) = (clock.now, leaseEndsNs)
        let isLive = state.withLock { state in
            guard state.roster.members[id]?.state == .live else { return false }
            // Does not throw for a known member, and a live one does not raise the revision.
            do { try state.roster.heartbeat(id, at: now, leaseEndsNs: ends) } catch { return false }
            return true
        }
        guard !isLive else { return }
        try await change("heartbeat") { state, _ in
            try state.roster.heartbeat(id, at: now, leaseEndsNs: ends)
        }
    }

    /// Reads documents on the database's thread.
    func read<Value: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(RegistryError) -> Value {
        try await store.read(operation, body)
    }

    private func publish(_ next: State) {
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
