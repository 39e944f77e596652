// Evaluators side by side over a memory bus, with a scripted registry and ingestion.

import Basics
import Bus
import Chassis
import Logging
import Messages
import Metrics
import Segments
import Synchronization
import Testing

@testable import Evaluator

/// Says nothing.
let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The roster of so many evaluators that share so many partitions in turn.
func sharedRoster(
    partitions: Int,
    evaluators: Int,
    owners: Int? = nil,
    zone: String = "UTC"
) -> RegistryV1.WatchResponse {
    RegistryV1.WatchResponse(
        revision: 1,
        partitionCount: UInt32(partitions),
        instances: (0..<evaluators).map { number in
            RegistryV1.Instance(
                instanceID: evaluatorID(number).bytes,
                kind: .evaluator,
                address: "memory://evaluator-\(number)",
                version: "1",
                state: .live,
                name: "evaluator-\(number)"
            )
        },
        assignments: (0..<partitions).map { partition in
            RegistryV1.Assignment(
                partition: UInt32(partition),
                kind: .evaluator,
                instanceID: evaluatorID(partition % (owners ?? evaluators)).bytes,
                epoch: 1
            )
        },
        projects: [RegistryV1.Project(name: "shop", zone: zone)]
    )
}

/// The id of the evaluator of this number.
func evaluatorID(_ number: Int) -> InstanceID { InstanceID(high: 1, low: UInt64(number)) }

/// A link that shows a roster at once, as after a restart while the registry is away.
func registryLink(
    _ number: Int,
    _ roster: RegistryV1.WatchResponse?,
    _ registry: ScriptedRegistry,
    clock: any Clock
) -> RegistryLink {
    RegistryLink(
        instance: RegistryV1.Instance(
            instanceID: evaluatorID(number).bytes,
            kind: .evaluator,
            address: "memory://evaluator-\(number)",
            version: "1",
            name: "evaluator-\(number)"
        ),
        registry: registry,
        clock: clock,
        random: SeededRandom(seed: UInt64(number)),
        store: RosterStore(
            load: {
                guard let body = try roster?.encode() else { return nil }
                let sum = Checksum.crc32c(body)
                return Array("SLR1".utf8)
                    + (0..<4).map { UInt8(truncatingIfNeeded: sum >> ($0 * 8)) } + body
            },
            save: { _ in }
        ),
        logger: quietLogger
    )
}

/// One evaluator without its follower: a test feeds its lanes.
struct EvaluatorNode: Sendable {
    let number: Int
    let lanes: [LaneRig]
    let applied: Applied
    let catalogue: Catalogue
    let sets: SetsDoor
    let door: SegmentsDoor
    let server: RPCServer
}

/// Some evaluators, started, with their servers.
final class SuiteRig: Sendable {
    let registry: ScriptedRegistry
    let ingestion: ScriptedIngestion
    let nodes: [EvaluatorNode]
    let partitions: [Partition]
    private let roster: RegistryV1.WatchResponse
    private let bus: MemoryBus
    private let clock = SystemClock()
    private let calls = Atomic<UInt64>(0)

    /// - Parameter feedClock: ends the waits for news of feeds.
    init(
        partitions: Int = 4,
        evaluators: Int = 2,
        roster given: RegistryV1.WatchResponse? = nil,
        feedClock: any Clock = SystemClock()
    ) throws {
        let roster = given ?? sharedRoster(partitions: partitions, evaluators: evaluators)
        let (clock, bus) = (self.clock, MemoryBus(clock: self.clock))
        let registry = ScriptedRegistry(roster, clock: clock)
        let ingestion = ScriptedIngestion(partitions: partitions, registry: registry, clock: clock)
        self.partitions = (0..<UInt16(partitions)).map(Partition.init(index:))
        self.bus = bus
        self.roster = roster
        self.registry = registry
        self.ingestion = ingestion
        nodes = try (0..<evaluators).map { number in
            try Self.node(number, roster, registry, ingestion, bus, clock, feedClock)
        }
        ingestion.afterAppend { [weak self] in
            do { try await self?.feed() } catch { Issue.record("\(error)") }
        }
    }

    deinit {
        bus.shutDown()
        for node in nodes { for lane in node.lanes { lane.stop() } }
    }

    private static func node(
        _ number: Int,
        _ roster: RegistryV1.WatchResponse,
        _ registry: ScriptedRegistry,
        _ ingestion: ScriptedIngestion,
        _ bus: MemoryBus,
        _ clock: SystemClock,
        _ feedClock: any Clock = SystemClock()
    ) throws -> EvaluatorNode {
        let catalogue = Catalogue()
        let applied = Applied(clock: clock)
        let rigs = try (0..<2).map { _ in
            try LaneRig(catalogue: catalogue, applied: applied, feedClock: feedClock)
        }
        for rig in rigs { try rig.start() }
        let link = registryLink(number, roster, registry, clock: clock)
        let sets = SetsDoor(
            lanes: Lanes(rigs.map(\.lane)),
            applied: applied,
            catalogue: catalogue,
            clock: clock
        )
        let peers = RPCClient(bus: bus, addresses: [], clock: clock, random: SeededRandom(seed: 3))
        let door = SegmentsDoor(
            catalogue: catalogue,
            gather: Gather(
                instance: evaluatorID(number),
                link: link,
                clock: clock,
                own: sets,
                peers: peers
            ),
            link: link,
            ingestion: IngestionV1_IngestionClient(ingestion),
            documents: RegistryV1_CatalogueClient(registry),
            applied: applied,
            clock: clock
        )
        let server = RPCServer(
            try Endpoint("memory://evaluator-\(number)"),
            bus: bus,
            methods: EvaluationV1_SegmentsMethods.serve(door)
                + EvaluationV1_SetsMethods.serve(sets),
            house: ServerHouse(
                service: "evaluator",
                version: "1",
                instance: evaluatorID(number),
                bootID: evaluatorID(number),
                health: Health(clock: clock)
            ),
            clock: clock,
            random: SeededRandom(seed: 4),
            logger: quietLogger,
            metrics: NOOPMetricsHandler.instance,
            options: options(sets.ender)
        )
        try server.start()
        return EvaluatorNode(
            number: number,
            lanes: rigs,
            applied: applied,
            catalogue: catalogue,
            sets: sets,
            door: door,
            server: server
        )
    }

    private static func options(_ ender: CallEnder) -> RPCServerOptions {
        var options = RPCServerOptions()
        options.ender = ender
        return options
    }

    /// One more evaluator, the second of the roster, which reads no log.
    func withoutPartitions() throws -> EvaluatorNode {
        try Self.node(1, roster, registry, ingestion, bus, clock)
    }

    /// The evaluator that owns the partition by turns.
    func owner(of partition: Partition) -> EvaluatorNode {
        nodes[Int(partition.index) % nodes.count]
    }

    /// Hands every owner what its lanes have not read; all of it is read when this returns.
    func feed(except absent: Partition? = nil) async throws {
        for partition in partitions where partition != absent {
            let node = owner(of: partition)
            let lane = node.lanes[Int(partition.index) % 2].lane
            let log = ingestion.log(partition)
            let from: LogOffset
            if let end = node.applied[partition] {
                from = end.next
            } else {
                from = try await lane.adopt(partition)
            }
            try lane.apply(page(log, partition, from: from))
            _ = await node.applied.wait(for: [partition: log.next], untilNs: .max, clock: clock)
        }
    }

    /// Users with these names, each in the log of its home, who have all charged once on day 1.
    func charge(_ users: [String], _ event: String = "Charged") throws {
        let count = try #require(PartitionCount(partitions.count))
        try ingestion.write { logs in
            for user in users {
                let home = Int(count.home(project: shop, identifier: user).index)
                try logs[home].event(event, by: user, at: day(1))
            }
        }
    }

    /// Calls to one evaluator over the bus.
    func client(of node: Int) throws -> RPCClient {
        RPCClient(
            bus: bus,
            addresses: [try Endpoint("memory://evaluator-\(node)")],
            clock: clock,
            random: SeededRandom(seed: 9)
        )
    }

    /// A call about the shop with 20 s of time.
    func call(ms: UInt64 = 20_000, room: UInt32 = 262_144) -> CallContext {
        CallContext(
            requestID: InstanceID(high: 2, low: calls.add(1, ordering: .relaxed).newValue).bytes,
            project: shop,
            deadlineNs: clock.monotonicNs + ms * 1_000_000,
            maxReplyBytes: room
        )
    }
}
