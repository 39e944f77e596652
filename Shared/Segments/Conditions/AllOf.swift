// Every one of several conditions.

/// Every child holds; without children it holds for every user.
public struct AllOf: ConditionKind {
    static let keyword = "all"

    /// The indices of the children in `Definition.nodes`, each greater than the parent's own.
    public var children: [Int]

    /// Every one of these.
    public init(_ children: [Int]) { self.children = children }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        .all(AllOf(try reading.children(field.items())))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue { .list(children) }

    func check(_ audit: inout Audit, place: String) {}

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        .joined(children, by: "and", one: "all of", none: "is any user")
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.all(children)
    }

    func heading(zone: Zone) -> String { "all of" }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        children.isEmpty ? "it asks nothing" : found.said
    }

    /// The first that does not hold.
    func deciding(holds: Bool, children holding: (Int) -> Bool) -> Int? {
        children.first { !holding($0) } ?? (children.count == 1 ? children[0] : nil)
    }
}
