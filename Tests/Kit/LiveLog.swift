// One user's log, and a live segment's machine driven through it.

public import Basics
public import Segments

/// What is recorded about one user, in the order of the log.
public struct LiveLog: Sendable {
    /// A record.
    public struct Entry: Sendable {
        /// When it stands in the log.
        public var logTime: Timestamp
        /// What it says.
        public var record: LiveCourse.Record
        /// Whether it is history from elsewhere.
        public var isImported: Bool
        /// Whether it belongs to the step of the entry before, which brings it about or happens
        /// with it.
        public var isConsequence = false
        /// Whether time has brought it about, behind the records of its instant.
        public var isTimed = false

        /// A record.
        public init(_ record: LiveCourse.Record, at logTime: Timestamp, isImported: Bool = false) {
            self.record = record
            self.logTime = logTime
            self.isImported = isImported
        }

        /// The event, where it is one.
        public var event: UserHistory.Event? {
            if case .event(let event) = record { event } else { nil }
        }

        /// The writes, where it is some.
        public var versions: [UserHistory.PropertyVersion] {
            if case .properties(let versions) = record { versions } else { [] }
        }
    }

    /// Whose log it is.
    public var user: UserID?
    /// The records; their places in the log and log times never go back.
    public var entries: [Entry]
    /// How many are there before the segment is.
    public var begin: Int
    /// When the segment begins: not before those, and before all others.
    public var beginTime: Timestamp

    /// A log.
    public init(of user: UserID?, _ entries: [Entry], begin: Int, beginTime: Timestamp) {
        self.user = user
        self.entries = entries
        self.begin = begin
        self.beginTime = beginTime
    }

    /// The user's history by the first so many records, and by what these bring about at the same
    /// place in the log.
    public func history(_ count: Int) -> UserHistory {
        var count = count
        while count > 0, count < entries.count, entries[count].isConsequence { count += 1 }
        return UserHistory(
            of: user,
            events: entries[..<count].compactMap(\.event),
            versions: entries[..<count].flatMap(\.versions)
        )
    }

    /// What the machine tells up to an instant, itself not included.
    ///
    /// `more` instants pass besides, of those at which nothing is due.
    public func told(
        by plan: LivePlan,
        until end: Timestamp,
        more: [Timestamp] = []
    ) -> [LiveChange] {
        var course = LiveCourse(plan, of: user)
        var told: [LiveChange] = []
        var spare = more.sorted()[...]
        func pass(before instant: Timestamp) {
            while let next = spare.first, next < instant {
                spare.removeFirst()
                told += course.pass(before: next)
                if next > beginTime, plan.nextDue(course.user) != next {
                    told += course.pass(next)
                }
            }
            told += course.pass(before: instant)
        }
        for (index, entry) in entries.enumerated() {
            if index == begin { course.begin(at: beginTime) }
            guard entry.logTime < end else { break }
            pass(before: entry.logTime)
            told += course.hear(entry.record, at: entry.logTime, isHistory: entry.isImported)
        }
        if begin == entries.count { course.begin(at: beginTime) }
        pass(before: end)
        return told
    }
}
