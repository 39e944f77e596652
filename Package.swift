// swift-tools-version: 6.2
// The house of Shoal, listed from the cellar to the roof (see Shared/README.md for the floors).
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let testing: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

func cLibrary(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(
        name: name,
        path: "Shared/C/\(name)",
        pkgConfig: pkgConfig,
        providers: [.apt([package])]
    )
}
func cRoom(_ name: String, _ uses: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, path: "Shared/C/\(name)")
}
func shared(_ name: String, _ uses: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, path: "Shared/\(name)", swiftSettings: strict)
}
func service(_ name: String, _ uses: [Target.Dependency]) -> [Target] {
    [
        .target(
            name: name,
            dependencies: uses,
            path: "Services/\(name)",
            exclude: ["Main"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "shoal-\(name.lowercased())",
            dependencies: [.target(name: name), "Chassis"],
            path: "Services/\(name)/Main",
            swiftSettings: strict
        ),
    ]
}
func tests(_ name: String, _ uses: [Target.Dependency], data: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: uses,
        path: "Tests/\(name)Tests",
        exclude: data,
        swiftSettings: testing
    )
}
func product(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package)
}

let cellar: [Target] = [
    cRoom("CBasics"),
    cRoom("CArena", ["CProtobufC"]),
    cLibrary("CNanomsg", pkgConfig: "nanomsg", package: "libnanomsg-dev"),
    cLibrary("CProtobufC", pkgConfig: "libprotobuf-c", package: "libprotobuf-c-dev"),
    cLibrary("CRocksDB", pkgConfig: "rocksdb", package: "librocksdb-dev"),
    cLibrary("CZstd", pkgConfig: "libzstd", package: "libzstd-dev"),
    cLibrary("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
    .target(name: "CShoalProto", dependencies: ["CProtobufC"], path: "Proto/Generated/C"),
]
let messages: Target = .target(
    name: "Messages",
    dependencies: ["Basics", "CArena", "CProtobufC", "CShoalProto"],
    path: "Proto/Generated/Swift",
    swiftSettings: strict
)
let floors: [Target] = [
    shared("Basics", ["CBasics"]),
    shared("Compression", ["Basics", "CZstd", "CZlib"]),
    shared("Segments", ["Basics"]),
    shared("Bus", ["Basics", "CNanomsg"]),
    shared("Log", ["Basics", "Compression"]),
    shared("Columns", ["Basics"]),
    shared("KeyValue", ["Basics", "CRocksDB"]),
    messages,
    shared("Wire", ["Basics", "Segments", "Compression", "Messages"]),
    shared("Stories", ["Basics", "Segments"]),
    shared(
        "Chassis",
        [
            "Basics", "Bus", "Wire", "Messages", product("Configuration", "swift-configuration"),
            product("Logging", "swift-log"), product("Metrics", "swift-metrics"),
            product("ServiceLifecycle", "swift-service-lifecycle"),
            product("UnixSignals", "swift-service-lifecycle"), product("Yams", "Yams"),
            product("FlyingFox", "FlyingFox"), product("FlyingSocks", "FlyingFox"),
        ]
    ),
]
let client: Target = .target(
    name: "ShoalClient",
    dependencies: ["Basics", "Bus", "Chassis", "Messages", "Segments", "Wire"],
    path: "Shared/Client",
    exclude: ["README.md", "Python"],
    swiftSettings: strict
)
let services: [Target] =
    service("Registry", ["Basics", "Messages", "Wire", "Chassis", product("GRDB", "GRDB.swift")])
    + service(
        "Ingestion",
        ["Basics", "Columns", "KeyValue", "Log", "Messages", "Segments", "Wire", "Chassis"]
    )
    + service(
        "Evaluator",
        ["Basics", "Columns", "KeyValue", "Messages", "Segments", "Wire", "Chassis"]
    )
    + [
        .target(
            name: "ShoalCommand",
            dependencies: [
                "Basics", "Chassis", "Compression", "Log", "Messages", "Segments", "Stories",
                "Wire",
                product("ArgumentParser", "swift-argument-parser"),
                product("Subprocess", "swift-subprocess"), product("Yams", "Yams"),
            ],
            path: "Services/Shoal",
            exclude: ["Main"],
            swiftSettings: strict
        ),
        .target(
            name: "Stage",
            dependencies: [
                "Basics", "Bus", "Chassis", "Evaluator", "Ingestion", "Registry", "ShoalCommand",
                "Stories", product("Logging", "swift-log"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            path: "Services/Stage",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "shoal",
            dependencies: ["ShoalCommand", "Stage"],
            path: "Services/Shoal/Main",
            swiftSettings: strict
        ),
    ]
let testTargets: [Target] = [
    .target(
        name: "Kit",
        dependencies: ["Basics", "Segments"],
        path: "Tests/Kit",
        swiftSettings: testing
    ),
    .executableTarget(
        name: "shoal-poisoned",
        dependencies: ["Chassis", "Evaluator"],
        path: "Tests/Poisoned",
        swiftSettings: strict
    ),
    tests("Basics", ["Basics", "Kit"]),
    tests("Compression", ["Basics", "Compression"]),
    tests("Segments", ["Basics", "Segments", "Kit"], data: ["KeptCases"]),
    tests("Bus", ["Basics", "Bus", "Kit"]),
    tests("Log", ["Basics", "Log", "Kit"]),
    tests("Columns", ["Basics", "Columns", "Kit"]),
    tests("KeyValue", ["Basics", "KeyValue"]),
    tests("Messages", ["Basics", "Messages", "CArena"]),
    tests("Wire", ["Basics", "Messages", "Segments", "Wire", "Kit"]),
    tests(
        "Chassis",
        [
            "Basics", "Bus", "Chassis", "Messages", "Wire", "Kit", product("Logging", "swift-log"),
            product("Metrics", "swift-metrics"),
            product("ServiceLifecycle", "swift-service-lifecycle"),
        ]
    ),
    tests(
        "Registry",
        [
            "Basics", "Bus", "Chassis", "Messages", "Registry", "Wire", "Kit",
            product("GRDB", "GRDB.swift"), product("ServiceLifecycle", "swift-service-lifecycle"),
        ]
    ),
    tests(
        "Ingestion",
        ["Basics", "Bus", "Chassis", "Ingestion", "KeyValue", "Log", "Messages", "Wire", "Kit"]
    ),
    tests(
        "Evaluator",
        [
            "Basics", "Bus", "Chassis", "Columns", "Evaluator", "KeyValue", "Messages", "Segments",
            "Wire", "Kit",
        ]
    ),
    tests(
        "Shoal",
        [
            "Basics", "Bus", "Chassis", "Compression", "Kit", "Messages", "Segments",
            "ShoalCommand", "Wire",
        ],
        data: ["Samples"]
    ),
    tests(
        "Stories",
        ["Basics", "Bus", "Chassis", "Kit", "Segments", "ShoalCommand", "Stage", "Stories"],
        data: ["Stories", "Wrong"]
    ),
    tests(
        "Suite",
        ["Basics", "Bus", "Chassis", "Messages", "Segments", "ShoalCommand", "Wire", "Kit"],
        data: ["Definitions"]
    ),
    .testTarget(
        name: "InteropTests",
        dependencies: ["Basics", "Bus", "Chassis", "Kit", "Messages", "ShoalClient", "Wire"],
        path: "Tests/Interop",
        exclude: ["README.md", "Python", "vectors", "previous.binpb"],
        swiftSettings: testing
    ),
    .testTarget(
        name: "SimulationTests",
        dependencies: [
            "Basics", "Chassis", "Columns", "Evaluator", "Ingestion", "KeyValue", "Kit", "Log",
            "Messages", "Registry", "Segments", "Wire",
        ],
        path: "Tests/Simulation",
        exclude: ["KeptSeeds.txt"],
        // Everything runs where it is called, so that a seed gives one order of everything.
        swiftSettings: testing + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]
    ),
    tests("Tidy", [], data: ["Fixtures"]),
]

let package = Package(
    name: "shoal",
    platforms: [.macOS(.v26)],
    products: [
        // What a backend adds to its package: the client, and the words it is spoken to with.
        .library(name: "ShoalClient", targets: ["ShoalClient", "Messages", "Segments", "Basics"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration",
            from: "1.4.0",
            traits: ["CommandLineArguments", "YAML"]
        ),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: cellar + floors + [client] + services + testTargets
)
