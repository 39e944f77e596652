// What messages, enums and methods look like, as a descriptor set tells it.

/// The types of protobuf's fields, by their numbers in descriptor.proto.
enum FieldType: Int, Sendable {
    case double = 1
    case float, int64, uint64, int32, fixed64, fixed32, bool, string, group, message, bytes
    case uint32, `enum`, sfixed32, sfixed64, sint32, sint64

    /// How the contract writes it; messages and enums are written by name.
    var word: String { "\(self)" }

    /// Whether several values may share one field, one behind the other.
    var isPackable: Bool {
        switch self {
        case .string, .bytes, .message, .group: false
        default: true
        }
    }
}

/// A field of a message.
struct FieldShape: Sendable, Hashable {
    var number = 0
    /// As the contract writes it: `at_ms`.
    var name = ""
    /// As protobuf's JSON writes it: `atMs`.
    var jsonName = ""
    var type = FieldType.bytes
    /// The full name of a message or an enum.
    var typeName = ""
    var isRepeated = false
    var isRequired = false
    var isPacked = false
    /// The group of fields of which one only is there.
    var oneof: Int?
    var defaultText: String?
    /// The most elements; nil: told nowhere.
    var itemsMax: UInt64?
    /// The most bytes; nil: told nowhere.
    var bytesMax: UInt64?
}

/// A message.
struct MessageShape: Sendable, Hashable {
    /// The full name, without a leading dot.
    var name = ""
    /// By number.
    var fields: [FieldShape] = []
    var oneofs: [String] = []
}

/// An enum.
struct EnumShape: Sendable, Hashable {
    /// The full name, without a leading dot.
    var name = ""
    /// In the order of the contract.
    var values: [Value] = []

    struct Value: Sendable, Hashable {
        var name = ""
        var number: Int32 = 0
    }
}

/// A method of a service.
struct MethodShape: Sendable, Hashable {
    /// The full name of its service.
    var service = ""
    var name = ""
    var request = ""
    var response = ""
    /// The role a caller's key must hold; empty when the contract tells none.
    var role = ""
    var isIdempotent = false

    /// As it goes over the wire: `/shoal.evaluation.v1.Segments/Count`.
    var path: String { "/\(service)/\(name)" }
}
