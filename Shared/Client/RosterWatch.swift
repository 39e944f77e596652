// What a client knows of the suite: the registry's newest word, followed until it is closed.

import Basics
import Chassis
import Messages
import Synchronization

/// Follows the registry and tells every change of the roster.
///
/// Any thread. While the registry is away the last word stands.
final class RosterWatch: Sendable {
    private struct State {
        var view = RosterView.empty
        var task: Task<Void, Never>?
    }

    private let news: RosterNews
    private let onNews: @Sendable (RosterView) -> Void
    private let state = Mutex(State())

    init(_ news: RosterNews, onNews: @escaping @Sendable (RosterView) -> Void) {
        self.news = news
        self.onNews = onNews
    }

    deinit { close() }

    /// The newest view.
    var view: RosterView { state.withLock { $0.view } }

    /// Asks once, and follows from there on until `close`; the watch owns the task.
    func start(timeoutMs: UInt32, random: SeededRandom) async throws(Fault) {
        hear(try await news.now(timeoutMs: timeoutMs))
        let task = Task { [news, weak self] in
            await news.follow(random: random) { answer in
                self?.hear(answer)
            } miss: { _ in
                // The last word stands, and calls say themselves what they miss.
            }
        }
        state.withLock { $0.task = task }
    }

    /// Follows no more; twice is safe.
    func close() { state.withLock { $0.task }?.cancel() }

    private func hear(_ answer: RegistryV1.WatchResponse) {
        let view = state.withLock { state in
            state.view = RosterView(answer, edition: state.view.edition + 1)
            return state.view
        }
        onNews(view)
    }
}
