// Live segments on a running suite, whose time is not the story's: what they would have told.

import Basics
import Chassis
import Messages
import Segments
import Stories

/// Asks a running suite's backtest for what live segments would have told over imported history.
///
/// A backtest takes event time for log time, so that a story in which nothing comes late is told
/// as it would have been live.
actor StoryBacktest {
    private static let pageMax: UInt32 = 5_000
    private static let pageBytes: UInt32 = 1 << 20

    private struct Followed {
        let name: String
        let from: Timestamp
        /// How many changes of each user were told already.
        var told: [UserID: Int] = [:]
    }

    private let suite: Suite
    private let project: ProjectName
    private var followed: [Followed] = []
    private var told: [Story.Change] = []

    init(suite: Suite, project: ProjectName) {
        self.suite = suite
        self.project = project
    }

    /// Whether any segment is followed.
    var isFollowing: Bool { !followed.isEmpty }

    /// A segment begins, before whatever happens at its instant.
    func follow(_ segment: String, at: Timestamp) {
        followed.append(Followed(name: segment, from: at))
    }

    /// Asks about a segment no more.
    func leave(_ segment: String) { followed.removeAll { $0.name == segment } }

    /// Hears what would have been told up to an instant, which is included.
    func listen(upTo instant: Timestamp) async throws {
        for index in followed.indices {
            for (user, changes) in try await changes(followed[index], upTo: instant) {
                told += changes.dropFirst(followed[index].told[user] ?? 0).map(\.change)
                followed[index].told[user] = changes.count
            }
        }
    }

    /// What was heard since it was asked last.
    func takeTold() -> [Story.Change] {
        defer { told = [] }
        return told
    }

    /// Who would be in a segment at an instant; nil: it is not live.
    func members(of segment: String, at instant: Timestamp) async throws -> Set<UserID>? {
        guard let one = followed.first(where: { $0.name == segment }) else { return nil }
        let changes = try await changes(one, upTo: instant)
        return Set(changes.filter { $0.value.last?.isMember ?? false }.map(\.key))
    }

    private func changes(_ one: Followed, upTo instant: Timestamp) async throws
        -> [UserID: [(change: Story.Change, isMember: Bool)]]
    {
        let client = try await suite.segments()
        var request = EvaluationV1.BacktestRequest(
            kind: .segment(one.name),
            fromMs: one.from.ms,
            toMs: instant.ms + 1,
            limit: Self.pageMax
        )
        var options = Questions.options(project)
        options.maxReplyBytes = Self.pageBytes
        var changes: [UserID: [(Story.Change, Bool)]] = [:]
        repeat {
            let page = try await client.backtest(request, options)
            for change in page.changes {
                guard let user = UserID(change.userID),
                    let kind = Story.Change.Kind(change.kind)
                else { continue }
                let told = Story.Change(
                    segment: one.name,
                    user: user,
                    kind: kind,
                    at: Timestamp(ms: change.atMs)
                )
                changes[user, default: []].append((told, change.member))
            }
            request.cursor = page.nextCursor
        } while request.cursor != nil
        return changes
    }
}
