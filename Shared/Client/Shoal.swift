// The door for a backend in Swift: connect to the suite, then ask, in a few words or by stub.

public import Basics
import Bus
public import Chassis
public import Messages
import Synchronization

/// A connected suite.
///
/// Any thread. Calls go to the instances the registry knows, as they come and go: to the less busy
/// of two random ones, again with the same request id where that is safe, always within the call's
/// deadline. What does not stand here is asked by the stubs. Every failure is a ``Fault``.
public final class Shoal: Sendable {
    /// The project calls are about unless their options name another.
    public let project: ProjectName?
    /// Who is here and who owns what.
    public let registry: RegistryV1_RegistryClient
    /// Revisioned documents.
    public let catalogue: RegistryV1_CatalogueClient
    /// Events in, a durable log out.
    public let ingestion: IngestionV1_IngestionClient
    /// Segments, asked of any evaluator.
    public let segments: EvaluationV1_SegmentsClient
    /// Uploaded lists of users, asked of any evaluator.
    public let lists: EvaluationV1_ListsClient
    /// Single users, asked of any evaluator.
    public let users: EvaluationV1_UsersClient
    /// Changes as they happen, asked of any evaluator.
    public let feed: EvaluationV1_FeedClient

    let clock: any Clock
    let random: SeededRandom
    private let bus: any Bus
    private let clients: [RPCClient]
    private let watch: RosterWatch
    private let wasClosed = Atomic(false)

    /// Connects to the suite whose registry answers at one of these addresses.
    ///
    /// - Parameters:
    ///   - registries: such as `ipc:///run/shoal/registry.sock` or `tcp://10.0.0.5:7800`.
    ///   - project: the one calls are about unless their options name another.
    public static func connect(
        _ registries: String...,
        project: String? = nil,
        options: ShoalOptions = ShoalOptions()
    ) async throws(Fault) -> Shoal {
        let outside = Surroundings.real("shoal-client")
        let addresses = try endpoints(registries)
        let shoal = Shoal(
            bus: outside.bus,
            clock: outside.clock,
            random: SeededRandom(seed: outside.seed ^ outside.clock.monotonicNs),
            registries: addresses,
            project: try name(project),
            options: options
        )
        do throws(Fault) {
            try await shoal.start(timeoutMs: options.connectTimeoutMs)
        } catch {
            shoal.close()
            throw error
        }
        return shoal
    }

    /// A client of given parts, which it owns; nothing is asked before `start`.
    init(
        bus: any Bus,
        clock: any Clock,
        random: SeededRandom,
        registries: [Endpoint],
        project: ProjectName?,
        options: ShoalOptions = ShoalOptions()
    ) {
        var chance = random
        let make = { (addresses: [Endpoint]) in
            RPCClient(
                bus: bus,
                addresses: addresses,
                clock: clock,
                random: chance.fork(),
                options: options.rpc
            )
        }
        let registry = make(registries)
        let ingestion = make([])
        let evaluator = make([])
        self.bus = bus
        self.clock = clock
        self.project = project
        clients = [registry, ingestion, evaluator]
        watch = RosterWatch(RosterNews(registry: registry, clock: clock)) { view in
            ingestion.spread(over: view, .ingestion)
            evaluator.spread(over: view, .evaluator)
        }
        let toRegistry = ProjectCaller(inner: registry, project: project)
        let toIngestion = ProjectCaller(inner: ingestion, project: project)
        let toEvaluator = ProjectCaller(inner: evaluator, project: project)
        self.registry = RegistryV1_RegistryClient(toRegistry)
        catalogue = RegistryV1_CatalogueClient(toRegistry)
        self.ingestion = IngestionV1_IngestionClient(toIngestion)
        segments = EvaluationV1_SegmentsClient(toEvaluator)
        lists = EvaluationV1_ListsClient(toEvaluator)
        users = EvaluationV1_UsersClient(toEvaluator)
        feed = EvaluationV1_FeedClient(toEvaluator)
        self.random = chance.fork()
    }

    deinit { close() }

    /// Instances, owners and projects as last heard of the registry.
    public var roster: RosterView { watch.view }

    /// The stubs of one server, whatever the roster says.
    ///
    /// - Parameter address: such as an instance's of the roster.
    public func at(_ address: String) throws(Fault) -> ServerStubs {
        let endpoint = try Self.endpoint(address)
        let pinned = clients[0].pinned(to: endpoint)
        return ServerStubs(ProjectCaller(inner: pinned, project: project))
    }

    /// Ends what is in flight and lets every connection go; twice is safe.
    public func close() {
        wasClosed.store(true, ordering: .relaxed)
        watch.close()
        for client in clients { client.close() }
        bus.shutDown()
    }

    /// Whether `close` was called.
    var isClosed: Bool { wasClosed.load(ordering: .relaxed) }

    func start(timeoutMs: UInt32) async throws(Fault) {
        var chance = random
        try await watch.start(timeoutMs: timeoutMs, random: chance.fork())
    }

    private static func endpoints(_ addresses: [String]) throws(Fault) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for address in addresses { endpoints.append(try endpoint(address)) }
        guard !endpoints.isEmpty else {
            throw .invalidArgument("no registry is named", hint: "name its address")
        }
        return endpoints
    }

    private static func endpoint(_ address: String) throws(Fault) -> Endpoint {
        do throws(BusError) {
            return try Endpoint(address)
        } catch {
            throw .invalidArgument("\(address) is no address", place: address, hint: error.hint)
        }
    }

    private static func name(_ project: String?) throws(Fault) -> ProjectName? {
        guard let project else { return nil }
        guard let name = ProjectName(project) else {
            throw .invalidArgument(
                "\(project) cannot be a project's name",
                place: "project",
                hint: "lower-case letters, digits and dashes"
            )
        }
        return name
    }
}
