// A stage without a suite: users as plain arrays, answers by the user reader. Fast, pure inside.

public import Basics
public import Segments
import Synchronization

/// The engine alone, for one story.
///
/// What ingestion decides about records (duplicates, instants in the future) it decides by the same
/// rules; a restart changes nothing, since nothing is kept outside.
public final class EngineStage: Stage {
    struct User {
        var events: [UserHistory.Event] = []
        var versions: [UserHistory.PropertyVersion] = []
        var eventIDs: Set<ExactName> = []
        /// The records with their log times, for live segments defined later and for merges.
        var records: [Recorded] = []
    }

    /// A record as it stands in the log.
    struct Recorded {
        var record: LiveCourse.Record
        let at: Timestamp
        /// The identifier it came in under.
        let origin: UserID
        /// The producer's id of the event.
        var id: ExactName?
        /// Whether it is no record, but who is in a live segment, or anonymous.
        var isMark = false
        /// Whether it came in as another user's.
        var isMoved = false
    }

    struct State {
        var plans: [ExactName: Plan] = [:]
        var users: [UserID: User] = [:]
        var lists: [ExactName: Set<UserID>] = [:]
        /// Whom identifiers were merged into.
        var survivors: [UserID: UserID] = [:]
        /// Identifiers of whom nobody knows who it is.
        var anonymous: Set<UserID> = []
        /// Whether a merge is heard: nothing fires by what comes of it.
        var isMerging = false
        var next = LogOffset.zero
        var live: [ExactName: Followed] = [:]
        /// How many live segments have begun.
        var begun: UInt64 = 0
        /// What segments are still to hear of members of those that they use, in this step.
        var waiting: [Turn: [UserHistory.PropertyVersion]] = [:]
        /// What live segments told since it was asked last.
        var told: [Story.Change] = []
    }

    let zone: Zone
    let state = Mutex(State())

    /// An empty project with this zone.
    public init(zone: Zone) { self.zone = zone }

    /// Compiles the segment.
    public func define(_ name: String, _ definition: Definition, at: Timestamp)
        async throws(StoryProblem)
    {
        do throws(DefinitionProblem) {
            let nested = try nested(in: definition, as: name)
            let plan = try Plan(definition, projectZone: zone, nested: nested)
            state.withLock { $0.plans[ExactName(name)] = plan }
        } catch {
            throw StoryProblem(place: error.place, error.message, hint: error.hint ?? "")
        }
    }

    /// The segments that a definition uses, each behind those it uses itself.
    func nested(in definition: Definition, as name: String) throws(DefinitionProblem)
        -> [NestedSegment]
    {
        let (known, live) = state.withLock { ($0.plans, $0.live) }
        let nesting = try Nesting(of: definition, as: ExactName(name)) {
            (name) throws(DefinitionProblem) in
            if let plan = known[name] { return plan.definition }
            if let followed = live[name] { return Definition(.inFeed(followed.inFeed)) }
            throw DefinitionProblem(
                .segment,
                place: "",
                message: "there is no segment \(name.text)",
                hint: "define it first"
            )
        }
        return nesting.segments
    }

    /// Forgets the segment, unless others use it.
    public func archive(_ name: String, at: Timestamp) async throws(StoryProblem) {
        let users = state.withLock { state in
            let users = state.plans.filter { _, plan in
                plan.definition.segmentsUsed.contains { $0.name == ExactName(name) }
            }
            let live = state.live.filter { _, followed in
                followed.plan.definition.segmentsUsed.contains(ExactName(name))
            }
            let all = Set(users.keys).union(live.keys).sorted()
            if all.isEmpty {
                // What it has told until then is told.
                state.pass(upTo: at - 1)
                state.plans[ExactName(name)] = nil
                state.live[ExactName(name)] = nil
            }
            return all
        }
        guard let user = users.first else { return }
        throw StoryProblem(.stage, place: name, "it is used by \(user.text)")
    }

    /// Takes a change of a list in as ingestion does: a write for everybody for whom it is news.
    public func change(_ change: Story.ListChange, at: Timestamp) async throws(StoryProblem) {
        state.withLock { state in
            let before = state.lists[change.list] ?? []
            let users = Set(change.users.map { state.survivor(of: $0) })
            let after =
                switch change.operation {
                case .add: before.union(users)
                case .remove: before.subtracting(users)
                case .replace: users
                }
            state.lists[change.list] = after
            for user in before.symmetricDifference(after).sorted() {
                let version = UserHistory.PropertyVersion(
                    InList(change.list).property,
                    after.contains(user) ? InList.listed : nil,
                    since: at,
                    position: state.next
                )
                state.take(.properties([version]), of: user, at: at)
            }
        }
    }

    /// Forgets the user; live segments that the user was in tell it.
    public func erase(_ user: UserID, at: Timestamp) async throws(StoryProblem) {
        let wasKnown = state.withLock { state in
            state.pass(upTo: at - 1)
            let user = state.survivor(of: user)
            state.forget(user, at: at)
            state.anonymous.remove(user)
            for list in state.lists.keys { state.lists[list]?.remove(user) }
            let merged = state.survivors.keys.filter { state.survivor(of: $0) == user }
            for id in merged { state.survivors[id] = nil }
            return state.users.removeValue(forKey: user) != nil
        }
        if !wasKnown { throw StoryProblem(.stage, place: user.text, "there is no such user") }
    }

    /// Nothing to do: nothing is kept outside.
    public func restart(_ service: Story.Service, at: Timestamp) async throws(StoryProblem) {}

    /// Takes a record in as ingestion does.
    public func write(_ record: Story.Record, at receipt: Timestamp) async throws(StoryProblem)
        -> RecordOutcome
    {
        let instant: Timestamp
        switch EventTime.settled(record.ts ?? receipt, receivedAt: receipt) {
        case .kept(let kept), .clamped(let kept): instant = kept
        case .tooEarly: return .refused("the instant is before the year 1")
        case .tooLate: return .refused("the instant is more than 24 h in the future")
        }
        return state.withLock { state in
            let user = state.survivor(of: record.user)
            let isAnonymous = record.isAnonymous || user != record.user
            switch record.body {
            case .event(let name, let id, let properties):
                let ids = state.users[user]?.eventIDs ?? []
                if let id, ids.contains(ExactName(id)) { return .duplicate }
                let marks = state.introduce(user, isAnonymous: isAnonymous, at: receipt)
                if let id { state.users[user, default: User()].eventIDs.insert(ExactName(id)) }
                let event = UserHistory.Event(
                    name,
                    at: instant,
                    position: state.next,
                    properties: properties.map { ($0.name, $0.value) }
                )
                let id = id.map { ExactName($0) }
                state.take(.event(event), of: record.user, at: receipt, id: id, marks)
            case .profile(let set, let unset):
                let marks = state.introduce(user, isAnonymous: isAnonymous, at: receipt)
                let changes: [(ExactName, PropertyValue?)] =
                    set.map { ($0.name, $0.value) } + unset.map { ($0, nil) }
                let versions = changes.map { name, value in
                    UserHistory.PropertyVersion(
                        name,
                        value,
                        since: instant,
                        position: state.next
                    )
                }
                state.take(.properties(versions), of: record.user, at: receipt, marks)
            }
            return .taken
        }
    }

    /// Asks the user reader about everybody; of a live segment who is in at the instant.
    public func members(of segment: String, asOf instant: Timestamp) async throws(StoryProblem)
        -> Set<UserID>
    {
        if let members = liveMembers(of: segment, at: instant) { return members }
        let plan = try plan(segment)
        let users = state.withLock { $0.users }
        return Set(
            users.filter { plan.isMember($0.value.history(of: $0.key), at: instant) }.map(\.key)
        )
    }

    /// Asks the user reader about one.
    public func explain(_ user: UserID, in segment: String, asOf instant: Timestamp)
        async throws(StoryProblem) -> MembershipAnswer?
    {
        let plan = try plan(segment)
        guard let found = state.withLock({ $0.users[$0.survivor(of: user)] }) else { return nil }
        let explanation = plan.explain(found.history(of: user), at: instant)
        return MembershipAnswer(
            isMember: explanation.isMember,
            flip: explanation.flip,
            lines: explanation.lines
        )
    }

    private func plan(_ segment: String) throws(StoryProblem) -> Plan {
        guard let plan = state.withLock({ $0.plans[ExactName(segment)] }) else {
            throw StoryProblem(.stage, place: segment, "there is no such segment")
        }
        return plan
    }
}

extension EngineStage.State {
    /// A record stands in the log; live segments hear of it.
    mutating func take(
        _ record: LiveCourse.Record,
        of origin: UserID,
        at logTime: Timestamp,
        id: ExactName? = nil,
        _ marks: [UserHistory.PropertyVersion] = []
    ) {
        pass(upTo: logTime - 1)
        let user = survivor(of: origin)
        var known = users[user] ?? EngineStage.User()
        switch record {
        case .event(let event): known.events.append(event)
        case .properties(let versions): known.versions += versions
        }
        known.records.append(.init(record: record, at: logTime, origin: origin, id: id))
        if !marks.isEmpty {
            known.versions += marks
            known.records.append(
                .init(record: .properties(marks), at: logTime, origin: origin, isMark: true)
            )
        }
        users[user] = known
        next = next.next
        tell(record, marks, of: user, at: logTime)
    }
}

extension EngineStage.User {
    fileprivate func history(of user: UserID) -> UserHistory {
        UserHistory(of: user, events: events, versions: versions)
    }
}
