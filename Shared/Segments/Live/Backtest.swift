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
        let past = Prefix(history, from: from)
        var test = Backtest(self, past, behind: from - 1)
        return test.run(to: to)
    }

    /// What the segment would remember of a user by now had all of the history been the user's
    /// since it began.
    ///
    /// Of what was imported, and of what came in before, nothing fires. Time as of a backtest.
    func recalled(
        _ history: UserHistory,
        behind begin: Timestamp,
        upTo now: Timestamp,
        _ arrival: (LogOffset) -> Arrival
    ) -> LiveUser {
        let past = Prefix(history, behind: begin, upTo: now, reads, arrival)
        var test = Backtest(self, past, behind: begin)
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

    init(_ plan: LivePlan, _ past: Prefix, behind begin: Timestamp) {
        self.plan = plan
        self.past = past
        place = past.begin
        past.end = place
        let moment = LiveMoment(now: begin, position: past.position)
        if plan.watchesEverybody, place > 0 { plan.begin(at: moment, &user, past) }
    }

    mutating func run(to end: Timestamp) -> [LiveChange] {
        while place < past.records.count, past.records[place].at < end {
            hear(at: past.records[place].at)
        }
        pass(before: end)
        return told
    }

    mutating func recall(upTo now: Timestamp) -> LiveUser {
        while place < past.records.count { hear(at: past.records[place].at) }
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

/// A user's records in an order, as far as they are known.
private final class Prefix: LivePast {
    enum Body {
        case event(Int)
        case versions([Int])
    }

    struct Record {
        /// When it is heard.
        var at: Timestamp
        let body: Body
        /// Whether it was imported.
        var isHistory = false
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

    /// Records in the order of event time; those of before a stretch of time are known.
    init(_ history: UserHistory, from: Timestamp) {
        records = Self.merged(history).map(\.record)
        begin = records.count { $0.at < from }
        user = history.user
        (events, versions) = (history.events, history.versions)
        place()
    }

    /// Records in the order in which they came in; those of before a segment are known.
    init(
        _ history: UserHistory,
        behind begin: Timestamp,
        upTo now: Timestamp,
        _ reads: Mentions,
        _ arrival: (LogOffset) -> LivePlan.Arrival
    ) {
        var (before, behind): ([Record], [(record: Record, place: LogOffset)]) = ([], [])
        // One that was not moved came in when it had happened, and behind those before it.
        var latest = begin + 1
        let logged = Self.merged(history).sorted { $0.order.position < $1.order.position }
        for (record, order) in logged {
            var record = record
            let arrival = arrival(order.position)
            record.isHistory = arrival.isImported
            // What has no instant was so always: of whom is known who it is, that always was.
            if arrival.isBefore || record.at == .earliest {
                before.append(record)
                continue
            }
            let cameIn = arrival.logTime ?? max(latest, record.at)
            // Whoever has more of the history at hand finds the same.
            let isRead = history.isRead(record.body, reads)
            if arrival.logTime == nil, isRead { latest = cameIn }
            record.at = min(cameIn, now)
            behind.append((record, order.position))
        }
        behind.sort { ($0.record.at, $0.place) < ($1.record.at, $1.place) }
        records = before + behind.map(\.record)
        self.begin = before.count
        user = history.user
        (events, versions) = (history.events, history.versions)
        place()
    }

    /// Gives what is recorded its place among the records.
    private func place() {
        for (place, record) in records.enumerated() {
            switch record.body {
            case .event(let index): events[index].position = LogOffset(UInt64(place))
            case .versions(let indices):
                for index in indices { versions[index].position = LogOffset(UInt64(place)) }
            }
        }
    }

    /// Events in their order, writes of one record together; of one instant in the log's order.
    private static func merged(
        _ history: UserHistory
    ) -> [(record: Record, order: EventOrder)] {
        let writes = Dictionary(grouping: history.versions.indices) { index in
            let version = history.versions[index]
            return Write(at: version.since ?? .earliest, position: version.position)
        }
        var records: [(record: Record, order: EventOrder)] = history.events.indices.map { index in
            let event = history.events[index]
            return (Record(at: event.at, body: .event(index)), event.order)
        }
        for (write, indices) in writes {
            let order = EventOrder(at: write.at, clientSequence: nil, position: write.position)
            let body = Body.versions(indices.sorted())
            records.append((Record(at: write.at, body: body), order))
        }
        return records.sorted { $0.order < $1.order }
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

extension UserHistory {
    /// Whether a record is among what is read.
    fileprivate func isRead(_ body: Prefix.Body, _ reads: Mentions) -> Bool {
        switch body {
        case .event(let index): reads.concerns(event: events[index].name)
        case .versions(let indices):
            indices.contains { reads.concerns(property: versions[$0].property) }
        }
    }
}
