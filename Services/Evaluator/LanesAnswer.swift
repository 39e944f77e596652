// Several lanes asked at a time: whoever waits is woken once, by the last of them.

import Basics
import Synchronization

extension Lanes {
    /// Runs a question over partitions' states on the threads of their lanes, side by side.
    ///
    /// Without a task for each lane: to start and end them takes as long as a short question.
    ///
    /// - Returns: an answer of each lane.
    /// - Throws: as `Lane.ask`, once all lanes are done.
    func ask<Answer: Sendable>(
        _ partitions: [Partition],
        _ question: @escaping @Sendable (inout [PartitionState]) throws -> Answer
    ) async throws -> [Answer] {
        let groups = grouped(partitions)
        guard !groups.isEmpty else { return [] }
        let awaited = AwaitedAnswers<Answer>(groups.count)
        return try await withCheckedThrowingContinuation { continuation in
            for (lane, partitions) in groups {
                lane.ask(partitions, question) { answer in
                    guard let all = awaited.add(answer) else { return }
                    continuation.resume(with: Result { try all.map { try $0.get() } })
                }
            }
        }
    }
}

/// Answers that come from several threads.
private final class AwaitedAnswers<Answer: Sendable>: Sendable {
    private let count: Int
    private let answers = Mutex<[Result<Answer, any Error>]>([])

    init(_ count: Int) { self.count = count }

    /// Adds an answer; gives all of them once it is the last.
    func add(_ answer: Result<Answer, any Error>) -> [Result<Answer, any Error>]? {
        answers.withLock { answers in
            answers.append(answer)
            return answers.count == count ? answers : nil
        }
    }
}
