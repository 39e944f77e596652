// Asks the real suite all the time, and keeps every answer with what it is exact at.

import Basics
import Chassis
import Messages
import Segments
import Synchronization
import Wire

/// An answer of the suite that can be checked against the log.
struct KeptAnswer: Sendable {
    let question: Int
    let evaluator: String
    let at: Timestamp
    let positions: [UInt32: UInt64]
    let members: UInt64
    let universe: UInt64
}

/// What questioners heard.
final class AnswerBook: Sendable {
    private struct State {
        var answers: [KeptAnswer] = []
        var refusals: [StatusCode: Int] = [:]
        var unclear: [String] = []
    }

    private let state = Mutex(State())

    /// What was answered so far.
    var answers: [KeptAnswer] { state.withLock { $0.answers } }
    /// How often nothing was answered, by status.
    var refusals: [StatusCode: Int] { state.withLock { $0.refusals } }
    /// Refusals that do not say what a client needs to know.
    var unclear: [String] { state.withLock { $0.unclear } }

    func note(_ answer: KeptAnswer) { state.withLock { $0.answers.append(answer) } }

    func note(_ fault: Fault) {
        state.withLock { state in
            state.refusals[fault.code, default: 0] += 1
            // A question may go unanswered while owners change, and only in these ways.
            if ![.unavailable, .deadlineExceeded].contains(fault.code) {
                state.unclear.append("\(fault)")
            }
        }
    }
}

/// Asks living evaluators, one question after the other.
struct Questioner: Sendable {
    /// Definitions over what producers send, as they go over the wire.
    static let questions: [SegmentV1.Definition] = [
        definition(.did(did("Charged", atLeast: 1))),
        definition(.did(did("Charged", atLeast: 25))),
        definition(
            .didNot(
                SegmentV1.DidNot(
                    events: ["Charged"],
                    window: SegmentV1.Window(
                        kind: .rolling(SegmentV1.RollingWindow(durationMs: 2_000))
                    )
                )
            )
        ),
        definition(
            .did(
                SegmentV1.Did(aggregates: [
                    SegmentV1.Aggregate(
                        kind: .sum,
                        property: "amount",
                        comparison: .atLeast,
                        low: LogV1.Value(kind: .number(150))
                    )
                ])
            )
        ),
    ]

    let number: UInt64
    let clock: any Clock
    let book: AnswerBook
    /// A living evaluator and its client; nil: none at the moment.
    let evaluator: @Sendable (inout SeededRandom) -> (String, RPCClient)?
    let isOver: @Sendable () -> Bool

    func run(seed: UInt64) async throws {
        var chance = SeededRandom(seed: seed &+ number)
        while !isOver() {
            let question = Int.random(in: 0..<Self.questions.count, using: &chance)
            if let (name, client) = evaluator(&chance) {
                do throws(Fault) {
                    book.note(try await Self.ask(question, of: name, client, at: clock.now))
                } catch {
                    book.note(error)
                }
            }
            try await clock.sleep(forMs: 20)
        }
    }

    /// Asks one question as of an instant.
    static func ask(
        _ question: Int,
        of name: String,
        _ client: RPCClient,
        at instant: Timestamp,
        timeoutMs: UInt32 = 5_000
    ) async throws(Fault) -> KeptAnswer {
        let answer = try await EvaluationV1_SegmentsClient(client).count(
            EvaluationV1.CountRequest(
                subject: EvaluationV1.Subject(kind: .definition(questions[question])),
                atMs: instant.ms
            ),
            CallOptions(timeoutMs: timeoutMs, project: RealSuite.project)
        )
        let positions = (answer.exactness?.positions ?? []).map { ($0.partition, $0.nextOffset) }
        return KeptAnswer(
            question: question,
            evaluator: name,
            at: Timestamp(ms: answer.exactness?.atMs ?? 0),
            positions: Dictionary(positions) { first, _ in first },
            members: answer.users,
            universe: answer.universe
        )
    }

    private static func definition(_ kind: SegmentV1.Node.Kind) -> SegmentV1.Definition {
        SegmentV1.Definition(nodes: [SegmentV1.Node(kind: kind)])
    }

    private static func did(_ event: String, atLeast low: UInt64) -> SegmentV1.Did {
        SegmentV1.Did(
            events: [event],
            count: SegmentV1.Count(comparison: .atLeast, low: low)
        )
    }
}

extension LoggedUsers {
    /// Answers that the log does not bear out.
    func faults(in answers: [KeptAnswer]) throws -> [String] {
        let definitions = try Questioner.questions.map { try DefinitionCoding.decode($0) }
        return answers.compactMap { answer in
            let right = count(
                definitions[answer.question],
                at: answer.at,
                below: answer.positions
            )
            guard right != (answer.members, answer.universe) else { return nil }
            return "\(answer.evaluator), question \(answer.question) at \(answer.at.ms): "
                + "\(answer.members) of \(answer.universe), the log says \(right)"
        }
    }
}
