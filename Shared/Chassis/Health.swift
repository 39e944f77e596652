// Whether a process lives and can do its work, asked by probes, clients and supervisors.

public import Basics
import Synchronization

/// Liveness and readiness, put together from the parts that care.
///
/// Ready is the process when every part that ever spoke up is ready and nothing has asked it to
/// stop. Any thread may call; nothing blocks.
public final class Health: Sendable {
    /// Most parts remembered; a lane per partition and some doors fit.
    private static let partsMax = 10_000

    private struct State {
        /// Why a part is not ready; parts that are ready are not listed.
        var waiting: [String: String] = [:]
        var isStopping = false
        var death: String?
    }

    private let state = Mutex(State())
    /// Rises with every change; a long poll waits on it and looks again.
    public let changes: RisingNumber

    /// Alive and ready: no part waits yet.
    public init(clock: any Clock) { changes = RisingNumber(1, clock: clock) }

    /// The part is not ready, or no longer.
    public func wait(for part: String, because reason: String) {
        change { state in
            let isKnown = state.waiting[part] != nil
            guard isKnown || state.waiting.count < Self.partsMax else { return }
            state.waiting[part] = reason
        }
    }

    /// The part is ready.
    public func ready(_ part: String) { change { $0.waiting[part] = nil } }

    /// From here on the process is not ready, for ever.
    public func stopping() { change { $0.isStopping = true } }

    /// The process cannot recover by itself and wants to be restarted, for ever.
    public func dead(_ reason: String) { change { $0.death = $0.death ?? reason } }

    /// Whether it can do its work.
    public var isReady: Bool { reason == nil }

    /// Why it cannot; of several parts the first by name, and how many more.
    public var reason: String? {
        state.withLock { state in
            if let death = state.death { return death }
            if state.isStopping { return "stopping" }
            guard let first = state.waiting.min(by: { $0.key < $1.key }) else { return nil }
            let more = state.waiting.count > 1 ? " (and \(state.waiting.count - 1) more)" : ""
            return "\(first.key): \(first.value)\(more)"
        }
    }

    /// Whether it is worth keeping.
    public var isAlive: Bool { deathReason == nil }

    /// Why it is not.
    public var deathReason: String? { state.withLock { $0.death } }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        changes.raise()
    }
}
