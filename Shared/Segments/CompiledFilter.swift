// A filter made ready once and asked often: per distinct value, or per row.

public import Basics

/// A property filter with its operands parsed, folded and put in order.
///
/// What a present value of another type than the operator's gives: `equals`, `in`, `hasAny`,
/// `hasAll`, every order and every piece of text are false; `notEquals` and `notIn` are true,
/// since values of different types differ (a list differs from every plain value);
/// `hasNone` is false, since it asks about a list. Orders with an instant as operand (`before`,
/// `after`, `withinLast`, `withinNext`, `lessThan` …) also take a text that is an RFC 3339 date
/// or date-time, without an offset in the definition's zone, and so do `onDay` and `sameDayOfYear`;
/// `equals` does not. Versions compare with texts only; `withinKm` reads texts only. Texts compare
/// by their UTF-8 bytes. Numbers are answered without allocation. One object, since lanes hand it
/// on often.
public final class CompiledFilter: Sendable {
    /// As it was said.
    public let filter: PropertyFilter
    /// What a reader has judged by it, for the next piece that asks about the same.
    public let judged = Judged()
    private let test: Test
    private let zone: Zone

    enum Test: Sendable {
        case exists
        case missing
        case member(Members, wanted: Bool)
        case numbers(Bounds<Number>)
        case versions(Bounds<SemanticVersion>)
        case instants(Bounds<Timestamp>)
        case withinLast(ms: Int64)
        case withinNext(ms: Int64)
        case piece([UInt8])
        case hasAny(Members)
        case hasAll([Members])
        case hasNone(Members)
        case pattern(TextPattern)
        case onDay(LocalDay)
        case sameDayOfYear(LocalDay)
        case within(GlobeCircle)
        case rule(ValueRule)
        case never
    }

    /// A rule about values of users; as a filter it says no more than that there is one.
    init(_ property: ExactName, _ rule: ValueRule) {
        filter = PropertyFilter(property, .exists)
        zone = .utc
        test = .rule(rule)
    }

    /// The filter for values of events or users; `zone` is the definition's.
    ///
    /// An operand the operator cannot take (which `Validation` refuses) makes it never true.
    public init(_ filter: PropertyFilter, zone: Zone) {
        self.filter = filter
        self.zone = zone
        test = Self.test(filter)
    }

    /// Whether a value passes (nil: the property is absent); `at` is the answer's instant.
    public func matches(_ value: PropertyValue?, at instant: Timestamp) -> Bool {
        guard let value else {
            if case .missing = test { return true }
            return false
        }
        switch test {
        case .exists: return true
        case .rule(let rule): return rule.holds(value)
        case .missing, .never: return false
        case .member(let members, let wanted): return members.contains(value) == wanted
        case .numbers(let bounds):
            guard case .number(let number) = value else { return false }
            return bounds.contains(number)
        case .versions(let bounds):
            guard case .text(let text) = value, let version = SemanticVersion(text) else {
                return false
            }
            return bounds.contains(version)
        case .instants, .withinLast, .withinNext, .onDay, .sameDayOfYear:
            guard let found = self.instant(in: value) else { return false }
            return matches(found, at: instant)
        case .pattern(let pattern):
            guard case .text(let text) = value else { return false }
            return pattern.matches(text)
        case .within(let circle):
            guard case .text(let text) = value, let place = GlobePoint(text: text) else {
                return false
            }
            return circle.contains(place)
        case .piece(let piece):
            guard case .text(let text) = value else { return false }
            return Self.has(piece, in: filter.ignoreCase ? CaseFolding.fold(text) : text, filter)
        case .hasAny(let members):
            return Self.items(value)?.contains(where: members.contains) ?? false
        case .hasAll(let wanted):
            guard let items = Self.items(value) else { return false }
            return wanted.allSatisfy { items.contains(where: $0.contains) }
        case .hasNone(let members):
            guard let items = Self.items(value) else { return false }
            return !items.contains(where: members.contains)
        }
    }

    /// Whether the answer depends on the instant, so that it must not be kept.
    public var dependsOnInstant: Bool {
        switch test {
        case .withinLast, .withinNext, .onDay(.today), .sameDayOfYear(.today): true
        default: false
        }
    }

    /// The instants at which the answer for a value may change: of a filter that depends on the
    /// instant a few, else none; of anniversaries those before `horizon`.
    func turns(for value: PropertyValue?, after instant: Timestamp) -> [Timestamp] {
        guard dependsOnInstant, let value, let found = self.instant(in: value) else { return [] }
        switch test {
        case .withinLast(let ms): return [found, found + ms]
        case .withinNext(let ms): return [found - ms, found]
        case .onDay: return turns(on: zone.local(found).day)
        default:
            let day = zone.local(found).day
            let year = zone.local(instant).day.year
            return (year - 1...year + LocalDay.yearsAhead + 1).flatMap {
                LocalDay.anniversary(of: day, in: $0).map(turns) ?? []
            }
        }
    }

    /// The instant up to which `turns` has every change after `instant`; nil: there are no others.
    func horizon(for value: PropertyValue?, after instant: Timestamp) -> Timestamp? {
        guard case .sameDayOfYear(.today) = test, let value, self.instant(in: value) != nil else {
            return nil
        }
        let year = zone.local(instant).day.year + LocalDay.yearsAhead
        return CivilDate(year: year, month: 1, day: 1).map { zone.instant(ofLocal: $0.midnight) }
    }

    /// When a local clock comes to a day, and when it leaves it.
    private func turns(on day: CivilDate) -> [Timestamp] {
        zone.passages(ofLocal: day.midnight) + zone.passages(ofLocal: day.adding(days: 1).midnight)
    }

    /// The decimals that pass, in ten-thousandths; nil when the filter is no plain range of them.
    /// (Numbers that are doubles still have to be asked one by one.)
    public var decimalRange: ClosedRange<Int64>? {
        guard case .numbers(let bounds) = test else {
            guard case .member(let members, wanted: true) = test, let only = members.onlyNumber,
                case .decimal(let e4) = only.form
            else { return nil }
            return e4...e4
        }
        var low = Int64.min
        var high = Int64.max
        if let bound = bounds.low {
            guard case .decimal(let e4) = bound.form else { return nil }
            low = bounds.includesLow ? e4 : e4 + 1
        }
        if let bound = bounds.high {
            guard case .decimal(let e4) = bound.form else { return nil }
            high = bounds.includesHigh ? e4 : e4 - 1
        }
        return low <= high ? low...high : nil
    }

    private func matches(_ value: Timestamp, at instant: Timestamp) -> Bool {
        switch test {
        case .instants(let bounds): bounds.contains(value)
        case .withinLast(let ms): value > instant - ms && value <= instant
        case .withinNext(let ms): value > instant && value <= instant + ms
        case .onDay(let day):
            day.isOn(zone.local(value).day, today: zone.local(instant).day)
        case .sameDayOfYear(let day):
            day.isSameOfYear(zone.local(value).day, today: zone.local(instant).day)
        default: false
        }
    }

    private func instant(in value: PropertyValue) -> Timestamp? {
        switch value {
        case .instant(let instant): instant
        case .text(let text): InstantText.read(text, zone: zone)
        default: nil
        }
    }

    private static func items(_ value: PropertyValue) -> [PropertyValue]? {
        guard case .list(let items) = value else { return nil }
        return items
    }

    private static func has(_ piece: [UInt8], in text: String, _ filter: PropertyFilter) -> Bool {
        switch filter.operator {
        case .startsWith: return text.utf8.starts(with: piece)
        case .endsWith: return text.utf8.reversed().starts(with: piece.reversed())
        default: break
        }
        guard let first = piece.first else { return true }
        var rest = text.utf8[...]
        while let at = rest.firstIndex(of: first) {
            rest = rest[at...]
            if rest.starts(with: piece) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}

/// A stretch of ordered values.
struct Bounds<Value: Comparable & Sendable>: Sendable {
    var low: Value?
    var high: Value?
    var includesLow = true
    var includesHigh = true

    /// Nil when the operands are not of this type or too few.
    init?(_ op: FilterOperator, _ operands: [Value]) {
        guard let first = operands.first, let last = operands.last,
            operands.count == op.operandCount.lowerBound
        else { return nil }
        switch op {
        case .lessThan, .before:
            high = first
            includesHigh = false
        case .atMost: high = first
        case .greaterThan:
            low = first
            includesLow = false
        case .atLeast, .after: low = first
        default:
            low = first
            high = last
        }
    }

    func contains(_ value: Value) -> Bool {
        if let low, includesLow ? value < low : value <= low { return false }
        if let high, includesHigh ? value > high : value >= high { return false }
        return true
    }
}

/// The values that count as equal to one of the operands.
struct Members: Sendable {
    private var values: Set<PropertyValue> = []
    private var versions: Set<SemanticVersion> = []
    private let ignoreCase: Bool

    init(_ operands: [Operand], ignoreCase: Bool) {
        self.ignoreCase = ignoreCase
        for operand in operands {
            switch operand {
            case .value(.text(let text)) where ignoreCase:
                values.insert(.text(CaseFolding.fold(text)))
            case .value(let value): values.insert(value)
            case .version(let text):
                if let version = SemanticVersion(text) { versions.insert(version) }
            case .duration: break
            }
        }
    }

    /// The number, when it is all there is.
    var onlyNumber: Number? {
        guard values.count == 1, versions.isEmpty, case .number(let number)? = values.first else {
            return nil
        }
        return number
    }

    func contains(_ value: PropertyValue) -> Bool {
        guard case .text(let text) = value else { return values.contains(value) }
        if values.contains(ignoreCase ? .text(CaseFolding.fold(text)) : value) { return true }
        guard !versions.isEmpty, let version = SemanticVersion(text) else { return false }
        return versions.contains(version)
    }
}
