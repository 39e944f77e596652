// Whether a definition means something: what is refused, what is warned of, and where.

import Basics

/// The outcome of checking a definition.
public struct Validation: Sendable, Hashable {
    /// Why the definition is refused; empty: it is valid.
    public let errors: [DefinitionProblem]
    /// What is probably not meant; the definition is valid all the same.
    public let warnings: [DefinitionProblem]

    /// Whether the definition may be saved and answered.
    public var isValid: Bool { errors.isEmpty }

    /// Checks everything about a definition, in time linear in its size; input never traps.
    ///
    /// With a vocabulary, names nobody has seen and comparisons across types are warned of. At
    /// most `DefinitionLimits.problems` of each are told.
    public init(_ definition: Definition, vocabulary: Vocabulary? = nil) {
        if let problem = Self.treeProblem(definition) {
            errors = [problem]
            warnings = []
            return
        }
        var audit = Audit(vocabulary: vocabulary)
        if let zone = definition.zone { audit.checkZone(zone, place: "zone") }
        for (node, place) in zip(definition.nodes, definition.places) {
            node.kind.check(&audit, place: place + "." + node.keyword)
        }
        errors = audit.errors
        warnings = audit.warnings
    }

    /// What another check has found.
    init(errors: [DefinitionProblem], warnings: [DefinitionProblem]) {
        self.errors = errors
        self.warnings = warnings
    }

    /// Throws the first error of a definition.
    public static func require(_ definition: Definition) throws(DefinitionProblem) {
        if let problem = Validation(definition).errors.first { throw problem }
    }

    /// Throws unless the nodes are a tree within the limits.
    static func requireTree(_ definition: Definition) throws(DefinitionProblem) {
        if let problem = treeProblem(definition) { throw problem }
    }

    /// Every child stands behind its parent, so one pass in order sees parents first: depth is
    /// the parent's plus one, and no cycle can be.
    private static func treeProblem(_ definition: Definition) -> DefinitionProblem? {
        let nodes = definition.nodes
        func problem(
            _ code: DefinitionProblem.Code,
            _ node: Int,
            _ message: String,
            hint: String? = nil
        ) -> DefinitionProblem {
            let place = node == 0 ? "condition" : "nodes[\(node)]"
            return DefinitionProblem(code, place: place, message: message, hint: hint)
        }
        guard !nodes.isEmpty else {
            return problem(.missingField, 0, "there is no condition")
        }
        guard nodes.count <= Limits.definitionNodes else {
            return problem(
                .tooMany,
                0,
                "\(nodes.count) conditions, more than \(Limits.definitionNodes)",
                hint: "`in` takes a list of values, `event` a list of names"
            )
        }
        var depths = [Int](repeating: 0, count: nodes.count)
        depths[0] = 1
        for (index, node) in nodes.enumerated() {
            guard depths[index] > 0 else {
                return problem(.notATree, index, "the condition stands under no other")
            }
            let children = node.children
            if depths[index] >= Limits.definitionDepth, !children.isEmpty {
                return problem(
                    .tooDeep,
                    index,
                    "deeper than \(Limits.definitionDepth) levels",
                    hint: "`all` within `all` and `any` within `any` can be one list"
                )
            }
            for child in children {
                guard child > index, child < nodes.count else {
                    return problem(.notATree, index, "child \(child) does not stand behind it")
                }
                guard depths[child] == 0 else {
                    return problem(.notATree, child, "the condition stands under two others")
                }
                depths[child] = depths[index] + 1
            }
        }
        return nil
    }
}

extension Definition {
    /// Where each node stands, such as `condition.all[1]`; the nodes must be a tree.
    public var places: [String] {
        var places = [String](repeating: "condition", count: nodes.count)
        for (index, node) in nodes.enumerated() {
            let kind = node.kind
            for (order, child) in kind.children.enumerated() where nodes.indices ~= child {
                places[child] = places[index] + type(of: kind).childPlace(order)
            }
        }
        return places
    }
}
