// What can go wrong on the bus, with the place, a hint, and whether the frame may have left.

/// Why a bus, a server or a channel could not do what it was asked.
public struct BusError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The text is no endpoint, or not one that this bus or this operation takes.
        case invalidEndpoint
        /// Another socket is bound there.
        case addressInUse
        /// The host or interface is not of this machine.
        case addressUnavailable
        /// The folder of an `ipc://` socket is not of mode 0700, or not this user's.
        case folderNotPrivate
        /// No more sockets, descriptors or threads.
        case socketLimit
        /// There was no connection for longer than the channel waits for one.
        case notConnected
        /// The connection broke after the frame was sent and before the reply came.
        case connectionLost
        /// The call's deadline passed.
        case deadlineExceeded
        /// The calling task was cancelled.
        case cancelled
        /// The channel's queue of waiting calls is full.
        case tooManyCalls
        /// The frame is larger than the channel may send.
        case frameTooLarge
        /// The channel or the bus was closed, or the frame was sent before.
        case closed
        /// Something else that the system said; the hint carries its words.
        case system
    }

    /// The kind.
    public let code: Code
    /// What was being done: `parse`, `serve`, `connect`, `call`.
    public let operation: String
    /// The endpoint.
    public let place: String
    /// What an operator can do.
    public let hint: String
    /// Whether a peer may have seen the frame; when false any method may be repeated.
    public let mayHaveBeenSent: Bool

    init(
        _ code: Code,
        operation: String,
        place: String,
        hint: String? = nil,
        mayHaveBeenSent: Bool = false
    ) {
        self.code = code
        self.operation = operation
        self.place = place
        self.hint = hint ?? code.standardHint
        self.mayHaveBeenSent = mayHaveBeenSent
    }

    /// Whether the same call may succeed later; whether it may be repeated is the method's to say.
    public var isRetriable: Bool {
        switch code {
        case .notConnected, .connectionLost, .tooManyCalls, .addressInUse, .socketLimit: true
        case .invalidEndpoint, .addressUnavailable, .folderNotPrivate, .deadlineExceeded,
            .cancelled, .frameTooLarge, .closed, .system:
            false
        }
    }

    /// One line for a log.
    public var description: String { "\(operation) \(place): \(code.rawValue); \(hint)" }
}

extension BusError.Code {
    fileprivate var standardHint: String {
        switch self {
        case .invalidEndpoint: "use tcp://HOST:PORT, ipc:///FOLDER/NAME or memory://NAME"
        case .addressInUse: "stop the process that is bound there, or choose another port"
        case .addressUnavailable: "bind to a numeric address of this machine"
        case .folderNotPrivate: "chmod 0700 the socket's folder and let this user own it"
        case .socketLimit: "raise the limit of open files (ulimit -n); nanomsg has 512 sockets"
        case .notConnected: "is the server running and reachable?"
        case .connectionLost: "the server stopped, or a frame was over its receive limit"
        case .deadlineExceeded: "the server is slow or silent, or the deadline too near"
        case .cancelled: "the caller no longer wants the answer"
        case .tooManyCalls: "let fewer calls wait, or add servers"
        case .frameTooLarge: "send less in one frame"
        case .closed: "open a new channel; a frame can be sent once"
        case .system: "see the system's words"
        }
    }
}
