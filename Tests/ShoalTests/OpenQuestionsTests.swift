// What a command waits for is ended in the suite when the command is.

import Basics
import Chassis
import Messages
import Synchronization
import Testing

@testable import ShoalCommand

@Suite struct OpenQuestionsTests {
    /// Notes what is asked and cancelled; counts are answered when they are cancelled.
    private final class Evaluator: Caller {
        let asked = Mutex<[[UInt8]]>([])
        let cancelled = Mutex<[[UInt8]]>([])
        let mark = RisingNumber(clock: SystemClock())

        func call(
            _ method: MethodDescription,
            _ request: any ProtoMessage,
            _ options: CallOptions
        ) async throws(Fault) -> any PayloadBytes {
            if let cancel = request as? EvaluationV1.CancelRequest {
                cancelled.withLock { $0.append(cancel.question ?? []) }
                mark.raise()
                return [UInt8]()
            }
            asked.withLock { $0.append(options.requestID ?? []) }
            _ = await mark.wait(above: 0, untilNs: .max)
            throw .cancelled("the call was cancelled")
        }
    }

    @Test("an open question is cancelled by the id it was asked under, an answered one is not")
    func cancels() async throws {
        let evaluator = Evaluator()
        let questions = OpenQuestions(seed: 3)
        let client = EvaluationV1_SegmentsClient(questions.noting(evaluator))
        let one = Task { () async -> StatusCode? in
            do throws(Fault) {
                _ = try await client.count(EvaluationV1.CountRequest())
                return nil
            } catch {
                return error.code
            }
        }
        while evaluator.asked.withLock({ $0.isEmpty }) { await Task.yield() }
        await questions.cancelAll()
        #expect(await one.value == .cancelled)
        let ids = evaluator.asked.withLock { $0 }
        #expect(ids.map(\.count) == [16] && evaluator.cancelled.withLock { $0 } == ids)
        await questions.cancelAll()
        #expect(evaluator.cancelled.withLock { $0 } == ids)
    }
}
