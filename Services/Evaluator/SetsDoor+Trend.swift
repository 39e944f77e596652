// The owner's part of a trend: one snapshot of its partitions, counted as of many instants.

import Basics
import Messages
import Segments

extension SetsDoor {
    /// What the partitions of a lane are at one moment.
    private struct Snapshot: Sendable {
        var positions: [LogV1.Position] = []
        var histories: [any History] = []
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
        response.universe = whole.histories.reduce(0) { $0 + UInt64($1.userCount) }
        if request.firstEvent {
            response.firstEventMs = whole.histories.compactMap(\.firstEvent).min()?.ms
        }
        guard !request.trendAtMs.isEmpty else { return }
        let count = TrendCount(
            plan: plan,
            instants: request.trendAtMs.map(Timestamp.init(ms:)),
            histories: whole.histories
        )
        // A little is kept of the deadline, so that the refusal still reaches the caller.
        let left = call.deadlineNs - min(clock.monotonicNs, call.deadlineNs)
        let limit = TrendLimit(clock: clock, untilNs: call.deadlineNs - left / 10)
        response.trendUsers = try await threads.run(limit) { try count.users(limit) }
    }

    /// The lanes only lend their columns; a copy of them stays as it is.
    private func snapshot(_ project: ProjectName, _ partitions: [Partition]) async throws
        -> Snapshot
    {
        try await withThrowingTaskGroup(of: Snapshot.self) { group in
            for (lane, partitions) in lanes.grouped(partitions) {
                group.addTask {
                    try await lane.ask(partitions) { states in
                        Snapshot(
                            positions: states.map(\.position),
                            histories: states.compactMap { $0.projects[project] }
                        )
                    }
                }
            }
            var whole = Snapshot()
            for try await part in group {
                whole.positions += part.positions
                whole.histories += part.histories
            }
            return whole
        }
    }
}
