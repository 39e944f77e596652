// The owner's part of a trend: one snapshot of its partitions, counted as of many instants.

import Basics
import Columns
import Messages
import Segments

extension SetsDoor {
    /// What the partitions of a lane are at one moment.
    struct Snapshot: Sendable {
        /// One partition; without columns: it has nothing of the project.
        struct Part: Sendable {
            let position: LogV1.Position
            let columns: PartitionColumns?
            var needed = NeededPositions()
        }

        var parts: [Part] = []
        var positions: [LogV1.Position] { parts.map(\.position) }
        /// How far further partitions must be read in one answer with these.
        var needed: [LogV1.Position] {
            var needed = NeededPositions()
            for part in parts { needed.add(part.needed) }
            return needed.message(beside: positions)
        }
        var columns: [PartitionColumns] { parts.compactMap(\.columns) }
        var histories: [any History] { columns }
        /// How many users of the project were erased in these partitions by then.
        var erasures: Int { columns.reduce(0) { $0 + $1.erasures } }
    }

    /// How long a count beside the lanes may take.
    ///
    /// A little is kept of the deadline, so that the refusal still reaches the caller.
    func limit(of call: CallContext) -> QuestionLimit {
        let left = call.deadlineNs - min(clock.monotonicNs, call.deadlineNs)
        return QuestionLimit(clock: clock, untilNs: call.deadlineNs - left / 10)
    }

    /// Counts as of every instant, all at the positions told with the counts.
    func trend(
        _ plan: Plan,
        _ project: ProjectName,
        _ request: EvaluationV1.EvaluateRequest,
        _ partitions: [Partition],
        _ call: CallContext,
        _ response: inout EvaluationV1.EvaluateResponse
    ) async throws {
        let whole = try await snapshot(project, partitions)
        response.positions = whole.positions
        response.needed = whole.needed
        response.universe = whole.histories.reduce(0) { $0 + UInt64($1.presentCount) }
        if request.firstEvent {
            response.firstEventMs = whole.histories.compactMap(\.firstEvent).min()?.ms
        }
        guard !request.trendAtMs.isEmpty else { return }
        let instants = request.trendAtMs.map(Timestamp.init(ms:))
        let limit = limit(of: call)
        let key = try KeptCounts.Key(request, plan, project)
        if let key, let trend = keptTrends.trend(key, at: whole.positions) {
            response.trendUsers = trend.users
            response.trendUniverse = trend.universe
            return
        }
        response.trendUsers = try await counts(of: plan, at: instants, in: whole, limit)
        if let universe = plan.definition.universe.definition {
            let all = try Definitions.plan(universe, nested: [], projectZone: request.projectZone)
            response.trendUniverse = try await counts(of: all, at: instants, in: whole, limit)
        }
        guard let key else { return }
        let trend = KeptTrends.Trend(
            users: response.trendUsers,
            universe: response.trendUniverse
        )
        keptTrends.keep(trend, at: whole.positions, of: key)
    }

    /// How many users a plan holds for as of every instant.
    private func counts(
        of plan: Plan,
        at instants: [Timestamp],
        in whole: Snapshot,
        _ limit: QuestionLimit
    ) async throws -> [UInt64] {
        let histories = whole.histories
        let width = TrendThreads.width(lanes: lanes.all.count, partitions: histories.count)
        let counts = (0..<width).map { part in
            TrendCount(
                plan: plan,
                instants: instants,
                histories: stride(from: part, to: histories.count, by: width).map { histories[$0] },
                memoryMax: memoryMax
            )
        }
        var users = instants.map { _ in 0 as UInt64 }
        let parts = counts.map { count in { @Sendable () throws in try count.users(limit) } }
        for part in try await threads.run(limit, parts: parts) {
            for (point, count) in part.enumerated() { users[point] += count }
        }
        return users
    }

    /// The lanes only lend their columns; a copy of them stays as it is.
    func snapshot(_ project: ProjectName, _ partitions: [Partition]) async throws
        -> Snapshot
    {
        let parts = try await lanes.ask(partitions) { states in
            states.map { state in
                Snapshot.Part(
                    position: state.position(in: project),
                    columns: state.projects[project],
                    needed: state.needed(in: project)
                )
            }
        }
        return Snapshot(parts: parts.flatMap(\.self))
    }
}
