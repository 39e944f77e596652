// Why a user is in a segment or not: the answer of the user reader, with what it was made from.

public import Basics

/// Why a user is a member at an instant, or is not.
public struct Explanation: Sendable, Hashable {
    /// The instant of the answer.
    public let at: Timestamp
    /// The answer.
    public let isMember: Bool
    /// Every node of the definition in reading order: a condition, then those inside it.
    public let parts: [Part]
    /// When the answer changes by time alone.
    public let flip: Flip
    /// The explanation as plain English, line by line: the answer with its reason, the parts
    /// indented by their depth, what time alone will change.
    public let lines: [String]

    /// What became of one node.
    public struct Part: Sendable, Hashable {
        /// The node's index in the definition.
        public let node: Int
        /// How deep it stands; 0 is the root.
        public let depth: Int
        /// Where it stands, such as `condition.all[1].did`.
        public let place: String
        /// The condition in words, or what a group asks of its conditions, such as `all of`.
        public let text: String
        /// Whether it holds.
        public let holds: Bool
        /// What it was decided by.
        public let found: Found
        /// The same in words beside what is asked, such as `2 of at least 3 in […)`.
        public let finding: String
    }

    /// What a node was decided by.
    public enum Found: Sendable, Hashable {
        /// So many of a group's conditions hold.
        case conditions(holding: Int, of: Int)
        /// Events of the user.
        case events(FoundEvents)
        /// The write to a property that is in force; nil: there is none. One without a value says
        /// that the property was taken away.
        case version(UserHistory.PropertyVersion?)
        /// Events looked at for their order, and what became of them in words.
        case ordered(FoundEvents, said: String)
        /// What is so whatever the user does, in words.
        case fact(String)
    }

    /// The matching events of one condition.
    public struct FoundEvents: Sendable, Hashable {
        /// Which instants count.
        public let interval: Interval
        /// How many events match.
        public let count: Int
        /// What they add up to, in the order of the condition's sums.
        public let sums: [ExactSum]
        /// Some of them in event-time order: all if they are few, else the earliest and the newest
        /// `eventsPerEnd`.
        public let events: [FoundEvent]
    }

    /// An event that matches.
    public struct FoundEvent: Sendable, Hashable {
        /// Its name.
        public let name: ExactName
        /// Event time.
        public let at: Timestamp
        /// The record's place in the log.
        public let position: LogOffset
    }

    /// Events shown from either end: enough to see when it began and how it stands.
    public static let eventsPerEnd = 3
    /// Bytes of one part's text, and of one line but for its indentation; longer ones are cut.
    public static let textBytes = 1_024
}

extension Plan {
    /// Answers for one user, and tells why.
    ///
    /// Exact for the history it is given, which may hold events and property versions after
    /// `instant`: they have no say in the answer, only in when it changes. Pure and synchronous,
    /// for any thread; time is that of `isMember`, and of `Flip.workMax` at most.
    public func explain(_ history: UserHistory, at instant: Timestamp) -> Explanation {
        explain(history, at: instant, workMax: Flip.workMax)
    }

    /// The same with another limit of looking ahead.
    func explain(
        _ history: UserHistory,
        at instant: Timestamp,
        workMax: Int
    ) -> Explanation {
        let found = leaves.map { leaf in
            switch leaf {
            case .events(let leaf): leaf.found(history, at: instant)
            case .ordered(let leaf): leaf.found(history, at: instant)
            case .bucket(let leaf): leaf.found(history.user)
            case .user(let leaf):
                Explanation.Found.version(history.version(of: leaf.property, at: instant))
            }
        }
        let results = leafResults(history, at: instant)
        let slots = run(results)
        let parts = parts(found, slots)
        let flip = flip(history, after: instant, leafResults: results, workMax: workMax)
        return Explanation(
            at: instant,
            isMember: slots[root],
            parts: parts,
            flip: flip,
            lines: Explanation.lines(self, parts, at: instant, flip)
        )
    }

    /// The nodes depth first, each with what its leaf found or how many of its children hold.
    private func parts(_ found: [Explanation.Found], _ slots: [Bool]) -> [Explanation.Part] {
        let places = definition.places
        var parts: [Explanation.Part] = []
        var waiting = [(node: 0, depth: 0)]
        while let (node, depth) = waiting.popLast() {
            let condition = definition.nodes[node]
            let kind = condition.kind
            let holds = slots[slotOfNode[node]]
            var own = Explanation.Found.conditions(
                holding: kind.children.count { slots[slotOfNode[$0]] },
                of: kind.children.count
            )
            if let slots = partsOfNode[node] {
                own = kind.combined(slots.compactMap { leaf(ofSlot: $0).map { found[$0] } })
            } else if kind.children.isEmpty, let leaf = leaf(ofSlot: slotOfNode[node]) {
                own = found[leaf]
            }
            parts.append(
                Explanation.Part(
                    node: node,
                    depth: depth,
                    place: places[node] + "." + condition.keyword,
                    text: Explanation.cut(kind.heading(zone: zone)),
                    holds: holds,
                    found: own,
                    finding: Explanation.cut(kind.finding(own, isAlone: false, zone: zone))
                )
            )
            waiting += kind.children.reversed().map { ($0, depth + 1) }
        }
        return parts
    }

    /// The leaf whose result a slot is, or the opposite of.
    private func leaf(ofSlot slot: Int) -> Int? {
        switch steps[slot] {
        case .leaf(let leaf): leaf
        case .not(let input):
            if case .leaf(let leaf) = steps[input] { leaf } else { nil }
        case .all, .any: nil
        }
    }
}

extension EventLeaf {
    fileprivate func found(
        _ user: UserHistory,
        at instant: Timestamp
    ) -> Explanation.Found {
        let each = Explanation.eventsPerEnd
        var ends: [Explanation.FoundEvent] = []
        let tally = tally(user, at: instant) { event in
            // The newest so far make room in front of the one that comes.
            if ends.count == 2 * each { ends.remove(at: each) }
            ends.append(
                Explanation.FoundEvent(name: event.name, at: event.at, position: event.position)
            )
        }
        return .events(
            Explanation.FoundEvents(
                interval: window.resolve(at: instant, of: user),
                count: tally.count,
                sums: tally.sums,
                events: ends
            )
        )
    }
}
