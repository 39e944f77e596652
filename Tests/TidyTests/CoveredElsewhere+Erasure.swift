// What shows the files by which users are erased.
extension CoveredElsewhere {
    static let erasure = [
        CoveredElsewhere(
            "Services/Ingestion",
            .test("ErasureTests"),
            ["Erasures", "IngestionDoor+Erasure", "IntakeGroup+Erasure", "UserExport"]
        ),
        CoveredElsewhere(
            "Services/Ingestion",
            .test("IngestionTests/ErasedMergesTests"),
            ["MergeTrail", "WholeUser"]
        ),
        CoveredElsewhere(
            "Services/Ingestion",
            .test("IngestionTests/UserRecordsTests"),
            ["MergedFamily"]
        ),
        CoveredElsewhere(
            "Shared/Chassis/Life",
            .test("IngestionTests/ErasedRewritingTests"),
            ["StartOrder"]
        ),
        CoveredElsewhere(
            "Shared/KeyValue",
            .test("IngestionTests/ErasedRewritingTests"),
            ["StoreCompaction"]
        ),
        CoveredElsewhere(
            "Services/Evaluator/Live",
            .test("EvaluatorTests/GoneUserTests"),
            ["LivePartition+Gone"]
        ),
        CoveredElsewhere(
            "Services/Evaluator",
            .test("EvaluatorTests/ForgottenColumnsTests"),
            ["Checkpoints+Rewriting"]
        ),
        CoveredElsewhere(
            "Services/Shoal/Commands",
            .test("SuiteTests/ErasureCommandTests"),
            ["UserErasureCommands"]
        ),
    ]
}
