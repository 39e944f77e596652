// A leaf while time passes and nothing is recorded any more: when its answer changes.

import Basics

/// The changes of a leaf's answer after an instant.
struct LeafCourse {
    /// When, in order, and what the answer is from then on.
    var turns: [(at: Timestamp, holds: Bool)] = []
    /// The instant from which on it was too much work to go; nil: there is no change but these.
    var openFrom: Timestamp?

    /// No change.
    init() {}

    /// Follows an answer through every instant at which it may change by answering anew; where that
    /// takes more than `workMax` events, the rest stays open.
    init(
        _ user: UserHistory,
        _ instants: Set<Timestamp>,
        after instant: Timestamp,
        workMax: Int,
        _ answer: (Timestamp) -> Bool
    ) {
        var holds = answer(instant)
        var left = workMax
        for at in instants.sorted() where at > instant && at < Timestamp(ms: .max) {
            left -= user.events.count + 1
            guard left >= 0 else {
                openFrom = at
                break
            }
            let next = answer(at)
            if next != holds { turns.append((at, next)) }
            holds = next
        }
    }

    /// Opens from the first of these instants on, if not sooner.
    mutating func open(from instants: [Timestamp]) {
        openFrom = (instants + (openFrom.map { [$0] } ?? [])).min()
    }
}

extension UserLeaf {
    /// Follows each value through the time it is in force.
    func course(_ history: UserHistory, after instant: Timestamp) -> LeafCourse {
        var course = LeafCourse()
        let succession = history.succession(of: property)
        var holds = filter.matches(history.value(of: property, at: instant), at: instant)
        course.open(from: succession.compactMap { filter.horizon(for: $0.value, after: instant) })
        for (index, version) in succession.enumerated() {
            let since = version.since ?? Timestamp(ms: .min)
            let end = index + 1 < succession.count ? succession[index + 1].since : nil
            for at in [since] + filter.turns(for: version.value, after: instant).sorted()
            where at > instant && at >= since && at < end ?? Timestamp(ms: .max) {
                let next = filter.matches(version.value, at: at)
                if next != holds { course.turns.append((at, next)) }
                holds = next
            }
        }
        return course
    }
}

extension EventLeaf {
    /// Follows every event into the leaf's count and out of it.
    ///
    /// Linear in events, but for sorting and for sums of doubles: these are added anew at every
    /// change, and where that takes more than `workMax` numbers, the rest stays open.
    func course(_ user: UserHistory, after instant: Timestamp, workMax: Int) -> LeafCourse {
        if match.isOfUser || window.anchor != nil {
            let asked = [match] + (window.anchor.map { [$0.match] } ?? [])
            var turns: Set<Timestamp> = []
            for match in asked { turns.formUnion(match.turns(user, after: instant)) }
            var course = WindowCourse(window)
            for event in user.events where concerns(event.name) {
                turns.formUnion(course.turns(ofEventAt: event.at))
            }
            var answers = LeafCourse(user, turns, after: instant, workMax: workMax) {
                holds(user, at: $0)
            }
            answers.open(from: asked.flatMap { $0.horizons(user, after: instant) })
            return answers
        }
        return course(user.events, after: instant, workMax: workMax)
    }

    /// The same where all is in the events.
    private func course(
        _ events: [UserHistory.Event],
        after instant: Timestamp,
        workMax: Int
    ) -> LeafCourse {
        var moving = MovingTally(self, events)
        var steps: [(at: Timestamp, index: Int)] = []
        var window = WindowCourse(window)
        let fixed = filters.filter { !$0.dependsOnInstant }
        let relative = filters.filter(\.dependsOnInstant)
        var times = times
        var horizons: [Timestamp] = []
        for (index, event) in events.enumerated()
        where concerns(event.name) && passes(event, fixed, at: instant)
            && times?.contains(event.at) ?? true
        {
            func counts(_ at: Timestamp) -> Bool {
                window.interval(at: at).contains(event.at) && passes(event, relative, at: at)
            }
            var isIn = counts(instant)
            if isIn { moving.turn(index) }
            let turns =
                window.turns(ofEventAt: event.at)
                + relative.flatMap { $0.turns(for: event[$0.filter.property], after: instant) }
            horizons += relative.compactMap {
                $0.horizon(for: event[$0.filter.property], after: instant)
            }
            for at in turns.sorted() where at > instant && at < Timestamp(ms: .max) {
                guard counts(at) != isIn else { continue }
                isIn.toggle()
                steps.append((at, index))
            }
        }
        steps.sort { $0.at < $1.at }
        var course = course(of: steps, moving, workMax: workMax)
        course.open(from: horizons)
        return course
    }

    private func course(
        of steps: [(at: Timestamp, index: Int)],
        _ start: MovingTally,
        workMax: Int
    ) -> LeafCourse {
        var course = LeafCourse()
        var moving = start
        var holds = accepts(count: moving.count, sums: moving.sums())
        for (number, step) in steps.enumerated() {
            moving.turn(step.index)
            // Whatever happens at one instant happens together.
            if number + 1 < steps.count, steps[number + 1].at == step.at { continue }
            guard moving.added <= workMax else {
                course.openFrom = step.at
                break
            }
            let next = accepts(count: moving.count, sums: moving.sums())
            if next != holds { course.turns.append((step.at, next)) }
            holds = next
        }
        return course
    }
}

/// Count and sums of a leaf while events come and go.
private struct MovingTally {
    private(set) var count = 0
    /// How many numbers were added to make sums anew.
    private(set) var added = 0
    private let leaf: EventLeaf
    private let events: [UserHistory.Event]
    private var isIn: [Bool]
    /// Per sum: the decimals together, in ten-thousandths; how many; how many other numbers.
    private var parts: [(e4: Int128, decimals: Int, doubles: Int)]

    init(_ leaf: EventLeaf, _ events: [UserHistory.Event]) {
        self.leaf = leaf
        self.events = events
        isIn = [Bool](repeating: false, count: events.count)
        parts = leaf.sums.map { _ in (0, 0, 0) }
    }

    /// Takes an event in, or out if it is in.
    mutating func turn(_ index: Int) {
        isIn[index].toggle()
        let sign = isIn[index] ? 1 : -1
        count += sign
        for (at, sum) in leaf.sums.enumerated() {
            switch sum.number(of: events[index])?.form {
            case .decimal(let e4)?:
                parts[at].e4 += Int128(e4) * Int128(sign)
                parts[at].decimals += sign
            case .double?: parts[at].doubles += sign
            case nil: break
            }
        }
    }

    /// The sums as a count from the beginning would make them.
    mutating func sums() -> [ExactSum] {
        var sums: [ExactSum] = []
        for (at, part) in parts.enumerated() {
            guard part.doubles > 0 else {
                sums.append(ExactSum(decimalsE4: part.e4, count: part.decimals))
                continue
            }
            // Doubles drift with the order of adding, so none can be taken out of a sum.
            var sum = ExactSum()
            for (index, event) in events.enumerated() where isIn[index] {
                if let number = leaf.sums[at].number(of: event) { sum.add(number) }
            }
            added += events.count
            sums.append(sum)
        }
        return sums
    }
}
