// An instant in UTC with millisecond precision, and its RFC 3339 text.

/// An instant: milliseconds since 1970-01-01T00:00:00Z, negative before it.
public struct Timestamp: Sendable, Hashable, Comparable, Codable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var ms: Int64

    /// The first instant that has an RFC 3339 text: 0001-01-01T00:00:00.000Z.
    public static let earliest = Timestamp(ms: -62_135_596_800_000)
    /// The last instant that has an RFC 3339 text: 9999-12-31T23:59:59.999Z.
    public static let latest = Timestamp(ms: 253_402_300_799_999)

    /// The instant `ms` milliseconds after 1970-01-01T00:00:00Z.
    @inlinable
    public init(ms: Int64) { self.ms = ms }

    /// Earlier instants come first.
    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.ms < right.ms }

    /// The instant `ms` milliseconds later, held at Int64's ends instead of overflowing.
    @inlinable
    public static func + (left: Timestamp, ms: Int64) -> Timestamp {
        let (sum, overflow) = left.ms.addingReportingOverflow(ms)
        return Timestamp(ms: overflow ? (ms < 0 ? .min : .max) : sum)
    }

    /// The instant `ms` milliseconds earlier, held at Int64's ends instead of overflowing.
    @inlinable
    public static func - (left: Timestamp, ms: Int64) -> Timestamp {
        let (difference, overflow) = left.ms.subtractingReportingOverflow(ms)
        return Timestamp(ms: overflow ? (ms < 0 ? .max : .min) : difference)
    }

    /// Milliseconds from `earlier` to this instant, held at Int64's ends.
    @inlinable
    public func msSince(_ earlier: Timestamp) -> Int64 {
        let (difference, overflow) = ms.subtractingReportingOverflow(earlier.ms)
        return overflow ? (earlier.ms < 0 ? .max : .min) : difference
    }

    /// The UTC day this instant falls on.
    @inlinable
    public var day: CivilDate {
        CivilDate(daysSince1970: Int(CivilDate.floorDivide(ms, CivilDate.dayMs)))
    }

    /// Whether the instant lies in the years 0001 to 9999.
    public var hasText: Bool { self >= .earliest && self <= .latest }

    /// `YYYY-MM-DDTHH:MM:SS.mmmZ`; an instant outside 0001…9999 is written as the nearest end.
    public var rfc3339: String {
        let held = min(max(self, .earliest), .latest)
        let date = held.day
        var left = held.ms - Int64(date.daysSince1970) * CivilDate.dayMs
        let millisecond = Int(left % 1000)
        left /= 1000
        var text: [UInt8] = []
        text.reserveCapacity(24)
        Self.put(date.year, digits: 4, into: &text)
        text.append(UInt8(ascii: "-"))
        Self.put(date.month, digits: 2, into: &text)
        text.append(UInt8(ascii: "-"))
        Self.put(date.day, digits: 2, into: &text)
        text.append(UInt8(ascii: "T"))
        Self.put(Int(left / 3600), digits: 2, into: &text)
        text.append(UInt8(ascii: ":"))
        Self.put(Int(left / 60 % 60), digits: 2, into: &text)
        text.append(UInt8(ascii: ":"))
        Self.put(Int(left % 60), digits: 2, into: &text)
        text.append(UInt8(ascii: "."))
        Self.put(millisecond, digits: 3, into: &text)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    private static func put(_ number: Int, digits: Int, into text: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}

extension Timestamp {
    /// Reads `YYYY-MM-DD` or `YYYY-MM-DD(T| )HH:MM[:SS[.fraction]][Z|±HH:MM]`; nil if it is not
    /// one.
    ///
    /// A date alone is its midnight; without a zone the text means UTC; a fraction is cut to
    /// milliseconds. Years 0001 to 9999; no leap second, no 24:00.
    public static func rfc3339(_ text: some StringProtocol) -> Timestamp? {
        var scan = DigitScan(bytes: Array(text.utf8.prefix(DigitScan.bytesMax + 1)))
        guard scan.bytes.count <= DigitScan.bytesMax,
            let year = scan.number(digits: 4), scan.skip("-"),
            let month = scan.number(digits: 2), scan.skip("-"),
            let day = scan.number(digits: 2),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let midnight = Int64(date.daysSince1970) * CivilDate.dayMs
        if scan.isAtEnd { return Timestamp(ms: midnight) }
        guard scan.skip("T") || scan.skip("t") || scan.skip(" "),
            let clockMs = scan.clockMs(), let offsetMs = scan.offsetMs(), scan.isAtEnd
        else { return nil }
        let instant = Timestamp(ms: midnight + clockMs - offsetMs)
        return instant.hasText ? instant : nil
    }
}

/// A cursor over the text of an instant.
private struct DigitScan {
    /// Longest text looked at: the fixed part, nine or more digits of fraction, an offset.
    static let bytesMax = 64

    let bytes: [UInt8]
    var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    mutating func digit() -> Int? {
        guard at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 else { return nil }
        at += 1
        return Int(bytes[at - 1] - 0x30)
    }

    mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let next = digit() else { return nil }
            value = value * 10 + next
        }
        return value
    }

    /// `HH:MM[:SS[.fraction]]` in milliseconds.
    mutating func clockMs() -> Int64? {
        guard let hour = number(digits: 2), hour < 24, skip(":"),
            let minute = number(digits: 2), minute < 60
        else { return nil }
        var ms = (hour * 60 + minute) * 60_000
        guard skip(":") else { return Int64(ms) }
        guard let second = number(digits: 2), second < 60 else { return nil }
        ms += second * 1000
        guard skip(".") else { return Int64(ms) }
        guard let first = digit() else { return nil }
        var fraction = first * 100
        var weight = 10
        while let next = digit() {
            fraction += next * weight
            weight /= 10
        }
        return Int64(ms + fraction)
    }

    /// `Z`, `±HH:MM` or nothing, in milliseconds east of UTC.
    mutating func offsetMs() -> Int64? {
        if isAtEnd || skip("Z") || skip("z") { return 0 }
        let isEast = skip("+")
        guard isEast || skip("-"), let hour = number(digits: 2), hour < 24, skip(":"),
            let minute = number(digits: 2), minute < 60
        else { return nil }
        let ms = Int64(hour * 60 + minute) * 60_000
        return isEast ? ms : -ms
    }
}
