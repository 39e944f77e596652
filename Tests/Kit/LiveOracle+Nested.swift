// Live segments that use each other, by the naive oracle: what one tells is recorded for the next.

public import Basics
public import Segments

extension LiveOracle {
    /// A live segment among others.
    public struct Followed: Sendable {
        /// How who is in is known to the others.
        public let inFeed: InFeed
        /// What it says, with its zone.
        public let live: LiveDefinition
        /// The segments that its conditions use.
        public let nested: [NestedSegment]
        /// The records of which it is told.
        public let hears: Mentions
        /// When it began.
        public let begin: Timestamp

        /// A live segment that begins at an instant.
        ///
        /// - Throws: why it is none.
        public init(
            _ live: LiveDefinition,
            as inFeed: InFeed,
            nested: [NestedSegment],
            begin: Timestamp
        ) throws(DefinitionProblem) {
            self.live = live
            self.inFeed = inFeed
            self.nested = nested
            self.begin = begin
            hears = try LivePlan(live, nested: nested).hears
        }

        /// What it tells of a user, of whom the log has all that it may know.
        public func told(of log: LiveLog, until end: Timestamp) -> [LiveChange] {
            oracle(log, until: end).changes()
        }

        fileprivate func oracle(_ log: LiveLog, until end: Timestamp) -> LiveOracle {
            LiveOracle(live, log.begun(begin), until: end, hears: hears, nested: nested)
        }
    }
}

extension LiveLog {
    /// The log, and in it what live segments tell up to an instant, itself not included.
    ///
    /// Each comes behind those that it uses. "Nested segments, lists and properties take effect at
    /// the same log position as the change that caused them": what a record brings about stands
    /// behind it, and whoever looks at the record sees it. What time alone brings about at one
    /// instant stands behind that instant's records, and is seen together, too.
    public func telling(_ segments: [LiveOracle.Followed], until end: Timestamp) -> LiveLog {
        var log = self
        for segment in segments {
            var (isIn, turns): (Bool, [LiveOracle.Told]) = (false, [])
            // "A live segment's membership is its feed", whose instants may run backwards: what is
            // told later holds.
            var instants: [Timestamp] = []
            for turn in segment.oracle(log, until: end).told()
            where turn.change.isMember != isIn {
                isIn = turn.change.isMember
                turns.append(turn)
                instants.append(max(turn.change.at, instants.last ?? .earliest))
            }
            // What time brings about at one instant keeps its order, too.
            let places = turns.map { turn in
                turn.entry ?? log.entries.lastIndex { $0.logTime <= turn.now } ?? 0
            }
            // From behind, so that places stay what they are.
            for (index, place) in places.enumerated().reversed() {
                log.tell(turns[index], of: segment.inFeed, since: instants[index], behind: place)
            }
            log.joinTimed()
        }
        return log
    }

    /// The same as a segment hears it that begins at an instant.
    func begun(_ at: Timestamp) -> LiveLog {
        var log = self
        log.begin = entries.count { $0.logTime < at }
        log.beginTime = at
        return log
    }

    /// Puts in who comes into a segment or goes, by the entry before or by time.
    private mutating func tell(
        _ turn: LiveOracle.Told,
        of segment: InFeed,
        since: Timestamp,
        behind place: Int
    ) {
        let (change, isTimed) = (turn.change, turn.entry == nil)
        let before = entries[place]
        let version = UserHistory.PropertyVersion(
            segment.property,
            change.isMember ? InFeed.member : nil,
            since: since,
            position: before.event?.position ?? before.versions.first?.position ?? .zero
        )
        var told = Entry(.properties([version]), at: turn.now)
        told.isTimed = isTimed || before.isTimed
        told.isConsequence = !isTimed
        told.isImported = !isTimed && before.isImported
        entries.insert(told, at: place + 1)
    }

    /// What time brings about at one instant is one step.
    private mutating func joinTimed() {
        for (index, next) in entries.enumerated().dropFirst() {
            let before = entries[index - 1]
            guard before.isTimed, next.isTimed, before.logTime == next.logTime else { continue }
            entries[index].isConsequence = true
        }
    }
}
