// A registry for one test: tells one roster and a catalogue, over the bus as the real one does.

import Basics
import Bus
import Chassis
import Messages
import Synchronization

@testable import Ingestion

final class FakeRegistry: RegistryV1_RegistryService, RegistryV1_CatalogueService {
    private struct State {
        var roster: RegistryV1.WatchResponse
        var documents: [RegistryV1.Document] = []
        var isCatalogueAway = false
        var lists = 0
    }

    private let state: Mutex<State>
    private let clock: any Clock
    private let revision: RisingNumber

    init(_ roster: RegistryV1.WatchResponse, clock: any Clock) {
        state = Mutex(State(roster: roster))
        self.clock = clock
        revision = RisingNumber(roster.revision, clock: clock)
    }

    /// How many documents there are.
    var documents: Int { state.withLock { $0.documents.count } }

    /// How often the catalogue was asked for.
    var lists: Int { state.withLock { $0.lists } }

    /// Puts so many documents, and tells the new revision to those who watch when asked to.
    func put(_ count: Int, isTold: Bool) {
        change { state in
            for _ in 0..<count {
                let revision = UInt64(state.documents.count + 1)
                state.documents.append(
                    RegistryV1.Document(
                        project: "shop",
                        kind: "segment",
                        name: "s\(revision)",
                        revision: revision,
                        body: [1, 2, 3]
                    )
                )
            }
            guard isTold else { return }
            state.roster.projects[0].catalogueRevision = UInt64(state.documents.count)
        }
    }

    func set(catalogueAway: Bool) { state.withLock { $0.isCatalogueAway = catalogueAway } }

    /// Another roster, told to those who watch.
    func set(_ roster: RegistryV1.WatchResponse) { change { $0.roster = roster } }

    private func change(_ body: (inout State) -> Void) {
        let now = state.withLock { state in
            let before = state.roster
            body(&state)
            if state.roster != before { state.roster.revision = before.revision + 1 }
            return state.roster.revision
        }
        revision.raise(to: now)
    }

    func register(_ request: RegistryV1.RegisterRequest, _ call: CallContext)
        async throws(Fault) -> RegistryV1.RegisterResponse
    {
        state.withLock {
            RegistryV1.RegisterResponse(
                leaseMs: 3_000,
                partitionCount: $0.roster.partitionCount,
                revision: $0.roster.revision,
                projects: $0.roster.projects
            )
        }
    }

    func heartbeat(_ request: RegistryV1.HeartbeatRequest, _ call: CallContext)
        async throws(Fault) -> RegistryV1.HeartbeatResponse
    {
        state.withLock {
            RegistryV1.HeartbeatResponse(
                leaseMs: 3_000,
                revision: $0.roster.revision,
                projects: $0.roster.projects
            )
        }
    }

    func watch(_ request: RegistryV1.WatchRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.WatchResponse
    {
        if request.waitMs > 0 {
            _ = await revision.wait(
                above: request.afterRevision,
                untilNs: call.waitUntilNs(request.waitMs, clock: clock)
            )
        }
        return state.withLock { $0.roster }
    }

    func list(_ request: RegistryV1.ListRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.ListResponse
    {
        let (isAway, documents) = state.withLock { state in
            state.lists += 1
            return (state.isCatalogueAway, state.documents)
        }
        if isAway { throw .unavailable("the catalogue is away") }
        let news = documents.filter { $0.revision > request.afterRevision }
        return RegistryV1.ListResponse(
            documents: Array(news.prefix(Int(request.limit))),
            more: news.count > request.limit,
            revision: UInt64(documents.count)
        )
    }
}
