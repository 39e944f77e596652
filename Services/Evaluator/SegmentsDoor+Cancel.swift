// A question ended by somebody else: wherever its parts are worked on.

import Basics
import Bus
import Chassis
import Messages

extension SegmentsDoor {
    /// How long another evaluator may take to say that it has cancelled.
    ///
    /// Unit: ms.
    private static let cancelMs: UInt32 = 2_000
    private static let requestIDBytes = 16

    func cancel(_ request: EvaluationV1.CancelRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.CancelResponse
    {
        guard let question = request.question, question.count == Self.requestIDBytes else {
            throw Fault.invalidArgument(
                "the question's request id is missing or has another length",
                place: "question",
                hint: "the 16 bytes of the request id in the question's header"
            )
        }
        let others = link.view.instances.filter { instance in
            instance.kind == .evaluator && instance.state != .lost
                && instance.id != gather.instance
        }
        let own = gather.own.ender.end(requestID: question)
        let ended = await withTaskGroup(of: UInt32?.self) { group in
            for address in others.compactMap(\.address) {
                group.addTask { await end(question, at: address, call) }
            }
            var ended: [UInt32?] = []
            for await one in group { ended.append(one) }
            return ended
        }
        return EvaluationV1.CancelResponse(
            ended: ended.reduce(UInt32(clamping: own)) { $0 &+ ($1 ?? 0) },
            silent: UInt32(clamping: ended.count { $0 == nil })
        )
    }

    /// How many parts another evaluator has ended; nil when it does not answer.
    private func end(_ question: [UInt8], at address: Endpoint, _ call: CallContext) async
        -> UInt32?
    {
        do throws(Fault) {
            let sets = EvaluationV1_SetsClient(gather.peers.pinned(to: address))
            return try await sets.cancel(
                EvaluationV1.CancelPartRequest(question: question),
                CallOptions(within: call, clock: clock, timeoutMs: Self.cancelMs)
            ).ended
        } catch {
            // Its part ends at the question's deadline; the caller hears that it is silent.
            return nil
        }
    }
}
