// What lets users into a live segment: the kinds of trigger, and the one about what users do.

import Basics

/// What fires, of one of these kinds; each has its own file.
public enum Trigger: Sendable, Hashable {
    /// The user does something.
    case action(Action)
    /// The user does one thing and not another within a time.
    case inaction(Inaction)
    /// A date comes near or has passed.
    case date(DateTrigger)
    /// The user looks at pages.
    case page(PageTrigger)
    /// A property of the user changes.
    case propertyChanged(PropertyChange)
    /// A condition comes true.
    case becomes(Becomes)

    /// The trigger as its kind: the only `switch` over kinds in this room.
    var kind: any TriggerKind {
        switch self {
        case .action(let action): action
        case .inaction(let inaction): inaction
        case .date(let date): date
        case .page(let page): page
        case .propertyChanged(let change): change
        case .becomes(let becomes): becomes
        }
    }

    /// Every kind, by which the reader finds a keyword's.
    static let kinds: [any TriggerKind.Type] = [
        Action.self, Inaction.self, DateTrigger.self, PageTrigger.self, PropertyChange.self,
        Becomes.self,
    ]

    /// The field names of all kinds.
    public static let keywords = kinds.map { $0.keyword }

    /// The field name of the kind, such as `inaction`.
    public var keyword: String { type(of: kind).keyword }
}

/// What every kind of trigger says about itself, all of it in its own file.
protocol TriggerKind: Sendable, Hashable {
    /// The field name in documents.
    static var keyword: String { get }
    /// Reads the field's value.
    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Trigger
    /// The field's value.
    func written(zone: Zone) throws(DefinitionProblem) -> PlainValue
    /// Refuses and warns; `place` ends with the keyword.
    func check(_ audit: inout Audit, place: String)
    /// What fires in words, behind "when".
    func phrase(zone: Zone) throws(DefinitionProblem) -> String
}

/// The user does something: every time, for the first or n-th time, or every n-th.
public struct Action: TriggerKind {
    static let keyword = "action"

    /// Which of the user's times fire, counted in the order of the log since its beginning.
    public enum Times: Sendable, Hashable {
        /// All.
        case every
        /// The n-th, from 1, and no other.
        case nth(Int)
        /// The n-th, the 2n-th and so on.
        case everyNth(Int)
    }

    /// What the n-th is counted among.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Among the events that pass the filters.
        case matching
        /// Among all of these names; the n-th must pass the filters.
        case ever
    }

    /// Which events; their window is `ever`.
    public var match: EventMatch
    /// Which of them fire.
    public var times: Times
    /// What the n-th is counted among.
    public var mode: Mode

    /// These times of these events.
    public init(_ match: EventMatch, times: Times = .every, mode: Mode = .matching) {
        self.match = match
        self.times = times
        self.mode = mode
    }

    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Trigger {
        if case .text(let name) = field.value { return .action(Action(EventMatch([.init(name)]))) }
        let often = ["first", "nth", "everyNth"]
        let fields = try field.fields(
            EventMatch.stepFields + often + ["mode"],
            hints: [
                "window": "a trigger fires when it happens; past windows stand in `filter`",
                "n": "write `nth: 5`", "every": "write `everyNth: 5`",
                "count": "write `nth: 5`, or the count in `filter`",
            ]
        )
        var action = Action(try EventMatch.read(fields, zone: zone))
        if let name = try fields.atMostOne(of: often, hint: "write one of them"),
            let inner = fields[name]
        {
            switch name {
            case "first":
                guard try inner.bool() else {
                    throw inner.problem(
                        .shape,
                        "`first: false` means nothing",
                        hint: "leave it out"
                    )
                }
                action.times = .nth(1)
            case "nth": action.times = .nth(try inner.whole())
            default: action.times = .everyNth(try inner.whole())
            }
        }
        if let mode = fields["mode"] { action.mode = try mode.choice(Mode.self) }
        return .action(action)
    }

    func written(zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone)
        switch times {
        case .every: break
        case .nth(1): entries.append(PlainEntry("first", .bool(true)))
        case .nth(let n): entries.append(PlainEntry("nth", .int(Int64(n))))
        case .everyNth(let n): entries.append(PlainEntry("everyNth", .int(Int64(n))))
        }
        if mode != .matching { entries.append(PlainEntry("mode", .text(mode.rawValue))) }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        match.checkWithoutWindow(&audit, place: place)
        switch times {
        case .every:
            if mode != .matching {
                audit.refuse(.conflictingFields, place + ".mode", "nothing is counted here")
            }
        case .nth(let n), .everyNth(let n):
            if !(1...DefinitionLimits.countMax).contains(n) {
                audit.refuse(
                    .count,
                    place,
                    "\(n) is not between 1 and \(DefinitionLimits.countMax)"
                )
            }
        }
    }

    /// `"Charged" where "amount" is greater than 100 happens for the 1st time`.
    func phrase(zone: Zone) -> String {
        let named = match.named(zone: zone) + " happens"
        switch times {
        case .every: return named
        case .nth(let n): return named + " for the \(Nth.ordinal(n)) time" + counted
        case .everyNth(let n): return named + " for every \(Nth.ordinal(n)) time" + counted
        }
    }

    private var counted: String {
        mode == .ever && !match.filters.isEmpty ? " (counted without what is asked of it)" : ""
    }
}
