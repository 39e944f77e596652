// Instants that pass: which timers wait in memory, which on disk, and what they do when due.
//
// The timers due before `horizon` are in the queue, all others on disk. When time comes to the
// horizon the next ones are fetched, and it moves on; when the queue is too long, those due last
// are sent away, and it moves back. What wakes when is the same wherever the horizon is.

import Basics
import Columns
import Segments

extension LivePartition {
    /// Later than any timer: none waits on disk.
    static let noHorizon = Timestamp(ms: .max)

    /// When the next timer falls due, or earlier; nil: none runs.
    var nextDue: Timestamp? {
        timers.first?.due ?? (horizon == Self.noHorizon ? nil : horizon)
    }

    /// Remembers a state of some users in place of another, and winds the timers that it wants.
    mutating func keep(
        _ user: LiveUser,
        of numbers: [UserNumber],
        _ segment: FollowedSegment,
        was before: LiveUser
    ) throws(EvaluatorError) {
        let feed = segment.end.feed
        segment.remember(user, of: numbers)
        news.users[segment.slot, default: []] += numbers
        let (old, due) = (segment.plan.nextDue(before), segment.plan.nextDue(user))
        guard due != old else { return }
        for number in numbers {
            if let old, old >= horizon {
                news.timers.note(FarTimer(due: old, feed: feed, user: number), waits: false)
            }
            wind(due, segment, number, isKept: false)
        }
        try shorten()
    }

    /// Puts a timer where it waits.
    ///
    /// - Parameter isKept: whether it is on disk if it waits there.
    mutating func wind(
        _ due: Timestamp?,
        _ segment: FollowedSegment,
        _ number: UserNumber,
        isKept: Bool
    ) {
        guard let due else { return }
        if due < horizon {
            timers.push(TimerQueue.Entry(due: due, order: segment.order, user: number))
        } else if !isKept {
            let timer = FarTimer(due: due, feed: segment.end.feed, user: number)
            news.timers.note(timer, waits: true)
        }
    }

    /// Some segments have another turn by now, and so have their timers.
    mutating func rewind() throws(EvaluatorError) {
        timers = TimerQueue()
        for segment in slots.compactMap({ $0 }) {
            for number in segment.known {
                wind(segment.plan.nextDue(try segment.user(number)), segment, number, isKept: true)
            }
        }
    }

    /// A segment is over: its timers wait no more on disk, and those in memory are of no effect.
    mutating func unwind(_ segment: FollowedSegment) throws(EvaluatorError) {
        guard horizon < Self.noHorizon else { return }
        for number in segment.known {
            guard let due = segment.plan.nextDue(try segment.user(number)), due >= horizon else {
                continue
            }
            let timer = FarTimer(due: due, feed: segment.end.feed, user: number)
            news.timers.note(timer, waits: false)
        }
    }

    /// Goes through a queue that has become too long: entries of no effect are dropped, and of too
    /// many others those due last go to disk.
    mutating func shorten() throws(EvaluatorError) {
        guard let nearMax = far?.nearMax, timers.count >= max(longQueue, 2 * nearMax) else {
            return
        }
        var entries: [TimerQueue.Entry] = []
        entries.reserveCapacity(timers.count)
        while let entry = timers.pop() {
            guard entries.last != entry, let segment = slots[entry.slot],
                segment.plan.nextDue(try segment.user(entry.user)) == entry.due
            else { continue }
            entries.append(entry)
        }
        let cut = entries.count > nearMax ? entries[nearMax].due : horizon
        for entry in entries {
            if entry.due < cut {
                timers.push(entry)
            } else if let segment = slots[entry.slot] {
                let timer = FarTimer(due: entry.due, feed: segment.end.feed, user: entry.user)
                news.timers.note(timer, waits: true)
            }
        }
        horizon = min(horizon, cut)
        // Many of one instant stay together: not gone through again with each that comes.
        longQueue = 2 * timers.count
    }

    /// All instants before a record's log time pass.
    mutating func pass(before logTime: Timestamp, _ state: inout [ProjectName: PartitionColumns])
        throws(EvaluatorError)
    {
        try pass(to: logTime - 1, &state)
    }

    /// All instants up to a watermark pass.
    mutating func pass(
        through watermark: Timestamp,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard watermark > self.watermark else { return }
        try pass(to: watermark, &state)
        self.watermark = watermark
    }

    /// The first timer that is due up to an instant; nil: none is.
    mutating func firstTimer(through instant: Timestamp) throws(EvaluatorError)
        -> TimerQueue.Entry?
    {
        while true {
            if let first = timers.first { return first.due <= instant ? first : nil }
            guard horizon <= instant, let far else { return nil }
            try fetch(far)
        }
    }

    /// The first timers on disk come into the queue, which is empty.
    private mutating func fetch(_ far: any FarTimers) throws(EvaluatorError) {
        let (kept, rest) = try far.first(max(far.nearMax, 1), from: horizon)
        let next = rest ?? Self.noHorizon
        let running = slots.compactMap { $0.map { ($0.end.feed, $0.order) } }
        let orders = Dictionary(uniqueKeysWithValues: running)
        var last: (feed: FeedID, order: UInt32?)?
        for timer in news.timers.take(kept, of: horizon..<next) {
            let found = last?.feed == timer.feed ? last : (timer.feed, orders[timer.feed])
            last = found
            guard let order = found?.order else { continue }
            timers.push(TimerQueue.Entry(due: timer.due, order: order, user: timer.user))
        }
        horizon = next
        longQueue = 2 * timers.count
    }
}
