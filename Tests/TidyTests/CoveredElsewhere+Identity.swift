// What shows the files of users who become one, and two again, and of records that are set aside.
extension CoveredElsewhere {
    static let identity = [
        CoveredElsewhere(
            "Services/Ingestion",
            .test("AsidesTests"),
            ["IntakeGroup+Aside"]
        ),
        CoveredElsewhere(
            "Services/Ingestion",
            .test("SuiteTests/QuarantineTests"),
            ["QuarantineDoor"]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("SuiteTests/QuarantineTests"),
            ["SettingAside"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/QuarantineTests"),
            ["QuarantineCommand"]
        ),
        CoveredElsewhere(
            "Services/Ingestion",
            .test("MergeTests"),
            [
                "IngestionDoor+Identity", "IntakeGroup+Merge", "IntakeGroup+Unmerge", "KnownUser",
                "MergeRule", "RecordMove",
            ]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("StoriesTests/PlayTests"),
            ["SegmentsDoor+Merged"]
        ),
        CoveredElsewhere(
            "Services/Ingestion",
            .test("IngestionTests/KnownUsersTests"),
            ["IntakeGroup+Known"]
        ),
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("EvaluatorTests/MergedFeedTests"),
            ["LivePartition+Merges"]
        ),
        CoveredElsewhere(
            "Shared/Segments/Live",
            .test("EvaluatorTests/MergedFeedTests"),
            ["LiveUser+Recount"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/QuestionCommandTests"),
            ["UserIdentityCommands"]
        ),
    ]
}
