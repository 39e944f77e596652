// A stage without a machine: every answer by the naive oracle, which looks back over all that was.

import Basics
import Kit
import Segments
import Synchronization

@testable import Stories

/// Plays stories by the oracle.
///
/// What ingestion makes of records it takes from the engine's stage, and nothing else.
final class OracleStage: Stage {
    /// A live segment.
    private struct Followed {
        let segment: LiveOracle.Followed
        /// How many changes of each user were told already.
        var told: [UserID: Int] = [:]
        var name: String { segment.inFeed.segment.text }
    }

    private struct State {
        var definitions: [ExactName: Definition] = [:]
        var live: [Followed] = []
        /// How many live segments have begun.
        var begun: UInt64 = 0
        var told: [Story.Change] = []
    }

    private let intake: EngineStage
    private let state = Mutex(State())

    init(zone: Zone) { intake = EngineStage(zone: zone) }

    func define(_ name: String, _ definition: Definition, at: Timestamp)
        async throws(StoryProblem)
    {
        _ = try nested([definition], as: name)
        state.withLock { $0.definitions[ExactName(name)] = definition }
    }

    func follow(_ name: String, _ live: LiveDefinition, at: Timestamp)
        async throws(StoryProblem)
    {
        var live = live
        live.zone = live.zone ?? intake.zone.name
        let nested = try nested(live.conditions.map(\.definition), as: name)
        let revision = state.withLock { state in
            state.begun += 1
            return state.begun
        }
        let segment: LiveOracle.Followed
        do throws(DefinitionProblem) {
            let inFeed = InFeed(ExactName(name), revision: revision)
            segment = try LiveOracle.Followed(live, as: inFeed, nested: nested, begin: at)
        } catch {
            throw StoryProblem(place: error.place, error.message, hint: error.hint ?? "")
        }
        state.withLock { $0.live.append(Followed(segment: segment)) }
    }

    func update(_ name: String, to live: LiveDefinition, at: Timestamp)
        async throws(StoryProblem)
    {
        throw StoryProblem(.absent, "the oracle knows one definition of a live segment")
    }

    func archive(_ name: String, at: Timestamp) async throws(StoryProblem) {
        hear(upTo: at - 1)
        state.withLock { state in
            state.definitions[ExactName(name)] = nil
            state.live.removeAll { $0.name == name }
        }
    }

    func write(_ record: Story.Record, at: Timestamp) async throws(StoryProblem)
        -> RecordOutcome
    {
        try await intake.write(record, at: at)
    }

    func change(_ change: Story.ListChange, at: Timestamp) async throws(StoryProblem) {
        try await intake.change(change, at: at)
    }

    func identify(_ old: UserID, as known: UserID, at: Timestamp) async throws(StoryProblem) {
        try await intake.identify(old, as: known, at: at)
    }

    func unmerge(_ user: UserID, at: Timestamp) async throws(StoryProblem) {
        try await intake.unmerge(user, at: at)
    }

    func erase(_ user: UserID, at: Timestamp) async throws(StoryProblem) {
        hear(upTo: at - 1)
        let user = intake.state.withLock { $0.survivor(of: user) }
        let known = users[user]
        state.withLock { state in
            for index in state.live.indices {
                let followed = state.live[index]
                let last = known.flatMap {
                    changes(of: followed, user, $0, upTo: at - 1, state.live).last
                }
                state.live[index].told[user] = nil
                guard last?.isMember == true else { continue }
                state.told.append(
                    Story.Change(segment: followed.name, user: user, kind: .erased, at: at)
                )
            }
        }
        try await intake.erase(user, at: at)
    }

    func restart(_ service: Story.Service, at: Timestamp) async throws(StoryProblem) {}

    func members(of segment: String, asOf instant: Timestamp) async throws(StoryProblem)
        -> Set<UserID>
    {
        if let followed = state.withLock({ $0.live.first { $0.name == segment } }) {
            let live = state.withLock { $0.live }
            let inside = users.filter { user, known in
                changes(of: followed, user, known, upTo: instant, live).last?.isMember ?? false
            }
            return Set(inside.keys)
        }
        let oracle = try oracle(segment, instant)
        let live = state.withLock { $0.live }
        return Set(
            users.filter { user, known in
                let log = log(of: user, known, live, upTo: instant)
                return oracle.isMember(log.history(log.entries.count))
            }.map(\.key)
        )
    }

    /// Whether somebody is in; why, and when that changes, the oracle cannot say.
    func explain(_ user: UserID, in segment: String, asOf instant: Timestamp)
        async throws(StoryProblem) -> MembershipAnswer?
    {
        let oracle = try oracle(segment, instant)
        let user = intake.state.withLock { $0.survivor(of: user) }
        guard let known = users[user] else { return nil }
        return MembershipAnswer(
            isMember: oracle.isMember(history(user, known)),
            flip: .never,
            lines: []
        )
    }

    func feed(upTo instant: Timestamp) async throws(StoryProblem) -> [Story.Change] {
        hear(upTo: instant)
        return state.withLock { state in
            defer { state.told = [] }
            return state.told
        }
    }

    private func hear(upTo instant: Timestamp) {
        let users = users
        state.withLock { state in
            for index in state.live.indices {
                let followed = state.live[index]
                for (user, known) in users {
                    let all = changes(of: followed, user, known, upTo: instant, state.live)
                    let before = followed.told[user] ?? 0
                    state.live[index].told[user] = all.count
                    state.told += all.dropFirst(before).map { change in
                        Story.Change(
                            segment: followed.name,
                            user: user,
                            kind: change.kind == .entered ? .entered : .left,
                            at: change.at
                        )
                    }
                }
            }
        }
    }

    private func changes(
        of followed: Followed,
        _ user: UserID,
        _ known: EngineStage.User,
        upTo instant: Timestamp,
        _ live: [Followed]
    ) -> [LiveChange] {
        let below = live.prefix { $0.name != followed.name }
        let log = log(of: user, known, Array(below), upTo: instant)
        return followed.segment.told(of: log, until: instant + 1)
    }

    /// What is recorded of a user, and what live segments tell by then.
    private func log(
        of user: UserID,
        _ known: EngineStage.User,
        _ live: [Followed],
        upTo instant: Timestamp
    ) -> LiveLog {
        let entries = known.records.map { known in
            var entry = LiveLog.Entry(known.record, at: known.at)
            // That a user is anonymous is known with the user's first record.
            entry.isConsequence = entry.versions.contains {
                $0.property == Known.anonymity && $0.value != nil
            }
            return entry
        }
        return LiveLog(of: user, entries, begin: 0, beginTime: .earliest)
            .telling(live.map(\.segment), until: instant + 1)
    }

    private var users: [UserID: EngineStage.User] { intake.state.withLock { $0.users } }

    private func history(_ user: UserID, _ known: EngineStage.User) -> UserHistory {
        UserHistory(of: user, events: known.events, versions: known.versions)
    }

    private func oracle(_ segment: String, _ instant: Timestamp) throws(StoryProblem) -> Oracle {
        guard let definition = state.withLock({ $0.definitions[ExactName(segment)] }) else {
            throw StoryProblem(.stage, place: segment, "there is no such segment")
        }
        return Oracle(
            definition,
            at: instant,
            projectZone: intake.zone.name,
            nested: try nested([definition], as: segment)
        )
    }

    private func nested(_ definitions: [Definition], as name: String) throws(StoryProblem)
        -> [NestedSegment]
    {
        let known = state.withLock { (definitions: $0.definitions, live: $0.live) }
        var nested: [NestedSegment] = []
        do throws(DefinitionProblem) {
            for definition in definitions {
                let nesting = try Nesting(of: definition, as: ExactName(name)) {
                    (name) throws(DefinitionProblem) in
                    if let known = known.definitions[name] { return known }
                    if let followed = known.live.first(where: { $0.name == name.text }) {
                        return Definition(.inFeed(followed.segment.inFeed))
                    }
                    throw DefinitionProblem(.segment, place: "", message: "no \(name.text)")
                }
                nested += nesting.segments.filter { !nested.contains($0) }
            }
        } catch {
            throw StoryProblem(place: error.place, error.message, hint: error.hint ?? "")
        }
        return nested
    }
}

extension Story {
    /// The same without what the oracle cannot say: when an answer changes by itself.
    var withoutFlips: Story {
        let steps = steps.map { step in
            guard case .explain(let asked) = step.act else { return step }
            let question = Question(
                segment: asked.segment,
                user: asked.user,
                asOf: asked.asOf,
                isMember: asked.isMember,
                flip: nil
            )
            return Step(line: step.line, at: step.at, act: .explain(question))
        }
        return Story(title: title, zone: zone, steps: steps)
    }
}
