// Ordered leaves that can be answered without putting anybody's events in order.

/// What an ordered leaf comes to where sets of users, or counts, say as much as marks in order.
public enum SetForm: Sendable, Hashable {
    /// An event of match 0 lies in the window, and none before it.
    case noneBefore
    /// An event of match 0 lies in the window, and none behind it.
    case noneAfter
    /// Of the events of match 0 in the window, `minimum` at least, so great a part passes match 1.
    ///
    /// Unit of the part: ten-thousandths.
    case share(atLeastE4: Int64, minimum: Int)
}

extension OrderedLeaf {
    /// The leaf as sets or counts; nil: marks must be put in order.
    ///
    /// The first event, and the last, are a matter of sets only where whichever it is passes.
    public var setForm: SetForm? {
        // A window of each user's own is no window of sets.
        guard window.anchor == nil else { return nil }
        return switch test {
        case .occurrence(.nth(1)): anyPasses ? .noneBefore : nil
        case .occurrence(.last): anyPasses ? .noneAfter : nil
        case .share(let atLeastE4, let minimum):
            .share(atLeastE4: atLeastE4, minimum: minimum)
        default: nil
        }
    }

    /// Whether every event of match 0 passes match 1.
    private var anyPasses: Bool {
        matches[1].filters.isEmpty && matches[1].userFilters.isEmpty && matches[1].times == nil
            && (matches[1].events.isEmpty || matches[1].events == matches[0].events)
    }
}
