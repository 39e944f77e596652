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
    /// What was found, right or wrong, is to be told.
    case show(ConfigSurvey)
}

/// Reads a table of keys from all sources.
struct ConfigLoader: Sendable {
    static let fileFlag = "--config"
    static let settingsFlag = "--show-config"
    /// Flags that are no keys.
    static let ownFlags = ["--help", "--version", settingsFlag, fileFlag]
    static let fileVariable = ConfigKey.variablePrefix + "CONFIG"
    static let operation = "read configuration"
    /// Variables of our tests and benchmarks, which their child processes inherit.
    private static let foreignPrefixes = ["SHOAL_TEST", "SHOAL_BENCH"]

    let keys: [ConfigKey]

    init(keys: [ConfigKey]) {
        let flags = Set(keys.map(\.flag))
        precondition(flags.count == keys.count, "two keys share a flag")
        precondition(flags.isDisjoint(with: Self.ownFlags), "own flags")
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

    /// Checks every source and takes each key from the first that has it; throws the first refusal.
    func load(_ inputs: ConfigInputs, file: ConfigFile?) throws(ChassisError) -> ConfigOutcome {
        let line = try CommandLineFlags(inputs.arguments, keys: keys)
        if line.asksHelp { return .help }
        if line.asksVersion { return .version }
        let survey = survey(line, inputs.environment, file)
        if line.asksSettings { return .show(survey) }
        if let refusal = survey.refusals.first { throw refusal }
        return .run(survey.reader)
    }

    /// Everything that the sources say, and everything that is wrong with it.
    private func survey(
        _ line: CommandLineFlags,
        _ environment: [String: String],
        _ file: ConfigFile?
    ) -> ConfigSurvey {
        var sources = [
            ConfigSource(
                CommandLineArgumentsProvider(arguments: ["shoal"] + line.normalised).snapshot(),
                form: .commandLine
            ) { $0.flag },
            ConfigSource(
                EnvironmentVariablesProvider(environmentVariables: environment).snapshot(),
                form: .environment
            ) { $0.variable },
        ]
        if let file {
            sources.append(
                ConfigSource(file.snapshot, form: .file) { file.place(of: $0.name) }
            )
        }
        var refusals = unknownVariables(environment) + (file?.unknownNames(keys) ?? [])
        var entries: [String: ConfigReader.Entry] = [:]
        for key in keys { entries[key.name] = entry(key, sources, &refusals) }
        return ConfigSurvey(reader: ConfigReader(entries: entries), refusals: refusals)
    }

    /// The key's value of the first source that has one; what others say of it is kept as places.
    private func entry(
        _ key: ConfigKey,
        _ sources: [ConfigSource],
        _ refusals: inout [ChassisError]
    ) -> ConfigReader.Entry {
        var found: [(value: ConfigReader.Value, place: String)] = []
        for source in sources {
            do throws(ChassisError) {
                if let value = try source.value(key) { found.append((value, source.place(key))) }
            } catch {
                refusals.append(error)
            }
        }
        guard let first = found.first else {
            return ConfigReader.Entry(
                key: key,
                value: Self.usual(key),
                source: ConfigReader.defaultSource
            )
        }
        return ConfigReader.Entry(
            key: key,
            value: first.value,
            source: first.place,
            overridden: found.dropFirst().map(\.place)
        )
    }

    private static func usual(_ key: ConfigKey) -> ConfigReader.Value {
        switch key.kind {
        case .text(let value): .text(value)
        case .int(let value, _): .int(value)
        case .flag: .flag(false)
        case .list(let value): .list(value)
        case .choice(_, let value): .text(value)
        }
    }

    private func unknownVariables(_ environment: [String: String]) -> [ChassisError] {
        let known = keys.map(\.variable) + [Self.fileVariable]
        let unknown = environment.keys.filter { name in
            name.hasPrefix(ConfigKey.variablePrefix) && !known.contains(name)
                && !Self.foreignPrefixes.contains { name.hasPrefix($0) }
        }
        return unknown.sorted().map { name in
            Self.unknown("variable", name, place: "environment", among: known)
        }
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
            guard case .int(let number) = try number(key) else { return nil }
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

    /// A whole number; one with a unit behind it is refused with the number that is meant.
    private func number(_ key: ConfigKey) throws(ChassisError) -> ConfigContent? {
        do throws(ChassisError) {
            return try content(key, .int)
        } catch {
            guard case .string(let text) = try content(key, .string), let measure = Measure(text)
            else { throw error }
            let counted = key.unit.isEmpty ? "takes a plain number" : "is counted in \(key.unit)"
            throw refusal(
                key,
                "is \(text), but \(counted)",
                hint: measure.number(in: key.unit).map { "give \($0)" } ?? "give \(key.form)"
            )
        }
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
