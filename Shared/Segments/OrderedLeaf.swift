// A leaf over the order of a user's events: which came first, what share, in what sequence.

public import Basics

/// Some events by name and by properties, ready to be asked.
public struct CompiledMatch: Sendable {
    /// Any of these names, each once; empty: any event at all.
    public let events: [ExactName]
    /// All of these must hold.
    public let filters: [CompiledFilter]
    /// Which local times count; nil: all.
    public let times: CompiledTimes?

    /// Its window is the leaf's affair.
    init(_ match: EventMatch, zone: Zone) {
        events = Array(Set(match.events)).sorted()
        filters = match.filters.map { CompiledFilter($0, zone: zone) }
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

    /// Whether a user with these marks passes.
    public func holds(_ marks: [Mark], at instant: Timestamp) -> Bool {
        test.holds(marks, window.resolve(at: instant), at: instant)
    }

    /// The events that may become marks; nil: any.
    public var events: [ExactName]? {
        guard matches.allSatisfy({ !$0.events.isEmpty }) else { return nil }
        return Array(Set(matches.flatMap(\.events))).sorted()
    }
}

extension OrderedLeaf {
    /// The marks of a user with these events, which are in event-time order.
    func marks(_ events: [UserHistory.Event], at instant: Timestamp)
        -> [(mark: Mark, event: UserHistory.Event)]
    {
        let reach = reach(at: instant)
        var marks: [(mark: Mark, event: UserHistory.Event)] = []
        // Outside the loop, so that a zone's offset is looked up once for neighbouring events.
        var times = matches.map(\.times)
        for event in events where reach.contains(event.at) {
            var bits: UInt64 = 0
            for (index, match) in matches.enumerated() where match.concerns(event.name) {
                let passes = match.filters.allSatisfy {
                    $0.matches(event[$0.filter.property], at: instant)
                }
                if passes, times[index]?.contains(event.at) ?? true { bits |= 1 << UInt64(index) }
            }
            guard bits != 0 else { continue }
            let value = key.flatMap { event[$0] }
            marks.append((Mark(at: event.at, bits: bits, value: value), event))
        }
        return marks
    }

    /// Whether the leaf holds for a user with these events, which are in event-time order.
    func holds(_ events: [UserHistory.Event], at instant: Timestamp) -> Bool {
        holds(marks(events, at: instant).map(\.mark), at: instant)
    }

    /// Follows the answer through every instant at which a mark may come, go or count anew.
    ///
    /// Each such instant is answered anew; where that takes more than `workMax` events, the rest
    /// stays open.
    func course(
        _ events: [UserHistory.Event],
        after instant: Timestamp,
        workMax: Int
    ) -> LeafCourse {
        var window = WindowCourse(window)
        var instants: Set<Timestamp> = []
        var horizons: [Timestamp] = []
        let filters = matches.flatMap(\.filters) + (test.filter.map { [$0] } ?? [])
        let relative = filters.filter(\.dependsOnInstant)
        for event in events where matches.contains(where: { $0.concerns(event.name) }) {
            instants.insert(event.at)
            instants.formUnion(window.turns(ofEventAt: event.at))
            for filter in relative {
                let value = event[filter.filter.property]
                instants.formUnion(filter.turns(for: value, after: instant))
                horizons += [filter.horizon(for: value, after: instant)].compactMap(\.self)
            }
        }
        var course = LeafCourse()
        var holds = holds(events, at: instant)
        var left = workMax
        for at in instants.sorted() where at > instant && at < Timestamp(ms: .max) {
            left -= events.count + 1
            guard left >= 0 else {
                course.openFrom = at
                break
            }
            let next = self.holds(events, at: at)
            if next != holds { course.turns.append((at, next)) }
            holds = next
        }
        course.open(from: horizons)
        return course
    }

    /// What was found, for people and for programs.
    func found(_ events: [UserHistory.Event], at instant: Timestamp) -> Explanation.Found {
        let marks = marks(events, at: instant)
        let each = Explanation.eventsPerEnd
        let shown =
            marks.count <= 2 * each ? marks : Array(marks.prefix(each) + marks.suffix(each))
        let reach = reach(at: instant)
        return .ordered(
            Explanation.FoundEvents(
                interval: reach,
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
            said: test.finding(marks.map(\.mark), window.resolve(at: instant))
        )
    }
}
