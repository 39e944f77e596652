// What can be wrong with a frame, or with a value that travels in one.

public import Messages

/// Why a frame or a value was refused, or could not be made.
public struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault, frames first, in the order in which they are checked.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The frame ends within its prefix.
        case truncated
        /// The frame does not begin with `SL`.
        case badMagic
        /// A version this build does not speak.
        case badVersion
        /// A flag that version 1 does not have, or a reply where a request belongs.
        case badFlags
        /// The lengths do not add up to the frame.
        case badLength
        /// The frame, or what it decompresses to, is larger than the limit.
        case tooLarge
        /// Sealed frames are not served yet.
        case sealed
        /// An unsealed frame that names a key: who sent it is not proved.
        case unprovedKey
        /// The bytes are not what was sent.
        case badChecksum
        /// The header is not a header, or breaks a rule of headers.
        case badHeader
        /// The payload cannot be decompressed.
        case badCompression
        /// A message that cannot be encoded: it breaks the contract's limits.
        case badMessage
        /// A value that the contract can carry and its meaning forbids, such as NaN.
        case badValue
    }

    /// The kind of fault.
    public let code: Code
    /// What was being done, such as decode request.
    public let operation: String
    /// Where: a field's path, or a byte of the frame.
    public let place: String
    /// One sentence that says what is wrong.
    public let message: String
    /// What to do about it.
    public let hint: String

    init(
        _ code: Code,
        _ message: String,
        place: String,
        hint: String,
        operation: String = "decode"
    ) {
        self.code = code
        self.operation = operation
        self.place = place
        self.message = message
        self.hint = hint
    }

    /// Wraps what the codec of messages says.
    init(_ error: MessageError, _ code: Code, place: String) {
        let path = error.place.isEmpty ? place : place + "." + error.place
        self.init(
            code,
            error.message,
            place: path,
            hint: error.hint,
            operation: error.operation.rawValue
        )
    }

    /// Whether the same bytes can be taken later: damage on the way may not happen again.
    public var isRetriable: Bool { code == .badChecksum }

    /// The answer a caller gets.
    public var fault: Fault {
        let status: StatusCode =
            switch code {
            case .sealed, .badVersion: .unimplemented
            case .unprovedKey: .unauthenticated
            case .tooLarge: .resourceExhausted
            case .badChecksum: .unavailable
            case .badMessage: .internal
            default: .invalidArgument
            }
        return Fault(status, message, place: place, hint: hint)
    }

    /// Operation, place, fault and hint in one line.
    public var description: String { "\(operation) \(place): \(message) (\(hint))" }

    /// The same error seen from the value that holds the place.
    func inside(_ outer: String) -> WireError {
        let joined =
            place.isEmpty ? outer : place.hasPrefix("[") ? outer + place : outer + "." + place
        return WireError(code, message, place: joined, hint: hint, operation: operation)
    }
}
