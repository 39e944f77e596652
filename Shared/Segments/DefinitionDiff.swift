// Where two definitions differ, and which of their conditions are the same.

/// Conditions by what they say: equal sub-trees have one number, whatever order `all` and `any` are
/// written in.
struct ConditionNumbers {
    private enum Key: Hashable {
        case leaf(Condition)
        case combined(keyword: String, [Int])
    }

    private var numbers: [Key: Int] = [:]

    /// The number of every node of a valid definition.
    mutating func of(_ definition: Definition) -> [Int] {
        var own = [Int](repeating: 0, count: definition.nodes.count)
        // Children stand behind their parents.
        for index in definition.nodes.indices.reversed() {
            let node = definition.nodes[index]
            let key: Key =
                node.children.isEmpty
                ? .leaf(node)
                : .combined(keyword: node.keyword, node.children.map { own[$0] }.sorted())
            let number = numbers[key] ?? numbers.count
            numbers[key] = number
            own[index] = number
        }
        return own
    }
}

/// The conditions in which two definitions differ.
public struct DefinitionDiff: Sendable, Hashable {
    /// What became of a condition; nodes are those of the definitions.
    public enum Change: Sendable, Hashable {
        /// It is new.
        case added(Int)
        /// It is gone.
        case removed(Int)
        /// It says something else.
        case changed(from: Int, to: Int)
    }

    /// From the top down.
    public let changes: [Change]
    /// Whether they name different zones.
    public let isZoneChanged: Bool
    /// Whether they are taken against different users.
    public let isUniverseChanged: Bool

    /// The difference of two valid definitions; linear in their size but for long lists that share
    /// nothing.
    ///
    /// Lists of `all` and `any` are compared without regard to order. Of what is left on both
    /// sides, conditions of one kind are taken for changed ones, in their order.
    public init(from old: Definition, to new: Definition) {
        var numbers = ConditionNumbers()
        var walk = Walk(
            old: old,
            new: new,
            oldNumbers: numbers.of(old),
            newNumbers: numbers.of(new)
        )
        walk.compare(0, 0)
        changes = walk.changes
        isZoneChanged = old.zone != new.zone
        isUniverseChanged = old.universe != new.universe
    }

    private struct Walk {
        let old: Definition
        let new: Definition
        let oldNumbers: [Int]
        let newNumbers: [Int]
        var changes: [Change] = []

        mutating func compare(_ from: Int, _ to: Int) {
            guard oldNumbers[from] != newNumbers[to] else { return }
            let (before, after) = (old.nodes[from], new.nodes[to])
            guard before.keyword == after.keyword, !before.children.isEmpty,
                !after.children.isEmpty
            else {
                changes.append(.changed(from: from, to: to))
                return
            }
            var left = before.children
            var added: [Int] = []
            for child in after.children {
                if let same = left.firstIndex(where: { oldNumbers[$0] == newNumbers[child] }) {
                    left.remove(at: same)
                } else {
                    added.append(child)
                }
            }
            for child in added {
                let keyword = new.nodes[child].keyword
                if let pair = left.firstIndex(where: { old.nodes[$0].keyword == keyword }) {
                    compare(left.remove(at: pair), child)
                } else {
                    changes.append(.added(child))
                }
            }
            changes += left.map { .removed($0) }
        }
    }
}

extension Definition {
    /// The part below a node, as a definition of its own.
    public func part(_ node: Int) -> Definition {
        var waiting = [node]
        var nodes: [Condition] = []
        while nodes.count < waiting.count {
            let start = waiting.count
            let condition = self.nodes[waiting[nodes.count]]
            waiting += condition.children
            let children = Array(start..<waiting.count)
            switch condition {
            case .all: nodes.append(.all(AllOf(children)))
            case .any: nodes.append(.any(AnyOf(children)))
            case .not: nodes.append(.not(Not(children: children)))
            default: nodes.append(condition)
            }
        }
        return Definition(nodes: nodes, zone: zone, universe: universe)
    }
}
