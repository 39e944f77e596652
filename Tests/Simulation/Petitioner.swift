// A client that orders one thing after the other from ingestion, each until it hears of it.

import Basics
import Messages
import Wire

/// What such clients have in common; what they order lives in subclasses.
class Petitioner: Node {
    var random: SeededRandom
    private var isBusy = false

    override init(_ name: String, on stage: Simulation) {
        random = stage.chance()
        super.init(name, on: stage)
    }

    override var isDone: Bool { !isBusy }

    override func begin() async throws { plan() }

    override func finish() throws {
        if isBusy { throw Broken(.liveness, "\(name) still waits for an answer") }
    }

    // To be overridden

    /// How long to wait before the next order.
    ///
    /// Unit: ms.
    func pauseMs() -> UInt64 { 0 }
    /// Orders the next thing; it must end with `settle`.
    func next() throws {}
    /// Whether a refusal is an answer; anything else is asked again.
    func isAnswer(_ fault: Fault) -> Bool { false }

    // What they do

    private func plan() {
        after(ms: pauseMs()) { [self] in
            guard !stage.isHealing else { return }
            isBusy = true
            try next()
        }
    }

    /// What was ordered has an answer.
    func settle() {
        isBusy = false
        plan()
    }

    /// Does something again a little later.
    func again(_ body: @escaping () throws -> Void) {
        after(ms: 100 + UInt64(random.below(400))) { try body() }
    }

    /// Asks until there is an answer; `done` hears it unless it is a refusal.
    func ask(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        attempt: UInt32 = 0,
        _ done: @escaping (ReplyFrame) throws -> Void
    ) throws {
        try call("ingestion", method, request, attempt: min(attempt, 99)) { [self] answer in
            switch answer {
            case .success(let reply): try done(reply)
            case .failure(let fault) where isAnswer(fault): break
            case .failure:
                return again { [self] in try ask(method, request, attempt: attempt + 1, done) }
            }
            settle()
        }
    }
}
