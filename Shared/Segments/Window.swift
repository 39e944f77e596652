// Which events count by their instant: the windows of the language, as they are said.

public import Basics

/// A window of time, said relative to the instant of an answer or in fixed instants.
///
/// A new kind of window adds a `case` here and to the `switch`es of `Window+Form.swift` and
/// `TimeWindows.swift`.
public enum Window: Sendable, Hashable {
    /// All of time up to the instant of the answer.
    case ever
    /// (t - ms, t]. Unit: ms, 1 s to 10 years.
    case rolling(ms: Int64)
    /// (t - fromMs, t - toMs], `fromMs` being the greater. Unit: ms, up to 10 years.
    case ago(fromMs: Int64, toMs: Int64)
    /// [from, to); nil: open. No answer sees events later than its own instant.
    case between(from: Timestamp?, to: Timestamp?)
    /// The last whole local days, weeks, months, quarters or years.
    case calendar(CalendarWindow)
    /// A time from an event of the user's own on.
    indirect case since(SinceWindow)
}

/// The last so many local calendar units.
public struct CalendarWindow: Sendable, Hashable {
    /// How many units, 1…`DefinitionLimits.calendarUnits`.
    public var last: Int
    /// Of what.
    public var unit: CalendarUnit
    /// Whether the unit of the answer's instant is the last of them (its part up to then).
    public var includesCurrent: Bool
    /// The IANA zone; nil: the definition's, else the project's, else UTC.
    public var zone: String?

    /// The last `last` units.
    public init(
        last: Int = 1,
        unit: CalendarUnit,
        includesCurrent: Bool = false,
        zone: String? = nil
    ) {
        self.last = last
        self.unit = unit
        self.includesCurrent = includesCurrent
        self.zone = zone
    }
}

/// A unit of the Gregorian calendar.
public enum CalendarUnit: String, Sendable, Hashable, CaseIterable {
    /// From midnight to midnight.
    case day
    /// From Monday to Sunday.
    case week
    /// A calendar month.
    case month
    /// January, April, July or October and the two months after it.
    case quarter
    /// A calendar year.
    case year

    /// The first day of the unit that `day` lies in.
    public func start(_ day: CivilDate) -> CivilDate {
        let fields = day.fields
        let dayOfMonth = day.adding(days: 1 - fields.day)
        switch self {
        case .day: return day
        case .week: return day.adding(days: 1 - day.weekday)
        case .month: return dayOfMonth
        case .quarter: return dayOfMonth.adding(months: -((fields.month - 1) % 3))
        case .year: return dayOfMonth.adding(months: 1 - fields.month)
        }
    }

    /// The first day of the unit `count` units after the one that begins with `start`.
    public func start(_ start: CivilDate, plus count: Int) -> CivilDate {
        switch self {
        case .day: start.adding(days: count)
        case .week: start.adding(days: 7 * count)
        case .month: start.adding(months: count)
        case .quarter: start.adding(months: 3 * count)
        case .year: start.adding(months: 12 * count)
        }
    }
}
