// A leaf over the order of a user's events: which came first, what share, in what sequence.

public import Basics

/// Some events by name and by properties, ready to be asked; an object, since live triggers hand it
/// on for every event.
public final class CompiledMatch: Sendable {
    /// Any of these names, each once; empty: any event at all.
    public let events: [ExactName]
    /// All of these must hold of the event.
    public let filters: [CompiledFilter]
    /// All of these must hold of the user as of the event.
    public let userFilters: [CompiledFilter]
    /// Which local times count; nil: all.
    public let times: CompiledTimes?

    /// Its window is the leaf's affair.
    init(_ match: EventMatch, zone: Zone) {
        events = Array(Set(match.events)).sorted()
        let all = match.filters.map { CompiledFilter($0, zone: zone) }
        filters = all.filter { !$0.filter.isOfUser }
        userFilters = all.filter(\.filter.isOfUser)
        times = CompiledTimes(match.times, zone: zone)
    }

    /// Whether events of this name may be meant.
    public func concerns(_ event: ExactName) -> Bool { events.isEmpty || events.contains(event) }
}

/// An event as an ordered leaf sees it.
public struct Mark: Sendable {
    /// Event time.
    public let at: Timestamp
    /// Bit i: it passes match i of the leaf; no mark is without a bit.
    public let bits: UInt64
    /// The value of the leaf's key property; nil when it is absent or the leaf has none.
    public let value: PropertyValue?

    /// A mark.
    public init(at: Timestamp, bits: UInt64, value: PropertyValue?) {
        self.at = at
        self.bits = bits
        self.value = value
    }

    func passes(_ match: Int) -> Bool { bits & (1 << UInt64(match)) != 0 }
}

/// A test of a user's marks in the order of their events.
///
/// Whoever reads (columns or one history) makes the marks: every event within `reach` that passes
/// at least one match, in event-time order, ties by client sequence where given, then by log
/// position. What they mean is decided here once.
public struct OrderedLeaf: Sendable {
    /// Which events become marks, each match a bit; at most 64.
    public let matches: [CompiledMatch]
    /// The property whose value marks carry; nil: none.
    public let key: ExactName?
    /// The window of the condition; what lies in it is for the test to say.
    public let window: CompiledWindow
    /// What is asked.
    let test: OrderedTest

    /// Which instants must be read to answer at `instant`.
    public func reach(at instant: Timestamp) -> Interval {
        test.readsWindowOnly
            ? window.resolve(at: instant) : Interval(from: Interval.openStart, to: instant + 1)
    }

    /// Whether a user with these marks passes; `anchor` is where a window of the user's own begins.
    public func holds(_ marks: [Mark], at instant: Timestamp, anchor: Timestamp? = nil) -> Bool {
        let interval = window.resolve(at: instant, anchor: anchor)
        guard test.readsWindowOnly, window.anchor != nil else {
            return test.holds(marks, interval, at: instant)
        }
        return test.holds(marks.filter { interval.contains($0.at) }, interval, at: instant)
    }

    /// The matches each of which must have a mark, else nobody passes.
    public var required: Range<Int> {
        if case .sequence(let rule) = test { 0..<rule.steps } else { 0..<0 }
    }

    /// The events that may become marks; nil: any.
    public var events: [ExactName]? {
        guard matches.allSatisfy({ !$0.events.isEmpty }) else { return nil }
        return Array(Set(matches.flatMap(\.events))).sorted()
    }
}

extension OrderedLeaf {
    /// The marks of a user.
    func marks(_ user: UserHistory, at instant: Timestamp)
        -> [(mark: Mark, event: UserHistory.Event)]
    {
        let reach =
            test.readsWindowOnly
            ? window.resolve(at: instant, of: user) : self.reach(at: instant)
        var marks: [(mark: Mark, event: UserHistory.Event)] = []
        // Outside the loop, so that a zone's offset is looked up once for neighbouring events.
        var tests = matches.map { MatchTest($0, of: user, at: instant) }
        for event in user.events where reach.contains(event.at) {
            var bits: UInt64 = 0
            for index in tests.indices where tests[index].passes(event) {
                bits |= 1 << UInt64(index)
            }
            guard bits != 0 else { continue }
            let value = key.flatMap { event[$0] }
            marks.append((Mark(at: event.at, bits: bits, value: value), event))
        }
        return marks
    }

    /// Whether the leaf holds for a user.
    func holds(_ user: UserHistory, at instant: Timestamp) -> Bool {
        holds(
            marks(user, at: instant).map(\.mark),
            at: instant,
            anchor: window.anchor?.instant(of: user, at: instant)
        )
    }

    /// Follows the answer through every instant at which a mark may come, go or count anew.
    func course(_ user: UserHistory, after instant: Timestamp, workMax: Int) -> LeafCourse {
        var window = WindowCourse(window)
        let own = test.filter.map { [$0] } ?? []
        var turns = self.window.anchor?.match.turns(user, after: instant) ?? []
        var horizons = self.window.anchor?.match.horizons(user, after: instant) ?? []
        for match in matches {
            turns.formUnion(match.turns(user, after: instant))
            horizons += match.horizons(user, after: instant)
            for event in user.events where match.concerns(event.name) {
                turns.formUnion(window.turns(ofEventAt: event.at))
                for filter in own {
                    let value = event[filter.filter.property]
                    turns.formUnion(filter.turns(for: value, after: instant))
                    horizons += filter.horizon(for: value, after: instant).map { [$0] } ?? []
                }
            }
        }
        var course = LeafCourse(user, turns, after: instant, workMax: workMax) {
            holds(user, at: $0)
        }
        course.open(from: horizons)
        return course
    }

    /// What was found, for people and for programs.
    func found(_ user: UserHistory, at instant: Timestamp) -> Explanation.Found {
        let marks = marks(user, at: instant)
        let interval = window.resolve(at: instant, of: user)
        let each = Explanation.eventsPerEnd
        let shown =
            marks.count <= 2 * each ? marks : Array(marks.prefix(each) + marks.suffix(each))
        return .ordered(
            Explanation.FoundEvents(
                interval: test.readsWindowOnly ? interval : reach(at: instant),
                count: marks.count,
                sums: [],
                events: shown.map { _, event in
                    Explanation.FoundEvent(
                        name: event.name,
                        at: event.at,
                        position: event.position
                    )
                }
            ),
            said: window.anchor != nil && interval.isEmpty
                ? "nothing begins the window" : test.finding(marks.map(\.mark), interval)
        )
    }
}
