// Definitions by seed: every kind of condition, window, count, sum and operator.

public import Basics
public import Segments

/// A definition as a tree, which is easier to write than a list with indices.
public indirect enum DefinitionTree {
    /// A condition without children.
    case leaf(Condition)
    /// Every one of these.
    case all([DefinitionTree])
    /// At least one of these.
    case any([DefinitionTree])
    /// The opposite of this.
    case not(DefinitionTree)

    /// The definition, numbered level by level as the reader numbers it.
    public func definition(zone: String? = nil) -> Definition {
        var waiting: [DefinitionTree] = [self]
        var nodes: [Condition] = []
        while nodes.count < waiting.count {
            let start = waiting.count
            switch waiting[nodes.count] {
            case .leaf(let condition): nodes.append(condition)
            case .all(let children):
                waiting += children
                nodes.append(.all(AllOf(Array(start..<waiting.count))))
            case .any(let children):
                waiting += children
                nodes.append(.any(AnyOf(Array(start..<waiting.count))))
            case .not(let child):
                waiting.append(child)
                nodes.append(.not(Not(start)))
            }
        }
        return Definition(nodes: nodes, zone: zone)
    }
}

/// Makes valid definitions; the same generator state makes the same ones.
public struct RandomDefinitions {
    var random: SeededRandom
    /// The segments that the last definition uses, each behind those it uses itself.
    public internal(set) var nested: [NestedSegment] = []
    /// How many segments stand around what is being made; nil: none may be used.
    var nesting: Int?
    private var histories: RandomHistories

    /// Definitions about histories around an instant; with `sets` they use segments and lists.
    public init(_ random: SeededRandom, around centre: Timestamp, sets: Bool = false) {
        self.random = random
        nesting = sets ? 0 : nil
        histories = RandomHistories(self.random.fork(), around: centre)
    }

    /// One definition of up to about twenty conditions.
    public mutating func next() -> Definition {
        nested = []
        return definition(depth: 1)
    }

    mutating func definition(depth: Int) -> Definition {
        let zone = random.chance(0.5) ? pick(RandomWorld.zones) : nil
        var definition = tree(depth: depth).definition(zone: zone)
        if nesting != nil, random.chance(0.15) {
            definition.universe =
                random.chance(0.4) ? .known : .reachable(pick(Channel.allCases))
        }
        return definition
    }

    private mutating func tree(depth: Int) -> DefinitionTree {
        if depth >= 4 || random.chance(0.35) { return .leaf(leaf()) }
        switch random.below(5) {
        case 0, 1: return .all(children(depth: depth))
        case 2, 3: return .any(children(depth: depth))
        default: return .not(tree(depth: depth + 1))
        }
    }

    private mutating func children(depth: Int) -> [DefinitionTree] {
        var children: [DefinitionTree] = []
        for _ in 0..<(random.chance(0.05) ? 0 : 1 + random.below(3)) {
            let isTwin = random.chance(0.1)
            children.append(
                isTwin ? children.last ?? tree(depth: depth + 1) : tree(depth: depth + 1)
            )
        }
        return children
    }

    private mutating func leaf() -> Condition {
        if let nesting, random.chance(0.12) { return set(inside: nesting) }
        switch random.below(11) {
        case 10: return random.chance(0.4) ? .bucket(bucket()) : .rfm(rfm())
        case 0, 1: return .did(did())
        case 2: return .didNot(DidNot(match()))
        case 3, 4: return .user(UserProperty(filter()))
        case 5: return occurrence()
        case 6 where random.chance(0.4): return .distinct(distinct())
        case 6, 9: return random.chance(0.5) ? .share(share()) : .predominantly(favourite())
        case 7: return habit()
        default: return .sequence(sequence())
        }
    }

    private mutating func did() -> Did {
        var did = Did(match(), count: count())
        if random.chance(0.35) {
            for _ in 0...random.below(2) { did.sums.append(sum()) }
        }
        if random.chance(0.3) { did.aggregates = aggregates() }
        return did
    }

    mutating func match() -> EventMatch {
        var match = EventMatch(window: window())
        for name in RandomWorld.events where random.chance(0.45) { match.events.append(name) }
        if random.chance(0.5) {
            for _ in 0...random.below(2) { match.filters.append(filter()) }
        }
        if random.chance(0.15) {
            var filter = filter()
            filter.isOfUser = true
            match.filters.insert(filter, at: random.below(match.filters.count + 1))
        }
        if random.chance(0.15) { match.times = times() }
        return match
    }

    private mutating func count() -> CountTest {
        let low = random.below(4)
        let zero = random.chance(0.3)
        switch random.below(5) {
        case 0, 1: return CountTest(.atLeast(low), includesZero: zero)
        case 2: return CountTest(.exactly(low + 1), includesZero: zero)
        case 3: return CountTest(.atMost(low), includesZero: zero)
        default: return CountTest(.between(low, low + random.below(3)), includesZero: zero)
        }
    }

    mutating func sum() -> SumTest {
        let (a, b) = (pick(RandomWorld.numbers), pick(RandomWorld.numbers))
        let property = random.chance(0.8) ? "amount" : pick(RandomWorld.properties)
        let test: NumberTest =
            switch random.below(6) {
            case 0: .atLeast(a)
            case 1: .exactly(a)
            case 2: .atMost(a)
            case 3: .between(min(a, b), max(a, b))
            case 4: .greaterThan(a)
            default: .lessThan(a)
            }
        return SumTest(property, test, missingIsZero: random.chance(0.3))
    }

    mutating func window() -> Window {
        let day: Int64 = 86_400_000
        switch random.below(7) {
        case 0: return .ever
        case 1: return .rolling(ms: 1000 + Int64(random.below(Int(40 * day))))
        case 2:
            let near = Int64(random.below(10)) * day / 2
            return .ago(fromMs: near + 1000 + Int64(random.below(Int(30 * day))), toMs: near)
        case 3:
            let (a, b) = (histories.instant(), histories.instant())
            if a == b || random.chance(0.2) {
                return random.chance(0.5) ? .between(from: a, to: nil) : .between(from: nil, to: b)
            }
            return .between(from: min(a, b), to: max(a, b))
        case 4: return .since(since())
        default:
            return .calendar(
                CalendarWindow(
                    last: 1 + random.below(4),
                    unit: pick(CalendarUnit.allCases),
                    includesCurrent: random.chance(0.5),
                    zone: random.chance(0.3) ? pick(RandomWorld.zones) : nil
                )
            )
        }
    }

    mutating func filter() -> PropertyFilter {
        let property = pick(RandomWorld.properties)
        let op = random.chance(0.5) ? fitting(property) : pick(FilterOperator.allCases)
        var filter = PropertyFilter(property, op)
        switch op {
        case .exists, .missing: break
        case .withinLast, .withinNext:
            filter.operands = [.duration(ms: 1 + Int64(random.below(40 * 86_400_000)))]
        case .before, .after: filter.operands = [.instant(histories.instant())]
        case .contains, .startsWith, .endsWith:
            let whole = pick(RandomWorld.texts)
            let piece = random.chance(0.5) ? String(whole.prefix(2)) : String(whole.suffix(2))
            filter.operands = [.text(piece)]
        case .lessThan, .atMost, .greaterThan, .atLeast, .between:
            filter.operands = ordered(property, between: op == .between)
        case .in, .notIn, .hasAny, .hasAll, .hasNone:
            for _ in 0...random.below(3) { filter.operands.append(plain(property)) }
        case .equals, .notEquals: filter.operands = [plain(property)]
        case .matches: filter.operands = [.text(pick(RandomWorld.patterns))]
        case .onDay, .sameDayOfYear: filter.operands = [.text(day(ofYear: op == .sameDayOfYear))]
        case .withinKm: filter.operands = circle()
        }
        if op.canIgnoreCase { filter.ignoreCase = random.chance(0.4) }
        return filter
    }

    /// An operator that has something to compare with this property's usual type.
    mutating func fitting(_ property: ExactName) -> FilterOperator {
        switch property {
        case "amount": pick([.lessThan, .atMost, .greaterThan, .atLeast, .between, .equals])
        case "city":
            pick([.equals, .notEquals, .in, .notIn, .contains, .startsWith, .endsWith, .matches])
        case "premium": pick([.equals, .notEquals, .exists, .missing])
        case "version": pick([.equals, .lessThan, .atMost, .greaterThan, .atLeast, .between])
        case "tags": pick([.hasAny, .hasAll, .hasNone])
        case "place": .withinKm
        default:
            pick([.before, .after, .withinLast, .withinNext, .between, .onDay, .sameDayOfYear])
        }
    }

    /// A day of the history's time, so that some values lie on it.
    private mutating func day(ofYear: Bool) -> String {
        if random.chance(0.4) { return "today" }
        if ofYear, random.chance(0.2) { return random.chance(0.5) ? "02-29" : "02-28" }
        let day = String(histories.instant().rfc3339.prefix(10))
        return ofYear ? String(day.suffix(5)) : day
    }

    /// From a stone's throw to half the globe.
    private mutating func circle() -> [Operand] {
        let centre = pick([(52.52, 13.405), (0, 180), (90, 0), (-33.9, 18.4)])
        let km = pick([0.5, 20, 300.25, 5_000, 19_000])
        return [centre.0, centre.1, km].map { .number(Number($0) ?? .zero) }
    }

    /// Operands of an order: numbers, versions or instants, the lower one first.
    mutating func ordered(_ property: ExactName, between: Bool) -> [Operand] {
        let kind = random.chance(0.8) ? property : pick(RandomWorld.properties)
        switch kind {
        case "version":
            let index = random.below(4)
            // 5.2 and 5.2.0, 5.9 and 5.10.0, 6.0.0-beta.2 and 6.0.0-beta.11, …
            let pairs = [
                ("5.2", "5.2.0"), ("5.9", "5.10.0"), ("4", "6.0.0-beta.11"),
                ("6.0.0-beta.2", "6.0.0-rc"),
            ]
            let pair = pairs[index]
            return between ? [.version(pair.0), .version(pair.1)] : [.version(pair.0)]
        case "when":
            let (a, b) = (histories.instant(), histories.instant())
            return between ? [.instant(min(a, b)), .instant(max(a, b))] : [.instant(a)]
        default:
            let (a, b) = (pick(RandomWorld.numbers), pick(RandomWorld.numbers))
            return between ? [.number(min(a, b)), .number(max(a, b))] : [.number(a)]
        }
    }

    mutating func plain(_ property: ExactName) -> Operand {
        if property == "version", random.chance(0.6) {
            return .version(pick(RandomWorld.versions))
        }
        let value = histories.value(of: property)
        guard case .list(let items) = value else { return .value(value) }
        return items.first.map { .value($0) } ?? .text("Pune")
    }

    mutating func pick<Item>(_ items: [Item]) -> Item { items[random.below(items.count)] }
}
