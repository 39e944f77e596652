// A number with a unit behind it, as people write it where a plain number is wanted.

/// Such as `30s`, `1.5GiB` or `64 MB`; only to say in a refusal which number is meant.
struct Measure: Sendable, Hashable {
    /// How many of the smallest of its kind a unit is: milliseconds and bytes.
    private static let sizes: [String: (kind: Kind, size: Double)] = [
        "ms": (.time, 1), "s": (.time, 1e3), "sec": (.time, 1e3), "m": (.time, 60e3),
        "min": (.time, 60e3), "h": (.time, 3_600e3), "d": (.time, 86_400e3), "b": (.room, 1),
        "k": (.room, 0x1p10), "kb": (.room, 1e3), "kib": (.room, 0x1p10), "mb": (.room, 1e6),
        "mib": (.room, 0x1p20), "g": (.room, 0x1p30), "gb": (.room, 1e9),
        "gib": (.room, 0x1p30), "tb": (.room, 1e12), "tib": (.room, 0x1p40),
    ]

    private enum Kind: Hashable { case time, room }

    let amount: Double
    let unit: String

    /// Reads an amount and a unit; nil when the text is not both.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(digits.count).filter { $0 != " " }
        guard let amount = Double(digits), amount.isFinite, !unit.isEmpty,
            unit.allSatisfy({ $0.isASCII && $0.isLetter })
        else { return nil }
        self.amount = amount
        self.unit = unit
    }

    /// The whole number that says the same in a key's unit; nil when there is none.
    func number(in keyUnit: String) -> Int? {
        guard let from = Self.sizes[unit.lowercased()], let to = Self.sizes[keyUnit.lowercased()],
            from.kind == to.kind
        else { return nil }
        let number = amount * from.size / to.size
        guard number < 0x1p53, number == number.rounded() else { return nil }
        return Int(number)
    }
}
