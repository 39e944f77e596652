// One random definition, random users, and the log that brings their histories to one partition.

import Basics
import Kit
import Messages
import Segments

/// What a seed makes: the question, the log, and what the oracle is told.
struct RandomCase {
    let seed: UInt64
    let definition: Definition
    let nested: [NestedSegment]
    let plan: Plan
    /// The users by number, each with the history that the log tells.
    private(set) var users: [(id: UserID, history: Segments.UserHistory)] = []
    private(set) var log = LogScript()
    /// Instants to ask about.
    private(set) var instants: [Timestamp] = []
    /// Whether the log is in the order of event times.
    let isInOrder: Bool
    /// For what a test draws besides.
    var random: SeededRandom

    /// Something of a user's history that stands in one record.
    private enum Entry {
        case arrival
        /// Somebody tells who an anonymous user is.
        case known
        case event(Segments.UserHistory.Event)
        case versions([Segments.UserHistory.PropertyVersion])

        var since: Timestamp {
            switch self {
            case .arrival, .known: .earliest
            case .event(let event): event.at
            case .versions(let versions): versions[0].since ?? .earliest
            }
        }
    }

    init(seed: UInt64) throws {
        self.seed = seed
        random = SeededRandom(seed: seed)
        let centre = RandomWorld.centres[random.below(RandomWorld.centres.count)]
        var definitions = RandomDefinitions(random.fork(), around: centre, sets: true)
        var makers = RandomHistories(random.fork(), around: centre, lists: true)
        definition = definitions.next()
        nested = definitions.nested
        plan = try Plan(definition, nested: nested)
        isInOrder = random.chance(0.3)
        // Mostly few, now and then more than one word of a set.
        let count = random.chance(0.03) ? 65 + random.below(10) : 1 + random.below(9)
        let histories = (0..<count).map { _ in makers.next() }
        try write(histories)
        instants = (0..<2).map { _ in instant(&makers) }
    }

    private mutating func write(_ histories: [Segments.UserHistory]) throws {
        var events = histories.map { _ in [Segments.UserHistory.Event]() }
        var versions = histories.map { _ in [Segments.UserHistory.PropertyVersion]() }
        if random.chance(0.8) { log.tenure() }
        for (user, entry) in merged(histories) {
            try noise()
            let id = "user-\(user)"
            let place = log.next
            if log.numbers()[id] == nil, histories[user].versions.contains(where: \.isAnonymity) {
                log.user(id, isAnonymous: true)
                versions[user].append(
                    .init(Known.anonymity, Known.anonymous, since: nil, position: place)
                )
            }
            switch entry {
            case .arrival: log.user(id)
            case .known:
                let offset = log.known(id)
                versions[user].append(
                    .init(Known.anonymity, nil, since: nil, position: offset)
                )
            case .event(var event):
                event.position = try log.event(
                    event.name.text,
                    by: id,
                    at: event.at,
                    sequence: event.clientSequence,
                    event.properties
                )
                events[user].append(event)
            case .versions(let group) where group[0].isOfList:
                var version = group[0]
                guard let list = RandomWorld.lists.first(where: version.isOf(list:)),
                    let at = version.since
                else { continue }
                version.position = log.list(list, version.value != nil, of: id, at: at)
                versions[user].append(version)
            case .versions(let group):
                let offset = try log.profile(
                    of: id,
                    since: group[0].since,
                    group.map { (name: $0.property, value: $0.value) }
                )
                for var version in group {
                    version.position = offset
                    versions[user].append(version)
                }
            }
        }
        let numbers = log.numbers()
        users = histories.indices
            .sorted { (numbers["user-\($0)"] ?? 0) < (numbers["user-\($1)"] ?? 0) }
            .compactMap { user in
                guard let id = UserID("user-\(user)") else { return nil }
                let (events, versions) = (events[user], versions[user])
                return (id, Segments.UserHistory(of: id, events: events, versions: versions))
            }
    }

    /// Another project's records, and other kinds, in between.
    private mutating func noise() throws {
        guard random.chance(0.1) else { return }
        if random.chance(0.2) { return log.tenure(2) }
        guard let other = ProjectName("app") else { return }
        try log.event(
            RandomWorld.events[random.below(RandomWorld.events.count)].text,
            by: "user-0",
            at: Timestamp(ms: 0),
            of: other
        )
    }

    /// All users' entries in the order of the log.
    private mutating func merged(_ histories: [Segments.UserHistory]) -> [(Int, Entry)] {
        var queues = histories.map { entries($0) }
        var order: [(Int, Entry)] = []
        if isInOrder {
            for (user, queue) in queues.enumerated() { order += queue.map { (user, $0) } }
            return order.enumerated()
                .sorted {
                    ($0.element.1.since.ms, $0.offset) < ($1.element.1.since.ms, $1.offset)
                }
                .map(\.element)
        }
        var waiting = queues.indices.filter { !queues[$0].isEmpty }
        while !waiting.isEmpty {
            let at = random.below(waiting.count)
            let user = waiting[at]
            order.append((user, queues[user].removeFirst()))
            if queues[user].isEmpty { waiting.remove(at: at) }
        }
        return order
    }

    /// One user's entries; neighbouring versions of one instant now and then share a record.
    private mutating func entries(_ history: Segments.UserHistory) -> [Entry] {
        var entries: [Entry] = []
        for event in history.events { entries.append(.event(event)) }
        for version in history.versions where version.property == Known.anonymity {
            if version.value == nil { entries.append(.known) }
        }
        for version in history.versions where version.property != Known.anonymity {
            if case .versions(let others)? = entries.last, others[0].since == version.since,
                !(others + [version]).contains(where: \.isOfList),
                !others.contains(where: { $0.property == version.property })
            {
                entries[entries.count - 1] = .versions(others + [version])
            } else {
                entries.append(.versions([version]))
            }
        }
        if entries.isEmpty || random.chance(0.3) { entries.insert(.arrival, at: 0) }
        // Events and versions mixed, as they come.
        for index in entries.indices.dropFirst() {
            entries.swapAt(index, random.below(index + 1))
        }
        return entries
    }

    /// Any instant, an event's own, or one at which an event stands on a window's edge.
    private mutating func instant(_ makers: inout RandomHistories) -> Timestamp {
        let events = users.flatMap(\.history.events)
        guard !events.isEmpty, random.chance(0.6) else { return makers.instant() }
        let event = events[random.below(events.count)]
        let windows = plan.resolvedWindows(at: event.at)
        guard !windows.isEmpty, random.chance(0.6) else { return event.at }
        let interval = windows[random.below(windows.count)].interval
        guard !interval.isOpen else { return event.at }
        return event.at + (event.at.ms - interval.from.ms) + Int64(random.below(3)) - 1
    }
}

extension Segments.UserHistory.PropertyVersion {
    /// Whether it says that the user came on a list or went off it.
    var isOfList: Bool { RandomWorld.lists.contains(where: isOf(list:)) }

    /// Whether it says that the user is anonymous.
    var isAnonymity: Bool { property == Known.anonymity && value != nil }

    /// Whether it is about this list.
    func isOf(list: ExactName) -> Bool { InList(list).property == property }
}
