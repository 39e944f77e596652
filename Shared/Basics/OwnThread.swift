// A named thread for what blocks: sockets, syncs, lanes.

import CBasics
import Glibc
import Synchronization

/// Why a thread could not be started.
public struct ThreadError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds.
    public enum Code: String, Sendable, Hashable {
        /// The system or the container allows no more threads or memory.
        case resources
        /// The stack's size is not one.
        case invalid
    }

    /// The kind.
    public let code: Code
    /// What was being done: `start`.
    public let operation: String
    /// The thread's name.
    public let place: String
    /// What an operator can do.
    public var hint: String {
        switch code {
        case .resources: "raise the limit of processes and threads (ulimit -u, pids cgroup)"
        case .invalid: "a stack needs at least 16 KiB; this is a mistake of ours"
        }
    }
    /// Whether the same call may succeed later.
    public var isRetriable: Bool { code == .resources }

    /// One line for a log.
    public var description: String { "\(operation) thread \(place): \(code.rawValue); \(hint)" }
}

/// A pthread with a name (first 15 bytes), whose owner joins it.
///
/// A thread that nobody joins is detached when its last holder lets go.
public final class OwnThread: Sendable {
    /// What `start` gives a thread that asks for nothing else.
    public static let standardStackBytes = 1 << 20

    /// The name as it was given.
    public let name: String
    private let id: UInt64
    private let isJoined = Mutex(false)

    private init(name: String, id: UInt64) {
        self.name = name
        self.id = id
    }

    deinit {
        if !isJoined.withLock({ $0 }) { cbasics_thread_detach(id) }
    }

    /// Runs `body`, which may block, on a thread that ends with it, and waits for it without
    /// blocking the caller's.
    ///
    /// - Throws: what `body` throws, and when no thread can be started.
    public static func run<Value: Sendable>(
        name: String,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do throws(ThreadError) {
                _ = try start(name: name) { continuation.resume(with: Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Starts a thread that runs `body` once.
    public static func start(
        name: String,
        stackBytes: Int = standardStackBytes,
        body: @escaping @Sendable () -> Void
    ) throws(ThreadError) -> OwnThread {
        guard stackBytes >= 16_384 else {
            throw ThreadError(code: .invalid, operation: "start", place: name)
        }
        let box = unsafe Unmanaged.passRetained(BodyBox(body: body))
        var id: UInt64 = 0
        let result = unsafe cbasics_thread_start(
            &id,
            name,
            stackBytes,
            { context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<BodyBox>.fromOpaque(context).takeRetainedValue().body()
            },
            box.toOpaque()
        )
        guard result == 0 else {
            unsafe box.release()
            let code: ThreadError.Code = result == EINVAL ? .invalid : .resources
            throw ThreadError(code: code, operation: "start", place: name)
        }
        return OwnThread(name: name, id: id)
    }

    /// Waits until the body has returned; not to be called from the thread itself.
    public func join() {
        isJoined.withLock { joined in
            guard !joined else { return }
            // Asked after `joined`, as the system gives a joined thread's id to a new one.
            precondition(cbasics_thread_self() != id, "a thread cannot wait for itself")
            _ = cbasics_thread_join(id)
            joined = true
        }
    }

    /// The calling thread's name as the system shows it.
    public static var currentName: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { buffer in
            unsafe buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress else { return "" }
            unsafe cbasics_thread_name(start)
            return unsafe String(cString: start)
        }
    }
}

private final class BodyBox: Sendable {
    let body: @Sendable () -> Void
    init(body: @escaping @Sendable () -> Void) { self.body = body }
}
