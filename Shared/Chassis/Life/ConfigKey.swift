// One key of the configuration: its name in every source, its type, default and range.

/// A setting of a service, as `--help` lists it.
///
/// `journal.commit-ms` is the flag `--journal-commit-ms`, the variable `SHOAL_JOURNAL_COMMIT_MS`
/// and `journal: {commit-ms: …}` in the YAML file.
public struct ConfigKey: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case text(default: String?)
        case int(default: Int, range: ClosedRange<Int>)
        case flag
        case list(default: [String])
        case choice(of: [String], default: String)
    }

    /// The name, lower case: parts are divided by dots, words by dashes.
    public let name: String
    /// The unit of a number; empty for others.
    public let unit: String
    /// What it is for.
    public let sentence: String
    let kind: Kind

    private init(_ name: String, _ kind: Kind, unit: String, _ sentence: String) {
        precondition(Self.isName(name), "\(name) is no key: lower case, dots and dashes")
        self.name = name
        self.kind = kind
        self.unit = unit
        self.sentence = sentence
    }

    /// A text; without a default it is optional.
    public static func text(
        _ name: String,
        default value: String? = nil,
        _ sentence: String
    ) -> ConfigKey {
        ConfigKey(name, .text(default: value), unit: "", sentence)
    }

    /// A whole number in a range, which must hold the default.
    public static func int(
        _ name: String,
        default value: Int,
        unit: String = "",
        range: ClosedRange<Int>,
        _ sentence: String
    ) -> ConfigKey {
        precondition(range.contains(value), "\(name): the default is out of range")
        return ConfigKey(name, .int(default: value, range: range), unit: unit, sentence)
    }

    /// Yes when given, no by default.
    public static func flag(_ name: String, _ sentence: String) -> ConfigKey {
        ConfigKey(name, .flag, unit: "", sentence)
    }

    /// Texts divided by commas, or a YAML list.
    public static func list(
        _ name: String,
        default value: [String] = [],
        _ sentence: String
    ) -> ConfigKey {
        ConfigKey(name, .list(default: value), unit: "", sentence)
    }

    /// One of some words, which must hold the default.
    public static func choice(
        _ name: String,
        of words: [String],
        default value: String,
        _ sentence: String
    ) -> ConfigKey {
        precondition(words.contains(value), "\(name): the default is none of the choices")
        return ConfigKey(name, .choice(of: words, default: value), unit: "", sentence)
    }

    /// The flag, such as `--http-port`.
    public var flag: String { "--" + name.replacing(".", with: "-") }

    /// The variable, such as `SHOAL_HTTP_PORT`.
    public var variable: String {
        Self.variablePrefix + name.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 }
    }

    static let variablePrefix = "SHOAL_"

    /// What a value looks like, for help and refusals.
    var form: String {
        switch kind {
        case .text: "TEXT"
        case .int(_, let range):
            "\(range.lowerBound)…\(range.upperBound)" + (unit.isEmpty ? "" : " " + unit)
        case .flag: "true|false"
        case .list: "TEXT,TEXT…"
        case .choice(let words, _): words.joined(separator: "|")
        }
    }

    /// The default as text; nil when there is none.
    var defaultText: String? {
        switch kind {
        case .text(let value): value
        case .int(let value, _): String(value)
        case .flag: nil
        case .list(let value): value.isEmpty ? nil : value.joined(separator: ",")
        case .choice(_, let value): value
        }
    }

    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            .flatMap { $0.split(separator: "-", omittingEmptySubsequences: false) }
        return parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { (0x61...0x7A) ~= $0 || (0x30...0x39) ~= $0 }
        }
    }
}
