// What a live segment remembers of one user: timers that run, firings told, whether the user is in.

public import Basics

/// One user's state in one live segment; empty until something concerns the user.
public struct LiveUser: Sendable, Hashable {
    /// A timer that runs.
    public struct Armed: Sendable, Hashable {
        /// The key it belongs to; nil where there is none.
        public var key: PropertyValue?
        /// The instant it counts from: A's event time, a date.
        public var anchor: Timestamp
        /// The instant it stands for; it fires then, or after the grace.
        public var due: Timestamp

        /// A timer.
        public init(key: PropertyValue?, anchor: Timestamp, due: Timestamp) {
            self.key = key
            self.anchor = anchor
            self.due = due
        }
    }

    /// A timer that ran out, remembered as long as a late event may take it back.
    public struct Settled: Sendable, Hashable {
        /// The timer.
        public var timer: Armed
        /// Which firing it was; 0: the filter or the limit kept it from counting.
        public var occurrence: Int
        /// Whether it is a reason for the user to be in.
        public var isStanding: Bool
        /// By how much later its instant is by a definition that came since.
        ///
        /// Unit: ms.
        public var movedMs: Int64
        /// The instant that was told.
        public var at: Timestamp { timer.due - movedMs }

        /// A timer that ran out.
        public init(timer: Armed, occurrence: Int, isStanding: Bool, movedMs: Int64 = 0) {
            self.timer = timer
            self.occurrence = occurrence
            self.isStanding = isStanding
            self.movedMs = movedMs
        }
    }

    /// Page views without a long pause.
    public struct Session: Sendable, Hashable {
        /// The first view.
        public var start: Timestamp
        /// The latest.
        public var last: Timestamp
        /// Views that counted.
        public var count: Int
        /// Whether it began as the definition wants.
        public var isWanted: Bool

        /// A session.
        public init(start: Timestamp, last: Timestamp, count: Int, isWanted: Bool) {
            self.start = start
            self.last = last
            self.count = count
            self.isWanted = isWanted
        }
    }

    /// A condition that is watched.
    public struct Watch: Sendable, Hashable {
        /// Whether it holds now.
        public var holds: Bool
        /// When that may change by time alone; nil: never.
        public var next: Timestamp?
        /// Whether it does change then, and by time alone not again.
        public var isLast: Bool

        /// A watch.
        public init(holds: Bool, next: Timestamp?, isLast: Bool = false) {
            self.holds = holds
            self.next = next
            self.isLast = isLast
        }
    }

    /// Events counted so far; nil: not counted yet.
    public var seen: Int?
    /// Firings that counted so far, taken back ones included.
    public var occurrence = 0
    /// Whether the user is in the segment.
    public var isInside = false
    /// When the stay ends.
    public var leavesAt: Timestamp?
    /// Timers that run, by the instants they stand for.
    public var armed: [Armed] = []
    /// Timers that ran out within the time of corrections, by the instants they stood for; before
    /// them the last older one that is a reason to be in.
    public var settled: [Settled] = []
    /// Whether a firing older than those is a reason to be in.
    public var isFirm = false
    /// When the stay that it is the reason for ends; nil: that is one of those, or it has no end.
    public var firmUntil: Timestamp?
    /// Event times of As that came too late to start a timer, as long as one of them would run.
    public var tooLate: [Timestamp] = []
    /// The latest event time that the trigger has heard of, and of its B alone.
    public var newest: Timestamp?
    /// The latest event time of a B.
    public var newestDidNot: Timestamp?
    /// Keys that have fired, where they may only once.
    public var keys: [PropertyValue] = []
    /// Log times of firings that the limit counts.
    public var recent: [Timestamp] = []
    /// The session that is under way.
    public var session: Session?
    /// The condition of `becomes`.
    public var becoming: Watch?
    /// The condition of `stay`, while the user is in.
    public var staying: Watch?
    /// When a value of the property, known already, comes into force.
    public var recheckAt: Timestamp?

    /// Nothing is known of the user.
    public init() {}
}

extension LivePlan {
    /// When time alone does something to a user; nil: never.
    public func nextDue(_ user: LiveUser) -> Timestamp? {
        var next = user.leavesAt
        func consider(_ instant: Timestamp?) {
            guard let instant else { return }
            next = next.map { min($0, instant) } ?? instant
        }
        consider(user.armed.first.map { $0.due + graceMs })
        consider(user.becoming?.next)
        consider(user.staying?.next)
        consider(user.recheckAt)
        return next
    }

    var graceMs: Int64 {
        if case .inaction(let inaction, _, _) = trigger { inaction.graceMs } else { 0 }
    }
}

extension LiveUser {
    /// Starts a timer, unless one for the same key and anchor runs; of too many, that which is due
    /// last gives way.
    mutating func arm(_ timer: Armed) {
        guard !armed.contains(where: { $0.key == timer.key && $0.anchor == timer.anchor }) else {
            return
        }
        let place = armed.firstIndex { $0.due > timer.due } ?? armed.endIndex
        armed.insert(timer, at: place)
        if armed.count > LiveLimits.armedMax { armed.removeLast() }
    }

    /// Remembers a timer that ran out, in the order of the instants they stand for.
    mutating func settle(_ timer: Armed, _ occurrence: Int, isStanding: Bool) {
        let place = settled.firstIndex { $0.timer.due > timer.due } ?? settled.endIndex
        let one = Settled(timer: timer, occurrence: occurrence, isStanding: isStanding)
        settled.insert(one, at: place)
    }

    /// Forgets timers that no late event can take back any more, but for the last of those that are
    /// a reason to be in: the stay counts from it when later ones are taken back.
    mutating func forget(before horizon: Timestamp) {
        guard let first = settled.first, first.timer.due < horizon else { return }
        let old = settled.prefix { $0.timer.due < horizon }
        let last = old.last(where: \.isStanding)
        isFirm = isFirm || last != nil
        settled.replaceSubrange(..<old.endIndex, with: last.map { [$0] } ?? [])
    }

    /// Whether some firing is a reason to be in.
    var hasStanding: Bool { isFirm || settled.contains(where: \.isStanding) }

    /// The user is out, whatever the reasons were.
    mutating func leave() {
        isInside = false
        leavesAt = nil
        staying = nil
        isFirm = false
        firmUntil = nil
        for index in settled.indices { settled[index].isStanding = false }
    }
}

extension LiveUser {
    /// A key as `oncePerKey` remembers it: those without one are of one kind; a list is no key.
    static func limitKey(_ key: PropertyValue?) -> PropertyValue { key ?? .list([]) }
}

extension LiveUser.Settled {
    /// The key of the firing as `oncePerKey` remembers it.
    var limitKey: PropertyValue { LiveUser.limitKey(timer.key) }
}
