// Long counts leave the lanes alone: they run over snapshots, on few threads of their own.

import Basics
import Synchronization

/// Runs long counts, so many at a time; more are refused.
final class TrendThreads: Sendable {
    /// Most questions at a time: they share the machine with the lanes.
    static let runningMax = 8
    /// Most threads that a question is divided among: counts of one partition after the other are
    /// as fast as memory long before.
    static let widthMax = 8
    private let running = Atomic<Int>(0)

    /// Runs `body` on a thread of its own, which ends with it.
    func run<Answer: Sendable>(
        _ limit: QuestionLimit,
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        try await admitted { try await Self.onThread(limit, body) }
    }

    /// Runs a question's parts side by side, each on a thread of its own.
    ///
    /// - Returns: their answers, in any order.
    func run<Answer: Sendable>(
        _ limit: QuestionLimit,
        parts: [@Sendable () throws -> Answer]
    ) async throws -> [Answer] {
        try await admitted {
            try await withThrowingTaskGroup(of: Answer.self) { group in
                for part in parts { group.addTask { try await Self.onThread(limit, part) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
    }

    /// How many parts a question is divided into: one per lane, since each lane stands for a core.
    static func width(lanes: Int, partitions: Int) -> Int {
        max(min(lanes, partitions, widthMax), 1)
    }

    private func admitted<Answer>(_ question: () async throws -> Answer) async throws -> Answer {
        defer { running.subtract(1, ordering: .relaxed) }
        guard running.add(1, ordering: .relaxed).newValue <= Self.runningMax else {
            throw EvaluatorError(
                .busy,
                "answer",
                place: "long questions",
                hint: "\(Self.runningMax) run already: ask again"
            )
        }
        return try await question()
    }

    private static func onThread<Answer: Sendable>(
        _ limit: QuestionLimit,
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        try await withTaskCancellationHandler {
            try await OwnThread.run(name: "question", body)
        } onCancel: {
            limit.cancel()
        }
    }
}
