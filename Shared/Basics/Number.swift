// A property's number: an exact decimal of four places where that is possible, else a double.

/// A finite number in one normal form, so that equal values are equal, hash alike and sort alike.
///
/// A value with at most four decimal places and a magnitude up to about 9.007e11 is kept exactly
/// as an integer of ten-thousandths; every other value is a double. Never NaN or infinite.
public struct Number: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// How the value is kept.
    public enum Form: Sendable, Hashable {
        /// The value times 10 000, at most `Number.e4Max` in magnitude.
        case decimal(e4: Int64)
        /// A finite double that has no decimal form.
        case double(Double)
    }

    /// How the value is kept; always the normal form.
    public let form: Form

    /// The largest magnitude of a decimal: 2^53, up to which a double holds every integer.
    public static let e4Max: Int64 = 1 << 53
    /// Ten-thousandths in one.
    public static let scale: Int64 = 10_000
    /// Zero.
    public static let zero = Number(form: .decimal(e4: 0))

    private init(form: Form) { self.form = form }

    /// The number of a double; nil for NaN and the infinities.
    ///
    /// 15.3 becomes the decimal 15.3 because it is the double nearest to it.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        self.init(finite: value)
    }

    /// The number of an integer; above 2^53 it becomes the nearest double.
    public init(_ value: Int) {
        let (scaled, overflow) = Int64(value).multipliedReportingOverflow(by: Self.scale)
        if !overflow, scaled.magnitude <= UInt64(Self.e4Max) {
            self.init(form: .decimal(e4: scaled))
        } else {
            self.init(finite: Double(value))
        }
    }

    /// The number of so many ten-thousandths.
    public init(e4: Int64) {
        if e4.magnitude <= UInt64(Self.e4Max) {
            self.init(form: .decimal(e4: e4))
        } else {
            self.init(finite: Double(e4) / Double(Self.scale))
        }
    }

    private init(finite value: Double) {
        let scaled = (value * Double(Self.scale)).rounded()
        if scaled.magnitude <= Double(Self.e4Max), scaled / Double(Self.scale) == value {
            self.init(form: .decimal(e4: Int64(scaled)))
        } else {
            self.init(form: .double(value))
        }
    }

    /// The nearest double.
    public var double: Double {
        switch form {
        case .decimal(let e4): Double(e4) / Double(Self.scale)
        case .double(let value): value
        }
    }

    /// The integer, if the value is one and fits.
    public var integer: Int? {
        switch form {
        case .decimal(let e4): e4 % Self.scale == 0 ? Int(e4 / Self.scale) : nil
        case .double(let value): Int(exactly: value)
        }
    }

    /// By value, decimals and doubles mixed exactly.
    public static func < (left: Number, right: Number) -> Bool {
        switch (left.form, right.form) {
        case (.decimal(let a), .decimal(let b)): a < b
        case (.double(let a), .double(let b)): a < b
        case (.decimal(let a), .double(let b)): order(e4: a, against: b) < 0
        case (.double(let a), .decimal(let b)): order(e4: b, against: a) > 0
        }
    }

    /// The sum: exact for decimals while it fits, held at the largest double instead of infinity.
    public static func + (left: Number, right: Number) -> Number {
        if case .decimal(let a) = left.form, case .decimal(let b) = right.form {
            return Number(e4: a + b)  // both are at most 2^53, so this cannot overflow
        }
        let sum = left.double + right.double
        let greatest = Double.greatestFiniteMagnitude
        return Number(finite: min(max(sum, -greatest), greatest))
    }

    /// The value with its sign turned.
    public static prefix func - (value: Number) -> Number {
        switch value.form {
        case .decimal(let e4): Number(form: .decimal(e4: -e4))
        case .double(let double): Number(form: .double(-double))
        }
    }

    /// The sign of e4/10000 - value, without rounding: fma gives what the product lost.
    private static func order(e4: Int64, against value: Double) -> Int {
        let product = value * Double(scale)
        let scaled = Double(e4)
        if scaled != product { return scaled < product ? -1 : 1 }
        let lost = (-product).addingProduct(value, Double(scale))
        return lost == 0 ? 0 : (lost > 0 ? -1 : 1)
    }
}

extension Number {
    /// Longest text that is read as a number.
    public static let textBytesMax = 64

    /// Reads `15.30`, `-3`, `1e3`; nil if the text is anything else or not finite.
    public init?(text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(Self.textBytesMax + 1))
        guard !bytes.isEmpty, bytes.count <= Self.textBytesMax,
            bytes.allSatisfy({
                (0x30...0x39) ~= $0 || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E || $0 | 0x20 == 0x65
            })
        else { return nil }
        if let e4 = Self.plainDecimal(bytes) {
            self.init(e4: e4)
        } else {
            guard let value = Double(String(decoding: bytes, as: UTF8.self)) else { return nil }
            self.init(value)
        }
    }

    /// `[+-]digits[.digits]` with at most four places that matter, in ten-thousandths.
    private static func plainDecimal(_ bytes: [UInt8]) -> Int64? {
        var at = bytes[0] == 0x2B || bytes[0] == 0x2D ? 1 : 0
        var e4: Int64 = 0
        var digits = 0
        var places = -1
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == 0x2E, places < 0, digits > 0 {
                places = 0
                continue
            }
            guard (0x30...0x39) ~= byte else { return nil }
            digits += 1
            if places >= 0 { places += 1 }
            if places > 4 {
                guard byte == 0x30 else { return nil }
                continue
            }
            e4 = e4 * 10 + Int64(byte - 0x30)
            guard e4 <= e4Max else { return nil }
        }
        guard digits > 0, places != 0 else { return nil }
        for _ in min(max(places, 0), 4)..<4 {
            e4 *= 10
            guard e4 <= e4Max else { return nil }
        }
        return bytes[0] == 0x2D ? -e4 : e4
    }

    /// The plain text: `20`, `15.3`, `-0.0001`; a large or fine double as Swift writes it.
    public var description: String {
        switch form {
        case .decimal(let e4):
            let whole = e4.magnitude / UInt64(Self.scale)
            var rest = Int(e4.magnitude % UInt64(Self.scale))
            var text = e4 < 0 ? "-\(whole)" : "\(whole)"
            guard rest > 0 else { return text }
            var digits = 4
            while rest % 10 == 0 {
                rest /= 10
                digits -= 1
            }
            let fraction = "\(rest)"
            text += "." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
            return text
        case .double(let value):
            if let whole = Int64(exactly: value) { return "\(whole)" }
            return "\(value)"
        }
    }
}
