// Questions that a command waits for, so that Ctrl-C ends them in the suite as well.

import Basics
import Messages
import Synchronization

/// What is being asked at the moment; any thread.
final class OpenQuestions: Sendable {
    /// How long the suite may take to end a question.
    ///
    /// Unit: ms.
    private static let cancelMs: UInt32 = 1_000

    private struct Question {
        let caller: any Caller
        let project: ProjectName?
    }

    private struct State {
        var open: [[UInt8]: Question] = [:]
        var chance: SeededRandom
    }

    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(chance: SeededRandom(seed: seed))) }

    /// A caller whose calls are noted while they run, each under an id of its own.
    func noting(_ caller: any Caller) -> any Caller { NotingCaller(inner: caller, questions: self) }

    /// Ends all that are open, and forgets them.
    func cancelAll() async {
        let open = state.withLock { state in
            defer { state.open = [:] }
            return state.open
        }
        await withTaskGroup(of: Void.self) { group in
            for (id, question) in open {
                group.addTask {
                    let client = EvaluationV1_SegmentsClient(question.caller)
                    let options = CallOptions(
                        timeoutMs: Self.cancelMs,
                        project: question.project
                    )
                    let request = EvaluationV1.CancelRequest(question: id)
                    // Whoever cannot be reached does not work on it beyond its deadline.
                    do { _ = try await client.cancel(request, options) } catch {}
                }
            }
        }
    }

    fileprivate func begin(_ caller: any Caller, _ project: ProjectName?) -> [UInt8] {
        state.withLock { state in
            let id = InstanceID(from: &state.chance).bytes
            state.open[id] = Question(caller: caller, project: project)
            return id
        }
    }

    fileprivate func end(_ id: [UInt8]) { state.withLock { $0.open[id] = nil } }
}

/// Notes every call while it runs.
private struct NotingCaller: Caller {
    let inner: any Caller
    let questions: OpenQuestions

    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes {
        var options = options
        let id = questions.begin(inner, options.project)
        defer { questions.end(id) }
        options.requestID = id
        return try await inner.call(method, request, options)
    }
}
