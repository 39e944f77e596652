// What an ingestion instance can be told: its own settings, beside those every service has.

public import Chassis

/// The settings of an ingestion instance.
public struct IngestionConfig: ServiceConfig {
    /// Size at which a journal file is closed and sealed into volumes.
    ///
    /// Unit: MiB.
    public let journalFileMiB: Int
    /// Records that one group commit holds at most.
    public let groupRecordsMax: Int
    /// Batches that may wait to be written; the next is refused.
    public let queueMax: Int

    /// The keys, their defaults, units and ranges.
    public static var keys: [ConfigKey] {
        [
            .int(
                "journal.file-mib",
                default: 64,
                unit: "MiB",
                range: 1...1_024,
                "size at which a journal file is closed and sealed into volumes"
            ),
            .int(
                "journal.group-records",
                default: 20_000,
                unit: "records",
                range: 1...100_000,
                "records that one group commit holds at most"
            ),
            .int(
                "intake.queue",
                default: 256,
                unit: "batches",
                range: 1...10_000,
                "batches that may wait to be written; the next is refused"
            ),
        ]
    }

    /// Reads the settings.
    public init(reader: ConfigReader) throws {
        journalFileMiB = reader.int("journal.file-mib")
        groupRecordsMax = reader.int("journal.group-records")
        queueMax = reader.int("intake.queue")
    }
}
