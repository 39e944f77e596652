// What every service is told: where its data are, where it listens, how it logs.

import Bus
public import Logging

/// The settings that all services share.
public struct CommonConfig: Sendable, Hashable {
    /// How log lines look.
    public enum LogFormat: String, Sendable, Hashable, CaseIterable {
        /// One JSON object per line.
        case json
        /// For people at a terminal.
        case pretty
        /// Pretty at a terminal, JSON elsewhere.
        case auto
    }

    /// The data folder, absolute.
    public var dataDirectory: String
    /// Where the service listens: `tcp://` (development only until frames are sealed) or `ipc://`.
    public var listen: String
    /// Where others reach it.
    public var advertise: String
    /// The registry's addresses, tried in any order.
    public var registry: [String]
    /// The instance's name for people.
    public var name: String
    /// The level at start; `Admin.LogLevel` changes it.
    public var logLevel: Logger.Level
    /// How log lines look.
    public var logFormat: LogFormat
    /// The loopback port of `/livez`, `/readyz` and `/metrics`; 0 is none.
    public var httpPort: UInt16
    /// Whether unsealed TCP is allowed.
    public var development: Bool
    /// Free space below which writes are refused, in bytes.
    public var freeBytesMin: Int
    /// How long a graceful stop may take before the process ends anyway, in milliseconds.
    public var stopTimeoutMs: Int

    /// Plain settings for tests: nothing listens to HTTP, development is on.
    public init(dataDirectory: String, listen: String, registry: [String] = []) {
        self.dataDirectory = dataDirectory
        self.listen = listen
        advertise = listen
        self.registry = registry
        name = "test"
        logLevel = .info
        logFormat = .json
        httpPort = 0
        development = true
        freeBytesMin = 0
        stopTimeoutMs = 30_000
    }

    /// The keys behind these settings.
    public static let keys: [ConfigKey] = [
        .text("data.directory", "The folder of this instance's data. Required."),
        .text(
            "listen",
            "Where to listen: ipc:///FOLDER/NAME, or tcp://HOST:PORT with --development. "
                + "Default: ipc:// in the data folder."
        ),
        .text("advertise", "The address others use, if it is not the one listened on."),
        .list("registry", "The registry's addresses."),
        .text("name", "The instance's name for people. Default: the service's name."),
        .choice(
            "log.level",
            of: Logger.Level.allCases.map(\.rawValue),
            default: "info",
            "How much is logged."
        ),
        .choice(
            "log.format",
            of: LogFormat.allCases.map(\.rawValue),
            default: "auto",
            "How log lines look; auto is pretty at a terminal and JSON elsewhere."
        ),
        .int(
            "http.port",
            default: 0,
            range: 0...65_535,
            "The port of /livez, /readyz and /metrics on 127.0.0.1; 0 is none."
        ),
        .flag(
            "development",
            "Allows TCP without sealed frames: anyone who reaches the port may do anything."
        ),
        .int(
            "disk.free-mib-min",
            default: 512,
            unit: "MiB",
            range: 0...1_048_576,
            "Free space below which writes are refused; small enough for laptops and CI, "
                + "servers better have 1,024 or a tenth of the disk."
        ),
        .int(
            "stop.timeout-ms",
            default: 30_000,
            unit: "ms",
            range: 100...600_000,
            "How long a graceful stop may take."
        ),
    ]

    /// Reads and checks the settings of a service.
    ///
    /// - Parameter workingDirectory: what a relative data folder is relative to.
    init(
        reader: ConfigReader,
        service: String,
        workingDirectory: String
    ) throws(ChassisError) {
        guard let folder = reader.optionalText("data.directory") else {
            throw reader.refusal(
                of: "data.directory",
                "is missing",
                hint: "give --data-directory FOLDER; it is made when it is not there"
            )
        }
        dataDirectory = folder.hasPrefix("/") ? folder : workingDirectory + "/" + folder
        while dataDirectory.count > 1, dataDirectory.hasSuffix("/") { dataDirectory.removeLast() }
        development = reader.flag("development")
        listen = reader.optionalText("listen") ?? "ipc://\(dataDirectory)/\(service).sock"
        advertise = reader.optionalText("advertise") ?? listen
        registry = reader.list("registry")
        name = reader.optionalText("name") ?? service
        logLevel = Logger.Level(rawValue: reader.text("log.level")) ?? .info
        logFormat = LogFormat(rawValue: reader.text("log.format")) ?? .auto
        httpPort = UInt16(clamping: reader.int("http.port"))
        freeBytesMin = reader.int("disk.free-mib-min") << 20
        stopTimeoutMs = reader.int("stop.timeout-ms")
        try checkAddresses(reader)
    }

    private func checkAddresses(_ reader: ConfigReader) throws(ChassisError) {
        for (key, text) in [("listen", listen), ("advertise", advertise)] {
            try Self.checkAddress(key, text, reader)
        }
        for text in registry { try Self.checkAddress("registry", text, reader) }
        guard listen.hasPrefix("tcp://"), !development else { return }
        throw reader.refusal(
            of: "listen",
            "is \(listen), but frames on TCP are not sealed yet",
            hint: "listen on ipc:///FOLDER/NAME in a folder of mode 0700, or give --development"
        )
    }

    private static func checkAddress(
        _ key: String,
        _ text: String,
        _ reader: ConfigReader
    ) throws(ChassisError) {
        do throws(BusError) {
            _ = try Endpoint(text)
        } catch {
            throw reader.refusal(of: key, "is no address: \(text)", hint: error.hint)
        }
    }
}
