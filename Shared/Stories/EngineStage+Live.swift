// The engine alone follows live segments: one course per segment and user, moved on by the story.

public import Basics
public import Segments
import Synchronization

extension EngineStage {
    /// A live segment with its users.
    struct Followed {
        var plan: LivePlan
        let begin: Timestamp
        /// How who is in is known to other segments.
        let inFeed: InFeed
        /// How many live segments stand below each other in its conditions.
        var rank: Int
        /// Who is in.
        var inside: Set<UserID> = []
        var courses: [UserID: LiveCourse] = [:]
    }

    /// Compiles the segment, and lets it know what was written before.
    public func follow(_ name: String, _ live: LiveDefinition, at: Timestamp)
        async throws(StoryProblem)
    {
        do throws(DefinitionProblem) {
            let (plan, rank) = try plan(of: live, as: name)
            state.withLock { state in
                state.begun += 1
                let inFeed = InFeed(ExactName(name), revision: state.begun)
                var followed = Followed(plan: plan, begin: at, inFeed: inFeed, rank: rank)
                for (user, known) in state.users {
                    var course = LiveCourse(plan, of: user)
                    for known in known.records { _ = course.hear(known.record, at: known.at) }
                    course.begin(at: at)
                    followed.courses[user] = course
                }
                state.live[ExactName(name)] = followed
            }
        } catch {
            throw StoryProblem(place: error.place, error.message, hint: error.hint ?? "")
        }
    }

    /// Goes on with everybody under another definition.
    public func update(_ name: String, to live: LiveDefinition, at: Timestamp)
        async throws(StoryProblem)
    {
        do throws(DefinitionProblem) {
            let (plan, rank) = try plan(of: live, as: name)
            state.withLock { state in
                state.pass(upTo: at - 1)
                let name = ExactName(name)
                state.live[name]?.plan = plan
                state.live[name]?.rank = rank
                for user in state.live[name]?.courses.keys.sorted() ?? [] {
                    let changes = state.live[name]?.courses[user]?.change(to: plan, at: at) ?? []
                    state.note(changes, of: user, by: name, at: at)
                }
            }
        } catch {
            throw StoryProblem(place: error.place, error.message, hint: error.hint ?? "")
        }
    }

    private func plan(of live: LiveDefinition, as name: String) throws(DefinitionProblem)
        -> (LivePlan, rank: Int)
    {
        var segments: [NestedSegment] = []
        for (_, condition) in live.conditions {
            for segment in try nested(in: condition, as: name)
            where !segments.contains(segment) {
                segments.append(segment)
            }
        }
        let known = state.withLock { $0.live }
        var rank = 0
        for segment in segments {
            guard let below = known[segment.name] else { continue }
            guard !below.uses(ExactName(name), known) else {
                throw DefinitionProblem(
                    .cycle,
                    place: "",
                    message: "segment \(name) would be in itself, by \(segment.name.text)",
                    hint: "a segment cannot need its own answer"
                )
            }
            rank = max(rank, below.rank + 1)
        }
        return (try LivePlan(live, projectZone: zone, nested: segments), rank)
    }

    /// What was told, every instant up to this one having passed.
    public func feed(upTo instant: Timestamp) async throws(StoryProblem) -> [Story.Change] {
        state.withLock { state in
            state.pass(upTo: instant)
            defer { state.told = [] }
            return state.told
        }
    }

    /// Who is in a live segment; nil: it is none.
    func liveMembers(of segment: String, at instant: Timestamp) -> Set<UserID>? {
        state.withLock { state in
            state.pass(upTo: instant)
            guard let followed = state.live[ExactName(segment)] else { return nil }
            return Set(followed.courses.filter { $0.value.user.isInside }.map(\.key))
        }
    }
}

extension EngineStage.Followed {
    /// Whether its conditions use a segment, themselves or through other live ones.
    func uses(_ name: ExactName, _ known: [ExactName: EngineStage.Followed]) -> Bool {
        var (left, seen) = (Array(plan.definition.segmentsUsed), Set<ExactName>())
        while let next = left.popLast() {
            if next == name { return true }
            guard seen.insert(next).inserted, let below = known[next] else { continue }
            left += below.plan.definition.segmentsUsed
        }
        return false
    }
}

extension EngineStage.State {
    /// Live segments, each behind those that it uses.
    var names: [ExactName] {
        live.keys.sorted { (live[$0]?.rank ?? 0, $0) < (live[$1]?.rank ?? 0, $1) }
    }

    /// Every instant passes up to one, which is included: of equal ones those of segments that
    /// others use come first.
    mutating func pass(upTo instant: Timestamp) {
        guard live.values.contains(where: { $0.rank > 0 }) else {
            for name in names {
                for user in live[name]?.courses.keys.sorted() ?? [] {
                    let changes = live[name]?.courses[user]?.pass(before: instant + 1) ?? []
                    note(changes, of: user, by: name, at: instant)
                }
            }
            return
        }
        while let (due, name, user) = firstDue(upTo: instant) {
            let changes = live[name]?.courses[user]?.pass(due) ?? []
            note(changes, of: user, by: name, at: due)
        }
    }

    private func firstDue(upTo instant: Timestamp) -> (Timestamp, ExactName, UserID)? {
        var first: (due: Timestamp, ExactName, UserID)?
        for name in names {
            guard let followed = live[name] else { continue }
            for user in followed.courses.keys.sorted() {
                guard let course = followed.courses[user],
                    let due = followed.plan.nextDue(course.user), due <= instant
                else { continue }
                if first.map({ due < $0.due }) ?? true { first = (due, name, user) }
            }
        }
        return first
    }

    /// Live segments forget a user.
    mutating func forget(_ user: UserID, at: Timestamp) {
        for name in live.keys.sorted() {
            live[name]?.inside.remove(user)
            guard let course = live[name]?.courses.removeValue(forKey: user), course.user.isInside
            else { continue }
            told.append(Story.Change(segment: name.text, user: user, kind: .erased, at: at))
        }
    }

    /// Live segments hear of a record, which all of them know.
    mutating func tell(_ record: LiveCourse.Record, of user: UserID, at logTime: Timestamp) {
        pass(upTo: logTime - 1)
        for name in live.keys {
            guard let followed = live[name] else { continue }
            if followed.courses[user] == nil {
                var course = LiveCourse(followed.plan, of: user)
                course.begin(at: followed.begin)
                live[name]?.courses[user] = course
            }
            live[name]?.courses[user]?.learn(record, at: logTime)
        }
        decide(record, of: user, at: logTime)
    }

    private mutating func decide(
        _ record: LiveCourse.Record,
        of user: UserID,
        at logTime: Timestamp
    ) {
        for name in names {
            let changes =
                live[name]?.courses[user]?
                .decide(record, at: logTime, isHistory: isMerging) ?? []
            note(changes, of: user, by: name, at: logTime)
        }
    }

    /// Tells changes; who uses the segment hears of its members at once.
    mutating func note(
        _ changes: [LiveChange],
        of user: UserID,
        by name: ExactName,
        at now: Timestamp
    ) {
        for change in changes {
            let kind: Story.Change.Kind =
                switch change.kind {
                case .entered: .entered
                case .left: .left
                case .retracted: .retracted
                case .corrected: .corrected
                case .erased: .erased
                }
            told.append(
                Story.Change(segment: name.text, user: user, kind: kind, at: change.at)
            )
        }
        guard let followed = live[name] else { return }
        var versions: [UserHistory.PropertyVersion] = []
        var isInside = followed.inside.contains(user)
        for change in changes where change.isMember != isInside {
            isInside = change.isMember
            versions.append(
                UserHistory.PropertyVersion(
                    followed.inFeed.property,
                    isInside ? InFeed.member : nil,
                    since: change.at,
                    // With the record that brought it about, or the last before the timer.
                    position: LogOffset(max(next.value, 1) - 1)
                )
            )
        }
        guard !versions.isEmpty else { return }
        if isInside { live[name]?.inside.insert(user) } else { live[name]?.inside.remove(user) }
        users[user]?.versions += versions
        users[user]?.records.append(
            .init(record: .properties(versions), at: now, origin: user, isMark: true)
        )
        for other in live.keys {
            live[other]?.courses[user]?.learn(.properties(versions), at: now)
        }
        decide(.properties(versions), of: user, at: now)
    }
}
