// A comparison of one property: operators, operands, and what each operator can take.

public import Basics

/// How a property compares.
///
/// A comparison with an absent property is false, `notEquals`, `notIn` and `hasNone` included;
/// only `missing` is true for it. Types do not mix; how each operator treats a present value of
/// another type stands at `CompiledFilter`.
public enum FilterOperator: String, Sendable, Hashable, CaseIterable {
    /// The same value.
    case equals
    /// Another value, also one of another type.
    case notEquals
    /// Below the operand: numbers, versions, instants.
    case lessThan
    /// The operand or below.
    case atMost
    /// Above the operand.
    case greaterThan
    /// The operand or above.
    case atLeast
    /// From the first operand to the second, both included.
    case between
    /// One of the operands.
    case `in`
    /// None of the operands.
    case notIn
    /// A text that has the operand in it.
    case contains
    /// A text that begins with the operand.
    case startsWith
    /// A text that ends with the operand.
    case endsWith
    /// The property has a value, an empty text or list included.
    case exists
    /// The property has no value.
    case missing
    /// Before the operand.
    case before
    /// At the operand or after it.
    case after
    /// (t - d, t].
    case withinLast
    /// (t, t + d].
    case withinNext
    /// A list that has one of the operands.
    case hasAny
    /// A list that has every operand.
    case hasAll
    /// A list that has no operand.
    case hasNone
    /// A text of which some part is what the operand, a regular expression, describes.
    case matches
    /// An instant on this local day: a text such as `2025-05-01`, or `today`.
    case onDay
    /// An instant on this local day of any year: a text such as `12-24`, or `today`; 29 February
    /// counts as 28 in other years.
    case sameDayOfYear
    /// A place, in a text such as `52.52,13.405`, not farther away than so far: latitude and
    /// longitude of the centre in degrees, then the distance in km.
    case withinKm

    /// How many operands it takes.
    public var operandCount: ClosedRange<Int> {
        switch self {
        case .exists, .missing: 0...0
        case .between: 2...2
        case .withinKm: 3...3
        case .in, .notIn, .hasAny, .hasAll, .hasNone: 1...DefinitionLimits.operands
        default: 1...1
        }
    }

    /// Whether it compares texts, so that `ignoreCase` means something.
    public var canIgnoreCase: Bool {
        switch self {
        case .equals, .notEquals, .in, .notIn, .contains, .startsWith, .endsWith: true
        case .matches: true
        case .hasAny, .hasAll, .hasNone: true
        default: false
        }
    }

    /// Whether it puts values in order.
    var isOrdering: Bool {
        switch self {
        case .lessThan, .atMost, .greaterThan, .atLeast, .between: true
        default: false
        }
    }

    /// Whether versions are something to compare with.
    var takesVersions: Bool {
        isOrdering || isList
            || [.equals, .notEquals, .in, .notIn].contains(self)
    }

    /// Whether it looks for a piece of a text.
    var isTextPiece: Bool { self == .contains || self == .startsWith || self == .endsWith }
    /// Whether its operand names a local day.
    var isDay: Bool { self == .onDay || self == .sameDayOfYear }
    /// Whether its operand is one instant.
    var isInstant: Bool { self == .before || self == .after }
    /// Whether its operand is a duration.
    var isDuration: Bool { self == .withinLast || self == .withinNext }
    /// Whether it looks into lists.
    var isList: Bool { self == .hasAny || self == .hasAll || self == .hasNone }
    /// Whether it only asks whether there is a value.
    var isPresence: Bool { self == .exists || self == .missing }
}

/// What a property is compared with.
public enum Operand: Sendable, Hashable {
    /// A number, text, bool or instant; a list is refused by `Validation`.
    case value(PropertyValue)
    /// A semantic version, such as `5.10.0`; compares with texts that are versions.
    case version(String)
    /// Of `withinLast` and `withinNext`. Unit: ms.
    case duration(ms: Int64)

    /// A text.
    public static func text(_ text: String) -> Operand { .value(.text(text)) }
    /// A number.
    public static func number(_ number: Number) -> Operand { .value(.number(number)) }
    /// True or false.
    public static func bool(_ bool: Bool) -> Operand { .value(.bool(bool)) }
    /// An instant.
    public static func instant(_ instant: Timestamp) -> Operand { .value(.instant(instant)) }
}

/// A comparison of one property of an event or of a user.
public struct PropertyFilter: Sendable, Hashable {
    /// The property's name.
    public var property: ExactName
    /// How it compares.
    public var `operator`: FilterOperator
    /// What it is compared with; see `FilterOperator.operandCount`.
    public var operands: [Operand]
    /// Whether texts compare without regard to case, by Unicode simple folding.
    public var ignoreCase: Bool
    /// Beside events: whether a property of the user is meant, as it was when the event happened;
    /// all of it is then as of the event, durations too.
    public var isOfUser: Bool

    /// A comparison.
    public init(
        _ property: ExactName,
        _ operator: FilterOperator,
        _ operands: [Operand] = [],
        ignoreCase: Bool = false,
        isOfUser: Bool = false
    ) {
        self.property = property
        self.operator = `operator`
        self.operands = operands
        self.ignoreCase = ignoreCase
        self.isOfUser = isOfUser
    }
}
