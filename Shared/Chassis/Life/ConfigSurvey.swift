// A configuration as it was found, told as lines of JSON: what --show-config prints.

/// Every setting with its origin, and every refusal, without a service being started.
struct ConfigSurvey: Sendable {
    let reader: ConfigReader
    private(set) var refusals: [ChassisError]

    init(reader: ConfigReader, refusals: [ChassisError]) {
        self.reader = reader
        self.refusals = refusals
    }

    /// Also tries what only the service can judge, once every value has passed its own check.
    mutating func judge(_ body: () throws -> Void) {
        guard refusals.isEmpty else { return }
        do {
            try body()
        } catch {
            let words = Explanation(error, part: ConfigLoader.operation)
            refusals.append(
                ChassisError(
                    .badConfiguration,
                    operation: ConfigLoader.operation,
                    place: words.place,
                    what: words.what,
                    hint: words.hint
                )
            )
        }
    }

    /// One object per setting, by name, then one per refusal.
    var text: String {
        (reader.told.map(Self.line) + refusals.map(Self.line)).joined()
    }

    private static func line(_ entry: ConfigReader.Entry) -> String {
        var fields = [("key", entry.key.name), ("origin", entry.source)]
        // Masked where the name says so.
        if let text = entry.text {
            fields.append(("value", EffectiveSetting(entry.key.name, text).value))
        }
        if let usual = entry.key.defaultText { fields.append(("default", usual)) }
        if !entry.key.unit.isEmpty { fields.append(("unit", entry.key.unit)) }
        fields += [("takes", entry.key.form), ("about", entry.key.sentence)]
        if !entry.overridden.isEmpty {
            fields.append(("overrides", entry.overridden.joined(separator: ", ")))
        }
        return object(fields)
    }

    private static func line(_ refusal: ChassisError) -> String {
        object([("refused", refusal.what), ("where", refusal.place), ("hint", refusal.hint)])
    }

    private static func object(_ fields: [(name: String, value: String)]) -> String {
        let pairs = fields.map { field in
            "\"\(field.name)\":"
                + LogText.quoted(field.value, max: LogText.valueCharactersMax)
        }
        return "{" + pairs.joined(separator: ",") + "}\n"
    }
}
