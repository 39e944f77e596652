// An instance's life with its registry: joins, stays, hears news, outlives outages, leaves.

import Basics
import Bus
import Kit
import Messages
import Synchronization
import Testing

@testable import Chassis

@Suite("The registry link")
struct RegistryLinkTests {
    /// A registry with one revision number and a list of who is known.
    final class Registry: Caller {
        struct State {
            var answer = RosterViewTests.answer()
            var known: Set<[UInt8]> = []
            var isAway = false
            var calls: [String] = []
            var told: [RegistryV1.Setting] = []
            var times: [UInt64] = []
        }
        let clock: any Clock
        let state = Mutex(State())
        let revision: RisingNumber

        init(clock: any Clock) {
            self.clock = clock
            revision = RisingNumber(5, clock: clock)
        }

        func count(_ method: String) -> Int {
            state.withLock { $0.calls.filter { $0.hasSuffix("/" + method) }.count }
        }

        func set(away: Bool) { state.withLock { $0.isAway = away } }

        func change(_ body: (inout RegistryV1.WatchResponse) -> Void) {
            let now = state.withLock { state in
                body(&state.answer)
                return state.answer.revision
            }
            revision.raise(to: now)
        }

        func call(
            _ method: MethodDescription,
            _ request: any ProtoMessage,
            _ options: CallOptions
        ) async throws(Fault) -> any PayloadBytes {
            let isAway = state.withLock { state in
                state.calls.append(method.name)
                state.times.append(clock.monotonicNs)
                return state.isAway
            }
            if isAway { throw .unavailable("the registry is away") }
            do {
                return try await answer(request).encode()
            } catch {
                throw (error as? Fault) ?? .internal("\(error)")
            }
        }

        private func answer(_ request: any ProtoMessage) async throws -> any ProtoMessage {
            switch request {
            case let request as RegistryV1.RegisterRequest:
                return state.withLock { state in
                    state.known.insert(request.instance?.instanceID ?? [])
                    state.told = request.configuration
                    return RegistryV1.RegisterResponse(
                        leaseMs: 3_000,
                        partitionCount: 4,
                        revision: state.answer.revision,
                        projects: state.answer.projects
                    )
                }
            case let request as RegistryV1.HeartbeatRequest:
                return try state.withLock { state in
                    guard state.known.contains(request.instanceID ?? []) else {
                        throw Fault.notFound("who are you?")
                    }
                    return RegistryV1.HeartbeatResponse(
                        leaseMs: 3_000,
                        revision: state.answer.revision,
                        projects: state.answer.projects
                    )
                }
            case let request as RegistryV1.WatchRequest:
                let untilNs = clock.monotonicNs + UInt64(request.waitMs) * 1_000_000
                let now = state.withLock { $0.answer.revision }
                if now == request.afterRevision {
                    _ = await revision.wait(above: request.afterRevision, untilNs: untilNs)
                }
                return try state.withLock { state in
                    if state.isAway { throw Fault.unavailable("the registry went away") }
                    return state.answer
                }
            case let request as RegistryV1.DeregisterRequest:
                state.withLock { _ = $0.known.remove(request.instanceID ?? []) }
                return RegistryV1.DeregisterResponse()
            default: throw Fault.unimplemented("?")
            }
        }
    }

    private let clock = ManualClock()
    private let rig = CallsRig()

    private func link(
        _ registry: Registry,
        _ store: RosterStore = .none,
        leaves: Bool = false
    ) -> RegistryLink {
        var options = RegistryLinkOptions()
        options.leavesForGood = leaves
        return RegistryLink(
            instance: RegistryV1.Instance(
                instanceID: RosterViewTests.one.bytes,
                kind: .evaluator,
                address: "memory://e1"
            ),
            settings: [EffectiveSetting("lanes", "4")],
            registry: registry,
            clock: clock,
            random: SeededRandom(seed: 8),
            store: store,
            logger: quietLogger,
            options: options
        )
    }

    /// Runs the link for the time of the body.
    private func running<R>(_ link: RegistryLink, _ body: () async throws -> R) async throws -> R {
        async let run: Void = link.run()
        let result = try await body()
        link.stop()
        try await run
        return result
    }

    @Test("registers, shows the roster, and heartbeats at each third of the lease")
    func heartbeats() async throws {
        let registry = Registry(clock: clock)
        let link = link(registry)
        #expect(link.view.edition == 0)
        try await running(link) {
            let first = await link.next(after: .empty)
            #expect(first.revision == 5)
            #expect(first.owner(of: Partition(index: 0), .evaluator)?.epoch == Epoch(7))
            await rig.until("it did not register") { link.isRegistered }
            #expect(
                registry.state.withLock { $0.told }
                    == [RegistryV1.Setting(name: "lanes", value: "4")]
            )
            #expect(link.leaseUntilNs == clock.monotonicNs + 3_000_000_000)
            for beat in 1...5 {
                // The lease's pause and the watch's wait.
                await clock.waitForSleepers(2)
                clock.advance(ms: 999)
                #expect(registry.count("Heartbeat") == beat - 1)
                await clock.waitForSleepers(2)
                clock.advance(ms: 1)
                await rig.until("no heartbeat \(beat)") { registry.count("Heartbeat") == beat }
                await rig.until("the lease was not renewed") {
                    link.leaseUntilNs == clock.monotonicNs + 3_000_000_000
                }
            }
            #expect(registry.count("Register") == 1)
        }
        #expect(registry.count("Deregister") == 0)
    }

    @Test("shows news as soon as there are any")
    func news() async throws {
        let registry = Registry(clock: clock)
        let link = link(registry)
        try await running(link) {
            var view = await link.next(after: .empty)
            await rig.until("it did not watch again") { registry.count("Watch") == 2 }
            registry.change { answer in
                answer.revision = 6
                answer.assignments[0].epoch = 8
            }
            // No time passes.
            view = await link.next(after: view)
            #expect(view.revision == 6)
            #expect(view.edition == 2)
            #expect(view.owner(of: Partition(index: 0), .evaluator)?.epoch == Epoch(8))
            // A catalogue's revision comes with the next heartbeat.
            registry.change { $0.projects[0].catalogueRevision = 99 }
            let next = await advancing(clock) { await link.next(after: view) }
            let shop = try #require(ProjectName("shop"))
            #expect(next.project(shop)?.catalogueRevision == 99)
        }
    }

    @Test("goes on with the last view while the registry is away, and comes back by itself")
    func outage() async throws {
        let registry = Registry(clock: clock)
        let link = link(registry)
        try await running(link) {
            let view = await link.next(after: .empty)
            await rig.until("it did not register") { link.isRegistered }
            // The second Watch waits when the registry goes, and is lost with it.
            await rig.until("it did not watch again") { registry.count("Watch") == 2 }
            registry.set(away: true)
            registry.change { $0.revision = 7 }
            await advancing(clock) {
                await rig.until("it does not try") { registry.count("Heartbeat") > 20 }
            }
            #expect(link.view.edition == view.edition)
            // At most one try per third of a lease, one Watch per up to 6 s besides.
            let times = registry.state.withLock { $0.times }
            #expect((times.last ?? 0) - (times.first ?? 0) > 10_000_000_000)
            registry.set(away: false)
            let after = await advancing(clock) { await link.next(after: view) }
            #expect(after.revision == 7)
            #expect(registry.count("Register") == 1)
        }
    }

    @Test("registers again when the registry has lost it")
    func forgotten() async throws {
        let registry = Registry(clock: clock)
        let link = link(registry)
        try await running(link) {
            await rig.until("it did not register") { link.isRegistered }
            registry.state.withLock { $0.known = [] }
            await advancing(clock) {
                await rig.until("it did not register again") {
                    registry.count("Register") == 2 && link.isRegistered
                }
            }
        }
    }

    @Test("starts on the roster it kept when the registry is away")
    func keptRoster() async throws {
        let kept = Box()
        let store = RosterStore(load: { kept.value }, save: { kept.value = $0 })
        let registry = Registry(clock: clock)
        try await running(link(registry, store)) {
            await rig.until("nothing was kept") { kept.value != nil }
        }
        registry.set(away: true)
        let again = link(registry, store)
        #expect(again.view.revision == 5)
        #expect(again.view.edition == 1)
        #expect(again.view.owner(of: Partition(index: 3), .evaluator)?.epoch == Epoch(2))
        // Contact is made anew although nothing has changed, and a smaller revision is believed.
        registry.set(away: false)
        registry.change { answer in
            answer.revision = 2
            answer.assignments = []
        }
        let before = again.view
        try await running(again) {
            let view = await again.next(after: before)
            #expect(view.revision == 2)
            #expect(view.edition == 2)
        }
        kept.value = [9, 9, 9]
        #expect(link(registry, store).view.edition == 0)
    }

    @Test("leaves for good only when it was told to")
    func leaves() async throws {
        let registry = Registry(clock: clock)
        let link = link(registry, leaves: true)
        try await running(link) {
            await rig.until("it did not register") { link.isRegistered }
        }
        #expect(registry.count("Deregister") == 1)
        #expect(registry.state.withLock { $0.known.isEmpty })
    }

    @Test("lets a client follow the instances of a kind")
    func follower() async throws {
        let registry = Registry(clock: clock)
        let link = link(registry)
        let client = rig.client([])
        defer { client.close() }
        try await running(link) {
            let follower = RosterFollower(client, link, .evaluator)
            let following = Task { try await follower.run() }
            await rig.until("the client was not told") { client.addresses.count == 1 }
            #expect(client.addresses.first?.description == "memory://e1")
            registry.change { answer in
                answer.revision = 6
                answer.instances[1].address = "memory://e2"
                answer.instances[0].state = .draining
            }
            await rig.until("the client was not told the news") {
                client.addresses.map(\.description) == ["memory://e2"]
            }
            following.cancel()
            try await following.value
        }
    }
}
