// What must hold of feeds and members: one id for each change, whoever tells it, as the log says.

import Basics
import Messages
import Segments
import Wire

@testable import Evaluator

extension Judge {
    /// A feed of one segment's version in one partition.
    struct FeedKey: Hashable, Comparable, CustomStringConvertible {
        let partition: Int
        let revision: UInt64

        var description: String { "feed \(revision) of partition \(partition)" }

        static func < (left: FeedKey, right: FeedKey) -> Bool {
            (left.partition, left.revision) < (right.partition, right.revision)
        }
    }

    /// A change as everybody must tell it.
    struct Told: Hashable, CustomStringConvertible {
        let number: UserNumber
        let change: LiveChange
        let position: LogOffset
        let logTime: Timestamp

        var description: String {
            "\(number) \(change.line)"
        }
    }

    /// Who reads a partition's log.
    struct Reader: Hashable {
        let evaluator: String
        let partition: Int
    }

    /// So long may a consumer wait for a change when all is well.
    ///
    /// Unit: ns.
    private static let deliveryNs: UInt64 = 2_500_000_000

    /// After an evaluator has taken a page in.
    func look(at evaluator: EvaluatorNode, _ partition: Partition) throws {
        guard let state = evaluator.states.first(where: { $0.partition == partition }),
            let shelf = evaluator.feeds, !state.isBehindFeeds
        else { return }
        let index = Int(partition.index)
        let ends = Dictionary(
            uniqueKeysWithValues: (state.live.ends + state.live.over).map {
                ($0.feed.revision, $0.sequence)
            }
        )
        // Those that are over, too: what was told last may be seen only now.
        for key in names.keys.filter({ $0.partition == index }).sorted() {
            let seenBy = "\(evaluator.name) \(evaluator.life) \(key)"
            var seen = seen[seenBy] ?? 0
            let end = ends[key.revision]
            guard end ?? 0 != seen else { continue }
            let feed = FeedID(project: Simulation.project, revision: key.revision)
            let records = try shelf.records(of: feed, in: partition, after: seen, limit: .max)
            for record in records {
                seen += 1
                guard record.sequence == seen else {
                    throw Broken(.i5, "\(key) has \(record.sequence) where \(seen) is due")
                }
                try take(Told(record), number: seen, of: key, by: evaluator.name)
            }
            guard seen == end ?? seen else {
                throw Broken(.i5, "\(key) says \(end ?? 0) and has \(seen)")
            }
            self.seen[seenBy] = seen
        }
        try checkGone(state, at: evaluator.name)
        looks += 1
        if looks % 32 == 0 { try compare(state, at: evaluator.name) }
    }

    /// Who was erased at a place that the evaluator has read is hidden there.
    private func checkGone(_ state: PartitionState, at name: String) throws {
        let index = Int(state.partition.index)
        for (owner, offset) in standing.gone
        where owner.partition == index && offset < state.next.value {
            let columns = state.projects[Simulation.project]
            guard columns?.isGone(UserNumber(owner.number)) ?? true else {
                throw Broken(.i11, "user \(owner.number) of \(index) is not gone for \(name)")
            }
        }
    }

    private func take(_ told: Told, number: UInt64, of key: FeedKey, by name: String) throws {
        let known = feeds[key] ?? []
        if number <= UInt64(known.count) {
            let before = known[Int(number) - 1]
            guard before == told else {
                throw Broken(
                    .i5,
                    "change \(number) of \(key) was \(before), and is \(told) by \(name)"
                )
            }
            return
        }
        feeds[key, default: []].append(told)
        decidedNs[key, default: []].append(nowNs)
        // By the log as it is now, whatever the evaluator takes for the time.
        let last = logs[key.partition].last.map { Timestamp(ms: $0.logTimeMs) } ?? .earliest
        let over = max(watermarks[key.partition], last)
        guard told.change.at <= over, told.logTime <= over else {
            throw Broken(.i7, "\(told) in \(key), and the log is at \(over.ms)")
        }
    }

    /// A consumer was told changes of a segment's version.
    func told(
        _ changes: [EvaluationV1.MembershipChange],
        of place: Consumer.Place,
        version: UInt32?
    ) throws {
        for change in changes {
            let name = standing.name(change.userNumber, in: Int(place.partition))
            // Of who is gone meanwhile only the number is told.
            let isNamed =
                change.userID == name
                || change.userID.isEmpty
                    && standing.isNobody(change.userNumber, in: Int(place.partition))
            let isKnown = feeds.contains { key, told in
                guard key.partition == Int(place.partition), names[key] == place.segment,
                    versions[key] == version, change.sequence <= UInt64(told.count)
                else { return false }
                let wanted = told[Int(change.sequence) - 1]
                return wanted.message(change.sequence, of: change.userID) == change
            }
            guard isKnown, isNamed else {
                let decided = feeds.filter { names[$0.key] == place.segment }.sorted {
                    $0.key < $1.key
                }
                throw Broken(
                    .i5,
                    "a consumer was told of \(place) \(change), which nobody has decided: "
                        + "\(decided)"
                )
            }
        }
    }

    /// Who is in by an evaluator, against the reference at the same place in the log.
    private func compare(
        _ state: PartitionState,
        at name: String,
        isLast: Bool = false
    ) throws {
        let live = state.live
        // In the middle of an instant nothing can be said.
        guard live.next == state.next, live.watermark >= live.logTime else { return }
        let index = Int(state.partition.index)
        let reader = Reader(evaluator: name, partition: index)
        var reference = references[reader] ?? Reference()
        // Whoever was started again may have gone back.
        if reference.next > state.next { reference = Reference() }
        try reference.read(logs[index].prefix(Int(state.next.value)))
        references[reader] = reference
        reference.pass(through: live.watermark)
        for revision in reference.live {
            let key = FeedKey(partition: index, revision: revision)
            let wanted = reference.told(by: revision)
            try compare(key, with: wanted, reference, isLast: isLast)
            guard live.ends.contains(where: { $0.feed.revision == revision }) else { continue }
            let (found, isIn) = (
                try members(of: revision, in: state), reference.members(of: revision)
            )
            guard found == isIn else {
                throw Broken(.i4, "\(key) has \(found.sorted()), not \(isIn.sorted())")
            }
        }
        for revision in reference.conditions {
            let found = try members(of: revision, in: state)
            let wanted = try reference.members(of: revision, at: live.watermark)
            guard found.subtracting(wanted.open) == wanted.settled else {
                throw Broken(
                    .i4,
                    "condition \(revision) of partition \(index) at \(state.next) and "
                        + "\(live.watermark.ms) has \(found.sorted()), "
                        + "not \(wanted.settled.sorted()); "
                        + found.symmetricDifference(wanted.settled).sorted().map {
                            reference.story(of: $0, revision)
                        }.joined(separator: "; ")
                )
            }
        }
    }

    private func members(of revision: UInt64, in state: PartitionState) throws -> Set<UInt32> {
        guard let columns = state.projects[Simulation.project] else { return [] }
        let feed = FeedID(project: Simulation.project, revision: revision)
        var numbers: Set<UInt32> = []
        try state.live.members(of: feed, userCount: columns.userCount)?.forEach {
            numbers.insert($0.value)
        }
        return numbers
    }

    /// Nothing is missing of what must have been told of each user, and, at last, nothing else is
    /// there.
    private func compare(
        _ key: FeedKey,
        with wanted: [UInt32: [LiveChange]],
        _ reference: Reference,
        isLast: Bool
    ) throws {
        let told = Dictionary(grouping: feeds[key] ?? [], by: \.number.value)
            .mapValues { $0.map(\.change) }
        for user in Set(told.keys).union(wanted.keys).sorted() {
            let (found, due) = (told[user] ?? [], wanted[user] ?? [])
            // Another evaluator may be further, until all have read everything.
            guard isLast ? found == due : found.starts(with: due) else {
                throw Broken(
                    due.count > found.count ? .i7 : .i2,
                    "\(key) has of user \(user), "
                        + "\(standing.name(user, in: key.partition) ?? "?"), "
                        + "\(found.map(\.line)), not \(due.map(\.line)); "
                        + reference.story(of: user, key.revision)
                )
            }
        }
    }

    // When all is over

    /// Every segment's feed in every partition.
    var feedPlaces: [Consumer.Place] {
        let segments = Set(names.values).sorted()
        return segments.flatMap { segment in
            Simulation.partitions.all.map {
                Consumer.Place(segment: segment, partition: UInt32($0.index))
            }
        }
    }

    /// A consumer's copy is whole, but for what is on its way.
    func ended(_ place: Consumer.Place, _ copy: FeedCopy?) throws {
        let key = names.filter {
            $0.value == place.segment && $0.key.partition == Int(place.partition)
        }.keys.max()
        guard let key, running.contains(key) else { return }
        let due = (decidedNs[key] ?? []).count { nowNs - $0 > Self.deliveryNs }
        let has = copy?.cursor.sequence ?? 0
        guard has >= UInt64(due) else {
            throw Broken(
                .liveness,
                "a consumer has \(has) of \(due) changes of \(key)"
            )
        }
    }

    /// Every partition has one owner and one standby, who have read all there is.
    func finish(_ evaluators: [EvaluatorNode]) throws {
        for partition in Simulation.partitions.all {
            let index = Int(partition.index)
            let held = evaluators.flatMap { evaluator in
                evaluator.states.filter { $0.partition == partition }
                    .map { (name: evaluator.name, state: $0) }
            }
            let states = held.map(\.state)
            guard let state = states.first(where: \.tenure.isOwner), states.count == 2,
                states.count(where: \.tenure.isOwner) == 1
            else {
                throw Broken(
                    .ownership,
                    "partition \(index) is held as \(states.map { "\($0.tenure)" })"
                )
            }
            for state in states {
                guard state.next.value == UInt64(logs[index].count), !state.isBehindFeeds else {
                    throw Broken(
                        .liveness,
                        "partition \(index) is read up to \(state.next) only, as "
                            + "\(state.tenure)"
                    )
                }
            }
            running.formUnion(
                state.live.ends.map { FeedKey(partition: index, revision: $0.feed.revision) }
            )
            // Whoever has seen more of time pass has decided all that there is.
            let last = states.map(\.live.watermark).max()
            for (name, state) in held {
                try compare(state, at: name, isLast: state.live.watermark == last)
            }
        }
    }
}

extension Judge.Told {
    fileprivate init(_ record: FeedRecord) {
        self.init(
            number: record.user,
            change: record.change,
            position: record.position,
            logTime: record.logTime
        )
    }

    /// As a consumer is told of it.
    fileprivate func message(_ sequence: UInt64, of user: String)
        -> EvaluationV1.MembershipChange
    {
        FeedRecord(
            feed: FeedID(project: Simulation.project, revision: 0),
            sequence: sequence,
            user: number,
            change: change,
            position: position,
            logTime: logTime,
            mark: .zero,
            isTurn: false
        ).message(of: user)
    }
}

extension LiveChange {
    /// For people.
    fileprivate var line: String {
        "\(kind) \(occurrence) at \(at.ms % 10_000_000) by \(cause)"
    }
}
