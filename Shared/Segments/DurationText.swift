// Durations as people write them: 500ms, 90s, 15m, 36h, 30d, 2w.

/// A duration's text: a whole number and a unit.
///
/// A day is 24 hours here; calendar windows know true lengths.
public enum DurationText {
    private static let units: [(suffix: String, ms: Int64)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
        ("ms", 1),
    ]

    /// The duration in ms; nil if the text is none, or longer than Int64 holds.
    public static func read(_ text: String) -> Int64? {
        let digits = text.utf8.prefix { (0x30...0x39) ~= $0 }
        let suffix = text.utf8.dropFirst(digits.count)
        guard !digits.isEmpty, digits.count <= 18, let count = Int64(String(digits) ?? "") else {
            return nil
        }
        for unit in units where suffix.elementsEqual(unit.suffix.utf8) {
            let (ms, overflow) = count.multipliedReportingOverflow(by: unit.ms)
            return overflow ? nil : ms
        }
        return nil
    }

    /// The text, in days at most, since `30d` reads better than `720h` and `60d` than `8w4d`.
    public static func write(_ ms: Int64) -> String {
        let unit = units.dropFirst().first { ms != 0 && ms % $0.ms == 0 }
        guard let unit else { return "0s" }
        return "\(ms / unit.ms)\(unit.suffix)"
    }

    /// The duration of a count and a unit in words, such as `days` or `hour`; nil if it is none.
    static func read(spoken count: Int, _ unit: String) -> Int64? {
        let names = ["week", "day", "hour", "minute", "second", "millisecond"]
        guard count >= 0, let index = names.firstIndex(where: { unit == $0 || unit == $0 + "s" })
        else { return nil }
        let (ms, overflow) = Int64(count).multipliedReportingOverflow(by: units[index].ms)
        return overflow ? nil : ms
    }

    /// `30 days`, `1 hour`.
    static func spoken(_ ms: Int64) -> String {
        let names = ["d": "day", "h": "hour", "m": "minute", "s": "second", "ms": "millisecond"]
        let unit = units.dropFirst().first { ms != 0 && ms % $0.ms == 0 }
        guard let unit, let name = names[unit.suffix] else { return "0 seconds" }
        let count = ms / unit.ms
        return count == 1 ? "1 \(name)" : "\(count) \(name)s"
    }
}

extension Field {
    /// A duration in ms: text with a unit, or a number of ms.
    func duration() throws(DefinitionProblem) -> Int64 {
        switch value {
        case .int(let ms): return ms
        case .text(let text):
            guard let ms = DurationText.read(text) else {
                throw problem(
                    .shape,
                    "\(Quoted.name(text)) is not a duration",
                    hint: "write a whole number and ms, s, m, h, d or w, such as 30d"
                )
            }
            return ms
        default:
            throw unexpected("a duration", hint: "write it such as 30d")
        }
    }
}
