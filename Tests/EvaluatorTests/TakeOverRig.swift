// An old owner that has checkpoints and a new one that takes its partitions over, in one process.

import Basics
import Bus
import Chassis
import Foundation
import Logging
import Messages
import Metrics
import Segments
import Synchronization
import Testing

@testable import Evaluator

/// How the old owner serves its checkpoints.
enum Manners: Sendable, Hashable, CaseIterable {
    /// As it should.
    case honest
    /// It dies after the first piece.
    case dying
    /// What it sends is not what it has read.
    case garbling
    /// What it has read is not what was sealed.
    case damaged
    /// It leaves a file out, and says so.
    case gapped
    /// It loses a file on the way.
    case mangled
    /// Its checkpoint reaches behind the end of the log.
    case ofAnotherLog
    /// Its catalogue lacks the first revision.
    case forgetful
    /// It holds pieces back until the test says so.
    case slow
    /// What it has kept of a live segment is not what was written.
    case damagedRows
    /// It loses one of the things that a feed has told.
    case losingTold
    /// What it sends of a live segment is not what it has read.
    case garblingRows
    /// It goes on following live segments, and lets none of them be copied.
    case restless
    /// It is of a build that keeps no live segments.
    case older
}

/// The old owner's door, which can be told to misbehave.
private final class OldOwner: EvaluationV1_CheckpointsService {
    let door: CheckpointsDoor
    let manners: Manners
    let pieces = Atomic(0)
    let rows = Atomic(0)
    /// Opens when a slow one may go on.
    let gate = RisingNumber(clock: SystemClock())

    init(_ door: CheckpointsDoor, _ manners: Manners) {
        self.door = door
        self.manners = manners
    }

    func newest(_ request: EvaluationV1.NewestRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.NewestResponse
    {
        var answer = try await door.newest(request, call)
        if manners == .mangled { answer.files.removeLast() }
        if manners == .gapped { answer.files.removeAll { $0.name.hasSuffix("080.chunk") } }
        if manners == .ofAnotherLog { answer.sealedTo += 1_000_000 }
        if manners == .gapped || manners == .ofAnotherLog {
            do { answer.crc32c = Checksum.crc32c(try Manifest(answer).bytes) } catch {
                Issue.record("\(error)")
            }
        }
        return answer
    }

    func piece(_ request: EvaluationV1.PieceRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.PieceResponse
    {
        let number = pieces.add(1, ordering: .relaxed).newValue
        if manners == .slow { _ = await gate.wait(above: 0, untilNs: .max) }
        if manners == .dying, number > 1 { throw .unavailable("gone") }
        var answer = try await door.piece(request, call)
        if manners == .garbling || manners == .damaged, answer.piece?.isEmpty == false {
            answer.piece?[100] ^= 0x40
        }
        if manners == .damaged { answer.crc32c = Checksum.crc32c(answer.piece ?? []) }
        return answer
    }

    func keptChanges(_ request: EvaluationV1.KeptChangesRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.KeptChangesResponse
    {
        var answer = try await door.keptChanges(request, call)
        if manners == .forgetful, request.revision == 0 { answer.changes.removeFirst() }
        return answer
    }

    func keptRows(_ request: EvaluationV1.KeptRowsRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.KeptRowsResponse
    {
        let number = rows.add(1, ordering: .relaxed).newValue
        if manners == .older { throw .unimplemented("KeptRows") }
        var answer = try await door.keptRows(request, call)
        guard let last = answer.rows.indices.last else { return answer }
        switch manners {
        case .losingTold where request.family == .feed: answer.rows.remove(at: last / 2)
        case .garblingRows: answer.rows[last].value?[0] ^= 0x40
        case .restless: answer.place = (answer.place ?? []) + [UInt8(truncatingIfNeeded: number)]
        case .damagedRows: answer.rows[last].value?[0] ^= 0x40
        default: return answer
        }
        if manners != .garblingRows { answer.crc32c = FeedShelf.Page(answer).crc32c }
        return answer
    }
}

/// Evaluator 1 has read the logs and has checkpoints; evaluator 0 owns them now and has nothing.
final class TakeOverRig: Sendable {
    let registry: ScriptedRegistry
    let ingestion: ScriptedIngestion
    let link: RegistryLink
    /// The old owner's lane, which reads nothing any more; its checkpoints are copied.
    let old: LaneRig
    /// The new owner's lane.
    let new: LaneRig
    let applied: Applied
    let follower: Follower
    private let owner: OldOwner
    private let threads = CopyThreads()
    private let bus: MemoryBus
    private let server: RPCServer
    private let clock = SystemClock()

    init(_ manners: Manners = .honest, partitions: Int = 1) throws {
        let clock = self.clock
        bus = MemoryBus(clock: clock)
        var roster = sharedRoster(partitions: partitions, evaluators: 2, owners: 1)
        roster.assignments = roster.assignments.map { assignment in
            var assignment = assignment
            assignment.epoch = 2
            return assignment
        }
        registry = ScriptedRegistry(roster, clock: clock)
        ingestion = ScriptedIngestion(partitions: partitions, registry: registry, clock: clock)
        link = registryLink(0, roster, registry, clock: clock)
        old = try LaneRig()
        applied = Applied(clock: clock)
        new = try LaneRig(applied: applied)
        try new.start()
        for _ in 0..<CopyThreads.count {
            _ = try OwnThread.start(name: "copies") { [threads] in threads.work() }
        }
        owner = OldOwner(CheckpointsDoor(checkpoints: old.checkpoints, threads: threads), manners)
        server = try Self.serve(owner, bus, clock)
        follower = Follower(
            instance: evaluatorID(0),
            lanes: Lanes([new.lane]),
            ingestion: IngestionV1_IngestionClient(ingestion),
            link: link,
            clock: clock,
            health: Health(clock: clock),
            takeOver: TakeOver(
                copy: CheckpointCopy(
                    instance: evaluatorID(0),
                    checkpoints: new.checkpoints,
                    catalogue: new.catalogue,
                    threads: threads,
                    peers: RPCClient(
                        bus: bus,
                        addresses: [],
                        clock: clock,
                        random: SeededRandom(seed: 5)
                    ),
                    ingestion: IngestionV1_IngestionClient(ingestion),
                    clock: clock,
                    recordsMin: 20,
                    timeoutMs: manners == .dying ? 300 : 60_000
                ),
                applied: applied,
                clock: clock,
                logger: quietLogger
            )
        )
    }

    deinit {
        threads.stop()
        bus.shutDown()
    }

    private static func serve(_ owner: OldOwner, _ bus: MemoryBus, _ clock: SystemClock) throws
        -> RPCServer
    {
        let server = RPCServer(
            try Endpoint("memory://evaluator-1"),
            bus: bus,
            methods: EvaluationV1_CheckpointsMethods.serve(owner),
            house: ServerHouse(
                service: "evaluator",
                version: "1",
                instance: evaluatorID(1),
                bootID: evaluatorID(1),
                health: Health(clock: clock)
            ),
            clock: clock,
            random: SeededRandom(seed: 4),
            logger: quietLogger,
            metrics: NOOPMetricsHandler.instance
        )
        try server.start()
        return server
    }

    /// Pieces that the old owner was asked for.
    var pieces: Int { owner.pieces.load(ordering: .relaxed) }

    /// Pages of rows that the old owner was asked for.
    var pages: Int { owner.rows.load(ordering: .relaxed) }

    /// Lets a slow old owner go on.
    func letGo() { owner.gate.raise() }

    /// A partition's log of some users, and the old owner's checkpoints at these offsets.
    func seal(_ partition: Partition, at offsets: [Int]) throws {
        var log = LogScript()
        log.tenure()
        try log.segment("buyers", did("Charged"), revision: 1)
        try log.segment("keen", did("Charged", atLeast: 3), revision: 2)
        try log.segment("spending", live: Self.spending, revision: 3)
        for user in 0..<60 {
            let id = "user-\(partition)-\(user)"
            log.user(id)
            // Some come on a list, some of them go off it.
            if user % 3 == 0 { log.list("vip", true, of: id, at: day(2)) }
            if user % 6 == 0 { log.list("vip", false, of: id, at: day(4)) }
            for count in 0..<user % 5 { try log.event("Charged", by: id, at: day(Int64(count))) }
            if user == 9 { try log.event("Opened", by: id, at: day(1), of: .init("app") ?? shop) }
        }
        ingestion.write { $0[Int(partition.index)] = log }
        var state = PartitionState(partition)
        for offset in offsets {
            let records = Array(log.records[Int(state.next.value)..<offset])
            try old.catalogue.apply(state.apply(records))
            try old.checkpoints.seal(&state, catalogue: old.catalogue)
        }
    }

    /// Who has just been charged, and for three days those who were charged thrice.
    static let spending = LiveDefinition(
        .action(Action(EventMatch([ExactName("Charged")]))),
        stay: .duration(ms: 3 * 86_400_000)
    )

    /// Follows, with the link alive, for the time of the body.
    func following(_ body: () async throws -> Void) async throws {
        let following = Task { try await follower.run() }
        let linking = Task { try await link.run() }
        do { try await body() } catch { Issue.record("\(error)") }
        letGo()
        following.cancel()
        linking.cancel()
        try await following.value
        try await linking.value
    }

    /// Waits until the partition has been read to the end of its log.
    func read(_ partition: Partition) async {
        let end = ingestion.log(partition).next
        #expect(await applied.wait(for: [partition: end], untilNs: .max, clock: clock))
    }

    /// What the new owner's state of a partition answers.
    func answers(_ partition: Partition) async throws -> [[String]] {
        try await new.lane.ask([partition]) { try Self.answers($0[0]) }
    }

    /// What the new owner's feed of the live segment has told, and where it ends.
    func feed(_ partition: Partition) async throws -> Feed {
        let shelf = new.checkpoints.feeds
        return try await new.lane.ask([partition]) { states in
            Feed(
                end: states[0].live.ends.first { $0.feed == Self.spent },
                records: try shelf.records(of: Self.spent, in: partition, after: 0, limit: .max),
                next: states[0].live.next
            )
        }
    }

    /// The same by the log alone.
    func feedOfTheLog(_ partition: Partition) throws -> Feed {
        var state = PartitionState(partition)
        _ = try state.apply(ingestion.log(partition).records)
        try state.pass(Timestamp(ms: 9_000))
        return Feed(
            end: state.live.ends.first { $0.feed == Self.spent },
            records: state.live.news.records.filter { $0.feed == Self.spent },
            next: state.live.next
        )
    }

    /// The live segment's feed.
    static let spent = FeedID(project: shop, revision: 3)

    /// A feed from its beginning.
    struct Feed: Sendable, Hashable {
        let end: FeedEnd?
        let records: [FeedRecord]
        let next: LogOffset
    }

    /// What a state read from the log alone answers.
    func answersOfTheLog(_ partition: Partition) throws -> [[String]] {
        var state = PartitionState(partition)
        _ = try state.apply(ingestion.log(partition).records)
        return try Self.answers(state)
    }

    private static func answers(_ state: PartitionState) throws -> [[String]] {
        let listed = Definition(.inList(InList("vip")))
        return try [
            state.members(listed), state.members(listed, at: day(3)),
            state.members(Definition(nodes: [.not(Not(1)), listed.nodes[0]])),
            state.members(did("Charged")), state.members(did("Charged", atLeast: 3)),
            state.members(did("Charged", atLeast: 2), at: day(1)),
            state.members(Definition(nodes: [.not(Not(1)), did("Charged").nodes[0]])),
            state.members(did("Opened"), of: .init("app") ?? shop),
            state.members(Definition(.inFeed(InFeed("spending", revision: 3)))),
        ]
    }
}
