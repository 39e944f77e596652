// Two users become one, or two again: what is remembered of a user is found out anew.

public import Basics

extension LivePlan {
    /// When a record came in that is counted anew.
    public struct Arrival: Sendable, Hashable {
        /// Whether that was before the segment began.
        public let isBefore: Bool
        /// Whether it was imported.
        public let isImported: Bool
        /// The log time, where it was moved since; nil: it stands among those that came in with it.
        public let logTime: Timestamp?

        /// A record's.
        public init(isBefore: Bool, isImported: Bool, logTime: Timestamp? = nil) {
            self.isBefore = isBefore
            self.isImported = isImported
            self.logTime = logTime
        }
    }

    /// The user's history has become another one, and what is remembered of the user becomes what
    /// it would be had it been that from the beginning: memberships, timers, stays, limits.
    ///
    /// Nothing fires by it. The segment is run over the history in the order in which it came in;
    /// of what was not moved, that is the order of places, none heard before it happened; of more
    /// than `LiveLimits.recountedMax` events and writes that it reads, all stays as it is. Firings
    /// go on being numbered behind those that were told.
    ///
    /// - Parameters:
    ///   - begin: when the segment began.
    ///   - arrival: when the record at a place came in.
    /// - Returns: the change of the membership, as a correction; nothing where there is none.
    public func recount(
        at moment: LiveMoment,
        since begin: Timestamp,
        _ user: inout LiveUser,
        _ history: UserHistory,
        arrival: (LogOffset) -> Arrival
    ) -> [LiveChange] {
        let before = user
        guard history.events.count + history.versions.count <= LiveLimits.recountedMax else {
            return []
        }
        user = recalled(history, behind: begin, upTo: moment.now, arrival)
        user.number(as: before)
        guard user.isInside != before.isInside else { return [] }
        return [
            LiveChange(
                user.isInside ? .entered : .left,
                at: moment.now,
                occurrence: user.occurrence,
                isMember: user.isInside,
                cause: .correction
            )
        ]
    }
}

extension LiveUser {
    /// Firings that were told keep their numbers, and others are numbered behind them.
    fileprivate mutating func number(as told: LiveUser) {
        var last = told.occurrence
        for index in settled.indices where settled[index].occurrence > 0 {
            let same = told.settled.first {
                $0.timer == settled[index].timer && $0.occurrence > 0
            }
            if same == nil { last += 1 }
            settled[index].occurrence = same?.occurrence ?? last
        }
        occurrence = max(occurrence, last)
    }
}
