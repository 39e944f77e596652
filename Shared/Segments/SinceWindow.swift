// A window that begins with an event of the user's own: within 7 days of the first launch.

public import Basics

/// [x, x + ms), x being the user's first or last event of a kind up to the answer's instant.
///
/// Who has no such event has no window: nothing lies in it.
public struct SinceWindow: Sendable, Hashable {
    /// Which of the events it begins with.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        /// The first that passes.
        case first
        /// The last that passes.
        case last
    }

    /// The events it may begin with; their own window is `ever`.
    public var anchor: EventMatch
    /// Which of them.
    public var place: Place
    /// How long it is.
    ///
    /// Unit: ms, 1 s to 10 years.
    public var ms: Int64

    /// The time from an event on.
    public init(_ place: Place, _ anchor: EventMatch, ms: Int64) {
        self.anchor = anchor
        self.place = place
        self.ms = ms
    }
}

/// The events a window begins with, ready to be asked.
public struct CompiledAnchor: Sendable {
    /// Which events.
    public let match: CompiledMatch
    /// Whether the last of them counts, else the first.
    public let isLast: Bool

    init(_ window: SinceWindow, zone: Zone) {
        match = CompiledMatch(window.anchor, zone: zone)
        isLast = window.place == .last
    }

    /// The one of two instants of such events that counts; nil: there is no such event yet.
    @inlinable
    public func instant(_ one: Timestamp?, or other: Timestamp) -> Timestamp {
        guard let one else { return other }
        return isLast ? max(one, other) : min(one, other)
    }

    /// Where the window of a user begins; nil: nowhere.
    func instant(of user: UserHistory, at instant: Timestamp) -> Timestamp? {
        var test = MatchTest(match, of: user, at: instant)
        var found: Timestamp?
        for event in user.events where event.at <= instant && test.passes(event) {
            found = self.instant(found, or: event.at)
        }
        return found
    }
}

extension CompiledWindow {
    /// The interval that the window means for one user at an instant.
    func resolve(at instant: Timestamp, of user: UserHistory) -> Interval {
        resolve(at: instant, anchor: anchor?.instant(of: user, at: instant))
    }
}

extension Window {
    /// ` in […)`; of a window of the user's own that nothing begins, that.
    func found(_ interval: Interval) -> String {
        if case .since = self, interval.isEmpty { return ", and nothing that begins the window" }
        return " in \(interval)"
    }
}

// Document form: `{since: {first: App Installed, within: 7d}}`, `{since: {last: {event: Charged,
// where: [filters]}, within: 30d}}`.
extension SinceWindow {
    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> SinceWindow {
        let places = Place.allCases.map(\.rawValue)
        let fields = try field.fields(places + ["within"], hints: ["for": "write `within`"])
        let hint = "write `first: …` or `last: …`, one of both"
        guard let name = try fields.atMostOne(of: places, hint: hint), let inner = fields[name],
            let place = Place(rawValue: name)
        else {
            throw field.problem(.missingField, "no event begins the window", hint: hint)
        }
        let anchor = try EventMatch.readStep(
            inner,
            zone: zone,
            hints: ["window": "the event that begins a window is found among all up to now"]
        )
        let within = try fields.needed("within", hint: "say how long it is: `within: 7d`")
        return SinceWindow(place, anchor, ms: try within.duration())
    }

    func written(zone: Zone) -> PlainValue {
        .map([
            PlainEntry(place.rawValue, .map(anchor.entries(zone: zone))),
            PlainEntry("within", .text(DurationText.write(ms))),
        ])
    }

    func check(_ audit: inout Audit, place at: String) {
        anchor.checkWithoutWindow(&audit, place: at + ".\(place.rawValue)")
        audit.checkDuration(ms, place: at + ".within")
    }

    /// ` in the 7 days since the first "App Installed"`.
    func phrase(zone: Zone) -> String {
        " in the \(DurationText.spoken(ms)) since the \(place.rawValue) "
            + anchor.named(zone: zone)
    }

    /// What `phrase` says; nil when no such window comes next.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> SinceWindow? {
        guard words.isNext("in the"),
            words.isNext("since the", ahead: 3)
                || words.isNext("since the", ahead: 4)
        else { return nil }
        _ = words.take("in the")
        let ms = try words.duration()
        try words.expect("since the")
        guard let place = Place.allCases.first(where: { words.take($0.rawValue) }) else {
            throw words.expected("`first` or `last`")
        }
        return SinceWindow(place, try EventMatch.parse(&words), ms: ms)
    }
}
