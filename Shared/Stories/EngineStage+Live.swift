// The engine alone follows live segments: one course per segment and user, moved on by the story.

public import Basics
public import Segments
import Synchronization

extension EngineStage {
    /// A live segment with its users.
    struct Followed {
        let plan: LivePlan
        let begin: Timestamp
        var courses: [UserID: LiveCourse] = [:]
    }

    /// Compiles the segment, and lets it know what was written before.
    public func follow(_ name: String, _ live: LiveDefinition, at: Timestamp)
        async throws(StoryProblem)
    {
        do throws(DefinitionProblem) {
            var segments: [NestedSegment] = []
            for (_, condition) in live.conditions {
                for segment in try nested(in: condition, as: name)
                where !segments.contains(segment) {
                    segments.append(segment)
                }
            }
            let plan = try LivePlan(live, projectZone: zone, nested: segments)
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

    /// Live segments forget a user.
    mutating func forget(_ user: UserID, at: Timestamp) {
        for name in live.keys.sorted() {
            guard let course = live[name]?.courses.removeValue(forKey: user), course.user.isInside
            else { continue }
            told.append(Story.Change(segment: name.text, user: user, kind: .erased, at: at))
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

    private mutating func note(_ changes: [LiveChange], of user: UserID, by name: ExactName) {
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
