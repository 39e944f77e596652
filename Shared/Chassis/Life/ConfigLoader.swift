// Flags over variables over the YAML file over defaults; refuses what nobody knows.

import Basics
import Configuration

/// What a process was started with.
struct ConfigInputs: Sendable {
    /// Without the program's name.
    var arguments: [String]
    var environment: [String: String]
}

/// What the flags ask for.
enum ConfigOutcome: Sendable {
    case run(ConfigReader)
    case help
    case version
}

/// Reads a table of keys from all sources.
struct ConfigLoader: Sendable {
    static let fileFlag = "--config"
    static let fileVariable = ConfigKey.variablePrefix + "CONFIG"
    static let operation = "read configuration"
    /// Variables of our tests and benchmarks, which their child processes inherit.
    private static let foreignPrefixes = ["SHOAL_TEST", "SHOAL_BENCH"]

    let keys: [ConfigKey]

    init(keys: [ConfigKey]) {
        let flags = Set(keys.map(\.flag))
        precondition(flags.count == keys.count, "two keys share a flag")
        precondition(flags.isDisjoint(with: ["--help", "--version", Self.fileFlag]), "own flags")
        self.keys = keys
    }

    /// The file named by flag or variable, if any; the flags are only looked through.
    func filePath(_ inputs: ConfigInputs) throws(ChassisError) -> (path: String, source: String)? {
        let line = try CommandLineFlags(inputs.arguments, keys: keys)
        if let path = line.configFile { return (path, Self.fileFlag) }
        if let path = inputs.environment[Self.fileVariable], !path.isEmpty {
            return (path, Self.fileVariable)
        }
        return nil
    }

    /// Checks every source and takes each key from the first that has it.
    func load(_ inputs: ConfigInputs, file: ConfigFile?) throws(ChassisError) -> ConfigOutcome {
        let line = try CommandLineFlags(inputs.arguments, keys: keys)
        if line.asksHelp { return .help }
        if line.asksVersion { return .version }
        try checkVariables(inputs.environment)
        try file?.checkNames(keys)
        var sources = [
            ConfigSource(
                CommandLineArgumentsProvider(arguments: ["shoal"] + line.normalised).snapshot(),
                form: .commandLine
            ) { $0.flag },
            ConfigSource(
                EnvironmentVariablesProvider(environmentVariables: inputs.environment).snapshot(),
                form: .environment
            ) { $0.variable },
        ]
        if let file {
            sources.append(
                ConfigSource(file.snapshot, form: .file) { "\(file.path): \($0.name)" }
            )
        }
        var entries: [String: ConfigReader.Entry] = [:]
        for key in keys { entries[key.name] = try entry(key, sources) }
        return .run(ConfigReader(entries: entries))
    }

    private func entry(
        _ key: ConfigKey,
        _ sources: [ConfigSource]
    ) throws(ChassisError) -> ConfigReader.Entry {
        for source in sources {
            guard let value = try source.value(key) else { continue }
            return ConfigReader.Entry(key: key, value: value, source: source.place(key))
        }
        let value: ConfigReader.Value =
            switch key.kind {
            case .text(let value): .text(value)
            case .int(let value, _): .int(value)
            case .flag: .flag(false)
            case .list(let value): .list(value)
            case .choice(_, let value): .text(value)
            }
        return ConfigReader.Entry(key: key, value: value, source: ConfigReader.defaultSource)
    }

    private func checkVariables(_ environment: [String: String]) throws(ChassisError) {
        let known = keys.map(\.variable) + [Self.fileVariable]
        let unknown = environment.keys.filter { name in
            name.hasPrefix(ConfigKey.variablePrefix) && !known.contains(name)
                && !Self.foreignPrefixes.contains { name.hasPrefix($0) }
        }
        guard let name = unknown.min() else { return }
        throw Self.unknown("variable", name, place: "environment", among: known)
    }

    /// The refusal of a name nobody knows, with the nearest known one.
    static func unknown(
        _ kind: String,
        _ name: String,
        place: String,
        among known: [String]
    ) -> ChassisError {
        let near = NearestName.nearest(to: name, in: known)
        return ChassisError(
            .badConfiguration,
            operation: operation,
            place: place,
            what: "there is no \(kind) \(name)",
            hint: near.map { "did you mean \($0)?" } ?? "--help lists what there is"
        )
    }
}

/// One source: how to look a key up and how to name the place.
struct ConfigSource {
    enum Form { case commandLine, environment, file }

    private let snapshot: any ConfigSnapshot
    private let form: Form
    let place: (ConfigKey) -> String

    init(_ snapshot: any ConfigSnapshot, form: Form, place: @escaping (ConfigKey) -> String) {
        self.snapshot = snapshot
        self.form = form
        self.place = place
    }

    /// The key's value here, checked; nil when this source has none.
    func value(_ key: ConfigKey) throws(ChassisError) -> ConfigReader.Value? {
        switch key.kind {
        case .text: return try text(key).map { .text($0) }
        case .choice(let words, _):
            guard let word = try text(key) else { return nil }
            guard words.contains(word) else {
                let near = NearestName.nearest(to: word, in: words)
                throw refusal(
                    key,
                    "is none of \(words.joined(separator: ", "))",
                    hint: near.map { "did you mean \($0)?" } ?? "give one of them"
                )
            }
            return .text(word)
        case .int(_, let range):
            guard case .int(let number) = try content(key, .int) else { return nil }
            guard range.contains(number) else {
                throw refusal(
                    key,
                    "is \(number), which is out of range",
                    hint: "give \(key.form)"
                )
            }
            return .int(number)
        case .flag:
            guard case .bool(let isSet) = try content(key, .bool) else { return nil }
            return .flag(isSet)
        case .list: return try list(key).map { .list($0) }
        }
    }

    private func text(_ key: ConfigKey) throws(ChassisError) -> String? {
        let found: String
        // The command line's provider splits values at commas; a text takes them back.
        switch try content(key, form == .commandLine ? .stringArray : .string) {
        case .string(let text): found = text
        case .stringArray(let parts): found = parts.joined(separator: ",")
        default: return nil
        }
        guard !found.isEmpty else {
            throw refusal(key, "is empty", hint: "give \(key.form) or leave it out")
        }
        return found
    }

    private func list(_ key: ConfigKey) throws(ChassisError) -> [String]? {
        var type = ConfigType.stringArray
        if form == .file, !isList(key) { type = .string }
        let parts: [String]
        switch try content(key, type) {
        case .string(let text): parts = text.split(separator: ",").map(String.init)
        case .stringArray(let texts): parts = texts
        default: return nil
        }
        return parts.map(LogText.trimmed).filter { !$0.isEmpty }
    }

    private func isList(_ key: ConfigKey) -> Bool {
        do {
            return try snapshot.value(forKey: absolute(key), type: .stringArray).value != nil
        } catch {
            // Thrown for a plain text, which is then read as one.
            return false
        }
    }

    private func content(
        _ key: ConfigKey,
        _ type: ConfigType
    ) throws(ChassisError) -> ConfigContent? {
        do {
            return try snapshot.value(forKey: absolute(key), type: type).value?.content
        } catch {
            throw refusal(key, "is not what it should be", hint: "give \(key.form)")
        }
    }

    private func absolute(_ key: ConfigKey) -> AbsoluteConfigKey {
        let parts = key.name.split(separator: ".").map(String.init)
        return AbsoluteConfigKey(form == .environment ? ["shoal"] + parts : parts)
    }

    private func refusal(_ key: ConfigKey, _ why: String, hint: String) -> ChassisError {
        ChassisError(
            .badConfiguration,
            operation: ConfigLoader.operation,
            place: place(key),
            what: "\(key.name) \(why)",
            hint: hint
        )
    }
}
