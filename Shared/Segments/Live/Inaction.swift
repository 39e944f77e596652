// The trigger of what fails to happen: one thing done, another not done within a time after it.

import Basics

/// The user does A and, up to T later, no B: fires at A's event time + T.
///
/// A B with event time in [A, A + T] cancels, whichever of the two arrives first; an event never
/// counts as its own B. Semantics, section 3.
public struct Inaction: TriggerKind {
    static let keyword = "inaction"

    /// What a further A of the same key does while one is waited for.
    public enum Anchor: String, Sendable, Hashable, CaseIterable {
        /// The time begins anew with it.
        case last
        /// Nothing.
        case first
        /// It is waited for as well, on its own.
        case each
    }

    /// What begins the time: A; its window is `ever`.
    public var did: EventMatch
    /// What must not follow: B; its window is `ever`.
    public var didNot: EventMatch
    /// How long B is waited for.
    ///
    /// Unit: ms.
    public var withinMs: Int64
    /// A property of both by which they belong together, such as a cart's; nil: all do.
    public var key: ExactName?
    /// What a further A does.
    public var anchor: Anchor
    /// How much longer late events are waited for before it fires; the instant told is the same.
    ///
    /// Unit: ms.
    public var graceMs: Int64

    /// A and no B within so long.
    public init(
        did: EventMatch,
        didNot: EventMatch,
        withinMs: Int64,
        key: ExactName? = nil,
        anchor: Anchor = .last,
        graceMs: Int64 = 0
    ) {
        self.did = did
        self.didNot = didNot
        self.withinMs = withinMs
        self.key = key
        self.anchor = anchor
        self.graceMs = graceMs
    }

    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Trigger {
        let fields = try field.fields(
            ["did", "didNot", "within", "key", "anchor", "grace"],
            hints: [
                "after": "write `did: EVENT`", "event": "write `did: EVENT`",
                "not": "write `didNot: EVENT`", "for": "write `within: 15m`",
            ]
        )
        let hints = ["window": "write `within: 15m` beside `did` and `didNot`"]
        var inaction = Inaction(
            did: try EventMatch.readStep(
                try fields.needed("did", hint: "what begins the time"),
                zone: zone,
                hints: hints
            ),
            didNot: try EventMatch.readStep(
                try fields.needed("didNot", hint: "what must not follow"),
                zone: zone,
                hints: hints
            ),
            withinMs: try fields.needed("within", hint: "such as 15m").duration()
        )
        inaction.key = try fields["key"].map { (field) throws(DefinitionProblem) in
            ExactName(try field.text())
        }
        if let anchor = fields["anchor"] { inaction.anchor = try anchor.choice(Anchor.self) }
        if let grace = fields["grace"] { inaction.graceMs = try grace.duration() }
        return .inaction(inaction)
    }

    func written(zone: Zone) -> PlainValue {
        var entries = [
            PlainEntry("did", did.writtenStep(zone: zone)),
            PlainEntry("didNot", didNot.writtenStep(zone: zone)),
            PlainEntry("within", .text(DurationText.write(withinMs))),
        ]
        if let key { entries.append(PlainEntry("key", .text(key.text))) }
        if anchor != .last { entries.append(PlainEntry("anchor", .text(anchor.rawValue))) }
        if graceMs != 0 { entries.append(PlainEntry("grace", .text(DurationText.write(graceMs)))) }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        did.checkWithoutWindow(&audit, place: place + ".did")
        didNot.checkWithoutWindow(&audit, place: place + ".didNot")
        if !(LiveLimits.waitMsMin...LiveLimits.waitMsMax).contains(withinMs) {
            audit.refuse(
                .window,
                place + ".within",
                "the wait is not between 1 second and 2 years",
                hint: withinMs > 0 ? "a number alone is in milliseconds; write 15m" : nil
            )
        }
        if !(0...LiveLimits.graceMsMax).contains(graceMs) {
            audit.refuse(.window, place + ".grace", "the grace is not between 0 and 7 days")
        }
        if let key { audit.checkName(key, what: "a property's name", place: place + ".key") }
    }

    /// `"Added To Cart" is not followed by "Purchased" within 15 minutes`.
    func phrase(zone: Zone) -> String {
        let again =
            switch anchor {
            case .last: ""
            case .first: ", counted from the first"
            case .each: ", each on its own"
            }
        let same = key.map { " with the same \(Phrase.quoted($0.text))" } ?? ""
        let late =
            graceMs == 0 ? "" : ", with \(DurationText.spoken(graceMs)) of grace for late events"
        return "\(did.named(zone: zone)) is not followed by \(didNot.named(zone: zone))\(same)"
            + " within \(DurationText.spoken(withinMs))\(again)\(late)"
    }
}

extension Inaction {
    /// What an event belongs together with others by; those without a value are of one kind, and a
    /// list is none.
    func key(of event: UserHistory.Event) -> PropertyValue? {
        guard let key, let value = event[key] else { return nil }
        if case .list = value { return nil }
        return value
    }
}

extension EventMatch {
    /// A name alone where that is all it says, else the fields of a match.
    func writtenStep(zone: Zone) -> PlainValue {
        if events.count == 1, filters.isEmpty, times == nil { return .text(events[0].text) }
        return .map(entries(zone: zone))
    }
}
