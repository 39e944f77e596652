// What a valid definition says that is probably not meant, by itself and by what it holds.

public import Basics

/// Looks for conditions that do not do what whoever wrote them thinks.
public enum Lint {
    /// What can be seen in the definition alone: conditions that stand twice in one list, that
    /// contradict each other, or that complete each other to everybody.
    public static func problems(_ definition: Definition) -> [DefinitionProblem] {
        var numbers = ConditionNumbers()
        let own = numbers.of(definition)
        let places = definition.places
        var opposite: [Int: Int] = [:]
        for (index, node) in definition.nodes.enumerated() {
            if case .not = node, let child = node.children.first {
                opposite[own[index]] = own[child]
            }
            if case .didNot(let none) = node {
                // `didNot` is the opposite of the `did` of the same events.
                let did = Condition.did(Did(none.match))
                if let twin = definition.nodes.firstIndex(of: did) {
                    opposite[own[index]] = own[twin]
                }
            }
        }
        var problems: [DefinitionProblem] = []
        for node in definition.nodes {
            let isAll: Bool
            switch node {
            case .all: isAll = true
            case .any: isAll = false
            default: continue
            }
            var first: [Int: Int] = [:]
            for child in node.children {
                if let twin = first[own[child]] {
                    problems.append(
                        pointless(
                            places[child],
                            "it says the same as \(places[twin])",
                            hint: "leave one of them out"
                        )
                    )
                } else {
                    first[own[child]] = child
                }
            }
            for child in node.children {
                guard let other = opposite[own[child]].flatMap({ first[$0] }) else { continue }
                problems.append(
                    isAll
                        ? pointless(
                            places[child],
                            "it contradicts \(places[other]): nobody can fulfil both",
                            hint: "did you mean `any` instead of `all`?"
                        )
                        : pointless(
                            places[child],
                            "whoever does not fulfil it fulfils \(places[other]): everybody does",
                            hint: "did you mean `all` instead of `any`?"
                        )
                )
            }
        }
        return problems
    }

    /// What can be seen by the sizes of its parts: conditions that hold for nobody or everybody.
    ///
    /// `users` are those of every node. Parts of a part that is told are not told again.
    public static func problems(_ definition: Definition, users: [UInt64], universe: UInt64)
        -> [DefinitionProblem]
    {
        guard universe > 0, users.count == definition.nodes.count else { return [] }
        let places = definition.places
        var problems: [DefinitionProblem] = []
        for (index, node) in definition.nodes.enumerated() {
            let place = node.children.isEmpty ? places[index] + "." + node.keyword : places[index]
            guard node.children.isEmpty || index == 0 else { continue }
            if users[index] == 0 {
                problems.append(
                    pointless(
                        place,
                        index == 0 ? "nobody is in the segment" : "nobody fulfils it",
                        hint: "`segment preview` shows the size of every part"
                    )
                )
            } else if users[index] == universe {
                problems.append(
                    pointless(
                        place,
                        index == 0 ? "everybody is in the segment" : "everybody fulfils it",
                        hint: "it changes nothing in `all`, and everything in `any`"
                    )
                )
            }
        }
        return problems
    }

    /// Windows that lie before the first or behind the last of the events that count in them.
    ///
    /// `windows` are the resolved ones, `seen` when an event was first and last seen, of those that
    /// were.
    public static func problems(
        _ definition: Definition,
        windows: [ResolvedWindow],
        seen: [ExactName: ClosedRange<Timestamp>]
    ) -> [DefinitionProblem] {
        let places = definition.places
        var problems: [DefinitionProblem] = []
        for window in windows where definition.nodes.indices.contains(window.node) {
            let node = definition.nodes[window.node]
            let ranges =
                names(of: definition.part(window.node))
                .map { $0.compactMap { seen[$0] } } ?? Array(seen.values)
            guard let first = ranges.map(\.lowerBound).min(),
                let last = ranges.map(\.upperBound).max()
            else { continue }
            let place = places[window.node] + "." + node.keyword + ".window"
            let interval = window.interval
            if interval.to <= first {
                problems.append(
                    pointless(
                        place,
                        "it ends at \(interval.to.rfc3339), before the first such event",
                        hint: "the first was at \(first.rfc3339)"
                    )
                )
            } else if !interval.isOpen, interval.from > last {
                problems.append(
                    pointless(
                        place,
                        "it begins at \(interval.from.rfc3339), behind the last such event",
                        hint: "the last was at \(last.rfc3339)"
                    )
                )
            }
        }
        return problems
    }

    /// The events a condition reads; nil: any.
    private static func names(of part: Definition) -> [ExactName]? {
        do {
            let mentions = try Plan(part).mentions
            return mentions.anyEvent ? nil : Array(mentions.events.keys)
        } catch {
            // Only valid definitions come here; of another nothing is said.
            return []
        }
    }

    private static func pointless(_ place: String, _ message: String, hint: String)
        -> DefinitionProblem
    {
        DefinitionProblem(.pointless, place: place, message: message, hint: hint)
    }
}
