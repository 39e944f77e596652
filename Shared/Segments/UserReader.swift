// The user reader: a plan answered for one user.

public import Basics

extension Plan {
    /// Whether the user is a member at an instant; exact for the history it is given.
    ///
    /// Pure and synchronous, for any thread. Time is linear in leaves times events.
    public func isMember(_ history: UserHistory, at instant: Timestamp) -> Bool {
        run(leafResults(history, at: instant))[root]
    }

    /// The result of every leaf, in the order of `leaves`.
    public func leafResults(_ history: UserHistory, at instant: Timestamp) -> [Bool] {
        leaves.map { leaf in
            switch leaf {
            case .events(let leaf): leaf.holds(history.events, at: instant)
            case .user(let leaf):
                leaf.filter.matches(
                    history.value(of: leaf.property, at: instant),
                    at: instant
                )
            }
        }
    }
}

extension EventLeaf {
    /// Whether the leaf holds for a user with these events, which are in event-time order.
    func holds(_ events: [UserHistory.Event], at instant: Timestamp) -> Bool {
        let interval = window.resolve(at: instant)
        var found = 0
        var totals = [ExactSum](repeating: ExactSum(), count: sums.count)
        for event in events where interval.contains(event.at) && concerns(event.name) {
            guard filters.allSatisfy({ $0.matches(event[$0.filter.property], at: instant) })
            else { continue }
            found += 1
            for (index, sum) in sums.enumerated() {
                if case .number(let number)? = event[sum.property] { totals[index].add(number) }
            }
        }
        return accepts(count: found, sums: totals)
    }
}
