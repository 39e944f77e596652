// What the matching events must add up to.

public import Basics

/// How a number computed from events compares.
public enum NumberTest: Sendable, Hashable {
    /// So much or more.
    case atLeast(Number)
    /// So much.
    case exactly(Number)
    /// So much or less.
    case atMost(Number)
    /// Both ends included.
    case between(Number, Number)
    /// More than that.
    case greaterThan(Number)
    /// Less than that.
    case lessThan(Number)
}

/// A test of the sum of one property over the matching events.
///
/// An event without a number there (absent, or of another type) is skipped, or counts as 0 with
/// `missingIsZero`. Where no event has a number there is no sum, and a comparison with what is
/// absent is false. A user with no matching event at all comes here only with `includeZero`, and
/// that says: nothing is 0.
public struct SumTest: Sendable, Hashable {
    /// The property that is added.
    public var property: ExactName
    /// How the sum compares.
    public var test: NumberTest
    /// Whether an event without a number there counts as 0.
    public var missingIsZero: Bool

    /// A test of a sum.
    public init(_ property: ExactName, _ test: NumberTest, missingIsZero: Bool = false) {
        self.property = property
        self.test = test
        self.missingIsZero = missingIsZero
    }

    /// Whether the sum of the numbers in `events` matching events passes.
    public func matches(_ sum: ExactSum, events: Int) -> Bool {
        if sum.count == 0, events > 0, !missingIsZero { return false }
        return test.holds { sum.compare(with: $0) }
    }
}

extension NumberTest {
    /// Whether a number passes that compares so with another: below it -1, equal 0, above it 1.
    func holds(_ compare: (Number) -> Int) -> Bool {
        switch self {
        case .atLeast(let low): compare(low) >= 0
        case .exactly(let wanted): compare(wanted) == 0
        case .atMost(let high): compare(high) <= 0
        case .between(let low, let high): compare(low) >= 0 && compare(high) <= 0
        case .greaterThan(let low): compare(low) > 0
        case .lessThan(let high): compare(high) < 0
        }
    }
}

extension SumTest {
    /// The sums of decimals that pass, in ten-thousandths; nil when a bound is no decimal.
    public var decimalRange: ClosedRange<Int64>? {
        func e4(_ number: Number) -> Int64? {
            if case .decimal(let e4) = number.form { e4 } else { nil }
        }
        let bounds: (low: Int64?, high: Int64?)
        switch test {
        case .atLeast(let low): bounds = (e4(low), .max)
        case .exactly(let exact): bounds = (e4(exact), e4(exact))
        case .atMost(let high): bounds = (.min, e4(high))
        case .between(let low, let high): bounds = (e4(low), e4(high))
        case .greaterThan(let low): bounds = (e4(low).map { $0 + 1 }, .max)
        case .lessThan(let high): bounds = (.min, e4(high).map { $0 - 1 })
        }
        guard let low = bounds.low, let high = bounds.high, low <= high else { return nil }
        return low...high
    }
}

// Document form: `{property: amount, atLeast: 500, missing: zero}`.
extension SumTest {
    private static let tests = [
        "atLeast", "exactly", "atMost", "between", "greaterThan", "lessThan",
    ]

    static func read(_ field: Field, named what: String = "sum") throws(DefinitionProblem)
        -> SumTest
    {
        let fields = try field.fields(
            ["property", "missing"] + tests,
            hints: ["equals": "did you mean `exactly`?"]
        )
        let property = ExactName(try fields.needed("property").text())
        guard let name = try fields.atMostOne(of: tests, hint: "for a range write `between`"),
            let operand = fields[name]
        else {
            throw field.problem(
                .missingField,
                "the \(what) is compared with nothing",
                hint: "write one of " + tests.joined(separator: ", ")
            )
        }
        var sum = SumTest(property, try test(name, operand))
        if let field = fields["missing"] { sum.missingIsZero = try readMissing(field) }
        return sum
    }

    /// Whether an event without a value counts as 0.
    static func readMissing(_ field: Field) throws(DefinitionProblem) -> Bool {
        let text = try field.text()
        guard text == "zero" || text == "skip" else {
            throw field.problem(
                .shape,
                "\(Quoted.name(text)) is neither zero nor skip",
                hint: "write `missing: zero` to count events without it as 0"
            )
        }
        return text == "zero"
    }

    private static func test(_ name: String, _ field: Field) throws(DefinitionProblem) -> NumberTest
    {
        switch name {
        case "atLeast": return .atLeast(try field.number())
        case "exactly": return .exactly(try field.number())
        case "atMost": return .atMost(try field.number())
        case "greaterThan": return .greaterThan(try field.number())
        case "lessThan": return .lessThan(try field.number())
        default:
            let ends = try field.items()
            guard ends.count == 2 else {
                throw field.problem(
                    .shape,
                    "`between` takes two numbers, not \(ends.count)",
                    hint: "write [100, 200]"
                )
            }
            return .between(try ends[0].number(), try ends[1].number())
        }
    }

    func written() -> PlainValue {
        var entries = [PlainEntry("property", .text(property.text))]
        switch test {
        case .atLeast(let low): entries.append(PlainEntry("atLeast", low.plain))
        case .exactly(let wanted): entries.append(PlainEntry("exactly", wanted.plain))
        case .atMost(let high): entries.append(PlainEntry("atMost", high.plain))
        case .greaterThan(let low): entries.append(PlainEntry("greaterThan", low.plain))
        case .lessThan(let high): entries.append(PlainEntry("lessThan", high.plain))
        case .between(let low, let high):
            entries.append(PlainEntry("between", .list([low.plain, high.plain])))
        }
        if missingIsZero { entries.append(PlainEntry("missing", .text("zero"))) }
        return .map(entries)
    }
}

extension SumTest {
    func check(_ audit: inout Audit, events: [ExactName], place: String) {
        audit.checkName(property, what: "a property's name", place: place + ".property")
        if case .between(let low, let high) = test, high < low {
            audit.refuse(
                .operand,
                place + ".between",
                "the upper end \(high) is below the lower end \(low)",
                hint: "swap them"
            )
        }
        audit.checkProperty(property, of: events, wants: .number, place: place)
    }

    /// ` with a sum of "amount" of at least 500`.
    func phrase(of what: String = "a sum") -> String {
        let compared: String
        switch test {
        case .atLeast(let low): compared = "of at least \(low)"
        case .exactly(let wanted): compared = "of exactly \(wanted)"
        case .atMost(let high): compared = "of at most \(high)"
        case .between(let low, let high): compared = "from \(low) to \(high)"
        case .greaterThan(let low): compared = "greater than \(low)"
        case .lessThan(let high): compared = "less than \(high)"
        }
        let missing = missingIsZero ? " (missing as 0)" : ""
        return " with \(what) of \(Phrase.quoted(property.text)) \(compared)" + missing
    }

    /// `"amount" adds up to 120 of at least 500`; where no event has a number there is no sum.
    func finding(_ sum: ExactSum, events: Int) -> String {
        let name = Phrase.quoted(property.text)
        let isThere = sum.count > 0 || events == 0 || missingIsZero
        return isThere
            ? "\(name) adds up to \(sum) of \(wanted)"
            : "no number in \(name), wanted \(wanted)"
    }

    /// `at least 500`.
    var wanted: String {
        switch test {
        case .atLeast(let low): "at least \(low)"
        case .exactly(let exact): "exactly \(exact)"
        case .atMost(let high): "at most \(high)"
        case .between(let low, let high): "\(low) to \(high)"
        case .greaterThan(let low): "more than \(low)"
        case .lessThan(let high): "less than \(high)"
        }
    }
}

extension Number {
    /// The number in a document: a whole number where it is one.
    var plain: PlainValue {
        if case .decimal = form, let integer { return .int(Int64(integer)) }
        return .double(double)
    }
}
