// One raw nanomsg socket: the only Swift file that names nanomsg's socket calls.

import CNanomsg
import Synchronization

/// Sizes of one socket, in bytes.
struct SocketSizes {
    var sendBuffer: Int
    var receiveBuffer: Int
    var receiveMax: Int
}

/// A raw REP (server) or REQ (client) socket, closed once, at the latest in deinit.
///
/// After `close` its number may belong to another socket: whoever closes makes sure that nobody
/// uses it any more. nanomsg lets several threads send and receive at the same time.
final class NanomsgSocket: Sendable {
    /// How a frame's sending, or a look for a message, ended without success.
    enum Trouble: Error {
        /// Nothing to receive, or no room to send.
        case again
        /// One message was malformed and thrown away; there may be more.
        case skipped
        /// The socket is gone.
        case over
        /// The system's words.
        case failed(String)
    }

    /// Room for the request id or the pipe's key in a message's size, in bytes.
    private static let routingBytes = 4
    /// nanomsg's unit of patience while the server is not there.
    ///
    /// It pauses 0, 1, 3, 7 times this, up to the maximum, and never starts anew; but a broken way
    /// is replaced by a fresh one.
    private static let reconnectMs = 50
    private static let reconnectMsMax = 1_000

    private let number: Int32
    private let endpoint: Endpoint
    private let isOpen = Atomic(true)
    /// Readable while there is something to receive; only to be polled.
    let receiveDescriptor: Int32
    /// Readable while there is room to send; only to be polled.
    ///
    /// -1 at a server.
    let sendDescriptor: Int32
    /// nanomsg's number for the way to the server; -1 while there is none.
    ///
    /// Only one thread at a time changes it.
    private let way = Atomic<Int32>(-1)

    /// A bound server's socket.
    init(bindingTo endpoint: Endpoint, sizes: SocketSizes) throws(BusError) {
        self.endpoint = endpoint
        sendDescriptor = -1
        let failure = { (errno: Int32) in BusError(errno: errno, "serve", endpoint) }
        try Self.checkPrivacy(of: endpoint)
        (number, receiveDescriptor) = try Self.open(isServer: true, sizes, endpoint, failure)
        let rc = unsafe cnanomsg_bind(number, endpoint.description)
        if rc < 0 {
            close()
            throw failure(-rc)
        }
    }

    /// A connecting client's socket.
    init(connectingTo endpoint: Endpoint, sizes: SocketSizes) throws(BusError) {
        self.endpoint = endpoint
        let failure = { (errno: Int32) in BusError(errno: errno, "connect", endpoint) }
        (number, receiveDescriptor) = try Self.open(isServer: false, sizes, endpoint, failure)
        sendDescriptor = cnanomsg_send_descriptor(number)
        let rc = sendDescriptor < 0 ? sendDescriptor : connect()
        if rc < 0 {
            close()
            throw failure(-rc)
        }
    }

    deinit { close() }

    /// Begins to connect; minus the errno when that cannot even begin.
    @discardableResult
    func connect() -> Int32 {
        let rc = unsafe cnanomsg_connect(number, endpoint.description)
        if rc >= 0 { way.store(rc, ordering: .relaxed) }
        return rc
    }

    /// Lets go of the way to the server, so that `connect` makes a fresh one.
    ///
    /// nanomsg 1.1.5 reconnects by itself, but keeps up to 2 KiB of the broken connection's
    /// unread bytes and takes them for the new server's greeting: it then breaks one connection
    /// after the other, eight bytes each, for minutes.
    func disconnect() {
        let old = way.exchange(-1, ordering: .relaxed)
        if old >= 0 { _ = cnanomsg_disconnect(number, old) }
    }

    /// Closes it, the first time.
    func close() {
        guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
        let rc = cnanomsg_close(number)
        precondition(rc == 0, "a socket is closed by its owner only")
    }

    /// A request and the way back to its sender; never waits.
    func receiveRequest() throws(Trouble) -> (message: Message, token: UInt64) {
        var body: UnsafeMutableRawPointer?
        var token: UInt64 = 0
        let count = unsafe cnanomsg_receive_request(number, &body, &token)
        return (unsafe try Self.message(body, count), token)
    }

    /// A reply and the number of its request; never waits.
    func receiveReply() throws(Trouble) -> (id: UInt32, message: Message) {
        var body: UnsafeMutableRawPointer?
        var id: UInt32 = 0
        let count = unsafe cnanomsg_receive_reply(number, &body, &id)
        return (id, unsafe try Self.message(body, count))
    }

    /// Sends a request; never waits.
    ///
    /// On `.again` the frame is whole.
    func send(request frame: OutgoingFrame, id: UInt32) throws(Trouble) {
        guard let start = unsafe frame.take() else { throw .failed("the frame is gone") }
        let rc = unsafe cnanomsg_send_request(number, start, id)
        guard rc < 0 else { return }
        unsafe frame.giveBack(start)
        throw Self.trouble(-rc)
    }

    /// Sends a reply; never waits.
    ///
    /// nanomsg drops it silently when the way back is gone or busy.
    func send(reply frame: OutgoingFrame, token: UInt64) throws(Trouble) {
        guard let start = unsafe frame.take() else { throw .failed("the frame is gone") }
        let rc = unsafe cnanomsg_send_reply(number, start, token)
        guard rc < 0 else { return }
        unsafe frame.giveBack(start)
        throw Self.trouble(-rc)
    }

    /// Connections there are.
    var connectionCount: UInt64 { cnanomsg_connections(number) }
    /// Connections that broke since the beginning.
    var brokenConnectionCount: UInt64 { cnanomsg_broken_connections(number) }

    private static func open(
        isServer: Bool,
        _ sizes: SocketSizes,
        _ endpoint: Endpoint,
        _ failure: (Int32) -> BusError
    ) throws(BusError) -> (number: Int32, receiveDescriptor: Int32) {
        let number = cnanomsg_socket(isServer ? 1 : 0)
        guard number >= 0 else { throw failure(-number) }
        var results = [
            set(number, CNANOMSG_RECEIVE_BYTES_MAX, sizes.receiveMax + routingBytes),
            set(number, CNANOMSG_SEND_BUFFER, sizes.sendBuffer),
            set(number, CNANOMSG_RECEIVE_BUFFER, sizes.receiveBuffer),
            set(number, CNANOMSG_LINGER_MS, 0),
            cnanomsg_set_no_delay(number),
        ]
        if isServer {
            // No devices between: routing is always one hop, eight bytes.
            results.append(set(number, CNANOMSG_HOPS_MAX, 1))
        } else {
            results.append(set(number, CNANOMSG_RECONNECT_MS, reconnectMs))
            results.append(set(number, CNANOMSG_RECONNECT_MS_MAX, reconnectMsMax))
        }
        if endpoint.isIPv6 { results.append(set(number, CNANOMSG_IPV4_ONLY, 0)) }
        results.append(cnanomsg_receive_descriptor(number))
        if let bad = results.first(where: { $0 < 0 }) {
            _ = cnanomsg_close(number)
            throw failure(-bad)
        }
        return (number, results[results.count - 1])
    }

    private static func set(_ number: Int32, _ option: cnanomsg_option, _ value: Int) -> Int32 {
        cnanomsg_set(number, Int32(option.rawValue), Int32(clamping: value))
    }

    private static func checkPrivacy(of endpoint: Endpoint) throws(BusError) {
        guard let folder = endpoint.ipcFolder else { return }
        let answer = unsafe cnanomsg_is_private_folder(folder)
        guard answer >= 0 else { throw BusError(errno: -answer, "serve", endpoint) }
        guard answer == 1 else {
            throw BusError(.folderNotPrivate, operation: "serve", place: endpoint.description)
        }
    }

    private static func message(
        _ body: UnsafeMutableRawPointer?,
        _ count: Int32
    ) throws(Trouble) -> Message {
        guard count >= 0, let body = unsafe body else { throw trouble(-count) }
        return unsafe Message(adopting: body, count: Int(count))
    }

    private static func trouble(_ errno: Int32) -> Trouble {
        switch errno {
        case EAGAIN: .again
        case EINTR, EPROTO: .skipped
        case EBADF: .over
        default: .failed(words(errno))
        }
    }

    fileprivate static func words(_ errno: Int32) -> String {
        unsafe String(cString: nn_strerror(errno))
    }
}

extension BusError {
    /// What nanomsg said, copied out.
    init(errno: Int32, _ operation: String, _ endpoint: Endpoint) {
        let code: Code
        switch errno {
        case EADDRINUSE: code = .addressInUse
        case EADDRNOTAVAIL, ENODEV: code = .addressUnavailable
        case EMFILE, ENFILE, ENOMEM: code = .socketLimit
        case EINVAL, EPROTONOSUPPORT, ENAMETOOLONG: code = .invalidEndpoint
        default: code = .system
        }
        self.init(
            code,
            operation: operation,
            place: endpoint.description,
            hint: code == .system ? NanomsgSocket.words(errno) : nil
        )
    }
}
