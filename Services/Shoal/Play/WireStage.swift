// A stage that is a suite of services, asked over the wire as any backend asks it.

import Basics
import Chassis
import Messages
import Segments
import Stories
import Wire

/// Plays on a suite's registry, ingestion and evaluators.
struct WireStage: Stage {
    /// How a suite hears of a record.
    enum Hearing: Sendable {
        /// As it happens: the suite's time is the story's, and feeds are read.
        case live(any SuiteOnStage, StoryConsumer)
        /// As history of an import of this name: the suite's time is its own, and live segments
        /// are played over the past.
        case history(importID: String, RisingLine, StoryBacktest)
    }

    /// Users of one page.
    private static let pageUsers: UInt32 = 10_000

    let suite: Suite
    let project: ProjectName
    let hearing: Hearing

    func define(_ name: String, _ definition: Definition, at: Timestamp)
        async throws(StoryProblem)
    {
        advance(to: at)
        // A list that a segment names is there before anybody is on it.
        for (_, list) in definition.listsUsed { try await create(list) }
        try await ask("save the segment") {
            let request = EvaluationV1.CreateRequest(
                name: name,
                definition: try DefinitionCoding.encode(definition)
            )
            _ = try await suite.segments().create(request, Questions.options(project))
        }
    }

    func follow(_ name: String, _ live: LiveDefinition, at: Timestamp)
        async throws(StoryProblem)
    {
        advance(to: at)
        for list in Set(live.conditions.flatMap { $0.definition.listsUsed.map(\.name) }) {
            try await create(list)
        }
        try await ask("save the live segment") {
            let request = EvaluationV1.CreateRequest(
                name: name,
                live: try LiveCoding.encode(live)
            )
            _ = try await suite.segments().create(request, Questions.options(project))
            switch hearing {
            case .live(_, let consumer): try await consumer.follow(name)
            case .history(_, _, let backtest): await backtest.follow(name, at: at)
            }
        }
    }

    func update(_ name: String, to live: LiveDefinition, at: Timestamp)
        async throws(StoryProblem)
    {
        advance(to: at)
        guard case .live = hearing else {
            throw StoryProblem(
                .absent,
                "a backtest plays one definition of a live segment",
                hint: "play it without --address"
            )
        }
        try await ask("change the live segment") {
            var request = EvaluationV1.UpdateRequest(
                name: name,
                dryRun: true,
                live: try LiveCoding.encode(live)
            )
            // As a user does it: the difference first, then what was looked at.
            let seen = try await suite.segments().update(request, Questions.options(project))
            request.dryRun = false
            request.expectedRevision = seen.segment?.revision
            _ = try await suite.segments().update(request, Questions.options(project))
        }
    }

    func feed(upTo instant: Timestamp) async throws(StoryProblem) -> [Story.Change] {
        try await listen(upTo: instant)
        switch hearing {
        case .live(_, let consumer): return await consumer.takeTold()
        case .history(_, _, let backtest): return await backtest.takeTold()
        }
    }

    /// Everything is heard that is told up to an instant, which passes.
    private func listen(upTo instant: Timestamp) async throws(StoryProblem) {
        // No record comes at an instant only once the time is another.
        advance(to: instant + 1)
        try await ask("read the feeds") {
            switch hearing {
            case .live(_, let consumer): try await consumer.listen(upTo: instant)
            case .history(_, _, let backtest): try await backtest.listen(upTo: instant)
            }
        }
    }

    func archive(_ name: String, at: Timestamp) async throws(StoryProblem) {
        // What it has told until then is told.
        try await listen(upTo: at - 1)
        switch hearing {
        case .live(_, let consumer): await consumer.leave(name)
        case .history(_, _, let backtest): await backtest.leave(name)
        }
        try await ask("archive the segment") {
            let request = EvaluationV1.ArchiveRequest(name: name)
            _ = try await suite.segments().archive(request, Questions.options(project))
        }
    }

    func change(_ change: Story.ListChange, at: Timestamp) async throws(StoryProblem) {
        advance(to: at)
        guard case .live = hearing else {
            throw StoryProblem(
                .absent,
                "a list changes at the running suite's own time, not at a story's",
                hint: "play it without --address"
            )
        }
        try await create(change.list)
        try await ask("change the list") {
            let client = try await suite.lists()
            let (name, users) = (change.list.text, change.users.map(\.text))
            let options = Questions.options(project)
            switch change.operation {
            case .add: _ = try await client.add(.init(name: name, userIDs: users), options)
            case .remove: _ = try await client.remove(.init(name: name, userIDs: users), options)
            case .replace: _ = try await client.replace(.init(name: name, userIDs: users), options)
            }
        }
    }

    func erase(_ user: UserID, at: Timestamp) async throws(StoryProblem) {
        guard case .live = hearing else {
            throw StoryProblem(
                .absent,
                "a user is erased at the running suite's own time, not at a story's",
                hint: "leave out --address: the story is then played on a suite of its own"
            )
        }
        // Afterwards nobody tells any more whom earlier changes were about.
        try await listen(upTo: at - 1)
        try await ask("erase the user") {
            let request = IngestionV1.EraseRequest(userID: user.text)
            _ = try await suite.ingestion().erase(request, Questions.options(project))
        }
    }

    /// Makes a list unless it is there.
    private func create(_ list: ExactName) async throws(StoryProblem) {
        try await ask("create the list") {
            do {
                let request = EvaluationV1.CreateListRequest(name: list.text)
                _ = try await suite.lists().create(request, Questions.options(project))
            } catch let fault as Fault where fault.code == .alreadyExists {
                return
            }
        }
    }

    /// What live segments told until then is heard: afterwards nobody tells whom it was about.
    private func prepareMerge(_ at: Timestamp) async throws(StoryProblem) {
        guard case .history(_, _, let backtest) = hearing, await backtest.isFollowing else {
            return try await listen(upTo: at - 1)
        }
        throw StoryProblem(
            .absent,
            "a backtest takes users who became one for one always",
            hint: "play it without --address"
        )
    }

    func identify(_ old: UserID, as known: UserID, at: Timestamp) async throws(StoryProblem) {
        try await prepareMerge(at)
        try await ask("identify the user") {
            let request = IngestionV1.IdentifyRequest(anonymousID: old.text, userID: known.text)
            _ = try await suite.ingestion().identify(request, Questions.options(project))
        }
    }

    func unmerge(_ user: UserID, at: Timestamp) async throws(StoryProblem) {
        try await prepareMerge(at)
        try await ask("take the merge back") {
            let request = IngestionV1.UnmergeRequest(userID: user.text)
            _ = try await suite.ingestion().unmerge(request, Questions.options(project))
        }
    }

    func restart(_ service: Story.Service, at: Timestamp) async throws(StoryProblem) {
        advance(to: at)
        guard case .live(let staged, _) = hearing else {
            throw StoryProblem(
                .absent,
                "a running suite's services are not restarted by a story",
                hint: "play it without --address"
            )
        }
        try await ask("restart the \(service.rawValue)") {
            try await staged.restart(service)
            try await Readiness(suite: suite).wait(
                staged.addresses,
                timeoutMs: PlayCommand.readyMs
            )
        }
    }

    func write(_ record: Story.Record, at: Timestamp) async throws(StoryProblem) -> RecordOutcome {
        advance(to: at)
        try await refuseLate(record, at)
        return try await ask("write the record") {
            let client = try await suite.ingestion()
            let options = Questions.options(project)
            switch hearing {
            case .live:
                let message = try Self.message(record, record.ts ?? at)
                let request = IngestionV1.TrackRequest(records: [message])
                let answer = try await client.track(request, options)
                return Self.outcome(answer.verdicts.first)
            case .history(let importID, let lines, _):
                // The suite's clock is not the story's: its rule for the future is applied here.
                let instant: Timestamp
                switch EventTime.settled(record.ts ?? at, receivedAt: at) {
                case .kept(let kept), .clamped(let kept): instant = kept
                case .tooEarly, .tooLate: return .refused("the instant is out of range")
                }
                let request = IngestionV1.ImportRequest(
                    importID: importID,
                    firstLine: lines.next(),
                    records: [try Self.message(record, instant)]
                )
                let answer = try await client.import(request, options)
                if let fault = answer.faults.first { return Self.outcome(fault.verdict) }
                return answer.duplicates > 0 ? .duplicate : .taken
            }
        }
    }

    /// A backtest takes the user's own instant for that of the log.
    private func refuseLate(_ record: Story.Record, _ at: Timestamp) async throws(StoryProblem) {
        guard case .history(_, _, let backtest) = hearing, let ts = record.ts, ts < at,
            await backtest.isFollowing
        else { return }
        throw StoryProblem(
            .absent,
            "what comes late cannot be told to a running suite's live segments",
            hint: "play it without --address"
        )
    }

    func members(of segment: String, asOf instant: Timestamp) async throws(StoryProblem)
        -> Set<UserID>
    {
        switch hearing {
        case .live(_, let consumer):
            guard await consumer.members(of: segment) != nil else { break }
            try await listen(upTo: instant)
            let (told, listed) = (
                await consumer.members(of: segment), try await listed(segment, asOf: instant)
            )
            guard told == listed else {
                throw StoryProblem(.stage, place: segment, "its feed has others than its members")
            }
            return listed
        case .history(_, _, let backtest):
            let members = try await ask("play the segment over the past") {
                try await backtest.members(of: segment, at: instant)
            }
            if let members { return members }
        }
        return try await listed(segment, asOf: instant)
    }

    private func listed(_ segment: String, asOf instant: Timestamp) async throws(StoryProblem)
        -> Set<UserID>
    {
        try await ask("list the members") {
            let client = try await suite.segments()
            var request = EvaluationV1.MembersRequest(
                subject: EvaluationV1.Subject(kind: .segment(segment)),
                atMs: instant.ms,
                limit: Self.pageUsers
            )
            var members: Set<UserID> = []
            while true {
                let page = try await client.members(request, Questions.options(project))
                members.formUnion(page.users.compactMap(UserID.init))
                guard let next = page.nextCursor else { return members }
                request.cursor = next
            }
        }
    }

    func explain(_ user: UserID, in segment: String, asOf instant: Timestamp)
        async throws(StoryProblem) -> MembershipAnswer?
    {
        try await ask("explain the user") {
            let request = EvaluationV1.ExplainRequest(
                subject: EvaluationV1.Subject(kind: .segment(segment)),
                atMs: instant.ms,
                userID: user.text
            )
            let answer = try await suite.segments().explain(request, Questions.options(project))
            guard answer.known, let found = answer.explanation else { return nil }
            return MembershipAnswer(
                isMember: found.member,
                flip: try Self.flip(found),
                lines: found.lines
            )
        }
    }

    private static func flip(_ found: EvaluationV1.Explanation) throws(CommandError) -> Flip {
        switch (found.flip, found.flipAtMs) {
        case (.never, _): return .never
        case (.at, let ms?): return .at(Timestamp(ms: ms))
        case (.notBefore, let ms?): return .notBefore(Timestamp(ms: ms))
        default:
            throw CommandError(
                .internalError,
                "explain",
                "the suite does not say whether time alone changes the answer",
                hint: "bring the suite and this program to one version"
            )
        }
    }

    private func advance(to instant: Timestamp) {
        if case .live(let staged, _) = hearing { staged.advance(to: instant) }
    }

    /// Asks the suite; whatever it answers with an error ends the story.
    private func ask<Answer>(
        _ what: String,
        _ work: () async throws -> Answer
    ) async throws(StoryProblem) -> Answer {
        do {
            return try await work()
        } catch {
            let told = CommandError(error, what)
            throw StoryProblem(
                .stage,
                place: told.place,
                "the suite cannot \(what): \(told.what)",
                hint: told.hint
            )
        }
    }

    private static func outcome(_ verdict: IngestionV1.Verdict?) -> RecordOutcome {
        switch verdict?.kind {
        case .accepted?: return .taken
        case .duplicate?: return .duplicate
        default: return .refused(verdict?.message ?? "there is no verdict")
        }
    }

    private static func message(_ record: Story.Record, _ instant: Timestamp) throws
        -> IngestionV1.TrackRecord
    {
        func encoded(_ properties: [Story.Property]) throws -> [LogV1.Property] {
            try properties.map { try ValueCoding.encode(name: $0.name.text, $0.value) }
        }
        let kind: IngestionV1.TrackRecord.Kind
        switch record.body {
        case .event(let name, let id, let properties):
            kind = .event(
                IngestionV1.TrackedEvent(
                    name: name.text,
                    occurredAtMs: instant.ms,
                    eventID: id,
                    properties: try encoded(properties)
                )
            )
        case .profile(let set, let unset):
            kind = .profile(
                IngestionV1.TrackedProfile(
                    set: try encoded(set),
                    unset: unset.map(\.text),
                    atMs: instant.ms
                )
            )
        }
        return IngestionV1.TrackRecord(
            userID: record.user.text,
            kind: kind,
            anonymous: record.isAnonymous
        )
    }
}
