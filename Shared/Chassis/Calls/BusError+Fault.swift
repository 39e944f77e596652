// What the bus says when a call fails, in the words of a status.

public import Bus
public import Messages

extension BusError {
    /// The status a caller gets; whether the call may be repeated is `RetryPolicy`'s to say.
    public var fault: Fault {
        switch code {
        case .notConnected, .connectionLost:
            Fault(.unavailable, "no answer: \(code.rawValue)", place: place, hint: hint)
        case .closed:
            Fault(.unavailable, "the channel was closed", place: place, hint: hint)
        case .deadlineExceeded:
            Fault(.deadlineExceeded, "no answer in time", place: place, hint: hint)
        case .cancelled:
            Fault(.cancelled, "the caller gave up", place: place, hint: hint)
        case .tooManyCalls, .socketLimit:
            Fault(
                .resourceExhausted,
                "this process asks too much at once",
                place: place,
                hint: hint,
                retryAfterMs: 100
            )
        case .frameTooLarge:
            Fault(.resourceExhausted, "the request is too large", place: place, hint: hint)
        case .invalidEndpoint:
            Fault(.invalidArgument, "not an address", place: place, hint: hint)
        case .addressInUse, .addressUnavailable, .folderNotPrivate, .system:
            Fault(.internal, "the bus failed: \(code.rawValue)", place: place, hint: hint)
        }
    }
}
