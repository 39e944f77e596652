// What a live segment would have done: the same machine over one user's history, in event time.

public import Basics

extension LivePlan {
    /// What the segment would have told of a user had it been defined at the beginning of a stretch
    /// of time, event time being taken as log time.
    ///
    /// What happened before the stretch is known (an n-th event counts from the beginning of the
    /// history), and starts no timer. Imported events count like others. Every change has its
    /// instant in [from, to). Time is linear in records times what is read of the past.
    public func backtest(_ history: UserHistory, from: Timestamp, to: Timestamp) -> [LiveChange] {
        var test = Backtest(self, history, from: from)
        return test.run(to: to)
    }

    /// What the segment would remember of a user by now had it followed all of the history since
    /// it began, event time being taken as log time.
    ///
    /// Of what was imported, and of what happened before, nothing fires. Time as of a backtest.
    func recalled(
        _ history: UserHistory,
        from begin: Timestamp,
        upTo now: Timestamp,
        isHistory: (LogOffset) -> Bool
    ) -> LiveUser {
        var test = Backtest(self, history, from: begin, isHistory)
        return test.recall(upTo: now)
    }
}

/// One user's history as a log.
private struct Backtest {
    private let plan: LivePlan
    private let past: Prefix
    private var user = LiveUser()
    private var told: [LiveChange] = []
    private var place: Int

    init(
        _ plan: LivePlan,
        _ history: UserHistory,
        from: Timestamp,
        _ isHistory: (LogOffset) -> Bool = { _ in false }
    ) {
        self.plan = plan
        past = Prefix(history, from: from, isHistory)
        place = past.begin
        past.end = place
        let moment = LiveMoment(now: from - 1, position: past.position)
        if plan.watchesEverybody, place > 0 { plan.begin(at: moment, &user, past) }
    }

    mutating func run(to end: Timestamp) -> [LiveChange] {
        while place < past.records.count, past.records[place].at < end {
            hear(at: past.records[place].at)
        }
        pass(before: end)
        return told
    }

    /// What happens later than now, by its own clock, is heard now.
    mutating func recall(upTo now: Timestamp) -> LiveUser {
        while place < past.records.count { hear(at: min(past.records[place].at, now)) }
        pass(before: now)
        return user
    }

    private mutating func hear(at: Timestamp) {
        pass(before: at)
        let moment = LiveMoment(now: at, position: past.position)
        past.end = place + 1
        // Who is new may fulfil a condition by being there.
        let hearsAll = place == 0 && plan.watchesEverybody
        if let record = past.record(place, heardBy: plan.hears, or: hearsAll) {
            told += plan.hear(record, at: moment, &user, past)
        }
        place += 1
    }

    /// All instants up to one, itself not included.
    private mutating func pass(before end: Timestamp) {
        while let due = plan.nextDue(user), due < end {
            let known = past.end > past.begin ? past.records[past.end - 1].at : due
            let moment = LiveMoment(now: max(due, known), position: past.position)
            told += plan.pass(at: moment, due: due, &user, past)
        }
    }
}

/// A user's records in the order of event time, as far as they are known.
private final class Prefix: LivePast {
    enum Body {
        case event(Int)
        case versions([Int])
    }

    struct Record {
        let at: Timestamp
        let body: Body
        /// Whether it was imported.
        let isHistory: Bool
    }

    /// In the order in which they are heard.
    private(set) var records: [Record] = []
    /// How many are known.
    var end = 0
    /// How many are known from the beginning.
    let begin: Int
    private let user: UserID?
    /// With their places among the records instead of those in the log.
    private var events: [UserHistory.Event]
    private var versions: [UserHistory.PropertyVersion]

    init(_ history: UserHistory, from: Timestamp, _ isHistory: (LogOffset) -> Bool) {
        user = history.user
        events = history.events
        versions = history.versions
        let merged = Self.merged(history, isHistory)
        begin = merged.count { $0.at < from }
        records = merged
        for (place, record) in merged.enumerated() {
            switch record.body {
            case .event(let index): events[index].position = LogOffset(UInt64(place))
            case .versions(let indices):
                for index in indices { versions[index].position = LogOffset(UInt64(place)) }
            }
        }
    }

    /// Events in their order, writes of one record together; of one instant in the log's order.
    private static func merged(_ history: UserHistory, _ isHistory: (LogOffset) -> Bool)
        -> [Record]
    {
        let writes = Dictionary(grouping: history.versions.indices) { index in
            let version = history.versions[index]
            return Write(at: version.since ?? .earliest, position: version.position)
        }
        var records: [(record: Record, order: EventOrder)] = history.events.indices.map { index in
            let event = history.events[index]
            let isOld = isHistory(event.position)
            return (Record(at: event.at, body: .event(index), isHistory: isOld), event.order)
        }
        for (write, indices) in writes {
            let order = EventOrder(at: write.at, clientSequence: nil, position: write.position)
            let body = Body.versions(indices.sorted())
            let isOld = isHistory(write.position)
            records.append((Record(at: write.at, body: body, isHistory: isOld), order))
        }
        return records.sorted { $0.order < $1.order }.map(\.record)
    }

    private struct Write: Hashable {
        let at: Timestamp
        let position: LogOffset
    }

    /// The place of the record that comes next.
    var position: LogOffset { LogOffset(UInt64(end)) }

    /// A record as it is heard; nil: it concerns nobody who reads these.
    func record(_ place: Int, heardBy reads: Mentions, or hearsAll: Bool) -> LiveRecord? {
        switch records[place].body {
        case .event(let index):
            guard hearsAll || reads.concerns(event: events[index].name) else { return nil }
            return .event(events[index], isHistory: records[place].isHistory)
        case .versions(let indices):
            let names = indices.map { versions[$0].property }
            guard hearsAll || names.contains(where: reads.concerns(property:)) else { return nil }
            return .properties(names, isHistory: records[place].isHistory)
        }
    }

    func history(_ reads: Mentions) -> UserHistory {
        UserHistory(
            of: user,
            events: events.filter { $0.position < position },
            versions: versions.filter { $0.position < position }
        )
    }

    func isSilent(_ position: LogOffset) -> Bool {
        position.value < UInt64(begin) || records[Int(position.value)].isHistory
    }
}
