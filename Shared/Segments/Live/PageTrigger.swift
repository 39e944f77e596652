// The trigger of pages: a visit, so many pages in a session, coming from somewhere.

import Basics

/// The user looks at the n-th matching page of a session.
///
/// A session is a run of the user's page views with no pause as long as `gapMs` between them, by
/// event time. `referrer` is asked of the session's first view, whichever page that was. A view
/// that belongs before the session's last one, because it came late, joins that session; one that
/// belongs to an older session fires nothing.
public struct PageTrigger: TriggerKind {
    static let keyword = "page"
    /// The event that is a page view when the definition names none.
    public static let event = ExactName("Page Viewed")

    /// Which views count; the names say which events are page views, whatever `filters` say.
    public var match: EventMatch
    /// Which of the session's matching views fires, from 1.
    public var count: Int
    /// What the session's first view must pass; empty: anything.
    public var referrer: [PropertyFilter]
    /// The pause that ends a session.
    ///
    /// Unit: ms.
    public var gapMs: Int64

    /// The n-th of these views in a session.
    public init(
        _ match: EventMatch = EventMatch([PageTrigger.event]),
        count: Int = 1,
        referrer: [PropertyFilter] = [],
        gapMs: Int64 = LiveLimits.sessionGapMs
    ) {
        self.match = match
        self.count = count
        self.referrer = referrer
        self.gapMs = gapMs
    }

    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Trigger {
        let fields = try field.fields(
            EventMatch.stepFields + ["count", "referrer", "gap"],
            hints: [
                "visit": "write `where: [{property: path, equals: /pricing}]`",
                "path": "write `where: [{property: path, equals: /pricing}]`",
                "url": "write `where: [{property: url, contains: pricing}]`",
            ]
        )
        var page = PageTrigger(try EventMatch.read(fields, zone: zone))
        if page.match.events.isEmpty, fields["anyEvent"] == nil { page.match.events = [event] }
        if let count = fields["count"] { page.count = try count.whole() }
        if let referrer = fields["referrer"] {
            for item in try referrer.oneOrMore() {
                page.referrer.append(try PropertyFilter.read(item, zone: zone))
            }
        }
        if let gap = fields["gap"] { page.gapMs = try gap.duration() }
        return .page(page)
    }

    func written(zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone)
        if count != 1 { entries.append(PlainEntry("count", .int(Int64(count)))) }
        if !referrer.isEmpty {
            entries.append(PlainEntry("referrer", .list(referrer.map { $0.written(zone: zone) })))
        }
        if gapMs != LiveLimits.sessionGapMs {
            entries.append(PlainEntry("gap", .text(DurationText.write(gapMs))))
        }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        match.checkWithoutWindow(&audit, place: place)
        if !(1...DefinitionLimits.countMax).contains(count) {
            audit.refuse(
                .count,
                place + ".count",
                "\(count) is not between 1 and \(DefinitionLimits.countMax)"
            )
        }
        if referrer.count > DefinitionLimits.filters {
            audit.refuse(.tooMany, place + ".referrer", "\(referrer.count) filters are too many")
        } else {
            for (index, filter) in referrer.enumerated() {
                filter.checkStandsAlone(&audit, place: place + ".referrer[\(index)]")
                filter.check(&audit, place: place + ".referrer[\(index)]")
            }
        }
        audit.checkDuration(gapMs, place: place + ".gap")
    }

    /// `the 3rd "Page Viewed" of a session happens`.
    func phrase(zone: Zone) -> String {
        let place = count == 1 ? "a first" : "the \(Nth.ordinal(count))"
        let came = referrer.map { $0.phrase(zone: zone) }.joined(separator: " and ")
        let from = came.isEmpty ? "" : " which began where \(came)"
        let gap =
            gapMs == LiveLimits.sessionGapMs
            ? "" : " (ended by a pause of \(DurationText.spoken(gapMs)))"
        return "\(place) \(match.named(zone: zone)) of a session\(gap)\(from) happens"
    }
}
