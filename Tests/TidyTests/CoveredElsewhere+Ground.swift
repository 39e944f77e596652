// Where the rooms of floors 0 and 1 are shown, for files without a test file of their own name.
extension CoveredElsewhere {
    static let groundFloors = basics + segments + stories + bus + log + columns + keyValue

    private static let basics = [
        CoveredElsewhere(
            "Shared/Basics",
            .test("BytesTests"),
            ["ByteCursor", "ByteReader", "ByteWriter", "BytesError"]
        ),
        CoveredElsewhere("Shared/Basics", .test("DiskTests"), ["DiskError"]),
        CoveredElsewhere("Shared/Basics", .test("RealDiskTests"), ["RealFile"]),
        CoveredElsewhere("Shared/Basics", .test("MappedFileTests"), ["MappedArray"]),
        CoveredElsewhere(
            "Shared/Compression",
            .test("DecompressorTests"),
            ["CompressionError", "GzipStream", "ZstdStream"]
        ),
        CoveredElsewhere("Shared/Compression", .test("ShoalTests/ChartTests"), ["Zlib"]),
    ]

    private static let segments = [
        CoveredElsewhere("Shared/Segments", .test("IngestionTests/EventCheckTests"), ["EventTime"]),
        // The differential test draws every condition kind and holds it against the oracle.
        CoveredElsewhere(
            "Shared/Segments/Conditions",
            .test("DifferentialTests"),
            [
                "AllOf", "AnyOf", "Bucket", "Did", "DidNot", "Distinct", "First", "InList",
                "InSegment", "InSequence", "Last", "Not", "Nth", "Occurrence", "Predominantly",
                "Reachable", "Rfm", "Share", "UserProperty",
            ]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("DifferentialTests"),
            [
                "EventOrder", "LocalClock", "LocalTimes", "OrderedLeaf", "OrderedTest",
                "SequenceRule", "SetForm",
            ]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("DifferentialTests"),
            ["UserHistory", "UserReader"]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("ExplanationTests"),
            ["EventTally", "Explanation+Lines"]
        ),
        CoveredElsewhere("Shared/Segments", .test("DefinitionDiffTests"), ["Lint"]),
        CoveredElsewhere(
            "Shared/Segments",
            .test("SetExpressionTests"),
            ["SetExpressionText"]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("AggregateTests"),
            ["AggregateTest", "CompiledAggregate"]
        ),
        CoveredElsewhere("Shared/Segments", .test("JointPlanTests"), ["LeafKey"]),
        CoveredElsewhere("Shared/Segments", .test("MatchTests"), ["MatchTest"]),
        CoveredElsewhere(
            "Shared/Segments/Conditions",
            .test("HabitTests"),
            ["Regularly", "Restarted", "Stopped"]
        ),
        CoveredElsewhere("Shared/Segments", .test("ReachableTests"), ["Channel", "Universe"]),
        CoveredElsewhere("Shared/Segments", .test("FlipTests"), ["LeafCourse", "WindowCourse"]),
        CoveredElsewhere("Shared/Segments", .test("PlanTests"), ["EventMatch", "PlanBuilder"]),
        CoveredElsewhere(
            "Shared/Segments",
            .test("SumTests"),
            ["CountTest", "ExactSum", "SumTest"]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("CompiledFilterTests"),
            ["CaseFolding", "CaseFoldingTable", "PropertyFilter"]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("SentenceReaderTests"),
            ["EventMatch+Sentence", "PropertyFilter+Sentence", "SentenceWords"]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("TextPatternTests"),
            ["PatternSyntax", "ScalarSet"]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("TimeWindowsTests"),
            ["Window", "Zone"]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("DefinitionReaderTests"),
            [
                "DefinitionWriter", "DurationText", "ExactName", "Field", "InstantText",
                "PlainValue", "PropertyFilter+Form", "Window+Form",
            ]
        ),
        CoveredElsewhere(
            "Shared/Segments",
            .test("ValidationTests"),
            [
                "Audit", "Definition", "DefinitionLimits", "DefinitionProblem",
                "PropertyFilter+Check", "Vocabulary",
            ]
        ),
        CoveredElsewhere(
            "Shared/Segments/Live",
            .test("LiveReaderTests"),
            [
                "DateTrigger", "Inaction", "LiveDefinition", "PageTrigger", "PropertyChange",
                "Trigger",
            ]
        ),
        CoveredElsewhere(
            "Shared/Segments/Live",
            .test("LiveCourseTests"),
            [
                "LivePlan", "LiveUser", "LiveUser+Dates", "LiveUser+Firing", "LiveUser+Hear",
                "LiveUser+Inaction",
            ]
        ),
        CoveredElsewhere(
            "Shared/Segments/Live",
            .test("StoriesTests/LanguagePageTests"),
            ["Backtest"]
        ),
    ]

    private static let stories = [
        CoveredElsewhere(
            "Shared/Stories",
            .test("StoriesTests/PlayTests"),
            [
                "EngineStage+Known", "EngineStage+Live", "EngineStage+Merges", "Stage", "Story",
                "StoryFeed", "StoryPlay", "StoryProblem", "StoryRecords",
            ]
        )
    ]

    private static let bus = [
        // The contract runs over both buses and all their parts.
        CoveredElsewhere(
            "Shared/Bus",
            .test("ContractTests"),
            [
                "Bus", "CallDesk", "MemoryChannel", "MemoryServer", "NanomsgBus",
                "NanomsgChannel", "NanomsgServer", "PollLoop", "Replier",
            ]
        ),
        CoveredElsewhere("Shared/Bus", .test("EndpointTests"), ["BusError"]),
        CoveredElsewhere("Shared/Bus", .test("HostilePeerTests"), ["NanomsgSocket"]),
    ]

    private static let log = [
        CoveredElsewhere(
            "Shared/Log",
            .test("FormatTests"),
            ["GroupBytes", "Marks", "VolumeFormat"]
        ),
        // The contract runs over both implementations.
        CoveredElsewhere("Shared/Log", .test("LogContractTests"), ["Log", "MemoryLog"]),
        CoveredElsewhere(
            "Shared/Log",
            .test("JournalTests"),
            ["EmbeddedLog", "JournalFile", "LogError", "LogGroup", "LogSettings"]
        ),
        CoveredElsewhere(
            "Shared/Log",
            .test("LogReaderTests"),
            ["BlockCache", "LogState", "Records"]
        ),
        CoveredElsewhere(
            "Shared/Log",
            .test("RecoveryTests"),
            ["JournalRecovery", "JournalScan"]
        ),
        CoveredElsewhere("Shared/Log", .test("MissingFileTests"), ["VolumeRecovery"]),
        CoveredElsewhere("Shared/Log", .test("VolumeTests"), ["VolumeReader", "VolumeWriter"]),
        CoveredElsewhere("Shared/Log", .test("LogCopyTests"), ["LogCheck"]),
    ]

    private static let columns = [
        // Ties by the client's own order, values at the instants of events: as from the log.
        CoveredElsewhere(
            "Shared/Columns",
            .test("EvaluatorTests/DifferentialTests"),
            ["ClientSequence", "PropertySuccessions"]
        ),
        CoveredElsewhere(
            "Shared/Columns",
            .test("ChunkTests"),
            [
                "ChunkWriter", "EventTable", "ListColumn", "NarrowColumn", "PropertyColumn",
                "SectionWriter", "TextDictionary", "UserColumn",
            ]
        ),
        CoveredElsewhere("Shared/Columns", .test("ChunkMergeTests"), ["ChunkContents"]),
        CoveredElsewhere("Shared/Columns", .test("EventScanTests"), ["UserRuns"]),
        CoveredElsewhere(
            "Shared/Columns",
            .test("RowMaskTests"),
            ["RowMask+Lanes", "RowMask+Values"]
        ),
        CoveredElsewhere(
            "Shared/Columns",
            .test("ChunkDamageTests"),
            ["ChunkPieces", "ColumnsError", "Format", "SectionReader"]
        ),
        CoveredElsewhere(
            "Shared/Columns",
            .test("PartitionColumnsTests"),
            ["PartitionColumns+LeftOut", "PropertyVersions", "UserHistory", "UserIndex"]
        ),
        CoveredElsewhere(
            "Shared/Columns",
            .test("ImportBookTests"),
            ["ImportedUsers", "SealedTables"]
        ),
        CoveredElsewhere(
            "Shared/Columns",
            .test("EvaluatorTests/QuestionLimitTests"),
            ["PropertyVersions+Size"]
        ),
        CoveredElsewhere("Shared/Columns", .test("TailTests"), ["TailTable", "ValueTag"]),
    ]

    private static let keyValue = [
        CoveredElsewhere("Shared/KeyValue", .test("StoreTests"), ["Batch", "StoreReading"]),
        CoveredElsewhere(
            "Shared/KeyValue",
            .test("StoreDamageTests"),
            ["KeyValueError", "StoreOpening", "StoreOptions"]
        ),
    ]
}
