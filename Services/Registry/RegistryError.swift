// What can go wrong in the registry, with the status a caller hears.

public import Messages

/// A refusal or a failure of the registry.
public struct RegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable, Hashable {
        case full, addressTaken, unknownInstance, nobodyElse, badRequest
        case unknownProject, unknownDocument, revisionChanged, fenced, store
    }

    /// What went wrong.
    public let code: Code
    /// What was being done.
    public let operation: String
    /// With what: an instance, a project, a document.
    public let place: String
    /// What to do about it.
    public let hint: String

    /// Makes an error; `hint` says what to do about it.
    public init(_ code: Code, _ operation: String, place: String, hint: String) {
        self.code = code
        self.operation = operation
        self.place = place
        self.hint = hint
    }

    /// Whether trying again later may succeed.
    public var isRetriable: Bool { code == .store || code == .fenced }

    /// One sentence for people.
    public var description: String {
        let what =
            switch code {
            case .full: "the limit is reached"
            case .addressTaken: "the address belongs to another instance"
            case .unknownInstance: "no such instance"
            case .nobodyElse: "nobody else could take over"
            case .badRequest: "the request is not valid"
            case .unknownProject: "no such project"
            case .unknownDocument: "no such document"
            case .revisionChanged: "the document has changed meanwhile"
            case .fenced: "another registry has changed the state meanwhile"
            case .store: "the registry's store failed"
            }
        return "\(operation): \(what)"
    }

    /// The status a caller hears.
    public var fault: Fault {
        let status: StatusCode =
            switch code {
            case .full: .resourceExhausted
            case .addressTaken: .alreadyExists
            case .unknownInstance, .unknownProject, .unknownDocument: .notFound
            case .nobodyElse: .failedPrecondition
            case .badRequest: .invalidArgument
            case .revisionChanged: .aborted
            case .fenced, .store: .unavailable
            }
        return Fault(status, description, place: place, hint: hint)
    }

    /// The refusal of a change decided upon a state that is no longer the newest.
    static func fenced(expected: UInt64, _ standing: UInt64? = nil) -> RegistryError {
        RegistryError(
            .fenced,
            "commit",
            place: "fence \(expected)",
            hint: (standing.map { "it stands at \($0): " } ?? "")
                + "let one registry write, and start this one again"
        )
    }
}
