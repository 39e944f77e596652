// Between definitions on the wire and the language of segments: shape for shape, node for node.

import Basics
public import Messages
public import Segments

/// The coding of definitions.
///
/// What a definition means is checked by Segments' validation; here only what has no counterpart is
/// refused.
public enum DefinitionCoding {
    /// The definition that was sent.
    public static func decode(_ sent: SegmentV1.Definition) throws(WireError) -> Definition {
        var nodes: [Condition] = []
        nodes.reserveCapacity(sent.nodes.count)
        for (index, node) in sent.nodes.enumerated() {
            do {
                nodes.append(try condition(node))
            } catch {
                throw error.inside("nodes[\(index)]")
            }
        }
        return Definition(nodes: nodes, zone: sent.zone, universe: try universe(sent))
    }

    private static func universe(_ sent: SegmentV1.Definition) throws(WireError) -> Universe {
        guard let channel = sent.reachableBy else { return sent.amongKnown ? .known : .all }
        guard !sent.amongKnown else {
            throw ValueCoding.refused("two universes", "one of reachable_by and among_known")
        }
        return .reachable(try ChannelCoding.decode(channel))
    }

    /// The definition as it is sent.
    public static func encode(_ definition: Definition) throws(WireError) -> SegmentV1.Definition {
        var sent = SegmentV1.Definition(zone: definition.zone)
        switch definition.universe {
        case .all: break
        case .known: sent.amongKnown = true
        case .reachable(let channel): sent.reachableBy = ChannelCoding.encode(channel)
        }
        sent.nodes.reserveCapacity(definition.nodes.count)
        for (index, condition) in definition.nodes.enumerated() {
            do {
                sent.nodes.append(try node(condition))
            } catch {
                throw error.inside("nodes[\(index)]")
            }
        }
        return sent
    }

    private static func condition(_ node: SegmentV1.Node) throws(WireError) -> Condition {
        switch node.kind {
        case .all(let group): return .all(AllOf(group.children.map(Int.init)))
        case .any(let group): return .any(AnyOf(group.children.map(Int.init)))
        case .not(let group): return .not(Not(children: group.children.map(Int.init)))
        case .did(let did):
            return .did(try placed("did") { () throws(WireError) in try self.did(did) })
        case .didNot(let sent):
            return .didNot(
                try placed("did_not") { () throws(WireError) in
                    DidNot(try match(sent.events, sent.where, sent.window, sent.times))
                }
            )
        case .user(let filter):
            return .user(
                try placed("user") { () throws(WireError) in
                    UserProperty(try FilterCoding.decode(filter))
                }
            )
        case .occurrence(let sent):
            return try placed("occurrence") { () throws(WireError) in
                try OrderCoding.condition(sent)
            }
        case .share(let sent):
            return .share(
                try placed("share") { () throws(WireError) in try OrderCoding.decode(sent) }
            )
        case .predominantly(let sent):
            return .predominantly(
                try placed("predominantly") { () throws(WireError) in
                    try OrderCoding.decode(sent)
                }
            )
        case .sequence(let sent):
            return .sequence(
                try placed("sequence") { () throws(WireError) in try OrderCoding.decode(sent) }
            )
        case .distinct(let sent):
            return .distinct(
                try placed("distinct") { () throws(WireError) in try OrderCoding.decode(sent) }
            )
        case .bucket(let sent): return .bucket(CellCoding.decode(sent))
        case .rfm(let sent):
            return .rfm(try placed("rfm") { () throws(WireError) in try CellCoding.decode(sent) })
        case .inSegment(let sent): return .inSegment(InSegment(ExactName(sent.name)))
        case .regularly(let sent):
            return .regularly(
                try placed("regularly") { () throws(WireError) in try HabitCoding.decode(sent) }
            )
        case .stopped(let sent):
            return .stopped(
                try placed("stopped") { () throws(WireError) in try HabitCoding.decode(sent) }
            )
        case .restarted(let sent):
            return .restarted(
                try placed("restarted") { () throws(WireError) in try HabitCoding.decode(sent) }
            )
        case .known: return .known(Known())
        case .reachable(let sent):
            return .reachable(
                try placed("reachable") { () throws(WireError) in try ChannelCoding.decode(sent) }
            )
        case .inList(let sent): return .inList(InList(ExactName(sent.name)))
        case .inFeed(let sent):
            return .inFeed(InFeed(ExactName(sent.name), revision: sent.revision))
        case nil:
            throw ValueCoding.refused("no condition", "this build may be older than the sender's")
        }
    }

    private static func node(_ condition: Condition) throws(WireError) -> SegmentV1.Node {
        switch condition {
        case .all(let all): return SegmentV1.Node(kind: .all(try group(all.children)))
        case .any(let any): return SegmentV1.Node(kind: .any(try group(any.children)))
        case .not(let not): return SegmentV1.Node(kind: .not(try group(not.children)))
        case .did(let did): return SegmentV1.Node(kind: .did(try sent(did)))
        case .didNot(let didNot):
            let (events, filters, window) = try sent(didNot.match)
            return SegmentV1.Node(
                kind: .didNot(
                    SegmentV1.DidNot(
                        events: events,
                        where: filters,
                        window: window,
                        times: try TimesCoding.encode(didNot.match.times)
                    )
                )
            )
        case .user(let user):
            return SegmentV1.Node(kind: .user(try FilterCoding.encode(user.filter)))
        case .first(let first): return try OrderCoding.node(1, first.occurrence)
        case .nth(let nth): return try OrderCoding.node(nth.number, nth.occurrence)
        case .last(let last): return try OrderCoding.node(0, last.occurrence)
        case .share(let share):
            return SegmentV1.Node(kind: .share(try OrderCoding.encode(share)))
        case .predominantly(let favourite):
            return SegmentV1.Node(kind: .predominantly(try OrderCoding.encode(favourite)))
        case .distinct(let distinct):
            return SegmentV1.Node(kind: .distinct(try OrderCoding.encode(distinct)))
        case .sequence(let sequence):
            return SegmentV1.Node(kind: .sequence(try OrderCoding.encode(sequence)))
        case .bucket(let bucket):
            return SegmentV1.Node(kind: .bucket(try CellCoding.encode(bucket)))
        case .rfm(let rfm): return SegmentV1.Node(kind: .rfm(try CellCoding.encode(rfm)))
        case .inSegment(let segment):
            return SegmentV1.Node(kind: .inSegment(SegmentV1.InSegment(name: segment.name.text)))
        case .regularly(let habit):
            return SegmentV1.Node(kind: .regularly(try HabitCoding.encode(habit)))
        case .stopped(let stopped):
            return SegmentV1.Node(kind: .stopped(try HabitCoding.encode(stopped)))
        case .restarted(let restarted):
            return SegmentV1.Node(kind: .restarted(try HabitCoding.encode(restarted)))
        case .known: return SegmentV1.Node(kind: .known(SegmentV1.Known()))
        case .reachable(let reachable):
            return SegmentV1.Node(kind: .reachable(ChannelCoding.encode(reachable)))
        case .inFeed(let feed):
            let sent = SegmentV1.InFeed(name: feed.segment.text, revision: feed.revision)
            return SegmentV1.Node(kind: .inFeed(sent))
        case .inList(let list):
            return SegmentV1.Node(kind: .inList(SegmentV1.InList(name: list.name.text)))
        }
    }

    private static func group(_ children: [Int]) throws(WireError) -> SegmentV1.Group {
        var group = SegmentV1.Group()
        for child in children { group.children.append(try exact(child, "a child's index")) }
        return group
    }

    // What was done

    private static func did(_ sent: SegmentV1.Did) throws(WireError) -> Did {
        let match = try match(sent.events, sent.where, sent.window, sent.times)
        let count = try placed("count") { () throws(WireError) in
            try sent.count.map(CountCoding.decode) ?? .atLeastOne
        }
        var did = Did(match, count: count)
        for (index, aggregate) in sent.aggregates.enumerated() {
            try placed("aggregates[\(index)]") { () throws(WireError) in
                if aggregate.kind == .sum {
                    did.sums.append(try SumCoding.decode(aggregate))
                } else {
                    did.aggregates.append(try AggregateCoding.decode(aggregate))
                }
            }
        }
        return did
    }

    private static func sent(_ did: Did) throws(WireError) -> SegmentV1.Did {
        let (events, filters, window) = try sent(did.match)
        var sent = SegmentV1.Did(events: events, where: filters, window: window)
        if did.count != .atLeastOne { sent.count = try CountCoding.encode(did.count) }
        sent.times = try TimesCoding.encode(did.match.times)
        for sum in did.sums { sent.aggregates.append(try SumCoding.encode(sum)) }
        for other in did.aggregates { sent.aggregates.append(try AggregateCoding.encode(other)) }
        return sent
    }

    static func match(
        _ events: [String],
        _ filters: [SegmentV1.Filter],
        _ window: SegmentV1.Window?,
        _ times: SegmentV1.LocalTimes?
    ) throws(WireError) -> EventMatch {
        var match = EventMatch(events.map { ExactName($0) })
        match.times = try TimesCoding.decode(times)
        for (index, filter) in filters.enumerated() {
            match.filters.append(
                try placed("where[\(index)]") { () throws(WireError) in
                    try FilterCoding.decode(filter)
                }
            )
        }
        if let window {
            match.window = try placed("window") { () throws(WireError) in
                try WindowCoding.decode(window)
            }
        }
        return match
    }

    static func sent(
        _ match: EventMatch
    ) throws(WireError) -> ([String], [SegmentV1.Filter], SegmentV1.Window?) {
        var filters: [SegmentV1.Filter] = []
        for filter in match.filters { filters.append(try FilterCoding.encode(filter)) }
        let window = match.window == .ever ? nil : try WindowCoding.encode(match.window)
        return (match.events.map(\.text), filters, window)
    }

    // Places and numbers

    /// What `body` returns; its errors are placed inside `field`.
    static func placed<R>(
        _ field: String,
        _ body: () throws(WireError) -> R
    ) throws(WireError) -> R {
        do {
            return try body()
        } catch {
            throw error.inside(field)
        }
    }

    /// The number in another width.
    static func exact<From: BinaryInteger, To: BinaryInteger>(
        _ value: From,
        _ what: String
    ) throws(WireError) -> To {
        guard let number = To(exactly: value) else {
            throw ValueCoding.refused("\(what) of \(value)", "choose a number that fits")
        }
        return number
    }
}
