// What a process was started with beside the defaults, as it may be told to others.

/// One key of the configuration whose value is not the default.
public struct EffectiveSetting: Sendable, Hashable {
    /// The key, such as `journal.commit-ms`.
    public let name: String
    /// Its value as text; a secret's is `EffectiveSetting.mask`.
    public let value: String

    /// What stands for a secret: that there is one, not which.
    public static let mask = "***"
    /// Words of a key's name that make its value a secret.
    static let secretWords: Set = ["key", "password", "secret", "token"]
    /// Longest value told, in bytes: the contract's limit.
    static let valueBytesMax = 1_024

    /// A setting as it may be told: masked if its name says so, cut to the limit.
    public init(_ name: String, _ value: String) {
        self.name = name
        let words = name.split { $0 == "." || $0 == "-" }.map(String.init)
        guard Self.secretWords.isDisjoint(with: words) else {
            self.value = Self.mask
            return
        }
        self.value = Self.cut(value)
    }

    /// As much of a text from its front as fits the limit, ended by dots if something is missing.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > valueBytesMax else { return text }
        var room = valueBytesMax - "…".utf8.count
        let kept = text.prefix { character in
            room -= character.utf8.count
            return room >= 0
        }
        return kept + "…"
    }
}

extension ConfigReader {
    /// The keys whose value came from flag, variable or file and differs from the default, by name.
    ///
    /// A key that was given its default by hand changes nothing and is not among them.
    public var changedSettings: [EffectiveSetting] {
        told.compactMap { entry in
            guard let text = entry.text, text != entry.key.defaultText else { return nil }
            return EffectiveSetting(entry.key.name, text)
        }
    }
}

extension ConfigReader.Entry {
    /// The value as text; nil when it is absent, empty or no.
    var text: String? {
        switch value {
        case .text(let text): text
        case .int(let number): String(number)
        case .flag(let isSet): isSet ? "true" : nil
        case .list(let parts): parts.isEmpty ? nil : parts.joined(separator: ",")
        }
    }
}
