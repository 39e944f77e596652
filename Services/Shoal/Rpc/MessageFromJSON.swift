// A request written as JSON becomes the bytes of a message, by the server's own contract.

import Basics

/// JSON to an encoded message; pure.
///
/// Fields go by the contract's names (`at_ms`) or protobuf's JSON names (`atMs`); `null` is an
/// absent field; numbers may stand in quotes; bytes are base64; enums go by name or number.
struct MessageFromJSON {
    /// How deep messages may lie within messages.
    static let depthMax = 64

    private let contract: Descriptors
    private var scanner: JSONScanner

    /// The bytes of the message of this type that a JSON object describes.
    static func bytes(
        _ json: [UInt8],
        as type: String,
        by contract: Descriptors
    ) throws(LineProblem) -> [UInt8] {
        var reading = MessageFromJSON(
            contract: contract,
            scanner: JSONScanner(json, 0..<json.count)
        )
        let bytes = try reading.message(type, "", depth: 1)
        guard reading.scanner.peek() == nil else {
            throw reading.scanner.unexpected("", "nothing behind the object")
        }
        return bytes
    }

    private mutating func message(_ type: String, _ place: String, depth: Int)
        throws(LineProblem) -> [UInt8]
    {
        guard let shape = contract.messages[type] else {
            throw LineProblem(place, "the contract does not tell what \(type) is")
        }
        guard depth <= Self.depthMax else {
            throw LineProblem(place, "deeper than \(Self.depthMax) messages")
        }
        guard scanner.skip("{") else { throw scanner.unexpected(place, "an object") }
        var parts: [Int: [UInt8]] = [:]
        var names: Set<Int> = []
        var chosen: [Int: String] = [:]
        if !scanner.skip("}") {
            repeat {
                let field = try field(of: shape, place)
                let inside = place.isEmpty ? field.name : "\(place).\(field.name)"
                guard names.insert(field.number).inserted else {
                    throw LineProblem(inside, "the field stands there twice")
                }
                if scanner.skip(word: "null") { continue }
                if let oneof = field.oneof {
                    if let other = chosen.updateValue(field.name, forKey: oneof) {
                        throw LineProblem(
                            inside,
                            "only one of \(other) and \(field.name) can be there"
                        )
                    }
                }
                parts[field.number] = try content(field, inside, depth)
            } while scanner.skip(",")
            guard scanner.skip("}") else { throw scanner.unexpected(place, "`,` or `}`") }
        }
        for field in shape.fields where field.isRequired && parts[field.number] == nil {
            throw LineProblem(place, "the field \(field.name) is missing")
        }
        return parts.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    private mutating func field(of shape: MessageShape, _ place: String)
        throws(LineProblem) -> FieldShape
    {
        let name = try scanner.text(place)
        guard let field = shape.fields.first(where: { $0.name == name || $0.jsonName == name })
        else {
            let known = shape.fields.map(\.name)
            let near = NearestName.nearest(to: name, in: known + shape.fields.map(\.jsonName))
            let all =
                known.isEmpty ? "it has no fields" : "there are \(known.joined(separator: ", "))"
            throw LineProblem(
                place.isEmpty ? name : "\(place).\(name)",
                "\(shape.name) has no such field",
                hint: near.map { "did you mean \($0)?" } ?? all
            )
        }
        guard scanner.skip(":") else { throw scanner.unexpected(name, "`:`") }
        return field
    }

    /// The field's bytes with tags; a list one element after the other.
    private mutating func content(_ field: FieldShape, _ place: String, _ depth: Int)
        throws(LineProblem) -> [UInt8]
    {
        var out = ByteWriter()
        guard field.isRepeated else {
            Self.tag(field, &out)
            try value(field, place, depth, &out)
            return out.bytes
        }
        guard scanner.skip("[") else { throw scanner.unexpected(place, "a list") }
        guard !scanner.skip("]") else { return [] }
        var index = 0
        repeat {
            if !field.isPacked { Self.tag(field, &out) }
            try value(field, "\(place)[\(index)]", depth, &out)
            index += 1
        } while scanner.skip(",")
        guard scanner.skip("]") else { throw scanner.unexpected(place, "`,` or `]`") }
        guard field.isPacked else { return out.bytes }
        var packed = ByteWriter()
        packed.varint(UInt64(field.number) << 3 | 2)
        packed.prefixedBytes(out.bytes)
        return packed.bytes
    }

    private static func tag(_ field: FieldShape, _ out: inout ByteWriter) {
        let wireType: UInt64 =
            switch field.type {
            case .double, .fixed64, .sfixed64: 1
            case .float, .fixed32, .sfixed32: 5
            case .string, .bytes, .message, .group: 2
            default: 0
            }
        out.varint(UInt64(field.number) << 3 | wireType)
    }

    private mutating func value(
        _ field: FieldShape,
        _ place: String,
        _ depth: Int,
        _ out: inout ByteWriter
    ) throws(LineProblem) {
        switch field.type {
        case .message:
            out.prefixedBytes(try message(field.typeName, place, depth: depth + 1))
        case .string: out.text(try scanner.text(place))
        case .bytes:
            guard let bytes = Base64.bytes(try scanner.text(place)) else {
                throw LineProblem(place, "this is no base64", hint: "bytes are written as base64")
            }
            out.prefixedBytes(bytes)
        case .bool:
            if scanner.skip(word: "true") {
                out.varint(1)
            } else if scanner.skip(word: "false") {
                out.varint(0)
            } else {
                throw scanner.unexpected(place, "true or false")
            }
        case .enum: out.varint(UInt64(bitPattern: Int64(try enumNumber(field.typeName, place))))
        case .double: out.f64(try double(place))
        case .float:
            let wide = try double(place)
            let narrow = Float(wide)
            guard narrow.isFinite || !wide.isFinite else {
                throw LineProblem(place, "the number is too large", hint: "at most about 3.4e38")
            }
            out.u32(narrow.bitPattern)
        case .int64: out.varint(UInt64(bitPattern: try integer(place, Int64.self)))
        case .sint64: out.zigzag(try integer(place, Int64.self))
        case .sfixed64: out.i64(try integer(place, Int64.self))
        case .int32: out.varint(UInt64(bitPattern: Int64(try integer(place, Int32.self))))
        case .sint32: out.zigzag(Int64(try integer(place, Int32.self)))
        case .sfixed32: out.u32(UInt32(bitPattern: try integer(place, Int32.self)))
        case .uint64: out.varint(try integer(place, UInt64.self))
        case .fixed64: out.u64(try integer(place, UInt64.self))
        case .uint32: out.varint(UInt64(try integer(place, UInt32.self)))
        case .fixed32: out.u32(try integer(place, UInt32.self))
        case .group: throw LineProblem(place, "groups are not known here")
        }
    }

    /// The digits of a number, bare or in quotes.
    private mutating func numberText(_ place: String) throws(LineProblem) -> String {
        if scanner.peek() == UInt8(ascii: "\"") { return try scanner.text(place) }
        return String(decoding: scanner.bytes[try scanner.numberRange(place)], as: UTF8.self)
    }

    private mutating func integer<Whole: FixedWidthInteger>(_ place: String, _ type: Whole.Type)
        throws(LineProblem) -> Whole
    {
        let text = try numberText(place)
        if let value = Whole(text) { return value }
        // 1e3 and 5.0 are integers, too, as far as a double holds them exactly.
        if let double = Double(text), double.magnitude <= 9_007_199_254_740_992,
            let value = Whole(exactly: double)
        {
            return value
        }
        throw LineProblem(
            place,
            "\(text.prefix(40)) is no whole number from \(Whole.min) to \(Whole.max)"
        )
    }

    private mutating func double(_ place: String) throws(LineProblem) -> Double {
        let text = try numberText(place)
        switch text {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default:
            guard let value = Double(text), value.isFinite else {
                throw LineProblem(
                    place,
                    "\(text.prefix(40).debugDescription) is no number",
                    hint: "besides numbers there are \"NaN\", \"Infinity\" and \"-Infinity\""
                )
            }
            return value
        }
    }

    private mutating func enumNumber(_ type: String, _ place: String)
        throws(LineProblem) -> Int32
    {
        guard scanner.peek() == UInt8(ascii: "\"") else { return try integer(place, Int32.self) }
        let name = try scanner.text(place)
        let values = contract.enums[type]?.values ?? []
        if let value = values.first(where: { $0.name == name }) { return value.number }
        let near = NearestName.nearest(to: name, in: values.map(\.name))
        throw LineProblem(
            place,
            "\(type) has no value \(name.debugDescription)",
            hint: near.map { "did you mean \($0)?" }
                ?? "there are \(values.prefix(40).map(\.name).joined(separator: ", "))"
        )
    }
}
