// Where Wire, Chassis and the services are shown, for files without a test file of their own name.
extension CoveredElsewhere {
    static let upperFloors = wire + life + calls + client

    private static let client = [
        CoveredElsewhere(
            "Shared/Client",
            .test("Interop/SwiftClientTests"),
            [
                "Members", "ProjectCaller", "PropertyLiterals", "RosterWatch", "ServerStubs",
                "Shoal", "Shoal+Questions", "Shoal+Records", "ShoalOptions", "Subjects",
            ]
        ),
        CoveredElsewhere(
            "Shared/Client",
            .test("Interop/SegmentFeedTests"),
            ["FeedFollower", "SegmentFeed"]
        ),
    ]

    private static let wire = [
        CoveredElsewhere(
            "Shared/Wire",
            .test("DefinitionCodingTests"),
            [
                "AggregateCoding", "CellCoding", "ChannelCoding", "CountCoding", "FilterCoding",
                "HabitCoding", "OrderCoding", "TimesCoding", "WindowCoding",
            ]
        ),
        CoveredElsewhere("Shared/Wire", .test("EvaluatorTests/SetsQuestionTests"), ["SetCoding"]),
        CoveredElsewhere(
            "Shared/Wire",
            .test("FrameTests"),
            [
                "FramePayload", "FramePrefix", "PackedFrame", "ReplyFrame", "RequestFrame",
                "WireError",
            ]
        ),
    ]

    private static let life = [
        CoveredElsewhere(
            "Shared/Chassis/Life",
            .test("ConfigLoaderTests"),
            ["CommandLineFlags", "ConfigFile", "ConfigKey", "ConfigReader"]
        ),
        CoveredElsewhere("Shared/Chassis/Life", .test("CommonConfigTests"), ["ConfigHelp"]),
        CoveredElsewhere("Shared/Chassis/Life", .test("DataFolderTests"), ["FolderDoor"]),
        CoveredElsewhere(
            "Shared/Chassis/Life",
            .test("LogHandlerTests"),
            ["JSONLogHandler", "LogKeys", "LogLevelSwitch", "LogOutput", "PrettyLogHandler"]
        ),
        CoveredElsewhere("Shared/Chassis/Life", .test("PrometheusMetricsTests"), ["MetricSeries"]),
        CoveredElsewhere(
            "Shared/Chassis/Life",
            .test("ChassisTests"),
            ["Outside", "StopDeadline"]
        ),
        CoveredElsewhere("Shared/Chassis", .test("ChassisTests"), ["StopSwitch", "World"]),
        CoveredElsewhere("Shared/Chassis", .test("ExitCodeTests"), ["ChassisError"]),
        CoveredElsewhere("Shared/Chassis", .test("HealthTests"), ["RisingNumber"]),
    ]

    private static let calls = [
        CoveredElsewhere("Shared/Chassis", .test("SuiteTests/AnswersTests"), ["Surroundings"]),
        CoveredElsewhere("Shared/Chassis/Calls", .test("LongPollTests"), ["LongPolls"]),
        CoveredElsewhere("Shared/Chassis/Calls", .test("BackupDeskTests"), ["StorageCopy"]),
        CoveredElsewhere("Shared/Chassis/Calls", .test("RegistryLinkTests"), ["RosterNews"]),
        CoveredElsewhere(
            "Shared/Chassis/Calls",
            .test("ClientTests"),
            ["BusError+Fault", "Peer", "PeerPool", "RPCClient"]
        ),
        CoveredElsewhere(
            "Shared/Chassis/Calls",
            .test("SuiteTests/CrashTests"),
            ["RosterFollower", "RosterStore", "World+Calls", "World+Registry"]
        ),
        CoveredElsewhere(
            "Shared/Chassis/Calls",
            .test("ServerContractTests"),
            [
                "Dispatcher", "Frames", "HouseServices", "MethodMeters",
                "MethodTable", "RPCServer", "RunningCalls", "ServerHouse", "TraceContext",
            ]
        ),
    ]

    static let roof = registry + ingestion + evaluator + command

    private static let registry = [
        // Real processes: registered, killed and asked.
        CoveredElsewhere(
            "Services/Registry",
            .test("SuiteTests/CrashTests"),
            ["Project", "Registry", "RegistryConfig", "RegistryDoor"]
        ),
        CoveredElsewhere("Services/Registry", .test("RosterTests"), ["RegistryError"]),
        CoveredElsewhere(
            "Services/Registry",
            .test("CoordinationContractTests"),
            ["Coordination", "MemoryCoordination"]
        ),
        CoveredElsewhere(
            "Services/Registry",
            .test("RegistryStoreTests"),
            ["CheckedRow", "RegistrySchema"]
        ),
        CoveredElsewhere("Services/Registry", .test("AuditTrailTests"), ["AuditActor"]),
        CoveredElsewhere("Services/Registry", .test("RegistryTests"), ["AuditDoor"]),
        CoveredElsewhere(
            "Services/Registry",
            .test("SuiteTests/AnswersTests"),
            ["CatalogueDoor", "DocumentKey"]
        ),
    ]

    private static let ingestion = [
        CoveredElsewhere("Services/Ingestion", .test("SuiteTests/BackupTests"), ["LogBackup"]),
        CoveredElsewhere(
            "Services/Ingestion",
            .test("SuiteTests/BadInputTests"),
            ["CheckedRecord", "EventCheck", "IngestionError"]
        ),
        CoveredElsewhere(
            "Services/Ingestion",
            .test("SuiteTests/AnswersTests"),
            ["CatalogueKeeper", "IntakeGroup+Control", "SchemaStore"]
        ),
        CoveredElsewhere(
            "Services/Ingestion",
            .test("ImportLedgerTests"),
            ["IndexReader+Imports", "IngestionDoor+Imports"]
        ),
        CoveredElsewhere("Services/Ingestion", .test("ListChangesTests"), ["IntakeGroup+Lists"]),
        CoveredElsewhere(
            "Services/Ingestion",
            .test("RejectRetryTests"),
            ["IngestionDoor+Rejects", "RejectDesk"]
        ),
        CoveredElsewhere("Services/Ingestion", .test("SchemaBookTests"), ["SchemaCoding"]),
        // Real processes: written to, killed at random, recovered and read back.
        CoveredElsewhere(
            "Services/Ingestion",
            .test("SuiteTests/CrashTests"),
            [
                "FetchedPages", "Fetcher", "Index", "IndexReader", "IndexReplay", "Ingestion",
                "IngestionConfig", "IngestionDoor", "IngestionParts", "Intake", "IntakeGroup",
                "IntakeOrder", "Numbering", "Ownership", "ReadingDesk", "RegistryFollower",
                "SealingService",
            ]
        ),
    ]

    private static let evaluator = [
        CoveredElsewhere(
            "Services/Evaluator",
            .test("SuiteTests/AnswersTests"),
            ["Catalogue", "SegmentsDoor+Writing"]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("SuiteTests/BadInputTests"),
            ["EvaluatorError"]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("SuiteTests/CrashTests"),
            [
                "AnswerSum", "Checkpoints", "ColumnFiles", "Definitions", "Manifest", "Evaluator",
                "EvaluatorConfig", "Follower", "Gather", "Lane", "SegmentsDoor", "SetsDoor",
            ]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("TrendTests"),
            ["InstantRows", "KeptTrends", "TrendCount", "TrendInstants", "TrendThreads"]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("UsersDoorTests"),
            ["UserPage", "UserSearch"]
        ),
        CoveredElsewhere("Services/Evaluator", .test("SetsQuestionTests"), ["SegmentsOfUser"]),
        CoveredElsewhere("Services/Evaluator", .test("QuestionLimitTests"), ["QuestionCost"]),
        CoveredElsewhere("Services/Evaluator", .test("SizesQuestionTests"), ["JointReading"]),
        CoveredElsewhere("Services/Evaluator", .test("GatherTests"), ["OwnersQuestion"]),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("ReachabilityTests"),
            ["SegmentsDoor+Reachability"]
        ),
        CoveredElsewhere("Services/Evaluator", .test("HistoryContractTests"), ["History"]),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("LaneTests"),
            ["Applied", "LaneOrder", "Merging"]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("TakeOverTests"),
            [
                "CheckpointCopy", "CheckpointCopy+Feeds", "Checkpoints+Copies", "CheckpointsDoor",
                "CopyThreads",
            ]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("DifferentialTests"),
            [
                "EventLeafReader", "MatchMask", "OrderedLeafReader", "PartitionState",
                "PartitionState+Rows", "Question", "SetReader", "UserQuestion",
            ]
        ),
    ]

    private static let command = [
        CoveredElsewhere(
            "Services/Stage",
            .test("StoriesTests/PlayTests"),
            ["Player", "Stage", "StoryClock"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Play",
            .test("StoriesTests/PlayTests"),
            ["OnStage", "RisingLine", "StoryBacktest", "StoryConsumer", "WireStage"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Play",
            .test("StoryPageTests"),
            ["StoryFile", "StoryLines", "StoryTime", "StoryWords"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("StoriesTests/PlayTests"),
            ["PlayCommand"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Backup",
            .test("BackupManifestTests"),
            ["BackupPath", "PieceSums"]
        ),
        CoveredElsewhere("Services/Shoal/Backup", .test("BackupSourcesTests"), ["CopyWriter"]),
        CoveredElsewhere("Services/Shoal/Backup", .test("RestorationTests"), ["DurableFolder"]),
        CoveredElsewhere(
            "Services/Shoal/Backup",
            .test("SuiteTests/BackupTests"),
            ["BackupCheck", "BackupFolder", "BackupMaking", "BackupPage", "CopyStream"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/BackupTests"),
            ["BackupCommand"]
        ),
        CoveredElsewhere("Services/Shoal", .test("EntryTests"), ["CommandError", "CommandExit"]),
        CoveredElsewhere("Services/Shoal", .test("EntryTests"), ["Desk", "Shoal"]),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("EntryTests"),
            ["Options", "PreviewCommand"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/ListCommandTests"),
            ["ListCommand", "ListUpload", "ReachabilityCommand"]
        ),
        // Deploy/answers drives these commands against real processes.
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/AnswersTests"),
            [
                "ImportCommand", "ProjectCommand", "QuestionCommands", "SegmentCommand",
                "StatusCommand", "UpCommand",
            ]
        ),
        CoveredElsewhere(
            "Services/Shoal/Demo",
            .test("DemoTests"),
            ["DemoPeople", "DemoSegment", "DemoStream", "DemoTruth", "DemoWords"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Demo",
            .nothing("sends DemoStream's records by Import; `Deploy/run --once` runs it"),
            ["DemoImport"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .nothing("the demo itself: `Deploy/run --once` runs it"),
            ["DemoCommand"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Documents",
            .test("PlainDocumentTests"),
            ["DefinitionFile"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Import",
            .test("ImportTests"),
            [
                "FileImport", "ImportBatch", "ImportSender", "ImportTally", "InputFile",
                "RecordSource",
            ]
        ),
        CoveredElsewhere("Services/Shoal/Import", .test("CSVReaderTests"), ["TableReader"]),
        CoveredElsewhere(
            "Services/Shoal/Rpc",
            .test("RpcTests"),
            [
                "Base64", "ContractPage", "Descriptors", "MessageFromJSON", "MessageToJSON",
                "Shapes", "WireFields",
            ]
        ),
        CoveredElsewhere("Services/Shoal/Rpc", .test("SuiteTests/CommandTests"), ["RpcTarget"]),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/CommandTests"),
            [
                "AuditCommand", "EventsCommand", "ExplainCommand", "ImportUndoCommand",
                "InstanceCommands", "RejectsCommand", "RpcCommand", "SchemaCommand", "TrendCommand",
            ]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/QuestionCommandTests"),
            [
                "ExportCommand", "PlotOptions", "SetCommands", "SizesCommand", "UpdateCommands",
                "UserCommand",
            ]
        ),
        CoveredElsewhere(
            "Services/Shoal/Print",
            .test("SuiteTests/QuestionCommandTests"),
            ["DiffPage", "OverlapPage", "UserProfilePage"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Chart",
            .test("ChartTests"),
            ["ChartDrawing", "ChartPNG", "ChartSVG", "ChartText", "PixelFont"]
        ),
        CoveredElsewhere("Services/Shoal/Export", .test("ExportFileTests"), ["ExportLine"]),
        CoveredElsewhere(
            "Services/Shoal/Config",
            .test("EnvironmentFileTests"),
            ["EffectiveConfig"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Config",
            .test("SuiteTests/ConfigTests"),
            ["ServiceProgram"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/ConfigTests"),
            ["ConfigCommand"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Doctor",
            .test("DiagnosisTests"),
            ["Check", "Diagnosis+Suite", "DoctorFacts", "MachineLook"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Doctor",
            .test("SuiteTests/DoctorTests"),
            ["DoctorLook", "SocketLook"]
        ),
        CoveredElsewhere("Services/Shoal/Suite", .test("SuiteTests/DoctorTests"), ["SuiteLook"]),
        CoveredElsewhere("Services/Shoal/Suite", .test("RestartPlanTests"), ["SuiteFacts"]),
        CoveredElsewhere(
            "Services/Shoal/Restart",
            .test("SuiteTests/RestartTests"),
            ["RollingRestart"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/RestartTests"),
            ["RestartCommand"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/DoctorTests"),
            ["DoctorCommand"]
        ),
        CoveredElsewhere("Services/Shoal/Commands", .test("EntryTests"), ["ShellCommand"]),
        CoveredElsewhere("Services/Shoal/Import", .test("RecordReaderTests"), ["LineProblem"]),
        CoveredElsewhere(
            "Services/Shoal/Print",
            .test("PrintTests"),
            ["Ink", "JSONText", "PlainText", "ProgressLine", "Quantity", "Sparkline", "Table"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Suite",
            .test("SuiteTests"),
            ["FolderRemoval", "LogFile", "RestartBook", "SuiteFile", "SuitePlan"]
        ),
        CoveredElsewhere("Services/Shoal/Suite", .test("SuiteTests/AnswersTests"), ["Supervisor"]),
    ]
}
