// Which events count, in sentences: names, local times and filters, windows, counts and sums.

import Basics

extension EventMatch {
    /// `"Charged" or "Ticket Booked" from 20:00 to 24:00 where "amount" is greater than 100`.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> EventMatch {
        var match = EventMatch()
        if !words.take("any event") {
            guard words.isQuoted() else {
                throw words.expected("an event in quotation marks, or `any event`")
            }
            repeat {
                match.events.append(ExactName(try words.quoted("an event")))
            } while words.isNextName(after: "or") && words.take("or")
        }
        match.times = try LocalTimes.parse(&words)
        if words.take("where") { match.filters = try PropertyFilter.parseAll(&words) }
        return match
    }

    /// The same, and then a window.
    static func parse(
        windowed words: inout SentenceWords
    ) throws(DefinitionProblem) -> EventMatch {
        var match = try parse(&words)
        match.window = try Window.parse(&words) ?? .ever
        return match
    }
}

extension LocalTimes {
    /// `from 20:00 to 24:00 on saturday or sunday in the user's zone`; nil when none comes next.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> LocalTimes? {
        var times = LocalTimes()
        if words.isNext("from"), words.word(1)?.contains(":") == true,
            words.word(1)?.contains("-") == false
        {
            _ = words.take("from")
            let fromMs = try clock(&words)
            try words.expect("to")
            times.clock = ClockRange(fromMs: fromMs, toMs: try clock(&words))
        }
        func day(_ ahead: Int) -> Int? { words.word(ahead).flatMap { days.firstIndex(of: $0) } }
        var weekdays: [Int] = []
        while words.isNext(weekdays.isEmpty ? "on" : "or"), let index = day(1) {
            weekdays.append(index + 1)
            _ = words.take("\(weekdays.count == 1 ? "on" : "or") \(days[index])")
        }
        times = LocalTimes(clock: times.clock, weekdays: weekdays)
        times.inUsersZone = words.take("in the user's zone")
        return times == LocalTimes() ? nil : times
    }

    private static func clock(_ words: inout SentenceWords) throws(DefinitionProblem) -> Int64 {
        guard let text = words.word(), let ms = clockMs(text) else {
            throw words.expected("a time of the day", hint: "write 20:00 or 20:00:30")
        }
        _ = try words.anyWord("a time of the day")
        return ms
    }
}

extension Window {
    /// `in the last 30 days`, `since 2025-05-01` and the like; nil when no window comes next.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Window? {
        if words.take("between") {
            let from = try words.instant()
            try words.expect("and")
            return .between(from: from, to: try words.instant())
        }
        if words.take("since") { return .between(from: try words.instant(), to: nil) }
        if words.take("before") { return .between(from: nil, to: try words.instant()) }
        if words.take("from") {
            let fromMs = try words.duration()
            try words.expect("ago to")
            let toMs = try words.duration()
            try words.expect("ago")
            return .ago(fromMs: fromMs, toMs: toMs)
        }
        if words.take("in this") {
            let unit = try CalendarWindow.unit(&words)
            return .calendar(
                CalendarWindow(
                    unit: unit,
                    includesCurrent: true,
                    zone: try CalendarWindow.zone(&words)
                )
            )
        }
        guard words.take("in the last") else {
            return try SinceWindow.parse(&words).map(Window.since)
        }
        if let calendar = try CalendarWindow.parse(&words) { return .calendar(calendar) }
        return .rolling(ms: try words.duration())
    }
}

extension CalendarWindow {
    /// `whole calendar 3 months`, `3 whole calendar months`, `calendar day with the current one`.
    fileprivate static func parse(
        _ words: inout SentenceWords
    ) throws(DefinitionProblem) -> CalendarWindow? {
        let count = words.wholeNext
        let ahead = count == nil ? 0 : 1
        let isWhole = words.isNext("whole calendar", ahead: ahead)
        guard isWhole || words.isNext("calendar", ahead: ahead) else { return nil }
        if count != nil { _ = try words.whole() }
        _ = words.take("whole")
        _ = words.take("calendar")
        var last = count ?? 1
        if count == nil, words.wholeNext != nil { last = try words.whole() }
        var window = CalendarWindow(last: last, unit: try unit(&words))
        window.includesCurrent = words.take("with the current one")
        window.zone = try zone(&words)
        return window
    }

    static func unit(
        _ words: inout SentenceWords
    ) throws(DefinitionProblem) -> CalendarUnit {
        let unit = CalendarUnit.allCases.first {
            words.isNext($0.rawValue) || words.isNext($0.rawValue + "s")
        }
        guard let unit else { throw words.expected("day, week, month, quarter or year") }
        _ = try words.anyWord("a unit")
        return unit
    }

    /// `in Asia/Tokyo`, and no further window.
    fileprivate static func zone(
        _ words: inout SentenceWords
    ) throws(DefinitionProblem) -> String? {
        guard words.isNext("in"), let next = words.word(1), next != "the", next != "this" else {
            return nil
        }
        _ = words.take("in")
        let problem = words
        let name = try words.anyWord("a zone")
        guard Zone(name) != nil else {
            let text = Zone.unknown(name)
            throw problem.problem(text.message, code: .zone, hint: text.hint)
        }
        return name
    }
}

extension CountTest {
    /// `at least 3`, `exactly 3`, `at most 3`, `2 to 5`, without regard to zero.
    var spoken: String {
        switch comparison {
        case .atLeast(let low): "at least \(low)"
        case .exactly(let count): "exactly \(count)"
        case .atMost(let high): "at most \(high)"
        case .between(let low, let high): "\(low) to \(high)"
        }
    }

    /// What `spoken` says; nil when no count comes next.
    static func parse(spoken words: inout SentenceWords) throws(DefinitionProblem) -> CountTest? {
        if words.take("at least") { return CountTest(.atLeast(try words.whole())) }
        if words.take("exactly") { return CountTest(.exactly(try words.whole())) }
        if words.take("at most") { return CountTest(.atMost(try words.whole())) }
        guard let low = words.wholeNext, words.isNext("to", ahead: 1) else { return nil }
        _ = try words.whole()
        _ = words.take("to")
        return CountTest(.between(low, try words.whole()))
    }

    /// `at least 3 times or never`; nil when no count comes next.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> CountTest? {
        if words.take("or never") { return CountTest(.atLeast(1), includesZero: true) }
        if words.take("once") { return CountTest(.exactly(1)) }
        if words.take("twice") { return CountTest(.exactly(2)) }
        guard var count = try parse(spoken: &words) else { return nil }
        if !words.take("times"), !words.take("time") { throw words.expected("`times`") }
        count.includesZero = words.take("or never")
        return count
    }
}

extension SumTest {
    /// Behind `with a sum of`: `"amount" of at least 500 (missing as 0)`.
    static func parse(after words: inout SentenceWords) throws(DefinitionProblem) -> SumTest {
        let property = ExactName(try words.quoted("a property"))
        var sum = SumTest(property, try NumberTest.parse(&words))
        sum.missingIsZero = words.take("( missing as 0 )")
        return sum
    }
}

extension NumberTest {
    /// `of at least 500`, `from 1 to 5`, `greater than 5`, `less than 5`.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> NumberTest {
        if words.take("of at least") { return .atLeast(try words.number()) }
        if words.take("of exactly") { return .exactly(try words.number()) }
        if words.take("of at most") { return .atMost(try words.number()) }
        if words.take("greater than") { return .greaterThan(try words.number()) }
        if words.take("less than") { return .lessThan(try words.number()) }
        guard words.take("from") else {
            throw words.expected(
                "`of at least`, `of exactly`, `of at most`, `from`, `greater than`"
            )
        }
        let low = try words.number()
        try words.expect("to")
        return .between(low, try words.number())
    }
}
