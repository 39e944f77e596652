// Sets made of other sets: `(a or b) and c minus d`, as a flat list of nodes and as a text.

import Basics

/// How a set is made of named ones.
///
/// A flat list like a definition: the set is node 0, and every node's inputs stand behind it.
public struct SetExpression: Sendable, Hashable {
    /// One step.
    public enum Node: Sendable, Hashable {
        /// The subject of this index.
        case subject(Int)
        /// Who is in all of them; one at least.
        case all([Int])
        /// Who is in one of them; one at least.
        case any([Int])
        /// Who is not in it.
        case not(Int)
        /// Who is in the first and in none of the others; two at least.
        case minus([Int])

        /// The nodes it is made of.
        public var inputs: [Int] {
            switch self {
            case .subject: []
            case .all(let inputs), .any(let inputs), .minus(let inputs): inputs
            case .not(let input): [input]
            }
        }
    }

    /// Most nodes: sixteen subjects, each used a few times.
    public static let nodesMax = 64
    /// Most subjects: each costs as much as a count.
    public static let subjectsMax = 16
    /// Most bytes of a text.
    public static let textBytesMax = 4_096

    /// The steps.
    public let nodes: [Node]

    /// The first subject itself.
    public static let whole = SetExpression(trusted: [.subject(0)])

    private init(trusted nodes: [Node]) { self.nodes = nodes }

    /// An expression over so many subjects.
    ///
    /// - Throws: when a node names a subject that is not there, or inputs that do not stand behind
    ///   it.
    public init(_ nodes: [Node], subjects: Int) throws(DefinitionProblem) {
        guard (1...Self.nodesMax).contains(nodes.count) else {
            throw Self.problem(
                nodes.isEmpty ? .missingField : .tooMany,
                "nodes",
                nodes.isEmpty
                    ? "the expression is missing" : "the expression has \(nodes.count) nodes",
                hint: "1 to \(Self.nodesMax) nodes"
            )
        }
        for (index, node) in nodes.enumerated() {
            let place = "nodes[\(index)]"
            if case .subject(let subject) = node, !(0..<subjects).contains(subject) {
                throw Self.problem(
                    .operand,
                    place,
                    "there is no subject \(subject)",
                    hint: "there are \(subjects), from 0"
                )
            }
            let least =
                switch node {
                case .subject: 0
                case .minus: 2
                default: 1
                }
            guard node.inputs.count >= least,
                node.inputs.allSatisfy({ $0 > index && $0 < nodes.count })
            else {
                throw Self.problem(
                    .notATree,
                    place,
                    "its inputs are missing or do not stand behind it",
                    hint: "inputs are indices of later nodes"
                )
            }
        }
        self.nodes = nodes
    }

    /// What the expression makes of sets, each node once, from the last to the first.
    public func make<Set>(
        subject: (Int) -> Set,
        all: ([Set]) -> Set,
        any: ([Set]) -> Set,
        not: (Set) -> Set,
        minus: (Set, [Set]) -> Set
    ) -> Set {
        var made: [Int: Set] = [:]
        for index in nodes.indices.reversed() {
            let inputs = nodes[index].inputs.compactMap { made[$0] }
            switch nodes[index] {
            case .subject(let number): made[index] = subject(number)
            case .all: made[index] = all(inputs)
            case .any: made[index] = any(inputs)
            case .not: made[index] = not(inputs[0])
            case .minus: made[index] = minus(inputs[0], Array(inputs.dropFirst()))
            }
        }
        guard let whole = made[0] else { preconditionFailure("there is a node") }
        return whole
    }

    static func problem(
        _ code: DefinitionProblem.Code,
        _ place: String,
        _ message: String,
        hint: String
    ) -> DefinitionProblem {
        DefinitionProblem(code, .read, place: place, message: message, hint: hint)
    }
}
