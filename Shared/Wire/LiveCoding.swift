// Live segments on the wire and in the language of segments.

import Basics
public import Messages
public import Segments

/// The coding of live segments; what they mean is checked by `LiveValidation`.
public enum LiveCoding {
    /// The live segment that was sent.
    public static func decode(_ sent: SegmentV1.LiveDefinition) throws(WireError) -> LiveDefinition
    {
        var live = LiveDefinition(try trigger(sent), zone: sent.zone)
        if !sent.filter.isEmpty { live.filter = try condition(sent.filter, "filter") }
        if sent.filterAfterEvent { live.filterReads.events = .after }
        if sent.filterBeforeChange { live.filterReads.properties = .before }
        switch (sent.stayMs, sent.stayWhile.isEmpty) {
        case (nil, true): break
        case (let ms?, true):
            live.stay = .duration(ms: try DefinitionCoding.exact(ms, "a duration"))
        case (nil, false): live.stay = .while(try condition(sent.stayWhile, "stay_while"))
        case (_?, false):
            throw ValueCoding.refused("two stays", "send one of them", at: "stay_while")
        }
        live.limit = try limit(sent)
        return live
    }

    /// The live segment as it is sent.
    public static func encode(_ live: LiveDefinition) throws(WireError) -> SegmentV1.LiveDefinition
    {
        var sent = SegmentV1.LiveDefinition(
            filterAfterEvent: live.filterReads.events == .after,
            filterBeforeChange: live.filterReads.properties == .before,
            zone: live.zone
        )
        try encode(live.trigger, &sent)
        if let filter = live.filter { sent.filter = try DefinitionCoding.encode(filter).nodes }
        switch live.stay {
        case .forever: break
        case .duration(let ms): sent.stayMs = try DefinitionCoding.exact(ms, "a duration")
        case .while(let condition):
            sent.stayWhile = try DefinitionCoding.encode(condition).nodes
        }
        switch live.limit {
        case .everyTime: break
        case .once: sent.limit = .once
        case .oncePerKey: sent.limit = .oncePerKey
        case .times(let count, let perMs):
            sent.limit = .times
            sent.limitCount = try DefinitionCoding.exact(count, "a count")
            sent.limitMs = try DefinitionCoding.exact(perMs, "a duration")
        case .coolDown(let ms):
            sent.limit = .coolDown
            sent.limitMs = try DefinitionCoding.exact(ms, "a duration")
        }
        return sent
    }

    private static func condition(
        _ nodes: [SegmentV1.Node],
        _ place: String
    ) throws(WireError) -> Definition {
        try DefinitionCoding.placed(place) { () throws(WireError) in
            try DefinitionCoding.decode(SegmentV1.Definition(nodes: nodes))
        }
    }

    private static func limit(_ sent: SegmentV1.LiveDefinition) throws(WireError) -> FiringLimit {
        switch sent.limit {
        case .everyTime: .everyTime
        case .once: .once
        case .oncePerKey: .oncePerKey
        case .times:
            .times(
                Int(sent.limitCount),
                perMs: try DefinitionCoding.exact(sent.limitMs, "a duration")
            )
        case .coolDown: .coolDown(ms: try DefinitionCoding.exact(sent.limitMs, "a duration"))
        case .unspecified:
            throw ValueCoding.refused("no limit this build knows", "compare releases", at: "limit")
        }
    }

    // Triggers

    private static func trigger(_ sent: SegmentV1.LiveDefinition) throws(WireError) -> Trigger {
        switch sent.trigger {
        case .action(let action)?: .action(try decode(action))
        case .inaction(let inaction)?: .inaction(try decode(inaction))
        case .date(let date)?: .date(try decode(date))
        case .page(let page)?: .page(try decode(page))
        case .propertyChanged(let change)?:
            .propertyChanged(
                PropertyChange(
                    ExactName(change.property),
                    from: try change.from.map(FilterCoding.decode),
                    to: try change.to.map(FilterCoding.decode)
                )
            )
        case nil:
            .becomes(Becomes(try condition(sent.becomes, "becomes")))
        }
    }

    private static func encode(
        _ trigger: Trigger,
        _ sent: inout SegmentV1.LiveDefinition
    ) throws(WireError) {
        switch trigger {
        case .action(let action): sent.trigger = .action(try encode(action))
        case .inaction(let inaction): sent.trigger = .inaction(try encode(inaction))
        case .date(let date): sent.trigger = .date(try encode(date))
        case .page(let page): sent.trigger = .page(try encode(page))
        case .propertyChanged(let change):
            sent.trigger = .propertyChanged(
                SegmentV1.ChangeTrigger(
                    property: change.property.text,
                    from: try change.from.map(FilterCoding.encode),
                    to: try change.to.map(FilterCoding.encode)
                )
            )
        case .becomes(let becomes):
            sent.becomes = try DefinitionCoding.encode(becomes.condition).nodes
        }
    }

    private static func decode(_ sent: SegmentV1.ActionTrigger) throws(WireError) -> Action {
        let n: Int = try DefinitionCoding.exact(sent.nth, "a count")
        return Action(
            try match(sent.event, "action.event"),
            times: n == 0 ? .every : sent.repeating ? .everyNth(n) : .nth(n),
            mode: sent.ever ? .ever : .matching
        )
    }

    private static func encode(_ action: Action) throws(WireError) -> SegmentV1.ActionTrigger {
        var sent = SegmentV1.ActionTrigger(
            event: try test(action.match),
            ever: action.mode == .ever
        )
        switch action.times {
        case .every: break
        case .nth(let n): sent.nth = try DefinitionCoding.exact(n, "a count")
        case .everyNth(let n):
            sent.nth = try DefinitionCoding.exact(n, "a count")
            sent.repeating = true
        }
        return sent
    }

    private static func decode(_ sent: SegmentV1.InactionTrigger) throws(WireError) -> Inaction {
        let anchor: Inaction.Anchor
        switch sent.anchor {
        case .last: anchor = .last
        case .first: anchor = .first
        case .each: anchor = .each
        case .unspecified:
            throw ValueCoding.refused(
                "no anchor this build knows",
                "compare releases",
                at: "anchor"
            )
        }
        return Inaction(
            did: try match(sent.did, "inaction.did"),
            didNot: try match(sent.didNot, "inaction.did_not"),
            withinMs: try DefinitionCoding.exact(sent.withinMs, "a duration"),
            key: sent.key.map { ExactName($0) },
            anchor: anchor,
            graceMs: try DefinitionCoding.exact(sent.graceMs, "a duration")
        )
    }

    private static func encode(_ inaction: Inaction) throws(WireError) -> SegmentV1.InactionTrigger
    {
        let anchor: SegmentV1.InactionAnchor =
            switch inaction.anchor {
            case .last: .last
            case .first: .first
            case .each: .each
            }
        return SegmentV1.InactionTrigger(
            did: try test(inaction.did),
            didNot: try test(inaction.didNot),
            withinMs: try DefinitionCoding.exact(inaction.withinMs, "a duration"),
            key: inaction.key?.text,
            anchor: anchor,
            graceMs: try DefinitionCoding.exact(inaction.graceMs, "a duration")
        )
    }

    private static func decode(_ sent: SegmentV1.DateTrigger) throws(WireError) -> DateTrigger {
        DateTrigger(
            ExactName(sent.property),
            of: sent.event == nil ? .user : .event(try match(sent.event, "date.event")),
            offsetMs: sent.offsetMs,
            isYearly: sent.yearly
        )
    }

    private static func encode(_ date: DateTrigger) throws(WireError) -> SegmentV1.DateTrigger {
        var sent = SegmentV1.DateTrigger(
            property: date.property.text,
            offsetMs: date.offsetMs,
            yearly: date.isYearly
        )
        if case .event(let match) = date.source { sent.event = try test(match) }
        return sent
    }

    private static func decode(_ sent: SegmentV1.PageTrigger) throws(WireError) -> PageTrigger {
        var referrer: [PropertyFilter] = []
        for filter in sent.referrer { referrer.append(try FilterCoding.decode(filter)) }
        return PageTrigger(
            try match(sent.view, "page.view"),
            count: try DefinitionCoding.exact(sent.count, "a count"),
            referrer: referrer,
            gapMs: try DefinitionCoding.exact(sent.gapMs, "a duration")
        )
    }

    private static func encode(_ page: PageTrigger) throws(WireError) -> SegmentV1.PageTrigger {
        var sent = SegmentV1.PageTrigger(
            view: try test(page.match),
            count: try DefinitionCoding.exact(page.count, "a count"),
            gapMs: try DefinitionCoding.exact(page.gapMs, "a duration")
        )
        for filter in page.referrer { sent.referrer.append(try FilterCoding.encode(filter)) }
        return sent
    }

    private static func match(_ sent: SegmentV1.EventTest?, _ place: String) throws(WireError)
        -> EventMatch
    {
        guard let sent else { return EventMatch() }
        return try DefinitionCoding.placed(place) { () throws(WireError) in
            try DefinitionCoding.match(sent.events, sent.where, nil, sent.times)
        }
    }

    private static func test(_ match: EventMatch) throws(WireError) -> SegmentV1.EventTest {
        let (events, filters, _) = try DefinitionCoding.sent(match)
        return SegmentV1.EventTest(
            events: events,
            where: filters,
            times: try TimesCoding.encode(match.times)
        )
    }
}
