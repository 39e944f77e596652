// The engine alone follows live segments: one course per segment and user, moved on by the story.

public import Basics
public import Segments
import Synchronization

extension EngineStage {
    /// A live segment with its users.
    struct Followed {
        var plan: LivePlan
        let begin: Timestamp
        var courses: [UserID: LiveCourse] = [:]
    }

    /// Compiles the segment, and lets it know what was written before.
    public func follow(_ name: String, _ live: LiveDefinition, at: Timestamp)
        async throws(StoryProblem)
    {
        do throws(DefinitionProblem) {
            let plan = try plan(of: live, as: name)
            state.withLock { state in
                var followed = Followed(plan: plan, begin: at)
                for (user, known) in state.users {
                    var course = LiveCourse(plan, of: user)
                    for (record, logTime) in known.records {
                        _ = course.hear(record, at: logTime)
                    }
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
            let plan = try plan(of: live, as: name)
            state.withLock { state in
                state.pass(upTo: at - 1)
                guard var followed = state.live[ExactName(name)] else { return }
                followed.plan = plan
                for user in followed.courses.keys.sorted() {
                    let changes = followed.courses[user]?.change(to: plan, at: at) ?? []
                    state.note(changes, of: user, by: ExactName(name))
                }
                state.live[ExactName(name)] = followed
            }
        } catch {
            throw StoryProblem(place: error.place, error.message, hint: error.hint ?? "")
        }
    }

    private func plan(of live: LiveDefinition, as name: String) throws(DefinitionProblem)
        -> LivePlan
    {
        var segments: [NestedSegment] = []
        for (_, condition) in live.conditions {
            for segment in try nested(in: condition, as: name)
            where !segments.contains(segment) {
                segments.append(segment)
            }
        }
        return try LivePlan(live, projectZone: zone, nested: segments)
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

extension EngineStage.State {
    /// Every instant passes up to one, which is included.
    mutating func pass(upTo instant: Timestamp) {
        for name in live.keys.sorted() {
            guard let users = live[name]?.courses.keys.sorted() else { continue }
            for user in users {
                let changes = live[name]?.courses[user]?.pass(before: instant + 1) ?? []
                note(changes, of: user, by: name)
            }
        }
    }

    /// Live segments hear of a record.
    mutating func tell(_ record: LiveCourse.Record, of user: UserID, at logTime: Timestamp) {
        for name in live.keys.sorted() {
            guard var followed = live[name] else { continue }
            if followed.courses[user] == nil {
                var course = LiveCourse(followed.plan, of: user)
                course.begin(at: followed.begin)
                followed.courses[user] = course
            }
            let changes = followed.courses[user]?.hear(record, at: logTime) ?? []
            live[name] = followed
            note(changes, of: user, by: name)
        }
    }

    fileprivate mutating func note(_ changes: [LiveChange], of user: UserID, by name: ExactName) {
        told += changes.map { change in
            let kind: Story.Change.Kind =
                switch change.kind {
                case .entered: .entered
                case .left: .left
                case .retracted: .retracted
                case .corrected: .corrected
                case .erased: .erased
                }
            return Story.Change(segment: name.text, user: user, kind: kind, at: change.at)
        }
    }
}
