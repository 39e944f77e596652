// What shows the files of live segments above the pure room.
extension CoveredElsewhere {
    static let live = [
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("TakeOverTests"),
            ["FeedShelf+Copy"]
        ),
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("FarTimersTests"),
            ["LivePartition+Timers"]
        ),
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("FeedRowTests"),
            ["FeedShelf+Records"]
        ),
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("FeedRetentionTests"),
            ["FeedShelf+Retention"]
        ),
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("EvaluatorTests/LivePartitionTests"),
            [
                "ColumnsPast", "FollowedSegment", "KeptFeeds",
                "LivePartition+Columns",
                "LiveProject",
                "TimerQueue",
            ]
        ),
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("EvaluatorTests/NestedLiveTests"),
            ["LivePartition+Steps"]
        ),
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("SuiteTests/LiveCommandTests"),
            [
                "ActivityDesk", "FeedActivity", "FeedBoard", "FeedDoor", "FeedDoor+Changes",
            ]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("SuiteTests/LiveCommandTests"),
            ["SegmentsDoor+Live", "SegmentsDoor+LiveUpdates", "SetsDoor+Backtest"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/LiveCommandTests"),
            ["BacktestCommand", "TopCommand"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Documents",
            .test("SuiteTests/LiveCommandTests"),
            ["SegmentFile"]
        ),
        CoveredElsewhere(
            "Shared/Segments/Live",
            .test("EvaluatorTests/LivePartitionTests"),
            ["LiveUser+Bytes", "LiveUser+Following"]
        ),
        CoveredElsewhere(
            "Shared/Segments/Live",
            .test("SegmentsTests/LiveCarryingTests"),
            ["LiveUser+Carrying"]
        ),
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("SuiteTests/LiveCommandTests"),
            ["LiveUpdateDesk"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Print",
            .test("SuiteTests/LiveCommandTests"),
            ["LiveDiffPage"]
        ),
        CoveredElsewhere(
            "Shared/Segments/Conditions",
            .test("EvaluatorTests/LivePartitionTests"),
            ["InFeed"]
        ),
    ]
}
