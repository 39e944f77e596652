// The naive reader of definitions: written for clarity from design/semantics.md alone.

public import Basics
import Foundation
public import Segments

/// Answers definitions the slow, obvious way, so that the readers can be held against it.
///
/// It shares the definition's shape with the product and nothing of how it is answered: no plan,
/// no compiled filter, no window code. Calendar windows go by Foundation's `Calendar`.
public struct Oracle {
    let definition: Definition
    let zone: TimeZone
    let now: Timestamp
    let projectZone: String
    let nested: [NestedSegment]

    /// The oracle for one definition at one instant; it must be valid, and the segments that it
    /// uses be among `nested`.
    public init(
        _ definition: Definition,
        at instant: Timestamp,
        projectZone: String = "UTC",
        nested: [NestedSegment] = []
    ) {
        self.definition = definition
        self.projectZone = projectZone
        self.nested = nested
        zone = TimeZone(identifier: definition.zone ?? projectZone) ?? .gmt
        now = instant
    }

    init(_ definition: Definition, at instant: Timestamp, zone: TimeZone) {
        self.definition = definition
        self.zone = zone
        projectZone = zone.identifier
        nested = []
        now = instant
    }

    /// The users who are members, in the order they are given.
    public func members<User>(_ users: [(user: User, history: UserHistory)]) -> [User] {
        users.filter { isMember($0.history) }.map(\.user)
    }

    /// Whether a user with this history is a member.
    public func isMember(_ history: UserHistory) -> Bool {
        isInUniverse(history) && holds(0, history)
    }

    /// Whether a node of the definition holds by itself.
    public func holds(_ node: Int, _ user: UserHistory) -> Bool {
        switch definition.nodes[node] {
        case .all(let all):
            return all.children.allSatisfy { holds($0, user) }
        case .any(let any):
            return any.children.contains { holds($0, user) }
        case .not(let not):
            return !holds(not.children[0], user)
        case .did(let did):
            return holds(did, matching(did.match, user))
        case .didNot(let didNot):
            return matching(didNot.match, user).isEmpty
        case .user(let property):
            return passes(property.filter, valueInForce(property.filter.property, user))
        case .first(let first): return holds(first.occurrence, number: 1, user)
        case .nth(let nth): return holds(nth.occurrence, number: nth.number, user)
        case .last(let last): return holds(last.occurrence, number: nil, user)
        case .share(let share): return holds(share, user)
        case .predominantly(let favourite): return holds(favourite, user)
        case .sequence(let sequence): return holds(sequence, user)
        case .distinct(let distinct): return holds(distinct, user)
        case .bucket(let bucket): return holds(bucket, user)
        case .rfm(let rfm): return holds(rfm, user)
        case .reachable(let reachable):
            return state(of: user, reachable.channel) == reachable.state
        case .inList(let list):
            // Membership of a list has instants like a property: those at which it was uploaded.
            return valueInForce(list.property, user) == .bool(true)
        case .known: return valueInForce(Known.anonymity, user) != .bool(true)
        case .inFeed(let feed): return valueInForce(feed.property, user) == .bool(true)
        case .inSegment(let segment): return isMember(of: segment.name, user)
        case .regularly(let habit): return holds(habit, user)
        case .stopped(let stopped): return holds(stopped, user)
        case .restarted(let restarted): return holds(restarted, user)
        }
    }

    /// The value of a property that conditions compare.
    // "The value used is the one in force at t"; an import without an instant holds from the
    // beginning of time; ties by log position, of one position the last given.
    public func valueInForce(_ property: ExactName, _ user: UserHistory) -> PropertyValue? {
        value(of: property, user, at: now)
    }

    func value(of property: ExactName, _ user: UserHistory, at instant: Timestamp)
        -> PropertyValue?
    {
        user.versions
            .filter { $0.property == property && ($0.since ?? instant) <= instant }
            .enumerated()
            .max { one, other in
                let (first, second) = (one.element, other.element)
                return (first.since?.ms ?? .min, first.position.value, one.offset)
                    < (second.since?.ms ?? .min, second.position.value, other.offset)
            }?
            .element.value
    }

    /// The events that a condition counts, in the order of the history.
    public func matching(_ match: EventMatch, _ user: UserHistory) -> [UserHistory.Event] {
        user.events.filter { event in
            (match.events.isEmpty || match.events.contains(event.name))
                && event.at <= now && isInside(event.at, match.window, user)
                && passesAll(event, match, user)
        }
    }

    private func holds(_ did: Did, _ events: [UserHistory.Event]) -> Bool {
        if events.isEmpty && !did.count.includesZero { return false }
        let count = events.count
        let isCounted =
            switch did.count.comparison {
            case .atLeast(let low): count >= low
            case .exactly(let wanted): count == wanted
            case .atMost(let high): count <= high
            case .between(let low, let high): (low...high).contains(count)
            }
        return isCounted && did.sums.allSatisfy { holds($0, events) }
            && did.aggregates.allSatisfy { holds($0, events) }
    }

    // "Sums are exact for decimals; other sums add in event-time order."
    private func holds(_ sum: SumTest, _ events: [UserHistory.Event]) -> Bool {
        let ordered = events.sorted {
            ($0.at.ms, $0.clientSequence.map { Int64($0) } ?? -1, $0.position.value)
                < ($1.at.ms, $1.clientSequence.map { Int64($0) } ?? -1, $1.position.value)
        }
        let numbers = ordered.compactMap { event -> Number? in
            guard case .number(let number)? = event[sum.property] else { return nil }
            return number
        }
        if numbers.isEmpty && !events.isEmpty && !sum.missingIsZero { return false }
        var e4: Int64 = 0
        var double = 0.0
        var isExact = true
        for number in numbers {
            double += number.double
            if case .decimal(let value) = number.form { e4 += value } else { isExact = false }
        }
        guard let total = isExact ? Number(e4: e4) : Number(double) else { return false }
        switch sum.test {
        case .atLeast(let low): return total >= low
        case .exactly(let wanted): return total == wanted
        case .atMost(let high): return total <= high
        case .between(let low, let high): return total >= low && total <= high
        case .greaterThan(let low): return total > low
        case .lessThan(let high): return total < high
        }
    }

    func isInside(_ at: Timestamp, _ window: Window, _ user: UserHistory) -> Bool {
        let (event, t) = (at.ms, now.ms)
        switch window {
        case .ever: return true
        case .rolling(let d): return event > t - d && event <= t
        case .ago(let a, let b): return event > t - a && event <= t - b
        case .between(let from, let to):
            return event >= (from?.ms ?? .min) && event < (to?.ms ?? .max)
        case .calendar(let calendar): return isInside(at, calendar)
        case .since(let since):
            // "[x, x+d) where x is the user's first or last event of another kind."
            let anchors = matching(since.anchor, user).map(\.at.ms)
            guard let x = since.place == .first ? anchors.min() : anchors.max() else {
                return false
            }
            return event >= x && event < x + since.ms
        }
    }

    func isInside(_ at: Timestamp, _ window: CalendarWindow) -> Bool {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = window.zone.flatMap { TimeZone(identifier: $0) } ?? zone
        calendar.firstWeekday = 2
        let current = unitStart(date(now), window.unit, calendar)
        let back = window.includesCurrent ? window.last - 1 : window.last
        // From the middle of the first day, so that no gap at midnight gets in the way.
        let noon = current.addingTimeInterval(12 * 3600)
        let (component, count): (Calendar.Component, Int) =
            switch window.unit {
            case .day: (.day, back)
            case .week: (.day, 7 * back)
            case .month: (.month, back)
            case .quarter: (.month, 3 * back)
            case .year: (.year, back)
            }
        guard let earlier = calendar.date(byAdding: component, value: -count, to: noon) else {
            return false
        }
        let first = unitStart(earlier, window.unit, calendar)
        let event = date(at)
        return event >= first && (window.includesCurrent || event < current)
    }

    private func unitStart(_ date: Date, _ unit: CalendarUnit, _ calendar: Calendar) -> Date {
        let day = calendar.startOfDay(for: date)
        func backToDay(_ count: Int) -> Date {
            let noon = day.addingTimeInterval(12 * 3600)
            let then = calendar.date(byAdding: .day, value: -count, to: noon) ?? noon
            return calendar.startOfDay(for: then)
        }
        let fields = calendar.dateComponents([.month, .day, .weekday], from: date)
        let (month, dayOfMonth) = (fields.month ?? 1, fields.day ?? 1)
        switch unit {
        case .day: return day
        case .week: return backToDay(((fields.weekday ?? 2) + 5) % 7)
        case .month: return backToDay(dayOfMonth - 1)
        case .quarter, .year:
            let months = unit == .year ? month - 1 : (month - 1) % 3
            let first = backToDay(dayOfMonth - 1).addingTimeInterval(12 * 3600)
            let then = calendar.date(byAdding: .month, value: -months, to: first) ?? first
            return calendar.startOfDay(for: then)
        }
    }

    private func date(_ instant: Timestamp) -> Date {
        Date(timeIntervalSince1970: Double(instant.ms) / 1000)
    }
}

// Properties. "A comparison with an absent property is false, also ≠. Types do not mix."
extension Oracle {
    func passes(_ filter: PropertyFilter, _ value: PropertyValue?) -> Bool {
        guard let value else { return filter.operator == .missing }
        func isEqual(_ operand: Operand) -> Bool { equal(value, operand, filter.ignoreCase) }
        func order(_ index: Int) -> Int? { compare(value, filter.operands[index]) }
        func listHas(_ operand: Operand) -> Bool {
            guard case .list(let items) = value else { return false }
            return items.contains { equal($0, operand, filter.ignoreCase) }
        }
        var isList: Bool { if case .list = value { true } else { false } }
        switch filter.operator {
        case .exists: return true
        case .missing: return false
        case .equals, .in: return filter.operands.contains(where: isEqual)
        case .notEquals, .notIn: return !filter.operands.contains(where: isEqual)
        case .lessThan, .before: return order(0).map { $0 < 0 } ?? false
        case .atMost: return order(0).map { $0 <= 0 } ?? false
        case .greaterThan: return order(0).map { $0 > 0 } ?? false
        case .atLeast, .after: return order(0).map { $0 >= 0 } ?? false
        case .between:
            return (order(0).map { $0 >= 0 } ?? false) && (order(1).map { $0 <= 0 } ?? false)
        case .contains, .startsWith, .endsWith: return textPasses(filter, value)
        case .withinLast, .withinNext:
            guard let instant = instant(value), case .duration(let d) = filter.operands[0] else {
                return false
            }
            let (v, t) = (instant.ms, now.ms)
            return filter.operator == .withinLast ? v > t - d && v <= t : v > t && v <= t + d
        case .matches, .onDay, .sameDayOfYear, .withinKm: return passesByMeaning(filter, value)
        case .hasAny: return filter.operands.contains(where: listHas)
        case .hasAll: return filter.operands.allSatisfy(listHas)
        case .hasNone: return isList && !filter.operands.contains(where: listHas)
        }
    }

    func equal(_ value: PropertyValue, _ operand: Operand, _ ignoreCase: Bool) -> Bool {
        switch (value, operand) {
        case (.number(let a), .value(.number(let b))): return a == b
        case (.bool(let a), .value(.bool(let b))): return a == b
        case (.instant(let a), .value(.instant(let b))): return a == b
        case (.text(let a), .value(.text(let b))):
            return bytes(a, ignoreCase) == bytes(b, ignoreCase)
        case (.text, .version): return compare(value, operand) == 0
        default: return false
        }
    }

    /// -1, 0, 1; nil when the two cannot be put in order.
    func compare(_ value: PropertyValue, _ operand: Operand) -> Int? {
        switch (value, operand) {
        case (.number(let a), .value(.number(let b))): return a < b ? -1 : (a == b ? 0 : 1)
        case (_, .value(.instant(let b))):
            guard let a = instant(value) else { return nil }
            return a < b ? -1 : (a == b ? 0 : 1)
        case (.text(let a), .version(let b)):
            guard let left = OracleVersion(a), let right = OracleVersion(b) else { return nil }
            return left.compare(right)
        default: return nil
        }
    }

    /// An instant, or a text that is one; a date or time without an offset is the zone's.
    func instant(_ value: PropertyValue) -> Timestamp? {
        if case .instant(let instant) = value { return instant }
        guard case .text(let text) = value, let read = Timestamp.rfc3339(text) else { return nil }
        let tail = text.dropFirst(10)
        if tail.contains("Z") || tail.contains("+") || tail.contains("-") { return read }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var fields = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second, .nanosecond],
            from: date(read)
        )
        calendar.timeZone = zone
        // At midnight the day's start knows gaps; other times are not drawn inside gaps.
        guard tail.isEmpty else {
            fields.timeZone = zone
            return calendar.date(from: fields).map(timestamp)
        }
        fields.hour = 12
        guard let noon = calendar.date(from: fields) else { return nil }
        return timestamp(calendar.startOfDay(for: noon))
    }

    private func timestamp(_ date: Date) -> Timestamp {
        Timestamp(ms: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    private func textPasses(_ filter: PropertyFilter, _ value: PropertyValue) -> Bool {
        guard case .text(let text) = value, case .value(.text(let piece)) = filter.operands[0]
        else { return false }
        let whole = bytes(text, filter.ignoreCase)
        let part = bytes(piece, filter.ignoreCase)
        guard whole.count >= part.count else { return false }
        switch filter.operator {
        case .startsWith: return Array(whole.prefix(part.count)) == part
        case .endsWith: return Array(whole.suffix(part.count)) == part
        default:
            return (0...(whole.count - part.count)).contains {
                Array(whole[$0..<($0 + part.count)]) == part
            }
        }
    }

    /// The UTF-8 bytes; without case, each scalar through upper to lower where both are single.
    private func bytes(_ text: String, _ ignoreCase: Bool) -> [UInt8] {
        guard ignoreCase else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { scalar -> [UInt8] in
            let upper = scalar.properties.uppercaseMapping.unicodeScalars
            guard upper.count == 1, let up = upper.first else { return Array(String(scalar).utf8) }
            let lower = up.properties.lowercaseMapping.unicodeScalars
            return Array((lower.count == 1 ? String(lower) : String(scalar)).utf8)
        }
    }
}

/// A version, the obvious way.
struct OracleVersion {
    let numbers: [Int]
    let pre: [String]

    init?(_ text: String) {
        let core = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let parts = core.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        var numbers: [Int] = []
        for part in parts[0].split(separator: ".", omittingEmptySubsequences: false) {
            guard let number = Int(part), part.first?.isNumber == true else { return nil }
            numbers.append(number)
        }
        self.numbers = numbers + Array(repeating: 0, count: 8 - numbers.count)
        pre =
            parts.count > 1
            ? parts[1].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            : []
        // "2024-10-27T01:15:00Z" is a date, not a pre-release of 2024.
        let isWord = { (scalar: Unicode.Scalar) in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9" ~= scalar))
                || scalar == "-"
        }
        guard pre.allSatisfy({ !$0.isEmpty && $0.unicodeScalars.allSatisfy(isWord) }) else {
            return nil
        }
    }

    func compare(_ other: OracleVersion) -> Int {
        for (a, b) in zip(numbers, other.numbers) where a != b { return a < b ? -1 : 1 }
        if pre == other.pre { return 0 }
        if pre.isEmpty { return 1 }
        if other.pre.isEmpty { return -1 }
        for (a, b) in zip(pre, other.pre) where a != b {
            switch (Int(a), Int(b)) {
            case (let x?, let y?): return x < y ? -1 : 1
            case (_?, nil): return -1
            case (nil, _?): return 1
            default: return a < b ? -1 : 1
            }
        }
        return pre.count < other.pre.count ? -1 : 1
    }
}
