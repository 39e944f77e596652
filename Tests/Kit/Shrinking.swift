// A case that fails made as small as it goes, so that a person sees why.

public import Basics
public import Segments

/// A question about one user: the definition, what the user did, and the instant.
public struct AskedCase: Sendable, Hashable {
    /// What is asked; valid.
    public var definition: Definition
    /// About whom.
    public var history: UserHistory
    /// As of when.
    public var at: Timestamp
    /// The segments it uses, and those that they use.
    public var nested: [NestedSegment]

    /// A question.
    public init(
        _ definition: Definition,
        _ history: UserHistory,
        at instant: Timestamp,
        nested: [NestedSegment] = []
    ) {
        self.definition = definition
        self.history = history
        at = instant
        self.nested = nested
    }

    /// The smallest case found that still fails: as long as some smaller one does, it is taken.
    ///
    /// Smaller is whatever lacks a condition, a field of one, an item of a list, an event, a
    /// property or a write. At most `triesMax` cases are tried.
    public func shrunk(
        triesMax: Int = 20_000,
        while fails: (AskedCase) throws -> Bool
    ) rethrows -> AskedCase {
        var smallest = self
        var tries = 0
        var isSmaller = true
        while isSmaller, tries < triesMax {
            isSmaller = false
            for candidate in smallest.smaller() {
                tries += 1
                guard tries <= triesMax else { break }
                if try fails(candidate) {
                    (smallest, isSmaller) = (candidate, true)
                    break
                }
            }
        }
        return smallest
    }

    private func smaller() -> [AskedCase] {
        func with(_ change: (inout AskedCase) -> Void) -> AskedCase {
            var changed = self
            change(&changed)
            return changed
        }
        let unused = nested.indices.filter { index in
            let all = [definition] + nested.map(\.definition)
            let use = Condition.inSegment(InSegment(nested[index].name))
            return !all.contains { $0.nodes.contains(use) }
        }
        return unused.map { index in with { $0.nested.remove(at: index) } }
            + definition.smaller().map { smaller in with { $0.definition = smaller } }
            + history.smaller().map { smaller in with { $0.history = smaller } }
    }
}

extension Definition {
    /// Valid definitions with something less: found in the document, so for every kind alike.
    fileprivate func smaller() -> [Definition] {
        guard let document = try? DefinitionWriter.write(DefinitionDocument(definition: self)),
            case .map(let entries) = document
        else { return [] }
        let zone = entries.first { $0.key == "zone" }
        let condition = entries.first { $0.key == "condition" }?.value ?? .null
        var smaller = condition.without().map { ($0, zone) }
        if zone != nil { smaller.append((condition, nil)) }
        return smaller.compactMap { condition, zone in
            let entries = [zone].compactMap(\.self) + [PlainEntry("condition", condition)]
            guard let read = try? DefinitionReader.read(.map(entries)).definition,
                read != self, Validation(read).isValid
            else { return nil }
            return read
        }
    }
}

extension PlainValue {
    /// The value with one part less, the largest parts first: a condition inside instead of its
    /// group, a list without an item, a map without a field.
    fileprivate func without() -> [PlainValue] {
        switch self {
        case .map(let entries):
            var less: [PlainValue] = []
            if entries.count == 1, ["all", "any", "not"].contains(entries[0].key) {
                if case .list(let children) = entries[0].value { less += children }
                if case .map = entries[0].value { less.append(entries[0].value) }
            }
            for index in entries.indices where entries.count > 1 {
                var rest = entries
                rest.remove(at: index)
                less.append(.map(rest))
            }
            for index in entries.indices {
                less += entries[index].value.without().map { value in
                    var rest = entries
                    rest[index].value = value
                    return .map(rest)
                }
            }
            return less
        case .list(let items):
            var less: [PlainValue] = []
            for index in items.indices {
                var rest = items
                rest.remove(at: index)
                less.append(.list(rest))
            }
            for index in items.indices {
                less += items[index].without().map { value in
                    var rest = items
                    rest[index] = value
                    return .list(rest)
                }
            }
            return less
        default: return []
        }
    }
}

extension UserHistory {
    /// Histories with one event, one property or one write less.
    fileprivate func smaller() -> [UserHistory] {
        var less: [UserHistory] = []
        for index in events.indices {
            var rest = events
            rest.remove(at: index)
            less.append(UserHistory(of: user, events: rest, versions: versions))
        }
        for index in versions.indices {
            var rest = versions
            rest.remove(at: index)
            less.append(UserHistory(of: user, events: events, versions: rest))
        }
        for index in events.indices {
            for property in events[index].properties.indices {
                var rest = events
                rest[index].properties.remove(at: property)
                less.append(UserHistory(of: user, events: rest, versions: versions))
            }
        }
        return less
    }
}
