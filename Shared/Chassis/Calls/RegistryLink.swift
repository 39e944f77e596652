// The tie to the registry: a lease kept alive, a roster kept fresh, both through its outages.

public import Basics
public import Logging
public import Messages
public import ServiceLifecycle
import Synchronization

/// How a link works.
public struct RegistryLinkOptions: Sendable {
    /// How long one Watch waits for news, in milliseconds; at most 60,000.
    public var watchMs: UInt32 = 20_000
    /// Whether the instance deregisters when it stops: its partitions go to others for good.
    ///
    /// Else the lease runs out and the partitions stay its own until it is back.
    public var leavesForGood = false

    /// The usual ones.
    public init() {}
}

/// Registers an instance, keeps its lease, and shows the newest roster.
///
/// Any thread.
///
/// While the registry is away everything goes on with the last view, after a restart with the one
/// kept in the store. Nothing here fails for good; the registry is asked again ever less often.
public final class RegistryLink: Service, Sendable {
    private struct State {
        var view: RosterView
        var lease: Lease
        var chance: SeededRandom
    }

    private let instance: RegistryV1.Instance
    private let settings: [EffectiveSetting]
    private let registry: RegistryV1_RegistryClient
    let clock: any Clock
    private let store: RosterStore
    private let logger: Logger
    private let options: RegistryLinkOptions
    /// What the store held at the start.
    private let keptAtStart: RosterView
    private let state: Mutex<State>
    /// The newest view's edition.
    let editions: RisingNumber
    private let stopMark: RisingNumber
    private let news: RosterNews

    /// Reads the store; nothing is sent before `run`.
    ///
    /// - Parameter settings: what the process tells of its configuration when it registers.
    public init(
        instance: RegistryV1.Instance,
        settings: [EffectiveSetting] = [],
        registry: any Caller,
        clock: any Clock,
        random: SeededRandom,
        store: RosterStore,
        logger: Logger,
        options: RegistryLinkOptions = RegistryLinkOptions()
    ) {
        self.instance = instance
        self.settings = settings
        self.registry = RegistryV1_RegistryClient(registry)
        self.clock = clock
        news = RosterNews(registry: registry, clock: clock, watchMs: options.watchMs)
        self.store = store
        self.logger = logger
        self.options = options
        var view = RosterView.empty
        do {
            if let kept = try store.answer() { view = RosterView(kept, edition: 1) }
        } catch {
            logger.warning(
                "the kept roster cannot be read; the registry will be asked",
                metadata: [LogKeys.reason: "\(error)"]
            )
        }
        keptAtStart = view
        state = Mutex(State(view: view, lease: Lease(pace: RetryPolicy()), chance: random))
        editions = RisingNumber(view.edition, clock: clock)
        stopMark = RisingNumber(clock: clock)
    }

    /// The newest view; `RosterView.empty` while nothing is known.
    public var view: RosterView { state.withLock { $0.view } }

    /// Whether the registry knows this instance, as far as it has said.
    public var isRegistered: Bool { state.withLock { $0.lease.isRegistered } }

    /// Until when the lease runs at least, in ns of the monotonic clock; 0 before the first.
    public var leaseUntilNs: UInt64 { state.withLock { $0.lease.untilNs } }

    /// Waits for a view newer than the given one; when the task is cancelled, the present one.
    public func next(after view: RosterView) async -> RosterView {
        _ = await editions.wait(above: view.edition, untilNs: .max)
        return self.view
    }

    /// Keeps lease and view until the process stops gracefully, `stop` or cancellation.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.keepLease() }
                group.addTask { await self.watch() }
                group.addTask { await self.keepViews() }
                _ = await stopMark.wait(above: 0, untilNs: .max)
                group.cancelAll()
            }
            if options.leavesForGood, isRegistered, !Task.isCancelled { await leave() }
        } onGracefulShutdown: {
            self.stop()
        }
    }

    /// Begins what a graceful shutdown begins; `run` returns when it is done.
    public func stop() { stopMark.raise() }

    // The lease

    private func keepLease() async {
        while !Task.isCancelled {
            switch state.withLock({ $0.lease.next(nowNs: clock.monotonicNs) }) {
            case .register: await register()
            case .heartbeat: await heartbeat()
            case .wait(let untilNs): await pause(untilNs)
            }
        }
    }

    private func register() async {
        let sentNs = clock.monotonicNs
        do throws(Fault) {
            let answer = try await registry.register(
                RegistryV1.RegisterRequest(
                    instance: instance,
                    configuration: settings.map {
                        RegistryV1.Setting(name: $0.name, value: $0.value)
                    }
                ),
                leaseOptions
            )
            renewed(leaseMs: answer.leaseMs, sentNs: sentNs, projects: answer.projects)
            logger.info("registered", metadata: [LogKeys.revision: "\(answer.revision)"])
        } catch {
            failed("cannot register", error)
        }
    }

    private func heartbeat() async {
        let sentNs = clock.monotonicNs
        do throws(Fault) {
            let answer = try await registry.heartbeat(
                RegistryV1.HeartbeatRequest(
                    instanceID: instance.instanceID,
                    revision: view.revision
                ),
                leaseOptions
            )
            renewed(leaseMs: answer.leaseMs, sentNs: sentNs, projects: answer.projects)
        } catch {
            if error.code == .notFound {
                logger.warning("the registry does not know this instance; registering again")
                return state.withLock { $0.lease.forgotten() }
            }
            failed("no heartbeat", error)
        }
    }

    private func leave() async {
        do throws(Fault) {
            _ = try await registry.deregister(
                RegistryV1.DeregisterRequest(instanceID: instance.instanceID),
                CallOptions(timeoutMs: 2_000)
            )
        } catch {
            logger.warning(
                "left without deregistering; the lease runs out by itself",
                metadata: [LogKeys.reason: "\(error)"]
            )
        }
    }

    /// A call about the lease is worth waiting for as long as the next one is not due.
    private var leaseOptions: CallOptions {
        let periodMs = state.withLock { $0.lease.periodMs }
        return CallOptions(timeoutMs: max(periodMs, 500), maxReplyBytes: 512 << 10)
    }

    private func renewed(leaseMs: UInt32, sentNs: UInt64, projects: [RegistryV1.Project]) {
        state.withLock { $0.lease.renewed(leaseMs: leaseMs, sentNs: sentNs) }
        publish { old in
            // Before the first map the projects alone are no view.
            guard old.revision > 0, old.source.projects != projects else { return nil }
            return old.with(projects: projects, edition: old.edition + 1)
        }
    }

    private func failed(_ what: String, _ fault: Fault) {
        guard !Task.isCancelled else { return }
        logger.warning("\(what)", metadata: [LogKeys.reason: "\(fault)"])
        let nowNs = clock.monotonicNs
        state.withLock { $0.lease.failed(nowNs: nowNs, chance: &$0.chance) }
    }

    // The view

    private func watch() async {
        let chance = state.withLock { $0.chance.fork() }
        await news.follow(random: chance, hear: heard) { fault in
            logger.warning("no roster", metadata: [LogKeys.reason: "\(fault)"])
        }
    }

    private func heard(_ answer: RegistryV1.WatchResponse) {
        publish { old in
            guard old.source != answer else { return nil }
            return RosterView(answer, edition: old.edition + 1)
        }
    }

    /// Shows a new view; watch and heartbeat may both have one.
    private func publish(_ change: (RosterView) -> RosterView?) {
        let news = state.withLock { state -> (old: RosterView, new: RosterView)? in
            let old = state.view
            guard let new = change(old) else { return nil }
            state.view = new
            return (old, new)
        }
        guard let news else { return }
        if news.new.revision < news.old.revision {
            logger.warning(
                "the registry went back; its word stands",
                metadata: [LogKeys.revision: "\(news.new.revision)"]
            )
        }
        editions.raise(to: news.new.edition)
    }

    /// Keeps the newest view whenever there is a newer one; quick changes are kept as one.
    private func keepViews() async {
        var kept = keptAtStart
        while true {
            let new = await next(after: kept)
            guard new.edition > kept.edition else { return }
            do {
                try await store.keep(new.source)
            } catch {
                logger.warning(
                    "the roster was not kept; a restart needs the registry",
                    metadata: [LogKeys.reason: "\(error)"]
                )
            }
            kept = new
        }
    }

    private func pause(_ untilNs: UInt64) async {
        do {
            try await clock.sleep(untilMonotonicNs: untilNs)
        } catch {
            return  // Cancelled: the loops look and end.
        }
    }
}
