// What an evaluator can be told: its own settings, beside those every service has.

public import Chassis

/// The settings of an evaluator.
public struct EvaluatorConfig: ServiceConfig {
    /// Threads that own partitions.
    public let lanes: Int
    /// Rows at which a partition's tail is sealed into a chunk.
    public let chunkRows: Int
    /// Bytes at which a partition's tail is sealed into a chunk.
    ///
    /// Unit: MiB.
    public let chunkMiB: Int
    /// Bytes of records fetched at a time.
    ///
    /// Unit: KiB.
    public let fetchKiB: Int
    /// The most memory one question may take at a time.
    ///
    /// Unit: MiB.
    public let questionMiB: Int
    /// Whether partitions of other evaluators are not read along.
    public let isStandbyOff: Bool
    /// How long a feed's changes are kept; a consumer that lacks older ones starts anew.
    ///
    /// Unit: days of log time.
    public let feedDays: Int

    /// The keys, their defaults, units and ranges.
    public static var keys: [ConfigKey] {
        [
            .int(
                "lanes",
                default: 2,
                unit: "threads",
                range: 1...64,
                "threads that own partitions: one per core"
            ),
            .int(
                "chunk.rows",
                default: 8_192,
                unit: "rows",
                range: 1...10_000_000,
                "rows at which a partition's tail is sealed into a chunk"
            ),
            .int(
                "chunk.mib",
                default: 8,
                unit: "MiB",
                range: 1...1_024,
                "memory at which a partition's tail is sealed into a chunk"
            ),
            .int(
                "fetch.kib",
                default: 1_024,
                unit: "KiB",
                range: 16...8_192,
                "records fetched from the log at a time"
            ),
            .int(
                "question.mib",
                default: 512,
                unit: "MiB",
                range: 1...65_536,
                "memory one question may take at a time; one that would take more is refused"
            ),
            .int(
                "feed.days",
                default: 90,
                unit: "days",
                range: 2...3_660,
                "how long changes of feeds are kept; a consumer further behind starts anew"
            ),
            .flag(
                "standby.off",
                "read no partitions along for other evaluators: half the memory and work, but "
                    + "whoever takes over from a lost one reads the log first"
            ),
        ]
    }

    /// Reads the settings.
    public init(reader: ConfigReader) throws {
        lanes = reader.int("lanes")
        chunkRows = reader.int("chunk.rows")
        chunkMiB = reader.int("chunk.mib")
        fetchKiB = reader.int("fetch.kib")
        questionMiB = reader.int("question.mib")
        feedDays = reader.int("feed.days")
        isStandbyOff = reader.flag("standby.off")
    }
}
