// How often: the count a condition asks for.

import Basics

/// A test of how many events matched.
///
/// A user with no such event never passes unless `includesZero`, whatever the comparison says: at
/// most 3 means 1, 2 or 3.
public struct CountTest: Sendable, Hashable {
    /// How the count compares.
    public enum Comparison: Sendable, Hashable {
        /// So many or more.
        case atLeast(Int)
        /// So many.
        case exactly(Int)
        /// So many or fewer.
        case atMost(Int)
        /// Both ends included.
        case between(Int, Int)
    }

    /// How the count compares.
    public var comparison: Comparison
    /// Whether users with no such event may pass.
    public var includesZero: Bool

    /// At least one.
    public static let atLeastOne = CountTest(.atLeast(1))

    /// A test.
    public init(_ comparison: Comparison, includesZero: Bool = false) {
        self.comparison = comparison
        self.includesZero = includesZero
    }

    /// Whether so many events pass.
    @inlinable
    public func matches(_ count: Int) -> Bool {
        if count == 0, !includesZero { return false }
        return switch comparison {
        case .atLeast(let low): count >= low
        case .exactly(let wanted): count == wanted
        case .atMost(let high): count <= high
        case .between(let low, let high): count >= low && count <= high
        }
    }

    /// Whether the plain question is asked: at least one.
    public var asksForAny: Bool { matches(1) && !matches(0) && settledAt == 1 }

    /// The count from which on more events change nothing any more, so that counting may stop.
    public var settledAt: Int {
        switch comparison {
        case .atLeast(let low): max(low, 1)
        case .exactly(let high), .atMost(let high), .between(_, let high): high + 1
        }
    }
}

// Document form: `atLeast: 3`, `exactly: 3`, `atMost: 3`, `between: [2, 5]`, `includeZero: true`,
// beside the fields of the match.
extension CountTest {
    static let fields = ["atLeast", "exactly", "atMost", "between", "includeZero"]

    static func read(_ fields: Fields) throws(DefinitionProblem) -> CountTest {
        var count = CountTest.atLeastOne
        let comparisons = Array(Self.fields.dropLast())
        let hint = "for a range write `between: [2, 5]`"
        if let name = try fields.atMostOne(of: comparisons, hint: hint), let field = fields[name] {
            switch name {
            case "atLeast": count.comparison = .atLeast(try field.whole())
            case "exactly": count.comparison = .exactly(try field.whole())
            case "atMost": count.comparison = .atMost(try field.whole())
            default:
                let ends = try field.items()
                guard ends.count == 2 else {
                    throw field.problem(
                        .shape,
                        "`between` takes two counts, not \(ends.count)",
                        hint: "write [2, 5]"
                    )
                }
                count.comparison = .between(try ends[0].whole(), try ends[1].whole())
            }
        }
        if let field = fields["includeZero"] { count.includesZero = try field.bool() }
        return count
    }

    func entries() -> [PlainEntry] {
        func whole(_ count: Int) -> PlainValue { .int(Int64(count)) }
        var entries: [PlainEntry] = []
        switch comparison {
        case .atLeast(1): break
        case .atLeast(let low): entries.append(PlainEntry("atLeast", whole(low)))
        case .exactly(let count): entries.append(PlainEntry("exactly", whole(count)))
        case .atMost(let high): entries.append(PlainEntry("atMost", whole(high)))
        case .between(let low, let high):
            entries.append(PlainEntry("between", .list([whole(low), whole(high)])))
        }
        if includesZero { entries.append(PlainEntry("includeZero", .bool(true))) }
        return entries
    }
}

extension CountTest {
    func check(_ audit: inout Audit, place: String) {
        let numbers: [Int]
        switch comparison {
        case .atLeast(let count), .exactly(let count), .atMost(let count): numbers = [count]
        case .between(let low, let high): numbers = [low, high]
        }
        for number in numbers where !(0...DefinitionLimits.countMax).contains(number) {
            audit.refuse(
                .count,
                place,
                "\(number) is not between 0 and \(DefinitionLimits.countMax)"
            )
            return
        }
        switch comparison {
        case .exactly(0):
            audit.refuse(
                .count,
                place,
                "`exactly: 0` never happens: who did something did it at least once",
                hint: "write `didNot` for users without such an event"
            )
        case .between(let low, let high) where high < low:
            audit.refuse(
                .count,
                place,
                "the upper end \(high) is below the lower end \(low)",
                hint: "swap them"
            )
        case .atMost(0) where !includesZero, .between(0, 0) where !includesZero:
            audit.warn(
                .pointless,
                place,
                "no user can match: users without such an event are left out",
                hint: "write `didNot`"
            )
        case .atLeast(0) where includesZero:
            audit.warn(.pointless, place, "every user matches", hint: "leave the condition out")
        default: return
        }
    }

    /// ` at least 3 times`; empty for at least once.
    func phrase() -> String {
        func times(_ count: Int) -> String { count == 1 ? "1 time" : "\(count) times" }
        let zero = includesZero ? " or never" : ""
        switch comparison {
        case .atLeast(1): return zero
        case .atLeast(let low): return " at least \(times(low))" + zero
        case .exactly(let count): return " exactly \(times(count))" + zero
        case .atMost(let high): return " at most \(times(high))" + zero
        case .between(let low, let high): return " \(low) to \(times(high))" + zero
        }
    }

    /// What it asks after all, such as `at least 3`: who did nothing counts only with
    /// `includesZero`.
    var wanted: String {
        let least = includesZero ? 0 : 1
        switch comparison {
        case .atLeast(let low): return "at least \(max(low, least))"
        case .exactly(let count): return "exactly \(count)"
        case .atMost(let high):
            return includesZero ? "at most \(high)" : Self.wanted(from: least, to: high)
        case .between(let low, let high): return Self.wanted(from: max(low, least), to: high)
        }
    }

    private static func wanted(from low: Int, to high: Int) -> String {
        if low == high { return "exactly \(low)" }
        return low < high ? "\(low) to \(high)" : "at least \(low) and at most \(high)"
    }
}
