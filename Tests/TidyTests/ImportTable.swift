// Who may import whom: the table of Shared/README.md as the machine reads it, from cellar to roof.
//
// A room looks down, never sideways, never up. A C module has one room as its door. Foundation is
// granted file by file, with the reason.
struct Room: Sendable {
    let folder: String
    let ours: Set<String>
    let others: Set<String>

    init(_ folder: String, ours: Set<String> = [], others: Set<String> = []) {
        self.folder = folder
        self.ours = ours
        self.others = others
    }

    var allowed: Set<String> { ours.union(others) }
}

enum ImportTable {
    private static let threads: Set = ["Glibc", "Synchronization"]
    /// Floors 0 to 3 without Messages' cellar: what a service stands on.
    private static let floors: Set = [
        "Basics", "Compression", "Segments", "Log", "Columns", "KeyValue", "Bus", "Messages",
        "Wire", "Chassis",
    ]
    private static let service: Set = ["Logging", "Metrics", "ServiceLifecycle", "Synchronization"]

    static let rooms: [Room] = [
        Room("Shared/Basics", others: threads.union(["CBasics"])),
        Room("Shared/Compression", ours: ["Basics"], others: ["CZstd", "CZlib"]),
        Room("Shared/Segments", ours: ["Basics"], others: ["Synchronization"]),
        Room("Shared/Stories", ours: ["Basics", "Segments"], others: ["Synchronization"]),
        Room("Shared/Bus", ours: ["Basics"], others: threads.union(["CNanomsg"])),
        Room("Shared/KeyValue", ours: ["Basics"], others: threads.union(["CRocksDB"])),
        Room("Shared/Log", ours: ["Basics", "Compression"], others: ["Synchronization"]),
        Room("Shared/Columns", ours: ["Basics"], others: ["Synchronization"]),
        Room(
            "Proto/Generated/Swift",
            ours: ["Basics"],
            others: ["CArena", "CProtobufC", "CShoalProto", "Synchronization"]
        ),
        Room("Shared/Wire", ours: ["Basics", "Segments", "Compression", "Messages"]),
        Room(
            "Shared/Chassis",
            ours: ["Basics", "Bus", "Wire", "Messages"],
            others: threads.union([
                "Configuration", "FlyingFox", "FlyingSocks", "Logging", "Metrics",
                "ServiceLifecycle", "UnixSignals", "Yams",
            ])
        ),
        Room(
            "Shared/Client",
            ours: ["Basics", "Bus", "Chassis", "Messages", "Segments", "Wire"],
            others: ["Synchronization"]
        ),
        Room("Services/Registry", ours: floors, others: service.union(["GRDB"])),
        Room("Services/Registry/Main", ours: ["Chassis", "Registry"]),
        Room("Services/Ingestion", ours: floors, others: service),
        Room("Services/Ingestion/Main", ours: ["Chassis", "Ingestion"]),
        Room("Services/Evaluator", ours: floors, others: service),
        Room("Services/Evaluator/Main", ours: ["Chassis", "Evaluator"]),
        Room(
            "Services/Shoal",
            ours: [
                "Basics", "Chassis", "Compression", "Log", "Messages", "Segments", "Stories",
                "Wire",
            ],
            others: threads.union(["ArgumentParser", "Subprocess", "Yams"])
        ),
        Room(
            stage,
            ours: [
                "Basics", "Bus", "Chassis", "Evaluator", "Ingestion", "Registry", "ShoalCommand",
                "Stories",
            ],
            others: ["Logging", "ServiceLifecycle", "Synchronization"]
        ),
        Room("Services/Shoal/Main", ours: ["ShoalCommand", "Stage"]),
    ]

    /// The one room that may say a C module's name.
    static let doors: [String: String] = [
        "CArena": "Proto/Generated/Swift", "CBasics": "Shared/Basics", "CNanomsg": "Shared/Bus",
        "CProtobufC": "Proto/Generated/Swift", "CRocksDB": "Shared/KeyValue",
        "CShoalProto": "Proto/Generated/Swift", "CZlib": "Shared/Compression",
        "CZstd": "Shared/Compression",
    ]

    /// Foundation, file by file.
    static let foundation: [String: String] = [
        "Shared/Segments/Zone.swift": "TimeZone reads tzdata",
        "Shared/Chassis/Life/Outside.swift": "environment and current folder of the process",
        "Shared/Chassis/Surroundings.swift": "standard input and folders of a command",
        "Shared/Chassis/Life/HealthPages.swift": "FlyingFox' answers are made of Data",
        "Services/Shoal/Backup/BackupManifest.swift": "JSONEncoder for a backup's manifest",
        "Services/Shoal/Config/EffectiveConfig.swift": "JSONDecoder for what a program tells",
        "Services/Shoal/Import/ImportTally.swift": "JSONEncoder for the state of an import",
        "Services/Shoal/Suite/SuiteFile.swift": "JSONEncoder for shoal.json",
        "Services/Registry/CheckedRow.swift": "GRDB's blobs are Data",
        "Services/Registry/RegistrySchema.swift": "GRDB's blobs are Data",
        "Services/Registry/RegistryStore+Audit.swift": "GRDB's blobs are Data",
        "Services/Registry/RegistryStore+Catalogue.swift": "GRDB's blobs are Data",
        "Services/Registry/RegistryDoor.swift": "TimeZone knows whether a zone's name exists",
    ]

    /// No service: it puts all of them into one process, and only the command line's main sees it.
    static let stage = "Services/Stage"

    /// Product modules that are services: nobody but their own Main and the stage may import them.
    static let services: Set = ["Registry", "Ingestion", "Evaluator", "ShoalCommand"]
}
