// What can be wrong with a message's bytes or values, in words its sender understands.

/// Why a message could not be decoded from bytes, or not be encoded.
public struct MessageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The bytes end in the middle of a field.
        case truncated
        /// A varint is longer than 10 bytes, or its value than 64 bits.
        case badVarint
        /// A field number of 0, or a tag beyond 32 bits.
        case badTag
        /// The field has another type than the contract says.
        case wrongType
        /// Groups are not part of the contract.
        case group
        /// A repeated field holds more elements than the contract allows.
        case tooManyItems
        /// A text or a byte string is longer than the contract allows.
        case tooLong
        /// A single sub-message, or a choice, is given twice.
        case givenTwice
        /// Messages are nested deeper than the limit.
        case tooDeep
        /// A text is not UTF-8.
        case notUTF8
        /// A text holds a zero byte.
        case zeroByte
        /// One message holds more than 64 fields the contract does not know.
        case unknownFields
        /// The message holds more fields and elements in all than the limit.
        case tooManyElements
        /// The message is larger than the limit, or grows beyond it in memory.
        case tooLarge
        /// protobuf-c refused bytes that passed every check above.
        case malformed
        /// Memory is short.
        case memory
    }

    /// What was being done.
    public enum Operation: String, Sendable, Hashable {
        /// Bytes to message.
        case decode
        /// Message to bytes.
        case encode
    }

    /// The kind of fault.
    public let code: Code
    /// What was being done.
    public let operation: Operation
    /// The field's path, such as records[3].event.name; empty for the message as a whole.
    public internal(set) var place: String
    /// One sentence that says what is wrong.
    public let message: String
    /// What to do about it.
    public let hint: String

    init(
        _ code: Code,
        _ message: String,
        hint: String,
        place: String = "",
        operation: Operation = .decode
    ) {
        self.code = code
        self.operation = operation
        self.place = place
        self.message = message
        self.hint = hint
    }

    /// Whether the same call can succeed later: only when memory was short.
    public var isRetriable: Bool { code == .memory }

    /// The answer a caller gets.
    public var fault: Fault {
        Fault(
            code == .memory
                ? .resourceExhausted : operation == .encode ? .internal : .invalidArgument,
            message,
            place: place.isEmpty ? nil : place,
            hint: hint
        )
    }

    /// Place, fault and hint in one line.
    public var description: String {
        (place.isEmpty ? "" : place + ": ") + message + " (" + hint + ")"
    }

    /// The same error seen from the message that holds the field.
    func inside(_ name: String, index: Int?) -> MessageError {
        var outer = self
        let step = index.map { name + "[\($0)]" } ?? name
        outer.place = place.isEmpty ? step : step + "." + place
        return outer
    }
}

/// A bad element of an isolated repeated field: it was left out, the rest of the message stands.
public struct IsolatedFault: Sendable, Hashable {
    /// The repeated field's name, such as records.
    public let field: String
    /// The element's index in the message as it was sent.
    public let index: Int
    /// Where in the message, such as records[3].event.name.
    public let place: String
    /// One sentence that says what is wrong.
    public let message: String
    /// What to do about it.
    public let hint: String

    /// A fault; also for tests of services.
    public init(field: String, index: Int, place: String, message: String, hint: String) {
        self.field = field
        self.index = index
        self.place = place
        self.message = message
        self.hint = hint
    }

    /// The place within the element, such as event.name; empty for the element as a whole.
    public var placeInElement: String {
        let prefix = field + "[\(index)]"
        guard place.hasPrefix(prefix) else { return place }
        let rest = place.dropFirst(prefix.count)
        return String(rest.hasPrefix(".") ? rest.dropFirst() : rest)
    }

    /// For each kept element of the field, its index in the message as it was sent.
    public static func originalIndices(
        kept: Int,
        without faults: [IsolatedFault],
        field: String
    ) -> [Int] {
        var missing = Set<Int>()
        for fault in faults where fault.field == field { missing.insert(fault.index) }
        var indices: [Int] = []
        indices.reserveCapacity(kept)
        var next = 0
        while indices.count < kept {
            if !missing.contains(next) { indices.append(next) }
            next += 1
        }
        return indices
    }
}
