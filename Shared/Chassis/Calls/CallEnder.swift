// Calls ended before their time, for methods that cancel other calls.

import Synchronization

/// Ends a server's calls by request id.
///
/// Given to a server among its options, and to whoever serves a method that cancels. May be used
/// from any thread.
public final class CallEnder: Sendable {
    private let calls = Mutex<RunningCalls?>(nil)

    /// An ender of no server's calls yet.
    public init() {}

    /// Cancels the calls with this request id: their callers hear CANCELLED at once, and what works
    /// for them finds its task cancelled.
    ///
    /// - Returns: how many there were.
    public func end(requestID: [UInt8]) -> Int {
        calls.withLock { $0 }?.cancel(requestID: requestID) ?? 0
    }

    func attach(_ running: RunningCalls) { calls.withLock { $0 = running } }
}
