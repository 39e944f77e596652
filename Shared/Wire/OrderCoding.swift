// Conditions about the order of events on the wire: occurrences, shares, favourites, sequences.

import Basics
import Messages
import Segments

/// The coding of conditions over the order of a user's events.
enum OrderCoding {
    /// The first, the n-th or the last: 1, n, 0.
    static func condition(_ sent: SegmentV1.Occurrence) throws(WireError) -> Condition {
        var occurrence = Occurrence(
            try DefinitionCoding.match(sent.events, sent.where, sent.window, sent.times),
            named: sent.named.map { ExactName($0) }
        )
        switch sent.mode {
        case .ever: occurrence.mode = .ever
        case .matching: occurrence.mode = .matching
        default:
            throw ValueCoding.refused("no mode", "EVER or MATCHING").inside("mode")
        }
        switch sent.number {
        case 0: return .last(Last(occurrence))
        case 1: return .first(First(occurrence))
        default:
            return .nth(Nth(try DefinitionCoding.exact(sent.number, "a number"), occurrence))
        }
    }

    static func node(_ number: Int, _ occurrence: Occurrence) throws(WireError) -> SegmentV1.Node {
        let (events, filters, window) = try DefinitionCoding.sent(occurrence.match)
        return SegmentV1.Node(
            kind: .occurrence(
                SegmentV1.Occurrence(
                    number: try DefinitionCoding.exact(number, "a number"),
                    events: events,
                    where: filters,
                    window: window,
                    mode: occurrence.mode == .ever ? .ever : .matching,
                    named: occurrence.named.map(\.text),
                    times: try TimesCoding.encode(occurrence.match.times)
                )
            )
        )
    }

    static func decode(_ sent: SegmentV1.Share) throws(WireError) -> Share {
        Share(
            try DefinitionCoding.match(sent.events, sent.where, sent.window, sent.times),
            atLeast: Number(e4: Int64(sent.atLeastE4)),
            minimum: try DefinitionCoding.exact(sent.minimum, "a minimum")
        )
    }

    static func encode(_ share: Share) throws(WireError) -> SegmentV1.Share {
        guard case .decimal(let e4) = share.atLeast.form else {
            throw ValueCoding.refused("a part of \(share.atLeast)", "four places count")
        }
        let (events, filters, window) = try DefinitionCoding.sent(share.match)
        return SegmentV1.Share(
            events: events,
            where: filters,
            window: window,
            atLeastE4: try DefinitionCoding.exact(e4, "a part"),
            minimum: try DefinitionCoding.exact(share.minimum, "a minimum"),
            times: try TimesCoding.encode(share.match.times)
        )
    }

    static func decode(_ sent: SegmentV1.Predominantly) throws(WireError) -> Predominantly {
        guard let value = sent.value else {
            throw ValueCoding.refused("no value", "say which value it must be").inside("value")
        }
        return Predominantly(
            try DefinitionCoding.match(sent.events, sent.where, sent.window, sent.times),
            ExactName(sent.property),
            equals: try DefinitionCoding.placed("value") { () throws(WireError) in
                try ValueCoding.decode(value)
            }
        )
    }

    static func encode(_ favourite: Predominantly) throws(WireError) -> SegmentV1.Predominantly {
        let (events, filters, window) = try DefinitionCoding.sent(favourite.match)
        return SegmentV1.Predominantly(
            events: events,
            where: filters,
            window: window,
            property: favourite.property.text,
            value: try ValueCoding.encode(favourite.value),
            times: try TimesCoding.encode(favourite.match.times)
        )
    }

    static func decode(_ sent: SegmentV1.Distinct) throws(WireError) -> Distinct {
        Distinct(
            try DefinitionCoding.match(sent.events, sent.where, sent.window, sent.times),
            sent.property.map { .values(of: ExactName($0)) } ?? .days,
            count: try DefinitionCoding.placed("count") { () throws(WireError) in
                try sent.count.map(CountCoding.decode) ?? .atLeastOne
            }
        )
    }

    static func encode(_ distinct: Distinct) throws(WireError) -> SegmentV1.Distinct {
        let (events, filters, window) = try DefinitionCoding.sent(distinct.match)
        var sent = SegmentV1.Distinct(
            events: events,
            where: filters,
            window: window,
            count: try CountCoding.encode(distinct.count),
            times: try TimesCoding.encode(distinct.match.times)
        )
        if case .values(let property) = distinct.subject { sent.property = property.text }
        return sent
    }

    static func decode(_ sent: SegmentV1.Sequence) throws(WireError) -> InSequence {
        var sequence = InSequence(
            try steps(sent.steps, "steps"),
            from: sent.fromPrevious ? .previous : .first,
            order: sent.strict ? .strict : .loose,
            excluded: try steps(sent.exclude, "exclude"),
            same: sent.same.map { ExactName($0) },
            strictlyLater: sent.strictlyLater
        )
        if let ms = sent.withinMs {
            sequence.withinMs = try DefinitionCoding.exact(ms, "a duration")
        }
        if let window = sent.window {
            sequence.window = try DefinitionCoding.placed("window") { () throws(WireError) in
                try WindowCoding.decode(window)
            }
        }
        return sequence
    }

    static func encode(_ sequence: InSequence) throws(WireError) -> SegmentV1.Sequence {
        var sent = SegmentV1.Sequence(
            steps: try self.sent(sequence.steps),
            fromPrevious: sequence.from == .previous,
            strict: sequence.order == .strict,
            exclude: try self.sent(sequence.excluded),
            same: sequence.same?.text,
            strictlyLater: sequence.strictlyLater
        )
        if let ms = sequence.withinMs {
            sent.withinMs = try DefinitionCoding.exact(ms, "a duration")
        }
        if sequence.window != .ever { sent.window = try WindowCoding.encode(sequence.window) }
        return sent
    }

    private static func steps(_ sent: [SegmentV1.Step], _ field: String) throws(WireError)
        -> [EventMatch]
    {
        var steps: [EventMatch] = []
        for (index, step) in sent.enumerated() {
            steps.append(
                try DefinitionCoding.placed("\(field)[\(index)]") { () throws(WireError) in
                    try DefinitionCoding.match(step.events, step.where, nil, step.times)
                }
            )
        }
        return steps
    }

    private static func sent(_ steps: [EventMatch]) throws(WireError) -> [SegmentV1.Step] {
        var sent: [SegmentV1.Step] = []
        for step in steps {
            let (events, filters, _) = try DefinitionCoding.sent(step)
            let times = try TimesCoding.encode(step.times)
            sent.append(SegmentV1.Step(events: events, where: filters, times: times))
        }
        return sent
    }
}
