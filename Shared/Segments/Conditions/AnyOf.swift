// At least one of several conditions.

/// At least one child holds; without children it holds for no user.
public struct AnyOf: ConditionKind {
    static let keyword = "any"

    /// The indices of the children in `Definition.nodes`, each greater than the parent's own.
    public var children: [Int]

    /// At least one of these.
    public init(_ children: [Int]) { self.children = children }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        .any(AnyOf(try reading.children(field.items())))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue { .list(children) }

    func check(_ audit: inout Audit, place: String) {
        if children.isEmpty {
            audit.warn(.pointless, place, "no user can match: `any` has no condition")
        }
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        .joined(children, by: "or", one: "any of", none: "is no user")
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.any(children)
    }

    func heading(zone: Zone) -> String { "any of" }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        children.isEmpty ? "it has no condition" : found.said
    }

    /// The first that holds.
    func deciding(holds: Bool, children holding: (Int) -> Bool) -> Int? {
        children.first(where: holding) ?? (children.count == 1 ? children[0] : nil)
    }
}
