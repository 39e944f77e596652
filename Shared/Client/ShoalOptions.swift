// How a client of the suite calls.

public import Chassis

/// The settings of a client; the usual ones do for most.
public struct ShoalOptions: Sendable {
    /// The name of the calling program, for the servers' logs; at most 128 bytes.
    public var caller = "shoal-swift"
    /// How long `connect` waits for the registry, in milliseconds.
    public var connectTimeoutMs: UInt32 = 10_000
    /// How calls are retried.
    public var retry = RetryPolicy.Settings()

    /// The usual ones.
    public init() {}

    /// As the clients of single services understand them.
    var rpc: RPCClientOptions {
        var options = RPCClientOptions()
        options.caller = caller
        options.retry = retry
        return options
    }
}
