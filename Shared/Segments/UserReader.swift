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
            case .events(let leaf): leaf.holds(history, at: instant)
            case .ordered(let leaf): leaf.holds(history, at: instant)
            case .bucket(let leaf): history.user.map(leaf.contains) ?? false
            case .user(let leaf):
                leaf.filter.matches(
                    history.value(of: leaf.property, at: instant),
                    at: instant
                )
            }
        }
    }
}
