// The command line before its values are read: known flags, each once, each with its value.

import Basics

/// A process's flags, checked by name and put into the form `--name=value`.
struct CommandLineFlags: Sendable {
    /// Longest command line: more is a mistake of a script.
    private static let argumentsMax = 1_000

    private(set) var normalised: [String] = []
    private(set) var configFile: String?
    private(set) var asksHelp = false
    private(set) var asksVersion = false
    private(set) var asksSettings = false

    private let keys: [String: ConfigKey]
    private var seen: Set<String> = []

    init(_ arguments: [String], keys: [ConfigKey]) throws(ChassisError) {
        self.keys = Dictionary(uniqueKeysWithValues: keys.map { ($0.flag, $0) })
        guard arguments.count <= Self.argumentsMax else {
            throw Self.refusal("more than \(Self.argumentsMax) arguments", "use --config FILE")
        }
        var rest = arguments[...]
        while let argument = rest.popFirst() { try take(argument, &rest) }
    }

    private mutating func take(
        _ argument: String,
        _ rest: inout ArraySlice<String>
    ) throws(ChassisError) {
        if argument == "-h" { return asksHelp = true }
        guard argument.hasPrefix("--"), argument.count > 2 else {
            throw Self.refusal(
                "\(argument) is no flag",
                "flags are --name value or --name=value; see --help"
            )
        }
        let parts = argument.split(
            separator: "=",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let name = String(parts[0])
        let attached = parts.count == 2 ? String(parts[1]) : nil
        switch name {
        case "--help": asksHelp = true
        case "--version": asksVersion = true
        case ConfigLoader.settingsFlag: asksSettings = true
        case ConfigLoader.fileFlag: configFile = try value(name, attached, &rest)
        default: try takeKey(name, attached, &rest)
        }
    }

    private mutating func takeKey(
        _ name: String,
        _ attached: String?,
        _ rest: inout ArraySlice<String>
    ) throws(ChassisError) {
        guard let key = keys[name] else {
            let known = keys.keys.sorted() + ConfigLoader.ownFlags
            throw ConfigLoader.unknown("flag", name, place: "command line", among: known)
        }
        var isList = false
        if case .list = key.kind { isList = true }
        guard seen.insert(name).inserted || isList else {
            throw Self.refusal("\(name) is given twice", "give it once", place: name)
        }
        if case .flag = key.kind {
            var word = attached
            if word == nil, let next = rest.first, !next.hasPrefix("-") {
                word = next
                rest.removeFirst()
            }
            normalised.append("\(name)=\(word ?? "true")")
        } else {
            normalised.append("\(name)=\(try value(name, attached, &rest))")
        }
    }

    private func value(
        _ name: String,
        _ attached: String?,
        _ rest: inout ArraySlice<String>
    ) throws(ChassisError) -> String {
        if let attached { return attached }
        guard let next = rest.first, !next.hasPrefix("--") else {
            throw Self.refusal(
                "\(name) has no value",
                "give \(keys[name]?.form ?? "FILE")",
                place: name
            )
        }
        rest.removeFirst()
        return next
    }

    private static func refusal(
        _ what: String,
        _ hint: String,
        place: String = "command line"
    ) -> ChassisError {
        ChassisError(
            .badConfiguration,
            operation: ConfigLoader.operation,
            place: place,
            what: what,
            hint: hint
        )
    }
}
