// The engine alone follows live segments: one course per segment and user, moved on by the story.

public import Basics
public import Segments
import Synchronization

extension EngineStage {
    /// When a segment's turn with a user is: of equal instants behind those that it uses.
    struct Turn: Hashable, Comparable {
        let at: Timestamp
        let rank: Int
        let name: ExactName
        let user: UserID

        static func < (left: Turn, right: Turn) -> Bool {
            (left.at, left.rank, left.name, left.user)
                < (right.at, right.rank, right.name, right.user)
        }
    }

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
                state.settle()
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

    /// Every instant passes up to one, which is included.
    ///
    /// Of equal ones those of segments that others use come first, and these hear of members in
    /// their turn, before their own.
    mutating func pass(upTo instant: Timestamp) {
        guard live.values.contains(where: { $0.rank > 0 }) else {
            for name in names {
                for user in live[name]?.courses.keys.sorted() ?? [] {
                    while let due = due(name, user), due <= instant {
                        let changes = live[name]?.courses[user]?.pass(due) ?? []
                        note(changes, of: user, by: name, at: due)
                    }
                }
            }
            return
        }
        while true {
            let due = firstDue(upTo: instant)
            if let next = waiting.keys.min(), due.map({ next <= $0 }) ?? true {
                hearMembers(next)
            } else if let due {
                let changes = live[due.name]?.courses[due.user]?.pass(due.at) ?? []
                note(changes, of: due.user, by: due.name, at: due.at)
            } else {
                break
            }
        }
    }

    private func due(_ name: ExactName, _ user: UserID) -> Timestamp? {
        guard let followed = live[name], let course = followed.courses[user] else { return nil }
        return followed.plan.nextDue(course.user)
    }

    private func firstDue(upTo instant: Timestamp) -> EngineStage.Turn? {
        var first: EngineStage.Turn?
        for (name, followed) in live {
            for (user, course) in followed.courses {
                guard let due = followed.plan.nextDue(course.user), due <= instant else {
                    continue
                }
                let turn = EngineStage.Turn(at: due, rank: followed.rank, name: name, user: user)
                first = first.map { min($0, turn) } ?? turn
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

    /// Live segments hear of a record, which all of them know; what was before it has passed.
    mutating func tell(
        _ record: LiveCourse.Record,
        _ marks: [UserHistory.PropertyVersion] = [],
        of user: UserID,
        at logTime: Timestamp
    ) {
        for name in live.keys {
            guard let followed = live[name] else { continue }
            if followed.courses[user] == nil {
                var course = LiveCourse(followed.plan, of: user)
                course.begin(at: followed.begin)
                live[name]?.courses[user] = course
            }
            live[name]?.courses[user]?.learn(record, at: logTime)
            if !marks.isEmpty {
                live[name]?.courses[user]?.learn(.properties(marks), at: logTime)
            }
        }
        for name in names {
            settle(before: name)
            decide(record, of: user, by: name, at: logTime)
            passOverdue(before: logTime)
        }
        settle()
    }

    /// What a late record shows to have been due before now passes with it, so that segments which
    /// use each other know of it.
    private mutating func passOverdue(before now: Timestamp) {
        guard live.values.contains(where: { $0.rank > 0 }) else { return }
        while let due = firstDue(upTo: now - 1) {
            let changes = live[due.name]?.courses[due.user]?.pass(due.at) ?? []
            note(changes, of: due.user, by: due.name, at: now)
        }
    }

    private mutating func decide(
        _ record: LiveCourse.Record,
        of user: UserID,
        by name: ExactName,
        at now: Timestamp
    ) {
        let changes =
            live[name]?.courses[user]?.decide(record, at: now, isHistory: isMerging) ?? []
        note(changes, of: user, by: name, at: now)
    }

    /// Segments that are before one hear of members.
    mutating func settle(before name: ExactName) {
        guard let rank = live[name]?.rank else { return }
        settle { ($0.rank, $0.name) < (rank, name) }
    }

    /// Every segment hears of the members of those that it uses.
    mutating func settle() { settle { _ in true } }

    private mutating func settle(while isWanted: (EngineStage.Turn) -> Bool) {
        while let next = waiting.keys.min(), isWanted(next) { hearMembers(next) }
    }

    private mutating func hearMembers(_ turn: EngineStage.Turn) {
        let versions = waiting.removeValue(forKey: turn) ?? []
        decide(.properties(versions), of: turn.user, by: turn.name, at: turn.at)
    }

    /// Tells changes; who uses the segment hears of its members in the same step, in its turn.
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
        guard !changes.isEmpty, let followed = live[name] else { return }
        var versions: [UserHistory.PropertyVersion] = []
        var isInside = followed.inside.contains(user)
        let property = followed.inFeed.property
        // What is told later holds, though instants run backwards.
        let marks = users[user]?.versions.lazy.filter { $0.property == property }
        var since = marks?.compactMap(\.since).max()
        for change in changes where change.isMember != isInside {
            isInside = change.isMember
            since = max(change.at, since ?? change.at)
            versions.append(
                UserHistory.PropertyVersion(
                    property,
                    isInside ? InFeed.member : nil,
                    since: since,
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
        for (other, known) in live where known.plan.reads.concerns(property: property) {
            live[other]?.courses[user]?.learn(.properties(versions), at: now)
            guard known.plan.hears.concerns(property: property) else { continue }
            let turn = EngineStage.Turn(at: now, rank: known.rank, name: other, user: user)
            waiting[turn, default: []] += versions
        }
    }
}
