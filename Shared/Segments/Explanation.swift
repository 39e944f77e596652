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
    /// The segments that it uses, itself or through others, each once, as the parts name them
    /// first.
    public let segments: [Segment]
    /// When the answer changes by time alone.
    public let flip: Flip
    /// The explanation as plain English, line by line: the answer with its reason, the parts
    /// indented by their depth, a segment's own parts where it is named first, what time alone will
    /// change.
    public let lines: [String]

    /// Why the user is in a segment that is used, or not.
    public struct Segment: Sendable, Hashable {
        /// Its name.
        public let name: ExactName
        /// Its answer.
        public let isMember: Bool
        /// Every node of its own definition, in reading order.
        public let parts: [Part]
        /// When its answer changes by time alone.
        public let flip: Flip
    }

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
        /// Another segment's answer, with its reason in words.
        case segment(isMember: Bool, reason: String)
        /// How the user stands to a channel, and the write that decides it.
        case channel(ChannelState, UserHistory.PropertyVersion?)
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
        let facts = Facts(
            plan: self,
            history: history,
            at: instant,
            found: found,
            slots: slots
        )
        let used = used()
        let flips = flips(
            of: [root] + used.map(\.piece.root),
            history,
            after: instant,
            leafResults: results,
            workMax: workMax
        )
        let parts = parts(of: whole, facts)
        let segments = zip(used, flips.dropFirst()).map { used, flip in
            Explanation.Segment(
                name: used.name,
                isMember: slots[used.piece.root],
                parts: self.parts(of: used.piece, facts),
                flip: flip
            )
        }
        return Explanation(
            at: instant,
            isMember: slots[root],
            parts: parts,
            segments: segments,
            flip: flips[0],
            lines: Explanation.lines(facts, parts, segments, at: instant, flips[0])
        )
    }

    /// The segments that are used, in the order in which a reader meets them.
    private func used() -> [(name: ExactName, piece: Piece)] {
        var met: Set<ExactName> = []
        var used: [(name: ExactName, piece: Piece)] = []
        var waiting = [whole]
        while let piece = waiting.popLast() {
            var inner: [Piece] = []
            for node in piece.definition.readingOrder.map(\.node) {
                guard case .inSegment(let segment) = piece.definition.nodes[node],
                    let other = nested[segment.name], met.insert(segment.name).inserted
                else { continue }
                used.append((segment.name, other))
                inner.append(other)
            }
            waiting += inner.reversed()
        }
        return used
    }

    /// The nodes depth first, each with what its leaf found or how many of its children hold.
    private func parts(of piece: Piece, _ facts: Facts) -> [Explanation.Part] {
        let definition = piece.definition
        let places = definition.places
        return definition.readingOrder.map { node, depth in
            let condition = definition.nodes[node]
            let kind = condition.kind
            let found = facts.found(node, of: piece)
            return Explanation.Part(
                node: node,
                depth: depth,
                place: places[node] + "." + condition.keyword,
                text: Explanation.cut(kind.heading(zone: piece.zone)),
                holds: facts.holds(node, of: piece),
                found: found,
                finding: Explanation.cut(kind.finding(found, isAlone: false, zone: piece.zone))
            )
        }
    }

    /// What was found for a plan: of its leaves and of all its slots.
    struct Facts {
        let plan: Plan
        let history: UserHistory
        let at: Timestamp
        let found: [Explanation.Found]
        let slots: [Bool]

        func holds(_ node: Int, of piece: Piece) -> Bool { slots[piece.slotOfNode[node]] }

        /// What became of a node: of a group, of another segment, or of a leaf.
        func found(_ node: Int, of piece: Piece) -> Explanation.Found {
            let condition = piece.definition.nodes[node]
            if case .inSegment(let segment) = condition, let other = plan.nested[segment.name] {
                return .segment(isMember: slots[other.root], reason: reason(other))
            }
            if case .reachable(let reachable) = condition {
                return history.standing(to: reachable.channel, at: at)
            }
            if case .known = condition {
                return .version(history.version(of: Known.anonymity, at: at))
            }
            let children = condition.children
            if let slots = piece.partsOfNode[node] {
                return condition.kind.combined(
                    slots.compactMap { plan.leaf(ofSlot: $0).map { found[$0] } }
                )
            }
            if children.isEmpty, let leaf = plan.leaf(ofSlot: piece.slotOfNode[node]) {
                return found[leaf]
            }
            return .conditions(
                holding: children.count { holds($0, of: piece) },
                of: children.count
            )
        }

        /// The finding of the condition that decides: down from the root, through the first one
        /// that holds of an `any` and the first one that does not of an `all`.
        ///
        /// Of a segment that decides it is that segment's own reason.
        func reason(_ piece: Piece) -> String {
            if let universe = piece.universe, !slots[universe] {
                let outside = piece.definition.universe
                return "outside the universe of \(outside.said ?? ""): "
                    + outside.finding(history, at: at)
            }
            var node = 0
            var isTurned = false
            while true {
                let kind = piece.definition.nodes[node].kind
                let next = kind.deciding(
                    holds: holds(node, of: piece),
                    children: { holds($0, of: piece) }
                )
                guard let next else {
                    let found = found(node, of: piece)
                    let finding = kind.finding(found, isAlone: true, zone: piece.zone)
                    return Explanation.cut(isTurned ? finding + " (under `not`)" : finding)
                }
                if kind is Not { isTurned.toggle() }
                node = next
            }
        }
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

extension Definition {
    /// The nodes depth first, each with how deep it stands.
    fileprivate var readingOrder: [(node: Int, depth: Int)] {
        var order: [(node: Int, depth: Int)] = []
        var waiting = [(node: 0, depth: 0)]
        while let (node, depth) = waiting.popLast() {
            order.append((node, depth))
            waiting += nodes[node].children.reversed().map { ($0, depth + 1) }
        }
        return order
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
