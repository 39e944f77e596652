// The opposite of one condition.

/// The child does not hold; taken against every live user, so it needs no positive condition.
public struct Not: ConditionKind {
    static let keyword = "not"

    /// The index of the one child in `Definition.nodes`, in a list as on the wire.
    public var children: [Int]

    /// The opposite of this one.
    public init(_ child: Int) { children = [child] }

    /// From the wire, where there may be any number; `Validation` wants one.
    public init(children: [Int]) { self.children = children }

    static func childPlace(_ index: Int) -> String { index == 0 ? ".not" : ".not[\(index)]" }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        if case .list = field.value {
            throw field.unexpected("one condition", hint: "for none of several: not: {any: […]}")
        }
        return .not(Not(children: try reading.children([field])))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue { children.first ?? .null }

    func check(_ audit: inout Audit, place: String) {
        if children.count != 1 {
            audit.refuse(
                .shape,
                place,
                "`not` takes one condition, not \(children.count)",
                hint: "for none of several: not: {any: […]}"
            )
        }
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase("not (\(children.first?.text ?? ""))")
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.not(children[0])
    }

    func heading(zone: Zone) -> String { "not" }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String { found.said }

    func deciding(holds: Bool, children holding: (Int) -> Bool) -> Int? { children[0] }
}
