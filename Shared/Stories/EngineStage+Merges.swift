// Two users become one on the engine alone, and two again, as ingestion makes them.

public import Basics
import Segments
import Synchronization

extension EngineStage {
    /// The old identifier's records are the known user's, and so is what comes in under it.
    public func identify(_ old: UserID, as known: UserID, at: Timestamp)
        async throws(StoryProblem)
    {
        let isRefused = state.withLock { state in
            let user = state.survivor(of: known)
            guard state.survivors[old] == nil else { return state.survivor(of: old) != user }
            guard user != old else { return true }
            state.pass(upTo: at - 1)
            state.survivors[old] = known
            if state.users[old] == nil { state.anonymous.insert(old) }
            let moved = state.users.removeValue(forKey: old)?.records ?? []
            for list in state.lists.keys where state.lists[list]?.remove(old) != nil {
                state.lists[list]?.insert(user)
            }
            state.tellGone(old, at: at)
            // Heard with what is moved, by which nothing fires.
            _ = state.makeKnown(user, at: at)
            state.give(moved.filter { !$0.isMark }.map(\.moved), to: user, at: at)
            return false
        }
        guard isRefused else { return }
        throw StoryProblem(.stage, place: old.text, "it cannot become \(known.text)")
    }

    /// The identifier has its own records again, and those of who was merged into it.
    public func unmerge(_ user: UserID, at: Timestamp) async throws(StoryProblem) {
        state.withLock { state in
            let survivor = state.survivor(of: user)
            guard survivor != user else { return }
            state.pass(upTo: at - 1)
            state.survivors[user] = nil
            let all = state.users[survivor]?.records ?? []
            func isGoing(_ one: Recorded) -> Bool {
                !one.isMark && state.survivor(of: one.origin) == user
            }
            let (going, staying) = (all.filter(isGoing), all.filter { !isGoing($0) })
            state.users[survivor] = User()
            state.give(staying, to: survivor, at: at)
            state.give(going.map(\.moved), to: user, at: at)
            for list in state.lists.keys {
                state.settle(list, of: survivor)
                state.settle(list, of: user)
            }
        }
    }
}

extension EngineStage.State {
    /// The user that an identifier stands for.
    func survivor(of id: UserID) -> UserID {
        var user = id
        while let next = survivors[user] { user = next }
        return user
    }

    /// Records are written once more as a user's, unless their event ids are there: of two with one
    /// id that stays which was received earlier.
    fileprivate mutating func give(
        _ moved: [EngineStage.Recorded],
        to user: UserID,
        at now: Timestamp
    ) {
        isMerging = true
        defer { isMerging = false }
        var known = users[user] ?? EngineStage.User()
        for var one in moved {
            let other = known.records.firstIndex { $0.id != nil && $0.id == one.id }
            if let other {
                guard one.at < known.records[other].at else { continue }
                known.records.remove(at: other)
            }
            one.record = one.record.moved(to: next)
            next = next.next
            known.records.append(one)
        }
        if let first = known.records.first, anonymous.contains(user),
            !known.records.contains(where: \.isAnonymity)
        {
            let place = first.versions.first?.position ?? first.event?.position ?? .zero
            let mark = LiveCourse.Record.properties([Known.anonymity(at: place)])
            known.records.insert(
                .init(record: mark, at: first.at, origin: user, isMark: true),
                at: 1
            )
        }
        known.eventIDs = Set(known.records.compactMap(\.id))
        known.events = known.records.compactMap(\.event)
        known.versions = known.records.flatMap(\.versions)
        users[user] = known
        for name in names {
            settle(before: name)
            guard var followed = live[name] else { continue }
            // Who is in by a segment that it uses is among them, told just now.
            let records = (users[user]?.records ?? []).map {
                (record: $0.record, at: $0.at, isMoved: $0.isMoved)
            }
            if followed.courses[user] == nil {
                var course = LiveCourse(followed.plan, of: user)
                course.begin(at: followed.begin)
                followed.courses[user] = course
            }
            let changes = followed.courses[user]?.recount(records, at: now) ?? []
            live[name] = followed
            note(changes, of: user, by: name, at: now)
        }
        settle()
    }

    /// Live segments forget a user, and tell it of who was in.
    fileprivate mutating func tellGone(_ user: UserID, at now: Timestamp) {
        for name in live.keys.sorted() {
            live[name]?.inside.remove(user)
            guard let course = live[name]?.courses.removeValue(forKey: user),
                course.user.isInside
            else { continue }
            told.append(
                Story.Change(segment: name.text, user: user, kind: .corrected, at: now)
            )
        }
    }

    /// Who is on a list by the last word on it.
    fileprivate mutating func settle(_ list: ExactName, of user: UserID) {
        let words = users[user]?.versions.filter { $0.property == InList(list).property } ?? []
        if words.last?.value == nil {
            lists[list]?.remove(user)
        } else {
            lists[list]?.insert(user)
        }
    }
}

extension EngineStage.Recorded {
    /// The same where it did not come in.
    fileprivate var moved: Self {
        var moved = self
        moved.isMoved = true
        return moved
    }

    /// Whether it is that the user is anonymous.
    fileprivate var isAnonymity: Bool { versions.contains { $0.property == Known.anonymity } }

    fileprivate var event: UserHistory.Event? {
        if case .event(let event) = record { event } else { nil }
    }

    fileprivate var versions: [UserHistory.PropertyVersion] {
        if case .properties(let versions) = record { versions } else { [] }
    }
}

extension LiveCourse.Record {
    /// The same at another place in the log.
    fileprivate func moved(to place: LogOffset) -> LiveCourse.Record {
        switch self {
        case .event(var event):
            event.position = place
            return .event(event)
        case .properties(let versions):
            return .properties(
                versions.map {
                    UserHistory.PropertyVersion(
                        $0.property,
                        $0.value,
                        since: $0.since,
                        position: place
                    )
                }
            )
        }
    }
}
