// In what two live segments differ: part by part, and within conditions leaf by leaf.

import Basics

/// The parts of a live segment that another one says otherwise.
public struct LiveDiff: Sendable, Hashable {
    /// One part, in words.
    public struct Change: Sendable, Hashable {
        /// Where it stands, such as `trigger` or `filter.all[1].did`.
        public let place: String
        /// What it said; nil: nothing.
        public let before: String?
        /// What it says; nil: nothing.
        public let after: String?

        /// A change.
        public init(place: String, before: String?, after: String?) {
            self.place = place
            self.before = before
            self.after = after
        }
    }

    /// In the order of the document.
    public let changes: [Change]

    /// The difference of two valid live segments.
    public init(from old: LiveDefinition, to new: LiveDefinition) throws(DefinitionProblem) {
        let conditions = Dictionary(old.conditions.map { ($0.place, $0.definition) }) { $1 }
        var changes: [Change] = []
        for (before, after) in zip(try Self.parts(old), try Self.parts(new))
        where before.text != after.text {
            let leaves = try Self.leaves(before.place, conditions, new)
            changes +=
                leaves ?? [Change(place: before.place, before: before.text, after: after.text)]
        }
        self.changes = changes
    }

    /// What differs within a condition that stands in both.
    private static func leaves(
        _ part: String,
        _ before: [String: Definition],
        _ new: LiveDefinition
    ) throws(DefinitionProblem) -> [Change]? {
        let found = new.conditions.first { $0.place == part || $0.place.hasPrefix(part + ".") }
        guard let (place, after) = found, let before = before[place] else { return nil }
        func text(_ definition: Definition, _ node: Int) throws(DefinitionProblem) -> String {
            try Sentence.say(definition.part(node))
        }
        func at(_ definition: Definition, _ node: Int) -> String {
            place + definition.places[node].dropFirst("condition".count)
        }
        var changes: [Change] = []
        for change in DefinitionDiff(from: before, to: after).changes {
            switch change {
            case .added(let node):
                let text = try text(after, node)
                changes.append(Change(place: at(after, node), before: nil, after: text))
            case .removed(let node):
                let text = try text(before, node)
                changes.append(Change(place: at(before, node), before: text, after: nil))
            case .changed(let from, let to):
                changes.append(
                    Change(
                        place: at(after, to),
                        before: try text(before, from),
                        after: try text(after, to)
                    )
                )
            }
        }
        return changes.isEmpty ? nil : changes
    }

    /// Every part in words, in the order of the document; nil: it says nothing.
    private static func parts(_ live: LiveDefinition) throws(DefinitionProblem)
        -> [(place: String, text: String?)]
    {
        let zone = try live.zone(projectZone: nil)
        var filter: String?
        if let condition = live.filter { filter = try Sentence.say(condition, zone: zone) }
        let reads = live.filterReads
        return [
            ("trigger", try live.trigger.kind.phrase(zone: zone)), ("filter", filter),
            (
                "filterReads",
                reads == FilterReads()
                    ? nil
                    : "events \(reads.events.rawValue), properties \(reads.properties.rawValue)"
            ),
            ("stay", try Sentence.stay(live.stay, zone: zone)),
            ("limit", Sentence.limit(live.limit)), ("zone", live.zone),
        ]
    }
}

extension Sentence {
    /// How long a user stays, in words; nil: for ever.
    static func stay(_ stay: Stay, zone: Zone) throws(DefinitionProblem) -> String? {
        switch stay {
        case .forever: nil
        case .duration(let ms): "stays for \(DurationText.spoken(ms))"
        case .while(let condition): "stays while " + (try say(condition, zone: zone))
        }
    }

    /// Which firings count, in words; nil: all.
    static func limit(_ limit: FiringLimit) -> String? {
        switch limit {
        case .everyTime: nil
        case .once: "once"
        case .oncePerKey: "once per key"
        case .times(let count, let perMs):
            "at most \(count) times in \(DurationText.spoken(perMs))"
        case .coolDown(let ms): "not again within \(DurationText.spoken(ms))"
        }
    }
}
