// Live segments by seed: every trigger, with filters, stays and limits that go with it.

import Basics
public import Segments

extension RandomDefinitions {
    /// One live segment; `nested` has what its conditions use.
    public mutating func live() -> LiveDefinition {
        nested = []
        return live(trigger())
    }

    /// An inaction.
    public mutating func lateTrigger() -> Trigger { .inaction(inaction()) }

    /// A live segment of a trigger.
    mutating func live(_ trigger: Trigger) -> LiveDefinition {
        var live = LiveDefinition(trigger)
        if random.chance(0.5) { live.zone = pick(RandomWorld.zones) }
        if random.chance(0.25) { live.filter = inner() }
        if random.chance(0.2) {
            live.filterReads = FilterReads(
                events: pick(FilterReads.Moment.allCases),
                properties: pick(FilterReads.Moment.allCases)
            )
        }
        switch random.below(6) {
        case 0, 1: live.stay = .duration(ms: wait())
        case 2: live.stay = .while(inner())
        default: break
        }
        switch random.below(8) {
        case 0: live.limit = .once
        case 1: live.limit = .times(1 + random.below(3), perMs: wait())
        case 2: live.limit = .coolDown(ms: wait())
        case 3, 4:
            if case .inaction(let inaction) = trigger, inaction.key != nil {
                live.limit = .oncePerKey
            }
        default: break
        }
        return live
    }

    /// A condition inside a live segment, which has the segment's zone and all users.
    private mutating func inner() -> Definition {
        var definition = definition(depth: random.chance(0.5) ? 4 : 3)
        definition.zone = nil
        definition.universe = .all
        return definition
    }

    private mutating func trigger() -> Trigger {
        switch random.below(9) {
        case 0, 1: return .action(action())
        case 2, 3: return .inaction(inaction())
        case 4: return .date(date())
        case 5: return .page(page())
        case 6:
            let property = pick(RandomWorld.properties)
            return .propertyChanged(
                PropertyChange(
                    property,
                    from: random.chance(0.25) ? test(of: property) : nil,
                    to: random.chance(0.25) ? test(of: property) : nil
                )
            )
        default: return .becomes(Becomes(inner()))
        }
    }

    private mutating func action() -> Action {
        var action = Action(step())
        switch random.below(4) {
        case 0: action.times = .nth(1 + random.below(4))
        case 1: action.times = .everyNth(1 + random.below(3))
        default: return action
        }
        if random.chance(0.4) { action.mode = .ever }
        return action
    }

    /// An inaction whose waits end inside histories of some days.
    mutating func inaction() -> Inaction {
        var inaction = Inaction(did: step(), didNot: step(), withinMs: wait())
        if random.chance(0.3) { inaction.didNot = inaction.did }
        inaction.anchor = pick(Inaction.Anchor.allCases)
        if random.chance(0.4) { inaction.key = pick(["premium", "amount"]) }
        if random.chance(0.3) { inaction.graceMs = pick([1, 60_000, 3_600_000]) }
        return inaction
    }

    private mutating func date() -> DateTrigger {
        DateTrigger(
            "when",
            of: random.chance(0.5) ? .user : .event(named()),
            offsetMs: pick([0, 0, -1, 1]) * wait(),
            isYearly: random.chance(0.3)
        )
    }

    private mutating func page() -> PageTrigger {
        var page = PageTrigger(step(), count: 1 + random.below(3), gapMs: wait())
        if random.chance(0.4) { page.referrer = [test(of: "city")] }
        return page
    }

    /// A match without a window, the same whenever it is asked.
    private mutating func step() -> EventMatch {
        var step = match()
        step.window = .ever
        if random.chance(0.6) { step.filters = [] }
        step.filters.removeAll { $0.operator.dependsOnTheDay || $0.isOfUser }
        if step.times?.inUsersZone ?? false { step.times = nil }
        return step
    }

    private mutating func named() -> EventMatch {
        var step = step()
        if step.events.isEmpty { step.events = [pick(RandomWorld.events)] }
        return step
    }

    private mutating func test(of property: ExactName) -> PropertyFilter {
        var filter = filter()
        while filter.operator.dependsOnTheDay { filter = self.filter() }
        filter.property = property
        return filter
    }

    /// Seconds to days, often of round hours as the instants of histories are.
    private mutating func wait() -> Int64 {
        let hour: Int64 = 3_600_000
        return random.chance(0.7)
            ? hour * Int64(1 + random.below(60)) : 1_000 + Int64(random.below(200_000_000))
    }
}

extension FilterOperator {
    /// Whether what it says of a value changes from day to day.
    fileprivate var dependsOnTheDay: Bool {
        switch self {
        case .withinLast, .withinNext, .onDay, .sameDayOfYear: true
        default: false
        }
    }
}
