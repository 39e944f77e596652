// Which events count by their local time of the day and day of the week.

public import Basics

/// Times of the day and days of the week in the definition's zone, or in each user's own.
///
/// Both are asked of the event's own local day: from 22:00 to 02:00 on Fridays means Friday from
/// 22:00 to midnight, and Friday from midnight to 02:00.
public struct LocalTimes: Sendable, Hashable {
    /// A time of the day; the local clock from the first instant to before the last.
    public struct ClockRange: Sendable, Hashable {
        /// Unit: ms of the day, 0 to 86,399,999.
        public var fromMs: Int64
        /// Unit: ms of the day, 1 to 86,400,000; before `fromMs` it means past midnight.
        public var toMs: Int64

        /// A range.
        public init(fromMs: Int64, toMs: Int64) {
            self.fromMs = fromMs
            self.toMs = toMs
        }

        func contains(_ ms: Int64) -> Bool {
            fromMs < toMs ? ms >= fromMs && ms < toMs : ms >= fromMs || ms < toMs
        }
    }

    /// Which time of the day; nil: any.
    public var clock: ClockRange?
    /// Which days, Monday being 1 and Sunday 7, each once, sorted; empty: any.
    public var weekdays: [Int]

    /// Whether they are read in the user's own zone: the one that the user's property `timeZone`
    /// names at the answer's instant; where it names none, the definition's.
    public var inUsersZone: Bool

    /// The user property that names a zone.
    public static let zoneProperty: ExactName = "timeZone"

    /// These times on these days.
    public init(clock: ClockRange? = nil, weekdays: [Int] = [], inUsersZone: Bool = false) {
        self.clock = clock
        self.inUsersZone = inUsersZone
        self.weekdays = Array(Set(weekdays)).sorted()
    }
}

/// Local times with their zone, ready to be asked of many instants.
public struct CompiledTimes: Sendable {
    private let times: LocalTimes
    private var clock: LocalClock

    /// Nil when every time is meant.
    init?(_ times: LocalTimes?, zone: Zone) {
        guard let times else { return nil }
        self.times = times
        clock = LocalClock(zone)
    }

    /// Whether the zone is each user's own, so that `inZone` must be asked first.
    public var inUsersZone: Bool { times.inUsersZone }

    /// The same for a user whose zone property has this value.
    public func inZone(named value: PropertyValue?) -> CompiledTimes {
        guard times.inUsersZone, case .text(let name)? = value, let zone = Zone(name) else {
            return self
        }
        var own = self
        own.clock = LocalClock(zone)
        return own
    }

    /// Whether an event of this instant counts; quickest when asked of instants near each other.
    public mutating func contains(_ instant: Timestamp) -> Bool {
        let local = clock.local(instant)
        let day = local.day
        if let range = times.clock, !range.contains(local.msSince(day.midnight)) { return false }
        return times.weekdays.isEmpty || times.weekdays.contains(day.weekday)
    }
}

// Document form, beside `event` and `where`: `timeOfDay: {from: "20:00", to: "24:00"}` and
// `dayOfWeek: [saturday, sunday]`.
extension LocalTimes {
    static let fields = ["timeOfDay", "dayOfWeek", "zone"]
    static let days = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]

    /// The times that some fields say; nil when they say none.
    static func read(_ fields: Fields) throws(DefinitionProblem) -> LocalTimes? {
        var times = LocalTimes()
        if let field = fields["timeOfDay"] {
            let ends = try field.fields(["from", "to"])
            times.clock = ClockRange(
                fromMs: try clock(try ends.needed("from")),
                toMs: try clock(try ends.needed("to"))
            )
        }
        if let field = fields["dayOfWeek"] {
            for item in try field.oneOrMore() {
                let name = try item.text()
                guard let index = days.firstIndex(of: name) else {
                    throw item.problem(
                        .shape,
                        "\(Quoted.name(name)) is no day of the week",
                        hint: NearestName.nearest(to: name, in: days).map {
                            "did you mean `\($0)`?"
                        }
                            ?? "write one of " + days.joined(separator: ", ")
                    )
                }
                times.weekdays.append(index + 1)
            }
            times = LocalTimes(clock: times.clock, weekdays: times.weekdays)
        }
        if let field = fields["zone"] {
            let hint = "in a zone of its own write `zone` beside `condition`"
            guard try field.text() == "user" else {
                throw field.problem(.zone, "`zone: user` is all that can be said here", hint: hint)
            }
            guard times != LocalTimes() else {
                throw field.problem(
                    .missingField,
                    "`zone: user` without `timeOfDay` or `dayOfWeek` means nothing",
                    hint: hint
                )
            }
            times.inUsersZone = true
        }
        return times == LocalTimes() ? nil : times
    }

    /// `HH:MM`, with seconds and thousandths if wanted; `24:00` is the day's end.
    private static func clock(_ field: Field) throws(DefinitionProblem) -> Int64 {
        let text = try field.text()
        guard let ms = clockMs(text) else {
            throw field.problem(
                .shape,
                "\(Quoted.name(text)) is no time of the day",
                hint: "write 20:00 or 20:00:30, in quotation marks"
            )
        }
        return ms
    }

    /// The time of the day in a text; nil if it is none.
    static func clockMs(_ text: String) -> Int64? {
        if text == "24:00" { return CivilDate.dayMs }
        let whole = text.utf8.count == 5 ? text + ":00" : text
        guard text.utf8.count >= 5, let instant = Timestamp.rfc3339("1970-01-01T\(whole)Z"),
            (0..<CivilDate.dayMs).contains(instant.ms)
        else { return nil }
        return instant.ms
    }

    var entries: [PlainEntry] {
        var entries: [PlainEntry] = []
        if let clock {
            let ends = [
                PlainEntry("from", .text(Self.said(clock.fromMs))),
                PlainEntry("to", .text(Self.said(clock.toMs))),
            ]
            entries.append(PlainEntry("timeOfDay", .map(ends)))
        }
        if !weekdays.isEmpty {
            entries.append(
                PlainEntry("dayOfWeek", .list(weekdays.map { .text(Self.days[($0 - 1) % 7]) }))
            )
        }
        if inUsersZone { entries.append(PlainEntry("zone", .text("user"))) }
        return entries
    }

    func check(_ audit: inout Audit, place: String) {
        if let clock {
            let isDay =
                (0..<CivilDate.dayMs).contains(clock.fromMs)
                && (1...CivilDate.dayMs).contains(clock.toMs)
            if !isDay || clock.fromMs == clock.toMs {
                audit.refuse(
                    .window,
                    place + ".timeOfDay",
                    "the time of the day is empty or outside a day",
                    hint: "write {from: \"20:00\", to: \"24:00\"}; the end is not included"
                )
            }
        }
        if !weekdays.allSatisfy((1...7).contains) || weekdays.count > 7 {
            audit.refuse(.window, place + ".dayOfWeek", "days of the week are 1 to 7")
        }
    }

    /// ` from 20:00 to 24:00 on saturday or sunday`.
    var phrase: String {
        let hours = clock.map { " from \(Self.said($0.fromMs)) to \(Self.said($0.toMs))" } ?? ""
        let names = weekdays.map { Self.days[($0 - 1) % 7] }.joined(separator: " or ")
        return hours + (names.isEmpty ? "" : " on " + names)
            + (inUsersZone ? " in the user's zone" : "")
    }

    private static func said(_ ms: Int64) -> String {
        guard ms < CivilDate.dayMs else { return "24:00" }
        let text = Timestamp(ms: ms).rfc3339.dropFirst(11).dropLast()
        if text.hasSuffix(":00.000") { return String(text.dropLast(7)) }
        return text.hasSuffix(".000") ? String(text.dropLast(4)) : String(text)
    }
}
