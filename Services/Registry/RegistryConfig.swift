// What a registry can be told: its own settings, beside those every service has.

public import Chassis

/// The settings of a registry.
public struct RegistryConfig: ServiceConfig {
    /// Partitions of a new deployment; one that exists keeps its own.
    public let partitions: Int
    /// How long a lease runs after each heartbeat.
    ///
    /// Unit: ms.
    public let leaseMs: Int

    /// The keys, their defaults, units and ranges.
    public static var keys: [ConfigKey] {
        [
            .int(
                "partitions",
                default: 64,
                unit: "partitions",
                range: 1...4_096,
                "partitions of a new deployment; one that exists keeps its own"
            ),
            .int(
                "lease-ms",
                default: 3_000,
                unit: "ms",
                range: 300...600_000,
                "how long an instance is held for alive after its last heartbeat"
            ),
        ]
    }

    /// Reads the settings.
    public init(reader: ConfigReader) throws {
        partitions = reader.int("partitions")
        leaseMs = reader.int("lease-ms")
    }
}
