// What `shoal up` starts: names, folders, addresses and arguments, all from a few settings. Pure.

import Messages

/// How the suite of one data folder is laid out.
struct SuitePlan: Sendable, Hashable {
    /// The longest path of a Unix socket that Linux takes, in bytes.
    static let socketPathBytesMax = 107

    /// One process.
    struct Member: Sendable, Hashable {
        var name: String
        var kind: RegistryV1.ServiceKind
        var program: String
        var address: String
        var folder: String
        var arguments: [String]
    }

    /// What the user chose.
    struct Settings: Sendable, Hashable {
        var data: String
        var evaluators = 1
        var partitions = 64
        /// The first of the loopback ports; nil for sockets in the data folder.
        var portBase: Int?
        var logFormat = "json"
        var logLevel = "info"
    }

    let data: String
    /// Registry, ingestion, evaluators: each needs only those before it.
    let members: [Member]
    /// Why the addresses are not in the data folder, when they could not be.
    let note: String?

    /// The layout of these settings.
    ///
    /// - Parameter freePorts: the first of the ports used when socket paths are too long.
    init(_ settings: Settings, fallbackPort: Int) {
        data = settings.data
        let names =
            ["registry", "ingestion"] + (0..<settings.evaluators).map { "evaluator-\($0 + 1)" }
        let longest = names.map { "\(settings.data)/run/\($0).sock".utf8.count }.max() ?? 0
        let isTooLong = longest > Self.socketPathBytesMax
        let base = settings.portBase ?? (isTooLong ? fallbackPort : nil)
        note =
            settings.portBase == nil && isTooLong
            ? "the data folder's path is too long for sockets; using ports from \(fallbackPort)"
            : nil
        let addresses = names.enumerated().map { index, name in
            base.map { "tcp://127.0.0.1:\($0 + index)" }
                ?? "ipc://\(settings.data)/run/\(name).sock"
        }
        members = names.enumerated().map { index, name in
            Self.member(
                name,
                address: addresses[index],
                registry: addresses[0],
                settings: settings
            )
        }
    }

    private static func member(
        _ name: String,
        address: String,
        registry: String,
        settings: Settings
    ) -> Member {
        let folder = "\(settings.data)/\(name)"
        var arguments = [
            "--data-directory", folder, "--listen", address, "--name", name,
            "--log-format", settings.logFormat, "--log-level", settings.logLevel,
        ]
        if address.hasPrefix("tcp://") { arguments.append("--development") }
        let kind: RegistryV1.ServiceKind
        let program: String
        switch name {
        case "registry":
            kind = .registry
            program = "shoal-registry"
            arguments += ["--partitions", "\(settings.partitions)"]
        case "ingestion":
            kind = .ingestion
            program = "shoal-ingestion"
            arguments += ["--registry", registry]
        default:
            kind = .evaluator
            program = "shoal-evaluator"
            arguments += ["--registry", registry]
        }
        return Member(
            name: name,
            kind: kind,
            program: program,
            address: address,
            folder: folder,
            arguments: arguments
        )
    }

    /// The variables of the environment that are the command line's own.
    ///
    /// A service refuses a variable it does not know, so its children must not inherit these.
    static let ownVariables = [
        Variable.address, Variable.data, Variable.project,
    ]

    /// Their names.
    enum Variable {
        static let address = "SHOAL_ADDRESS"
        static let data = "SHOAL_DATA"
        static let project = "SHOAL_PROJECT"
    }

    /// The number of the evaluator of this name; nil for other names.
    static func evaluatorNumber(_ name: String) -> Int? {
        guard name.hasPrefix("evaluator-") else { return nil }
        let digits = name.dropFirst("evaluator-".count)
        guard let number = Int(digits), number > 0, String(number) == digits else { return nil }
        return number
    }

    /// Whether an instance of this name belongs to an earlier, larger run of the same folder.
    func isSurplus(_ name: String) -> Bool {
        Self.evaluatorNumber(name) != nil && !members.contains { $0.name == name }
    }
}
