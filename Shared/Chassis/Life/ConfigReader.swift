// The checked values of a configuration, each with the source it came from.

/// What a service reads its settings from; every value has passed its key's type and range.
///
/// Asking for a name that is not in the table, or by another type, is our mistake and traps.
public struct ConfigReader: Sendable {
    enum Value: Sendable, Hashable {
        case text(String?)
        case int(Int)
        case flag(Bool)
        case list([String])
    }

    struct Entry: Sendable, Hashable {
        let key: ConfigKey
        let value: Value
        /// The flag, the variable, the file's entry, or `default`.
        let source: String
        /// Where else the key is given, without effect.
        var overridden: [String] = []
    }

    private let entries: [String: Entry]

    init(entries: [String: Entry]) { self.entries = entries }

    /// Reads values given as texts by key, as a test does; refuses what a process would refuse.
    public init(keys: [ConfigKey], values: [String: String] = [:]) throws(ChassisError) {
        let arguments = values.sorted { $0.key < $1.key }.map { name, value in
            "--" + name.replacing(".", with: "-") + "=" + value
        }
        let inputs = ConfigInputs(arguments: arguments, environment: [:])
        guard case .run(let reader) = try ConfigLoader(keys: keys).load(inputs, file: nil) else {
            preconditionFailure("help and version are no values")
        }
        self = reader
    }

    /// The text, or an empty one when it is optional and absent.
    public func text(_ name: String) -> String { optionalText(name) ?? "" }

    /// The text or the chosen word; nil when it is optional and absent.
    public func optionalText(_ name: String) -> String? {
        guard case .text(let value) = entry(name).value else { mistake(name, "text") }
        return value
    }

    /// The number, which lies in its range.
    public func int(_ name: String) -> Int {
        guard case .int(let value) = entry(name).value else { mistake(name, "number") }
        return value
    }

    /// Whether the flag is set.
    public func flag(_ name: String) -> Bool {
        guard case .flag(let value) = entry(name).value else { mistake(name, "flag") }
        return value
    }

    /// The texts, none of them empty.
    public func list(_ name: String) -> [String] {
        guard case .list(let value) = entry(name).value else { mistake(name, "list") }
        return value
    }

    /// Whether the value is the default.
    public func isDefault(_ name: String) -> Bool { entry(name).source == Self.defaultSource }

    /// A refusal of a value that its type and range let pass; names where it came from.
    public func refusal(of name: String, _ why: String, hint: String) -> ChassisError {
        let entry = entry(name)
        let place = entry.source == Self.defaultSource ? entry.key.flag : entry.source
        return ChassisError(
            .badConfiguration,
            operation: "read configuration",
            place: place,
            what: "\(name) \(why)",
            hint: hint
        )
    }

    /// Every key with its value and where it came from, by name.
    var told: [Entry] { entries.values.sorted { $0.key.name < $1.key.name } }

    static let defaultSource = "default"

    private func entry(_ name: String) -> Entry {
        guard let entry = entries[name] else {
            preconditionFailure("\(name) is not in the table of keys")
        }
        return entry
    }

    private func mistake(_ name: String, _ wanted: String) -> Never {
        preconditionFailure("\(name) is no \(wanted) in the table of keys")
    }
}

/// A service's own part of the configuration.
public protocol ServiceConfig: Sendable {
    /// Its keys; the common ones are added to them.
    static var keys: [ConfigKey] { get }
    /// The version of what it writes into its data folder.
    static var format: DataFormat { get }
    /// Takes the values; throws `ConfigReader.refusal` for what only this service can judge.
    init(reader: ConfigReader) throws
}

extension ServiceConfig {
    /// The first format, which nothing leads up to.
    public static var format: DataFormat { DataFormat(version: 1) }
}
