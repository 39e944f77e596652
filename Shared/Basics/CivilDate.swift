// Days of the Gregorian calendar in UTC, by Howard Hinnant's days-from-civil algorithms.

/// A day of the proleptic Gregorian calendar, without zone or time of day.
///
/// The conversions are those of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"
/// (howardhinnant.github.io/date_algorithms.html), exact for every day whose count fits.
public struct CivilDate: Sendable, Hashable, Comparable {
    /// Milliseconds of one day without a zone.
    public static let dayMs: Int64 = 86_400_000
    /// The furthest day from 1970 that is converted (about 27 000 years); beyond it is held.
    public static let daysMax = 10_000_000

    /// Days since 1970-01-01, negative before it.
    public let daysSince1970: Int

    /// The day `daysSince1970` days after 1970-01-01, held within ±`daysMax`.
    @inlinable
    public init(daysSince1970: Int) {
        self.daysSince1970 = Swift.min(Swift.max(daysSince1970, -Self.daysMax), Self.daysMax)
    }

    /// The day of these fields; nil unless year is 1…9999 and month and day exist in it.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.daysIn(month: month, year: year)
        else { return nil }
        self.init(daysSince1970: Self.daysFromCivil(year: year, month: month, day: day))
    }

    /// The year; may leave 1…9999 for a day built from a count.
    public var year: Int { fields.year }
    /// The month, 1…12.
    public var month: Int { fields.month }
    /// The day of the month, 1…31.
    public var day: Int { fields.day }

    /// Year, month and day in one conversion.
    public var fields: (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }

    /// The day of the week by ISO 8601: 1 is Monday, 7 is Sunday.
    public var weekday: Int {
        let shifted = (daysSince1970 + 3) % 7
        return (shifted < 0 ? shifted + 7 : shifted) + 1
    }

    /// The first millisecond of this day in UTC.
    public var midnight: Timestamp { Timestamp(ms: Int64(daysSince1970) * Self.dayMs) }

    /// The day `days` days later (earlier when negative).
    public func adding(days: Int) -> CivilDate {
        let held = Swift.min(Swift.max(days, -2 * Self.daysMax), 2 * Self.daysMax)
        return CivilDate(daysSince1970: daysSince1970 + held)
    }

    /// The same day of the month `months` later, or that month's last day if it is shorter.
    public func adding(months: Int) -> CivilDate {
        let from = fields
        let held = Swift.min(Swift.max(months, -700_000), 700_000)
        let count = from.year * 12 + from.month - 1 + held
        let year = Int(Self.floorDivide(Int64(count), 12))
        let month = count - year * 12 + 1
        let day = Swift.min(from.day, Self.daysIn(month: month, year: year))
        return CivilDate(
            daysSince1970: Self.daysFromCivil(year: year, month: month, day: day)
        )
    }

    /// Earlier days come first.
    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        left.daysSince1970 < right.daysSince1970
    }

    /// Days of a month, 28…31; `month` must be 1…12.
    public static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether a year has a 29th of February.
    public static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The quotient rounded towards minus infinity; `divisor` must be above 0.
    @inlinable
    public static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private static func daysFromCivil(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
