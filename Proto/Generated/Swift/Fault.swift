// How a call fails: a canonical status, a sentence, a place and a hint.

/// A call's failure, as it travels in a reply's header.
public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The canonical status; never ok.
    public var code: StatusCode
    /// One sentence for people.
    public var message: String
    /// Where in the request the fault lies, or which owner is missing.
    public var place: String?
    /// What to do about it.
    public var hint: String?
    /// Not sooner than this should the caller try again.
    ///
    /// Unit: ms.
    public var retryAfterMs: UInt32?

    /// A failure.
    public init(
        _ code: StatusCode,
        _ message: String,
        place: String? = nil,
        hint: String? = nil,
        retryAfterMs: UInt32? = nil
    ) {
        self.code = code
        self.message = message
        self.place = place
        self.hint = hint
        self.retryAfterMs = retryAfterMs
    }

    /// Whether the same call may succeed later without a change.
    public var isRetriable: Bool {
        code == .unavailable || code == .resourceExhausted || code == .aborted
    }

    /// Status, place, sentence and hint in one line.
    public var description: String {
        var text = "\(code): "
        if let place { text += place + ": " }
        text += message
        if let hint { text += " (" + hint + ")" }
        return text
    }
}

extension Fault {
    /// The method is in the contract but not served yet, or not known at all.
    public static func unimplemented(_ method: String) -> Fault {
        Fault(
            .unimplemented,
            "\(method) is not served",
            place: method,
            hint: "Reflection/Describe lists the contract; a later release may serve it"
        )
    }

    /// The service cannot answer at the moment.
    public static func unavailable(
        _ message: String,
        place: String? = nil,
        hint: String? = nil,
        retryAfterMs: UInt32? = nil
    ) -> Fault {
        Fault(.unavailable, message, place: place, hint: hint, retryAfterMs: retryAfterMs)
    }

    /// A quota or a limit is used up.
    public static func resourceExhausted(
        _ message: String,
        place: String? = nil,
        hint: String? = nil,
        retryAfterMs: UInt32? = nil
    ) -> Fault {
        Fault(.resourceExhausted, message, place: place, hint: hint, retryAfterMs: retryAfterMs)
    }

    /// The caller gave up.
    public static func cancelled(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.cancelled, message, place: place, hint: hint)
    }

    /// The request is wrong whatever the state of the service.
    public static func invalidArgument(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.invalidArgument, message, place: place, hint: hint)
    }

    /// The time was over before the call was.
    public static func deadlineExceeded(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.deadlineExceeded, message, place: place, hint: hint)
    }

    /// What the request names does not exist.
    public static func notFound(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.notFound, message, place: place, hint: hint)
    }

    /// What the request would create exists.
    public static func alreadyExists(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.alreadyExists, message, place: place, hint: hint)
    }

    /// The caller may not do this.
    public static func permissionDenied(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.permissionDenied, message, place: place, hint: hint)
    }

    /// The service is not in the state the request needs.
    public static func failedPrecondition(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.failedPrecondition, message, place: place, hint: hint)
    }

    /// Another caller was faster; read again and repeat.
    public static func aborted(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.aborted, message, place: place, hint: hint)
    }

    /// The request goes past the end of what there is.
    public static func outOfRange(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.outOfRange, message, place: place, hint: hint)
    }

    /// The service broke one of its own rules.
    public static func `internal`(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.internal, message, place: place, hint: hint)
    }

    /// Something stored is lost or damaged.
    public static func dataLoss(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.dataLoss, message, place: place, hint: hint)
    }

    /// The service does not know who the caller is.
    public static func unauthenticated(
        _ message: String,
        place: String? = nil,
        hint: String? = nil
    ) -> Fault {
        Fault(.unauthenticated, message, place: place, hint: hint)
    }
}
