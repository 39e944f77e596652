// An answer's bytes become JSON, by the server's own contract.

import Basics

/// An encoded message to JSON; pure, and bounded whatever the bytes.
///
/// Fields go by the contract's names, in its order; those that are absent are left out. Integers
/// are numbers, exact to 64 bits; bytes are base64; enums go by name. A field that the contract
/// does not tell is shown as `#NUMBER`.
struct MessageToJSON {
    /// The most values of one message and all within: a byte of a packed list becomes a name.
    static let valuesMax = 2_000_000

    private let contract: Descriptors
    private var values = 0

    /// The JSON object of a message of this type.
    static func json(
        _ bytes: [UInt8],
        as type: String,
        by contract: Descriptors
    ) throws(CommandError) -> JSONText {
        var writing = MessageToJSON(contract: contract)
        return try writing.message(bytes, type, type, depth: 1)
    }

    private init(contract: Descriptors) { self.contract = contract }

    private mutating func message(
        _ bytes: [UInt8],
        _ type: String,
        _ place: String,
        depth: Int
    ) throws(CommandError) -> JSONText {
        guard let shape = contract.messages[type] else {
            throw Descriptors.refusal("it does not tell what \(type) is", place)
        }
        guard depth <= MessageFromJSON.depthMax else {
            throw Self.refusal("it is deeper than \(MessageFromJSON.depthMax) messages", place)
        }
        var found: [Int: [WireFields.Content]] = [:]
        var fields = WireFields(bytes)
        while let field = try fields.next() {
            values += 1
            guard values <= Self.valuesMax else {
                throw Self.refusal("it has more than \(Self.valuesMax) values", place)
            }
            found[field.number, default: []].append(field.content)
        }
        var out: [(String, JSONText)] = []
        for field in shape.fields {
            guard let contents = found.removeValue(forKey: field.number) else { continue }
            let inside = "\(place).\(field.name)"
            if field.isRepeated {
                out.append((field.name, .list(try list(field, contents, inside, depth))))
            } else if field.type == .message {
                // Parts of one message are one message.
                let whole = contents.flatMap(\.inner)
                let inner = try message(whole, field.typeName, inside, depth: depth + 1)
                out.append((field.name, inner))
            } else if let last = contents.last {
                out.append((field.name, try value(field, last, inside, depth)))
            }
        }
        for (number, contents) in found.sorted(by: { $0.key < $1.key }) {
            out.append(("#\(number)", .list(contents.map(Self.unknown))))
        }
        return .object(out)
    }

    private mutating func list(
        _ field: FieldShape,
        _ contents: [WireFields.Content],
        _ place: String,
        _ depth: Int
    ) throws(CommandError) -> [JSONText] {
        var list: [JSONText] = []
        for content in contents {
            if case .bytes(let bytes) = content, field.type.isPackable {
                for single in try Self.unpacked(bytes, field, place) {
                    values += 1
                    guard values <= Self.valuesMax else {
                        throw Self.refusal("it has more than \(Self.valuesMax) values", place)
                    }
                    list.append(try value(field, single, place, depth))
                }
            } else {
                list.append(try value(field, content, "\(place)[\(list.count)]", depth))
            }
        }
        return list
    }

    private static func unpacked(_ bytes: [UInt8], _ field: FieldShape, _ place: String)
        throws(CommandError) -> [WireFields.Content]
    {
        var reader = ByteReader(bytes)
        var contents: [WireFields.Content] = []
        do throws(BytesError) {
            while !reader.isAtEnd {
                switch field.type {
                case .double, .fixed64, .sfixed64: contents.append(.fixed64(try reader.u64()))
                case .float, .fixed32, .sfixed32: contents.append(.fixed32(try reader.u32()))
                default: contents.append(.varint(try reader.varint()))
                }
            }
        } catch {
            throw refusal("a list is cut off", place)
        }
        return contents
    }

    private mutating func value(
        _ field: FieldShape,
        _ content: WireFields.Content,
        _ place: String,
        _ depth: Int
    ) throws(CommandError) -> JSONText {
        switch (field.type, content) {
        case (.message, .bytes(let bytes)):
            return try message(bytes, field.typeName, place, depth: depth + 1)
        case (.string, .bytes):
            guard let text = content.text else { throw Self.refusal("a text is no UTF-8", place) }
            return .text(text)
        case (.bytes, .bytes(let bytes)): return .text(Base64.text(bytes))
        case (.bool, .varint(let value)): return .bool(value != 0)
        case (.enum, .varint(let value)):
            let number = Int32(truncatingIfNeeded: value)
            let known = contract.enums[field.typeName]?.values.first { $0.number == number }
            return known.map { .text($0.name) } ?? .int(Int(number))
        case (.int64, .varint(let value)): return .int(Int(truncatingIfNeeded: value))
        case (.int32, .varint(let value)):
            return .int(Int(Int32(truncatingIfNeeded: value)))
        case (.uint64, .varint(let value)): return .unsigned(value)
        case (.uint32, .varint(let value)):
            return .unsigned(UInt64(UInt32(truncatingIfNeeded: value)))
        case (.sint64, .varint(let value)): return .int(Self.unzigzag(value))
        case (.sint32, .varint(let value)):
            return .int(Self.unzigzag(UInt64(UInt32(truncatingIfNeeded: value))))
        case (.fixed64, .fixed64(let value)): return .unsigned(value)
        case (.sfixed64, .fixed64(let value)): return .int(Int(bitPattern: UInt(value)))
        case (.double, .fixed64(let value)): return Self.number(Double(bitPattern: value))
        case (.fixed32, .fixed32(let value)): return .unsigned(UInt64(value))
        case (.sfixed32, .fixed32(let value)): return .int(Int(Int32(bitPattern: value)))
        case (.float, .fixed32(let value)):
            // By its own shortest digits, not by those of the double that is equal to it.
            let float = Float(bitPattern: value)
            return Self.number(Double("\(float)") ?? Double(float))
        default: throw Self.refusal("a field is not of the type that the contract tells", place)
        }
    }

    private static func unzigzag(_ value: UInt64) -> Int {
        Int(bitPattern: UInt(value >> 1)) ^ -Int(value & 1)
    }

    private static func number(_ value: Double) -> JSONText {
        if value.isFinite { return .double(value) }
        return value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity"
    }

    private static func unknown(_ content: WireFields.Content) -> JSONText {
        switch content {
        case .varint(let value), .fixed64(let value): .unsigned(value)
        case .fixed32(let value): .unsigned(UInt64(value))
        case .bytes(let bytes): .text(Base64.text(bytes))
        }
    }

    private static func refusal(_ what: String, _ place: String) -> CommandError {
        CommandError(
            .internalError,
            "read the answer",
            "the answer cannot be read: \(what)",
            place: place,
            hint: "is the server of another version than its contract?"
        )
    }
}
