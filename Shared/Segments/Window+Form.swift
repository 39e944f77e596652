// Windows in documents and in words, and what makes a window one nobody can mean.

import Basics

// Document form: see `DefinitionReader`.
extension Window {
    private static let kinds = ["rolling", "ago", "between", "calendar", "since"]

    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Window {
        if case .text(let text) = field.value {
            guard text == "ever" else {
                throw field.problem(
                    .shape,
                    "\(Quoted.name(text)) is not a window",
                    hint: "write ever, or {rolling: 30d}"
                )
            }
            return .ever
        }
        let fields = try field.fields(
            kinds,
            hints: ["ever": "write `window: ever`", "last": "write `{rolling: 30d}`"]
        )
        guard let kind = try fields.atMostOne(of: kinds, hint: "a condition has one window"),
            let inner = fields[kind]
        else {
            throw field.problem(
                .missingField,
                "the window is empty",
                hint: "write ever, or one of " + kinds.joined(separator: ", ")
            )
        }
        switch kind {
        case "rolling": return .rolling(ms: try inner.duration())
        case "ago":
            let ends = try inner.fields(["from", "to"])
            return .ago(
                fromMs: try ends.needed("from").duration(),
                toMs: try ends.needed("to").duration()
            )
        case "between": return try between(inner, zone: zone)
        case "since": return .since(try SinceWindow.read(inner, zone: zone))
        default: return .calendar(try CalendarWindow.read(inner))
        }
    }

    private static func between(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Window {
        if case .list = field.value {
            let ends = try field.items()
            guard ends.count == 2 else {
                throw field.problem(
                    .shape,
                    "`between` takes two instants, not \(ends.count)",
                    hint: "write [2025-05-01, 2025-07-01]"
                )
            }
            return .between(
                from: try ends[0].instant(zone: zone),
                to: try ends[1].instant(zone: zone)
            )
        }
        let ends = try field.fields(["from", "to"])
        return .between(
            from: try ends["from"]?.instant(zone: zone),
            to: try ends["to"]?.instant(zone: zone)
        )
    }

    func written(zone: Zone) -> PlainValue {
        func instant(_ instant: Timestamp) -> PlainValue {
            .text(InstantText.write(instant, zone: zone))
        }
        switch self {
        case .ever: return .text("ever")
        case .rolling(let ms):
            return .map([PlainEntry("rolling", .text(DurationText.write(ms)))])
        case .ago(let fromMs, let toMs):
            let ends = [
                PlainEntry("from", .text(DurationText.write(fromMs))),
                PlainEntry("to", .text(DurationText.write(toMs))),
            ]
            return .map([PlainEntry("ago", .map(ends))])
        case .between(let from, let to):
            var ends: [PlainEntry] = []
            if let from { ends.append(PlainEntry("from", instant(from))) }
            if let to { ends.append(PlainEntry("to", instant(to))) }
            return .map([PlainEntry("between", .map(ends))])
        case .calendar(let calendar):
            return .map([PlainEntry("calendar", calendar.written())])
        case .since(let since): return .map([PlainEntry("since", since.written(zone: zone))])
        }
    }
}

extension CalendarWindow {
    static func read(_ field: Field) throws(DefinitionProblem) -> CalendarWindow {
        let fields = try field.fields(["last", "unit", "current", "zone"])
        let unitField = try fields.needed("unit", hint: "day, week, month, quarter or year")
        let unitText = try unitField.text()
        guard let unit = CalendarUnit(rawValue: unitText) else {
            let units = CalendarUnit.allCases.map(\.rawValue)
            let near = NearestName.nearest(to: unitText, in: units)
            throw unitField.problem(
                .shape,
                "\(Quoted.name(unitText)) is not a calendar unit",
                hint: near.map { "did you mean `\($0)`?" } ?? units.joined(separator: ", ")
            )
        }
        var window = CalendarWindow(unit: unit)
        if let field = fields["last"] { window.last = try field.whole() }
        if let field = fields["current"] {
            window.includesCurrent = try readCurrent(field, unit)
        }
        window.zone = try fields["zone"]?.text()
        return window
    }

    /// Whether the running unit counts too.
    static func readCurrent(_ field: Field, _ unit: CalendarUnit) throws(DefinitionProblem)
        -> Bool
    {
        let text = try field.text()
        guard text == "include" || text == "exclude" else {
            throw field.problem(
                .shape,
                "\(Quoted.name(text)) is neither include nor exclude",
                hint: "write `current: include` to count the running \(unit.rawValue) too"
            )
        }
        return text == "include"
    }

    func written() -> PlainValue {
        var entries = [
            PlainEntry("last", .int(Int64(last))), PlainEntry("unit", .text(unit.rawValue)),
            PlainEntry("current", .text(includesCurrent ? "include" : "exclude")),
        ]
        if let zone { entries.append(PlainEntry("zone", .text(zone))) }
        return .map(entries)
    }
}

extension Window {
    func check(_ audit: inout Audit, place: String) {
        switch self {
        case .ever: return
        case .rolling(let ms): audit.checkDuration(ms, place: place + ".rolling")
        case .ago(let fromMs, let toMs):
            audit.checkDuration(fromMs, place: place + ".ago.from")
            if toMs < 0 {
                audit.refuse(.window, place + ".ago.to", "the duration is below 0")
            } else if toMs >= fromMs {
                audit.refuse(
                    .window,
                    place + ".ago",
                    "`from` (\(DurationText.write(fromMs)) ago) is not before `to`"
                        + " (\(DurationText.write(toMs)) ago)",
                    hint: toMs > fromMs
                        ? "swap them: `from` is the farther end" : "make `from` the greater one"
                )
            }
        case .between(let from, let to): checkBetween(from, to, &audit, place + ".between")
        case .calendar(let calendar): calendar.check(&audit, place: place + ".calendar")
        case .since(let since): since.check(&audit, place: place + ".since")
        }
    }

    private func checkBetween(
        _ from: Timestamp?,
        _ to: Timestamp?,
        _ audit: inout Audit,
        _ place: String
    ) {
        for (end, name) in [(from, ".from"), (to, ".to")] {
            if let end, !end.hasText {
                audit.refuse(.window, place + name, "the instant is outside the years 1 to 9999")
                return
            }
        }
        switch (from, to) {
        case (nil, nil):
            audit.refuse(.window, place, "neither end is there", hint: "write `window: ever`")
        case (let from?, let to?) where to < from:
            audit.refuse(
                .window,
                place,
                "`to` (\(to.rfc3339)) is before `from` (\(from.rfc3339))",
                hint: "swap them"
            )
        case (let from?, let to?) where to == from:
            audit.refuse(
                .window,
                place,
                "`from` and `to` are the same instant, so nothing lies between",
                hint: "`to` is not included: for one day write the next day's date"
            )
        default: return
        }
    }
}

extension CalendarWindow {
    func check(_ audit: inout Audit, place: String) {
        if !(1...DefinitionLimits.calendarUnits).contains(last) {
            audit.refuse(
                .window,
                place + ".last",
                "\(last) is not between 1 and \(DefinitionLimits.calendarUnits)",
                hint: last == 0
                    ? "for the running \(unit.rawValue) write last: 1, current: include"
                    : nil
            )
        }
        if let zone { audit.checkZone(zone, place: place + ".zone") }
    }
}

extension Window {
    /// ` in the last 30 days`; empty for ever.
    func phrase(zone: Zone) -> String {
        func said(_ instant: Timestamp) -> String { InstantText.write(instant, zone: zone) }
        switch self {
        case .ever: return ""
        case .rolling(let ms): return " in the last \(DurationText.spoken(ms))"
        case .ago(let fromMs, let toMs):
            return " from \(DurationText.spoken(fromMs)) ago to \(DurationText.spoken(toMs)) ago"
        case .between(let from?, let to?): return " between \(said(from)) and \(said(to))"
        case .between(let from?, nil): return " since \(said(from))"
        case .between(nil, let to?): return " before \(said(to))"
        case .between(nil, nil): return ""
        case .since(let since): return since.phrase(zone: zone)
        case .calendar(let calendar):
            let unit = calendar.unit.rawValue
            let zone = calendar.zone.map { " in \($0)" } ?? ""
            if calendar.includesCurrent, calendar.last == 1 { return " in this \(unit)" + zone }
            let units = calendar.last == 1 ? "\(unit)" : "\(calendar.last) \(unit)s"
            let kind = calendar.includesCurrent ? "calendar" : "whole calendar"
            let tail = calendar.includesCurrent ? " with the current one" : ""
            return " in the last \(kind) \(units)" + tail + zone
        }
    }
}
