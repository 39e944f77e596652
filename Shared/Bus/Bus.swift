// The bus as everybody sees it: servers that answer frames, channels that ask, and their options.

import Basics

/// What a server does with a request: hand it on, and see that the replier is used.
///
/// Called on the server's own thread, one request at a time; it must not block.
public typealias BusHandler = @Sendable (Message, Replier) -> Void

/// Moves frames between processes, or between parts of one; knows nothing of their meaning.
public protocol Bus: Sendable {
    /// Binds the endpoint and hands every request to `handler`; throws when it cannot.
    func serve(
        _ endpoint: Endpoint,
        options: ServerOptions,
        handler: @escaping BusHandler
    ) throws(BusError) -> any BusServer

    /// Opens a channel, which connects and reconnects by itself; does not wait for it.
    func connect(
        _ endpoint: Endpoint,
        options: ChannelOptions
    ) throws(BusError) -> any BusChannel

    /// Stops all servers, closes all channels and ends the threads; once is enough, twice is safe.
    func shutDown()
}

/// A bound endpoint that answers.
public protocol BusServer: Sendable {
    /// Where it is bound.
    var endpoint: Endpoint { get }
    /// Reply bytes that one connection may have in flight without loss; tell clients in Hello.
    var replyBudgetBytes: Int { get }
    /// Requests handed to the handler and not yet answered or abandoned.
    var inFlight: Int { get }
    /// Stops hearing, and waits until the thread has ended; later replies are thrown away.
    ///
    /// From any thread; the wait lasts as long as the handler's present call.
    func stop()
}

/// A client's way to one endpoint, with many calls in flight.
///
/// All members from any thread.
public protocol BusChannel: Sendable {
    /// Where it leads.
    var endpoint: Endpoint { get }
    /// Whether there is a connection, as known at most 50 ms ago.
    var isConnected: Bool { get }
    /// 0 before the first connection, one more with each new one after a noticed break.
    ///
    /// When it changes the server may be another process: say Hello again, since the reply budget
    /// has fallen back to at most 128 KiB.
    var connectionNumber: UInt64 { get }
    /// Calls sent and not yet answered, and calls waiting to be sent.
    var callsInFlight: Int { get }
    /// Reply bytes reserved by calls in flight: how busy the server is through this channel.
    var outstandingBytes: Int { get }
    /// Reply bytes that may be in flight.
    var replyBudgetBytes: Int { get }
    /// Takes over what the server advertised, in bytes; at least 1.
    func setReplyBudget(bytes: Int)
    /// Sends the frame and waits for its reply until the deadline (of the clock's monotonic time).
    ///
    /// Waits its turn behind earlier calls while the in-flight limit or the reply budget is used
    /// up; a reply that needs the whole budget travels alone.
    func call(
        _ frame: OutgoingFrame,
        maxReplyBytes: Int,
        deadlineNs: UInt64
    ) async throws(BusError) -> Message
    /// Ends all calls with `.closed` and lets the connection go; once is enough, twice is safe.
    func close()
}

/// How a server listens.
public struct ServerOptions: Sendable {
    /// Requests handed out and not yet answered, beyond which `overload` is asked.
    public var inFlightMax = Limits.callsPerServer
    /// Largest request in bytes; a peer that sends more loses its connection.
    public var receiveBytesMax = Limits.clientFrameBytes
    /// The kernel's send buffer per connection in bytes: four pages of replies in flight.
    public var sendBufferBytes = 4 * Limits.pageBytes
    /// The kernel's receive buffer per connection in bytes.
    public var receiveBufferBytes = 4 * Limits.pageBytes
    /// Called in place of the handler over `inFlightMax`; its replier counts for nothing.
    public var overload: BusHandler = { _, replier in replier.abandon() }

    /// The usual ones.
    public init() {}
}

/// How a channel asks.
public struct ChannelOptions: Sendable {
    /// Calls sent and not yet answered.
    public var inFlightMax = Limits.callsPerClient
    /// Calls waiting to be sent, beyond which a call is refused `.tooManyCalls`.
    public var waitingMax = 1_024
    /// How long a call waits for a connection before it fails `.notConnected`, in milliseconds.
    public var connectTimeoutMs = 1_000
    /// How long the budget of a call that was given up is kept for its late reply, in
    /// milliseconds; servers abandon work at its deadline, so a late reply is little late.
    public var lateReplyGraceMs = 2_000
    /// Largest frame to send in bytes; larger ones are refused `.frameTooLarge`.
    public var frameBytesMax = Limits.serviceFrameBytes
    /// Largest reply in bytes; a server that sends more loses the connection.
    public var receiveBytesMax = Limits.serviceFrameBytes
    /// The kernel's send buffer in bytes.
    public var sendBufferBytes = 4 * Limits.pageBytes
    /// The kernel's receive buffer in bytes.
    public var receiveBufferBytes = 4 * Limits.pageBytes

    /// The usual ones.
    public init() {}
}
