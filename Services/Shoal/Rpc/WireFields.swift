// The fields of an encoded message, one after the other, without knowing what they mean.

import Basics

/// A walk over the fields in a range of bytes; never traps, whatever the bytes.
struct WireFields {
    /// A field as it stands in the bytes.
    struct Field: Sendable, Hashable {
        let number: Int
        let content: Content
    }

    /// What a field holds, by wire type.
    enum Content: Sendable, Hashable {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes([UInt8])
        case fixed32(UInt32)
    }

    private var reader: ByteReader

    /// Walks over all of these bytes.
    init(_ bytes: [UInt8]) { reader = ByteReader(bytes) }

    /// The next field; nil behind the last one.
    mutating func next() throws(CommandError) -> Field? {
        guard !reader.isAtEnd else { return nil }
        do throws(BytesError) {
            let key = try reader.varint()
            guard let number = Int(exactly: key >> 3), (1...0x1FFF_FFFF).contains(number) else {
                throw BytesError(.outOfBounds, "field number", at: reader.position)
            }
            switch key & 7 {
            case 0: return Field(number: number, content: .varint(try reader.varint()))
            case 1: return Field(number: number, content: .fixed64(try reader.u64()))
            case 2: return Field(number: number, content: .bytes(try reader.prefixedBytes()))
            case 5: return Field(number: number, content: .fixed32(try reader.u32()))
            default: throw BytesError(.outOfBounds, "wire type", at: reader.position)
            }
        } catch {
            throw CommandError(
                .internalError,
                "read message",
                "the server's bytes are no message",
                place: "byte \(reader.position) of \(reader.end)",
                hint: "is this a server of the suite?"
            )
        }
    }
}

extension WireFields.Content {
    /// A text; nil when it is none.
    var text: String? {
        guard case .bytes(let bytes) = self else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A small number; nil when it is none.
    var int: Int? {
        guard case .varint(let value) = self else { return nil }
        return Int(truncatingIfNeeded: value)
    }

    /// The bytes of an inner message; none of another kind of field.
    var inner: [UInt8] {
        guard case .bytes(let bytes) = self else { return [] }
        return bytes
    }
}
