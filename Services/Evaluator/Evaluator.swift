// The evaluator service put together: registry link, lanes, follower, doors.

import Basics
public import Chassis
import Messages
public import ServiceLifecycle

/// An evaluator: reads the log of its partitions, answers questions about segments.
public struct Evaluator: Sendable {
    /// The services to run, in the order of their dependence.
    public let services: [any Service]

    /// Builds the service; partitions are loaded when it runs and the registry gives it some.
    ///
    /// - Parameters:
    ///   - logWaitMs: the longest wait for news of the log: as often come watermarks.
    ///   - traps: where the process is to end; for tests.
    /// - Throws: when the data folder does not belong to it or an address is not valid.
    public init(
        config: EvaluatorConfig,
        world: World,
        logWaitMs: UInt32 = 1_000,
        traps: PlantedTraps = PlantedTraps()
    ) throws {
        let link = try RegistryLink(world: world, kind: .evaluator)
        let checkpoints = try Self.checkpoints(world, config)
        let catalogue = try checkpoints.loadCatalogue()
        let (applied, board) = (Applied(clock: world.clock), FeedBoard(clock: world.clock))
        let copies = CopyThreads()
        let care = try RecordCare(world, checkpoints, traps)
        let lanes = Self.lanes(
            config,
            checkpoints,
            catalogue,
            applied,
            board,
            Merging(checkpoints: checkpoints, threads: copies),
            care,
            clock: world.clock
        )
        let log = RPCClient(world: world)
        let ingestion = IngestionV1_IngestionClient(log)
        var own = SetsDoor(lanes: lanes, applied: applied, catalogue: catalogue, clock: world.clock)
        own.memoryMax = config.questionMiB << 20
        let door = SegmentsDoor(
            catalogue: catalogue,
            gather: Gather(world, link, own),
            link: link,
            ingestion: ingestion,
            documents: RegistryV1_CatalogueClient(try world.registryClient()),
            applied: applied,
            clock: world.clock
        )
        let follower = Follower(
            instance: world.instance,
            lanes: lanes,
            ingestion: ingestion,
            link: link,
            clock: world.clock,
            health: world.health,
            applied: applied,
            board: board,
            takeOver: Self.takeOver(world, checkpoints, catalogue, copies, ingestion, applied),
            settingAside: try SettingAside(world, care, log),
            settings: Self.settings(config, logWaitMs)
        )
        let backups = BackupDesk(world: world)
        let offer = CheckpointsDoor(checkpoints: checkpoints, threads: copies, logger: world.logger)
        services =
            [link, backups, ClosingService(checkpoints: checkpoints)]
            + lanes.all.enumerated().map { number, lane in
                ThreadService("lane-\(number)", stop: { lane.stop() }) { _ in try lane.run() }
            } + [
                CopyService(threads: copies),
                RosterFollower(log, link, .ingestion),
                FollowerService(follower: follower),
                try RPCServer(
                    world: world,
                    methods: Self.methods(
                        door,
                        offer,
                        FeedDoor(segments: door, board: board, shelf: checkpoints.feeds)
                    ),
                    backups: backups,
                    ender: own.ender
                ),
            ]
    }

    private static func settings(_ config: EvaluatorConfig, _ logWaitMs: UInt32)
        -> Follower.Settings
    {
        var settings = Follower.Settings()
        settings.fetchBytes = UInt32(config.fetchKiB) << 10
        settings.waitMs = logWaitMs
        settings.isStandby = !config.isStandbyOff
        return settings
    }

    /// The checkpoints, of which nothing is left but feeds where a rewriting was ordered.
    private static func checkpoints(_ world: World, _ config: EvaluatorConfig) throws
        -> Checkpoints
    {
        let checkpoints = try Checkpoints(
            folder: world.folder.path,
            disk: world.disk,
            feedKeepMs: Int64(config.feedDays) * CivilDate.dayMs
        )
        try checkpoints.follow(StartOrder(.rewrite, folder: world.folder.path, disk: world.disk))
        world.rest.add { checkpoints.shrink(logger: world.logger) }
        return checkpoints
    }

    private static func takeOver(
        _ world: World,
        _ checkpoints: Checkpoints,
        _ catalogue: Catalogue,
        _ copies: CopyThreads,
        _ ingestion: IngestionV1_IngestionClient,
        _ applied: Applied
    ) -> TakeOver {
        TakeOver(
            copy: CheckpointCopy(
                instance: world.instance,
                checkpoints: checkpoints,
                catalogue: catalogue,
                threads: copies,
                peers: RPCClient(world: world),
                ingestion: ingestion,
                clock: world.clock
            ),
            applied: applied,
            clock: world.clock,
            logger: world.logger
        )
    }

    private static func lanes(
        _ config: EvaluatorConfig,
        _ checkpoints: Checkpoints,
        _ catalogue: Catalogue,
        _ applied: Applied,
        _ board: FeedBoard,
        _ merging: Merging,
        _ care: RecordCare,
        clock: any Clock
    ) -> Lanes {
        Lanes(
            (0..<config.lanes).map { _ in
                Lane(
                    checkpoints: checkpoints,
                    catalogue: catalogue,
                    applied: applied,
                    board: board,
                    rule: Lane.SealRule(rows: config.chunkRows, bytes: config.chunkMiB << 20),
                    merging: merging,
                    care: care,
                    clock: clock
                )
            }
        )
    }

    /// All that is served.
    private static func methods(
        _ door: SegmentsDoor,
        _ checkpoints: CheckpointsDoor,
        _ feed: FeedDoor
    ) -> [ServedMethod] {
        var segments = door
        segments.activityDesk = ActivityDesk(feeds: feed)
        segments.updateDesk = LiveUpdateDesk(feeds: feed)
        return EvaluationV1_SegmentsMethods.serve(segments)
            + EvaluationV1_ListsMethods.serve(ListsDoor(segments: door))
            + EvaluationV1_SetsMethods.serve(door.gather.own)
            + EvaluationV1_UsersMethods.serve(UsersDoor(segments: door))
            + EvaluationV1_CheckpointsMethods.serve(checkpoints)
            + EvaluationV1_FeedMethods.serve(feed)
    }
}

/// Runs the copies' threads, which end together.
private struct CopyService: Service {
    let threads: CopyThreads

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...CopyThreads.count {
                let thread = ThreadService("copies-\(number)", stop: { threads.stop() }) { _ in
                    threads.work()
                }
                group.addTask { try await thread.run() }
            }
            try await group.waitForAll()
        }
    }
}

/// Runs the follower until the evaluator stops.
private struct FollowerService: Service {
    let follower: Follower

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await follower.run() }
    }
}

/// Closes the checkpoints once the lanes, which stand behind it in the order, have ended.
private struct ClosingService: Service {
    let checkpoints: Checkpoints

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Closed all the same.
        }
        checkpoints.close()
    }
}

extension RecordCare {
    fileprivate convenience init(
        _ world: World,
        _ checkpoints: Checkpoints,
        _ traps: PlantedTraps
    ) throws(EvaluatorError) {
        try self.init(
            folder: world.folder.path,
            disk: world.disk,
            store: checkpoints.store,
            logger: world.logger,
            traps: traps
        )
    }
}

extension SettingAside {
    fileprivate convenience init(
        _ world: World,
        _ care: RecordCare,
        _ log: RPCClient
    ) throws {
        self.init(
            care: care,
            client: IngestionV1_QuarantineClient(log),
            segments: SegmentQuarantine(
                documents: RegistryV1_CatalogueClient(try world.registryClient()),
                ingestion: IngestionV1_IngestionClient(log),
                clock: world.clock
            ),
            instance: world.instance,
            name: world.common.name,
            clock: world.clock,
            logger: world.logger
        )
    }
}

extension Gather {
    fileprivate init(_ world: World, _ link: RegistryLink, _ own: SetsDoor) {
        self.init(
            instance: world.instance,
            link: link,
            clock: world.clock,
            own: own,
            peers: RPCClient(world: world)
        )
    }
}
