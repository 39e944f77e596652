// A sum that does not drift: decimals are added as integers, other doubles in event-time order.

public import Basics

/// Adds numbers of events.
///
/// While every number is a decimal (`Number.Form.decimal`), the sum is exact, whatever the order.
/// As soon as one is a double, the sum is that of doubles added one after the other, every number
/// as its nearest double; so that the answer does not depend on storage, numbers must then be
/// added by (event time, client sequence, log position).
public struct ExactSum: Sendable, Hashable {
    /// How many numbers were added.
    public private(set) var count = 0
    /// Ten-thousandths; 2^53 times as many as there can be numbers fit.
    private var e4: Int128 = 0
    /// The sum in doubles, of use once there is one.
    private var running: Double = 0
    private var hasDouble = false

    /// Nothing, which is 0.
    public init() {}

    /// The sum of `count` decimals that were added elsewhere, in ten-thousandths; to be used only
    /// where no number is a double, since the order of adding is lost.
    public init(decimalsE4 e4: Int128, count: Int) {
        self.e4 = e4
        self.count = count
        running = Double(e4) / Double(Number.scale)
    }

    /// Adds a number; see above for the order.
    @inlinable
    public mutating func add(_ number: Number) {
        switch number.form {
        case .decimal(let e4): add(decimalE4: e4)
        case .double(let value): add(double: value)
        }
    }

    /// Adds a decimal in ten-thousandths.
    public mutating func add(decimalE4 value: Int64) {
        count += 1
        e4 += Int128(value)
        running += Double(value) / Double(Number.scale)
    }

    /// Adds a number that is no decimal.
    public mutating func add(double value: Double) {
        count += 1
        running += value
        hasDouble = true
    }

    /// Whether the sum is exact.
    public var isExact: Bool { !hasDouble }

    /// The sum as the nearest double; infinite when doubles overflow.
    public var double: Double {
        hasDouble ? running : Double(e4) / Double(Number.scale)
    }

    /// -1, 0 or 1: how the sum compares with a number, without rounding either.
    public func compare(with number: Number) -> Int {
        if hasDouble {
            guard let sum = Number(running) else { return running > 0 ? 1 : -1 }
            return sum < number ? -1 : (sum == number ? 0 : 1)
        }
        switch number.form {
        case .decimal(let other): return Self.sign(e4, Int128(other))
        case .double(let value): return compareDecimals(with: value)
        }
    }

    /// -1, 0 or 1: how the average of `count` numbers that make up the sum compares with a number.
    ///
    /// Nothing is divided: the sum stands against the number times `count`, without rounding while
    /// it is exact, else in doubles.
    public func compareAverage(of count: Int, with number: Number) -> Int {
        if hasDouble {
            guard running.isFinite else { return running > 0 ? 1 : -1 }
            let wanted = number.double * Double(count)
            return running < wanted ? -1 : (running == wanted ? 0 : 1)
        }
        switch number.form {
        case .decimal(let other): return Self.sign(e4, Int128(other) * Int128(count))
        case .double(let value):
            return value < 0
                ? -Self.order(e4: -e4, against: -value, times: count)
                : Self.order(e4: e4, against: value, times: count)
        }
    }

    /// The value is significand / 2^shift; the significand times all the rest is an integer.
    private static func order(e4: Int128, against value: Double, times count: Int) -> Int {
        let wanted = Int128(value.significand * 0x1p52) * Int128(count) * Int128(Number.scale)
        let shift = 52 - Int(value.exponent)
        // From 2^76 on the value is further out than any average of decimals.
        if e4 < 0 || shift < -24 { return -1 }
        if shift <= 0 { return sign(e4, wanted << Int128(-shift)) }
        let whole = shift > 126 ? 0 : wanted >> Int128(shift)
        if e4 != whole { return e4 < whole ? -1 : 1 }
        return shift > 126 || whole << Int128(shift) != wanted ? -1 : 0
    }

    private static func sign(_ left: Int128, _ right: Int128) -> Int {
        left < right ? -1 : (left == right ? 0 : 1)
    }

    /// By magnitude: of a negative double the whole part could not be split off exactly.
    private func compareDecimals(with value: Double) -> Int {
        if value < 0 { return e4 >= 0 ? 1 : -Self.order(e4: -e4, against: -value) }
        return e4 < 0 ? -1 : Self.order(e4: e4, against: value)
    }

    /// Whole parts first; then the rest, where both sides are scaled to integers.
    private static func order(e4: Int128, against value: Double) -> Int {
        let whole = value.rounded(.down)
        // Beyond 2^120 the double is further out than any sum of decimals.
        guard whole < 0x1p120 else { return -1 }
        let scale = Int128(Number.scale)
        let wholeOrder = sign(e4 / scale, Int128(whole))
        guard wholeOrder == 0 else { return wholeOrder }
        let rest = e4 % scale
        let fraction = value - whole  // exact, since neither is negative
        if fraction == 0 { return rest == 0 ? 0 : 1 }
        if rest == 0 { return -1 }
        guard fraction > 0x1p-50 else { return 1 }  // 1/10000 is larger than that
        // fraction = significand / 2^shift, compared with rest / 10000.
        let shift = 52 - Int(fraction.exponent)
        let significand = Int128(fraction.significand * 0x1p52)
        return sign(rest << Int128(shift), significand * scale)
    }
}

extension ExactSum: CustomStringConvertible {
    /// The plain text: `20`, `15.3`, `-0.0001`; exact while the sum is.
    public var description: String {
        if hasDouble { return Number(running).map(\.description) ?? "\(running)" }
        if let narrow = Int64(exactly: e4), narrow.magnitude <= UInt64(Number.e4Max) {
            return Number(e4: narrow).description
        }
        let scale = Int128(Number.scale)
        let rest = Number(e4: Int64((e4 % scale).magnitude)).description.dropFirst()
        return "\(e4 / scale)\(rest)"
    }
}
