// The seam between a compiled plan and a store of history: what a store answers, and how exactly.

import Basics
import Columns
import Segments

/// One project's history in one partition as of a place in the log, and how plans are answered
/// over it.
///
/// Whoever asks knows no store: own columns today, an engine of many machines later. What every
/// store promises, held by one suite of contract tests:
/// - *Exactness.* A plan's sets are those users for whom the user reader, over what `history` tells
///   of them, says yes; each is a member as of the instant, however late and in whichever order the
///   records came.
/// - *One place.* A copy is a snapshot: it answers as of the records that were in when it was made,
///   whatever is taken in afterwards, and from any thread.
/// - *Numbers.* Users are those the log gave a number, without gaps from 0, also those of whom
///   nothing else is known; a set never names another.
///
/// A call may block, on a disk or on a network; it fails as a whole, and never answers a part.
protocol History: Sendable {
    /// Users that have a number: the universe of every set.
    var userCount: Int { get }

    /// Those of them of whom a record stands: whoever only an undone import brought is in no set.
    var presentCount: Int { get }

    /// When the first event was, whichever it was; nil when there is none.
    var firstEvent: Timestamp? { get }

    /// The users of every slot of the plan's program at an instant, in order; the answer is slot
    /// `plan.root`.
    func slots(of plan: Plan, at instant: Timestamp) throws(EvaluatorError) -> [UserBitset]

    /// How many users a plan holds for as of each of some instants, which are in order; `check`
    /// throws when nobody waits for the rest any more.
    func counts(of plan: Plan, at instants: [Timestamp], _ check: () throws -> Void) throws
        -> [UInt64]

    /// The same; `check` is asked before whatever takes a while, within a condition, too, and its
    /// error ends it: once it has thrown, it must go on to.
    func slots(
        of plan: Plan,
        at instant: Timestamp,
        _ check: () throws(EvaluatorError) -> Void
    ) throws(EvaluatorError) -> [UserBitset]

    /// An upper bound of what that costs; with `memoryAlone` of the memory it takes.
    func cost(of plan: Plan, at instant: Timestamp, memoryAlone: Bool) -> QuestionCost

    /// A user's identifier; nil for a number that was not given.
    func id(of user: UserNumber) -> UserID?

    /// The number of an identifier; nil when it has none.
    ///
    /// The first call may make an index.
    mutating func number(of id: UserID) -> UserNumber?

    /// What a plan with these mentions reads of a user: enough to answer at an instant, or, without
    /// one, all that there is.
    func history(of user: UserNumber, read mentions: Mentions, at instant: Timestamp?)
        throws(EvaluatorError) -> Segments.UserHistory
}

extension History {
    /// By the sets as of each instant.
    func counts(of plan: Plan, at instants: [Timestamp], _ check: () throws -> Void) throws
        -> [UInt64]
    {
        try instants.map { at in
            try check()
            return UInt64(try slots(of: plan, at: at)[plan.root].count)
        }
    }

    func slots(
        of plan: Plan,
        at instant: Timestamp,
        _ check: () throws(EvaluatorError) -> Void
    ) throws(EvaluatorError) -> [UserBitset] {
        try check()
        return try slots(of: plan, at: instant)
    }

    /// Nothing that is known.
    func cost(of plan: Plan, at instant: Timestamp, memoryAlone: Bool) -> QuestionCost {
        QuestionCost()
    }
}

extension PartitionColumns: History {
    var firstEvent: Timestamp? {
        let firsts = eventNames().flatMap { tables(of: $0) }.filter { $0.rowCount > 0 }
            .map(\.zone.minTime)
        return firsts.min().map(Timestamp.init(ms:))
    }

    func slots(of plan: Plan, at instant: Timestamp) -> [UserBitset] {
        SetReader(columns: self, at: instant).slots(of: plan)
    }

    func counts(of plan: Plan, at instants: [Timestamp], _ check: () throws -> Void) throws
        -> [UInt64]
    {
        try check()
        let whole = InstantRows(columns: self, instants: instants)
        if let totals = try whole.totals(of: plan, check) { return totals }
        var counts: [UInt64] = []
        for start in stride(from: 0, to: instants.count, by: InstantSpans.instantsMax) {
            let end = min(start + InstantSpans.instantsMax, instants.count)
            counts += try withoutActuallyEscaping(check) { check in
                var rows = InstantRows(columns: self, instants: Array(instants[start..<end]))
                rows.isOver = {
                    do { try check() } catch { return true }
                    return false
                }
                return try rows.counts(of: plan, check)
            }
        }
        return counts
    }

    func slots(
        of plan: Plan,
        at instant: Timestamp,
        _ check: () throws(EvaluatorError) -> Void
    ) throws(EvaluatorError) -> [UserBitset] {
        try withoutActuallyEscaping(check) { check throws(EvaluatorError) in
            var reader = SetReader(columns: self, at: instant)
            reader.isOver = {
                do throws(EvaluatorError) { try check() } catch { return true }
                return false
            }
            return try reader.slots(of: plan, check)
        }
    }

    func cost(of plan: Plan, at instant: Timestamp, memoryAlone: Bool) -> QuestionCost {
        QuestionCost(plan, over: self, at: instant, memoryAlone: memoryAlone)
    }

    func history(of user: UserNumber, read mentions: Mentions, at instant: Timestamp?)
        -> Segments.UserHistory
    {
        let names = mentions.anyEvent ? nil : mentions.events.keys.map(\.text)
        let events = events(of: user, named: names).map { event in
            let name = ExactName(event.name)
            let properties = mentions.propertiesOfAnyEvent.union(mentions.events[name] ?? [])
            return Segments.UserHistory.Event(
                name,
                at: event.at,
                position: event.offset,
                clientSequence: event.clientSequence,
                properties: properties.compactMap { property in
                    event.value(property.text).map { (name: property, value: $0) }
                }
            )
        }
        let past = mentions.pastUserProperties
        let versions = mentions.userProperties.union(past).flatMap { property in
            writes(to: property, of: user, at: past.contains(property) ? nil : instant)
        }
        return Segments.UserHistory(of: id(of: user), events: events, versions: versions)
    }

    /// All writes to a user's property; at an instant only the value in force, as if it always was.
    private func writes(to property: ExactName, of user: UserNumber, at instant: Timestamp?)
        -> [Segments.UserHistory.PropertyVersion]
    {
        let versions = versions(of: property.text)
        guard let instant else {
            return versions.all(of: user).map { version in
                Segments.UserHistory.PropertyVersion(
                    property,
                    version.value,
                    since: version.since,
                    position: version.offset
                )
            }
        }
        let value = versions.value(of: user, at: instant)
        return [
            Segments.UserHistory.PropertyVersion(property, value, since: nil, position: .zero)
        ]
    }
}
