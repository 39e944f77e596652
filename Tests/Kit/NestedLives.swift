// Live segments within each other by seed, in a world so small that much falls together.

public import Basics
public import Segments

/// Live segments, later ones of which use earlier ones, and a log of a few users.
public struct NestedLives: Sendable {
    /// What is followed, each behind those that it uses.
    public var segments: [(name: ExactName, live: LiveDefinition)] = []
    /// Conditions with a name between them, each behind those that it uses.
    public var conditions: [(name: ExactName, definition: Definition)] = []
    /// Each user's records; the log is theirs in the order of log time, of equal ones by user.
    public var logs: [LiveLog] = []
    /// Up to when it is followed, itself not included.
    public var end = Timestamp(ms: 0)

    /// Before everything that is recorded.
    public static let begin = Timestamp(ms: 1_735_732_800_000)
    static let unitMs: Int64 = 5 * 60_000
    static let events: [ExactName] = ["A", "B", "C"]

    /// The case of a seed.
    public init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for name: ExactName in ["v", "w", "x", "y", "z"].prefix(3 + random.below(3)) {
            if !segments.isEmpty, random.chance(0.3) {
                let condition = self.condition(&random, isNested: true)
                conditions.append((ExactName("of-" + name.text), condition))
            }
            segments.append((name, live(&random)))
        }
        for number in 0..<2 {
            var log = LiveLog(of: UserID("u\(number)"), [], begin: 0, beginTime: Self.begin)
            var at = Self.begin
            for _ in 0..<(3 + random.below(30)) {
                at = at + Int64(random.chance(0.1) ? 0 : 1 + random.below(3)) * Self.unitMs
                log.entries.append(Self.entry(&random, at: max(at, Self.begin + 1)))
            }
            logs.append(log)
        }
        let last = logs.flatMap(\.entries).map(\.logTime).max() ?? Self.begin
        end = last + 40 * Self.unitMs
        number()
    }

    /// Gives every record its place in the log.
    mutating func number() {
        var next = LogOffset.zero
        for (user, index) in order {
            logs[user].entries[index].record = logs[user].entries[index].record.placed(at: next)
            next = next.next
        }
    }

    /// The records in the order of the log.
    public var order: [(user: Int, index: Int)] {
        logs.indices.flatMap { user in
            logs[user].entries.indices.map { (user: user, index: $0) }
        }.sorted { one, other in
            (logs[one.user].entries[one.index].logTime, one.user, one.index)
                < (logs[other.user].entries[other.index].logTime, other.user, other.index)
        }
    }

    private static func entry(_ random: inout SeededRandom, at: Timestamp) -> LiveLog.Entry {
        let isImported = random.chance(0.07)
        // One that comes late happened up to some units earlier, perhaps before the segments began.
        let since = random.chance(0.15) ? at - Int64(1 + random.below(8)) * unitMs : at
        guard random.chance(0.85) else {
            let value: PropertyValue? =
                random.chance(0.3) ? nil : .text(random.chance(0.5) ? "gold" : "iron")
            let version = UserHistory.PropertyVersion("tier", value, since: since, position: .zero)
            return LiveLog.Entry(.properties([version]), at: at, isImported: isImported)
        }
        let event = UserHistory.Event(events[random.below(3)], at: since, position: .zero)
        return LiveLog.Entry(.event(event), at: at, isImported: isImported)
    }

    // Segments

    private func live(_ random: inout SeededRandom) -> LiveDefinition {
        var live = LiveDefinition(trigger(&random), zone: "UTC")
        if random.chance(0.4) { live.filter = condition(&random) }
        if random.chance(0.15) {
            live.filterReads = FilterReads(
                events: FilterReads.Moment.allCases[random.below(2)],
                properties: FilterReads.Moment.allCases[random.below(2)]
            )
        }
        switch random.below(5) {
        case 0, 1: live.stay = .duration(ms: Self.span(&random))
        case 2, 3: live.stay = .while(condition(&random))
        default: break
        }
        switch random.below(10) {
        case 0: live.limit = .once
        case 1: live.limit = .times(1 + random.below(2), perMs: Self.span(&random))
        case 2: live.limit = .coolDown(ms: Self.span(&random))
        default: break
        }
        return live
    }

    private func trigger(_ random: inout SeededRandom) -> Trigger {
        let one = EventMatch([Self.events[random.below(3)]])
        switch random.below(8) {
        case 0, 1:
            let times: [Action.Times] = [.every, .every, .nth(2), .everyNth(2)]
            return .action(Action(one, times: times[random.below(4)]))
        case 2, 3:
            var wait = Inaction(
                did: one,
                didNot: EventMatch([Self.events[random.below(3)]]),
                withinMs: Self.span(&random)
            )
            wait.anchor = Inaction.Anchor.allCases[random.below(Inaction.Anchor.allCases.count)]
            if random.chance(0.2) { wait.graceMs = Self.unitMs }
            return .inaction(wait)
        case 4: return .propertyChanged(PropertyChange("tier"))
        default: return .becomes(Becomes(condition(&random)))
        }
    }

    private func condition(
        _ random: inout SeededRandom,
        isNested: Bool = false
    ) -> Definition {
        func leaf() -> DefinitionTree {
            let used = segments.map(\.name) + conditions.map(\.name)
            if !used.isEmpty, random.chance(isNested ? 1 : 0.7) {
                return .leaf(.inSegment(InSegment(used[random.below(used.count)])))
            }
            if random.chance(0.2) {
                let gold = PropertyFilter("tier", .equals, [.value(.text("gold"))])
                return .leaf(.user(UserProperty(gold)))
            }
            let match = EventMatch(
                [Self.events[random.below(3)]],
                window: .rolling(ms: Self.span(&random))
            )
            return .leaf(random.chance(0.3) ? .didNot(DidNot(match)) : .did(Did(match)))
        }
        switch random.below(7) {
        case 0: return DefinitionTree.not(leaf()).definition()
        case 1: return DefinitionTree.all([leaf(), leaf()]).definition()
        case 2: return DefinitionTree.any([leaf(), leaf()]).definition()
        case 3: return DefinitionTree.all([leaf(), .not(leaf())]).definition()
        default: return leaf().definition()
        }
    }

    /// Spans so few that ends fall together.
    private static func span(_ random: inout SeededRandom) -> Int64 {
        unitMs * Int64(1 + random.below(6))
    }
}

extension NestedLives {
    /// The segments as the oracle follows them from the beginning on; of the n-th to begin who is
    /// in is known under the revision n.
    public func followed() throws(DefinitionProblem) -> [LiveOracle.Followed] {
        var followed: [LiveOracle.Followed] = []
        for (index, segment) in segments.enumerated() {
            followed.append(
                try LiveOracle.Followed(
                    segment.live,
                    as: InFeed(segment.name, revision: UInt64(index + 1)),
                    nested: try nested(in: segment.live.conditions.map(\.definition)),
                    begin: Self.begin
                )
            )
        }
        return followed
    }

    private func nested(in definitions: [Definition]) throws(DefinitionProblem)
        -> [NestedSegment]
    {
        var nested: [NestedSegment] = []
        for definition in definitions {
            let nesting = try Nesting(of: definition) { (name) throws(DefinitionProblem) in
                if let index = segments.firstIndex(where: { $0.name == name }) {
                    return Definition(.inFeed(InFeed(name, revision: UInt64(index + 1))))
                }
                let condition = conditions.first { $0.name == name }
                guard let condition else {
                    throw DefinitionProblem(.segment, place: "", message: "no \(name.text)")
                }
                return condition.definition
            }
            nested += nesting.segments.filter { !nested.contains($0) }
        }
        return nested
    }

    /// What each segment tells of each user, by the oracle; of whom it tells nothing is not there.
    public func wanted() throws(DefinitionProblem) -> [String: [LiveChange]] {
        let followed = try followed()
        var wanted: [String: [LiveChange]] = [:]
        for log in logs {
            var known = log
            for segment in followed {
                let told = segment.told(of: known, until: end)
                let course = "\(segment.inFeed.segment.text) \(log.user?.text ?? "")"
                if !told.isEmpty { wanted[course] = told }
                known = known.telling([segment], until: end)
            }
        }
        return wanted
    }

    /// The smallest case found that still fails, by fewer records, segments and parts of them; at
    /// most `triesMax` cases are tried.
    public func shrunk(
        triesMax: Int = 5_000,
        while fails: (NestedLives) throws -> Bool
    ) -> NestedLives {
        var (smallest, tries) = (self, 0)
        func isLess(_ candidate: NestedLives) -> Bool {
            tries += 1
            return tries <= triesMax && (try? fails(candidate)) ?? false
        }
        while let less = smallest.smaller().first(where: isLess) { smallest = less }
        return smallest
    }

    private func smaller() -> [NestedLives] {
        func with(_ change: (inout NestedLives) -> Void) -> NestedLives {
            var changed = self
            change(&changed)
            changed.number()
            return changed
        }
        var smaller = logs.indices.filter { logs.count > 1 && logs[$0].entries.isEmpty }.map {
            user in with { $0.logs.remove(at: user) }
        }
        for segment in segments.indices {
            smaller.append(with { $0.segments.remove(at: segment) })
            let live = segments[segment].live
            if live.filter != nil {
                smaller.append(with { $0.segments[segment].live.filter = nil })
            }
            if live.stay != .forever {
                smaller.append(with { $0.segments[segment].live.stay = .forever })
            }
            if live.limit != .everyTime {
                smaller.append(with { $0.segments[segment].live.limit = .everyTime })
            }
        }
        for condition in conditions.indices {
            smaller.append(with { $0.conditions.remove(at: condition) })
        }
        for user in logs.indices {
            smaller += logs[user].entries.indices.map { index in
                with { $0.logs[user].entries.remove(at: index) }
            }
        }
        // Without a segment that another uses it would be none.
        return smaller.filter { (try? $0.followed()) != nil }
    }

    /// For a person: what is followed, and what is recorded.
    public func said() throws -> String {
        var lines = try conditions.map { "\($0.name.text): \(try Sentence.say($0.definition))" }
        lines += try segments.map { "\($0.name.text): \(try Sentence.say($0.live))" }
        for (user, index) in order {
            let entry = logs[user].entries[index]
            let what =
                entry.event?.name.text
                ?? entry.versions.map { "tier=\($0.value.map { "\($0)" } ?? "gone")" }.joined()
            let at = entry.event?.at ?? entry.versions.first?.since
            lines.append(
                "  \(entry.logTime.rfc3339) \(logs[user].user?.text ?? "") \(what)"
                    + (at == entry.logTime ? "" : " of \(at?.rfc3339 ?? "ever")")
                    + (entry.isImported ? ", imported" : "")
            )
        }
        return lines.joined(separator: "\n")
    }
}

extension LiveCourse.Record {
    /// The same at another place in the log.
    func placed(at place: LogOffset) -> LiveCourse.Record {
        switch self {
        case .event(var event):
            event.position = place
            return .event(event)
        case .properties(var versions):
            for index in versions.indices { versions[index].position = place }
            return .properties(versions)
        }
    }
}
