// Days as filters name them: a date, a day of every year, or the day of the answer.

import Basics

/// The day that `onDay` and `sameDayOfYear` compare with.
enum LocalDay: Sendable, Hashable {
    /// The local day of the answer's instant.
    case today
    /// One day: `2025-05-01`.
    case date(CivilDate)
    /// A day of every year: `12-24`.
    case yearly(month: Int, day: Int)

    /// How far ahead changes by anniversaries are looked for: nothing but `notBefore` is said of
    /// what lies behind.
    static let yearsAhead = 8

    /// The day that an operand of `onDay` or of `sameDayOfYear` names; nil if it names none.
    init?(_ text: String, yearly: Bool) {
        if text == "today" {
            self = .today
            return
        }
        // 2024 has every day that some year has.
        let full = yearly ? "2024-" + text : text
        guard full.utf8.count == 10, let instant = Timestamp.rfc3339(full) else { return nil }
        let day = instant.day
        self = yearly ? .yearly(month: day.month, day: day.day) : .date(day)
    }

    /// Whether a day is this one, `today` being the day of the answer.
    func isOn(_ day: CivilDate, today: CivilDate) -> Bool {
        switch self {
        case .today: day == today
        case .date(let date): day == date
        case .yearly: false
        }
    }

    /// Whether a day is the same day of the year: 29 February counts as 28 in other years, so a day
    /// has one anniversary in every year.
    func isSameOfYear(_ day: CivilDate, today: CivilDate) -> Bool {
        switch self {
        case .today: Self.anniversary(of: day, in: today.year) == today
        case .date: false
        case .yearly(let month, let number):
            day.month == month
                && day.day == min(number, CivilDate.daysIn(month: month, year: day.year))
        }
    }

    /// The anniversary of a day in a year, of 1 to 9999.
    static func anniversary(of day: CivilDate, in year: Int) -> CivilDate? {
        let fields = day.fields
        let number = min(fields.day, CivilDate.daysIn(month: fields.month, year: year))
        return CivilDate(year: year, month: fields.month, day: number)
    }
}
