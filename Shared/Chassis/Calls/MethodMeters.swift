// What is counted and timed of each method: calls by status, seconds, bytes.

import Messages
import Metrics
import Synchronization

/// The instruments of one method of a server; any thread.
final class MethodMeters: Sendable {
    private let name: String
    private let factory: any MetricsFactory
    private let time: Metrics.Timer
    private let requestBytes: Counter
    private let replyBytes: Counter
    private let succeeded: Counter
    /// Made when a status first happens: 17 statuses of every method would be mostly zeros.
    private let failed = Mutex<[StatusCode: Counter]>([:])

    init(method name: String, factory: any MetricsFactory) {
        self.name = name
        self.factory = factory
        let dimensions = [("method", name)]
        time = Metrics.Timer(label: "shoal_rpc_handling", dimensions: dimensions, factory: factory)
        requestBytes = Counter(
            label: "shoal_rpc_request_bytes",
            dimensions: dimensions,
            factory: factory
        )
        replyBytes = Counter(
            label: "shoal_rpc_reply_bytes",
            dimensions: dimensions,
            factory: factory
        )
        succeeded = Self.calls(name, .ok, factory)
    }

    /// One call has been answered.
    func note(_ status: StatusCode, ns: UInt64, request: Int, reply: Int) {
        time.recordNanoseconds(Int64(clamping: ns))
        requestBytes.increment(by: request)
        replyBytes.increment(by: reply)
        guard status != .ok else { return succeeded.increment() }
        let counter = failed.withLock { failed in
            if let counter = failed[status] { return counter }
            let counter = Self.calls(name, status, factory)
            failed[status] = counter
            return counter
        }
        counter.increment()
    }

    private static func calls(
        _ name: String,
        _ status: StatusCode,
        _ factory: any MetricsFactory
    ) -> Counter {
        Counter(
            label: "shoal_rpc_calls",
            dimensions: [("method", name), ("status", String(describing: status))],
            factory: factory
        )
    }
}
