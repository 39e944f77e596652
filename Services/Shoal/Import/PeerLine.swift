// One JSON object of a peer's export, read to plain values and flattened to properties.

import Basics

/// A value of a peer's line.
indirect enum PeerValue: Sendable, Hashable {
    case null
    case plain(PropertyValue)
    case list([PeerValue])
    /// Fields in the order of the line.
    case object([PeerField])
}

/// A field of an object, its name unique there.
struct PeerField: Sendable, Hashable {
    var name: String
    var value: PeerValue
}

/// The object of one line.
///
/// Objects within become properties of their own, names joined by dots (`cart.total`): a property
/// is a plain value or a list of them. A list of objects is refused, since nothing could ask it.
struct PeerLine: Sendable {
    /// The deepest line: peers document ten levels at most.
    static let depthMax = 16

    let fields: [PeerField]

    /// Reads the line that stands in `range`.
    init(_ bytes: [UInt8], _ range: Range<Int>) throws(LineProblem) {
        var scanner = JSONScanner(bytes, range)
        guard scanner.peek() == UInt8(ascii: "{") else {
            throw scanner.unexpected("", "an object")
        }
        guard case .object(let fields) = try Self.value(&scanner, "", depth: 1) else {
            throw scanner.unexpected("", "an object")
        }
        guard scanner.peek() == nil else { throw scanner.unexpected("", "the end of the line") }
        self.fields = fields
    }

    private static func value(
        _ scanner: inout JSONScanner,
        _ place: String,
        depth: Int
    ) throws(LineProblem) -> PeerValue {
        guard depth <= depthMax else {
            throw LineProblem(place, "the value is deeper than \(depthMax) levels")
        }
        switch scanner.peek() {
        case UInt8(ascii: "\"")?: return .plain(.text(try scanner.text(place)))
        case UInt8(ascii: "-")?, .some(0x30...0x39):
            return .plain(.number(try scanner.number(place)))
        case UInt8(ascii: "t")? where scanner.skip(word: "true"): return .plain(.bool(true))
        case UInt8(ascii: "f")? where scanner.skip(word: "false"): return .plain(.bool(false))
        case UInt8(ascii: "n")? where scanner.skip(word: "null"): return .null
        case UInt8(ascii: "[")?: return try list(&scanner, place, depth: depth)
        case UInt8(ascii: "{")?: return try object(&scanner, place, depth: depth)
        default: throw scanner.unexpected(place, "a value")
        }
    }

    private static func list(
        _ scanner: inout JSONScanner,
        _ place: String,
        depth: Int
    ) throws(LineProblem) -> PeerValue {
        var values: [PeerValue] = []
        guard scanner.skip("["), !scanner.skip("]") else { return .list([]) }
        repeat {
            values.append(try value(&scanner, place, depth: depth + 1))
        } while scanner.skip(",")
        guard scanner.skip("]") else { throw scanner.unexpected(place, "`,` or `]`") }
        return .list(values)
    }

    private static func object(
        _ scanner: inout JSONScanner,
        _ place: String,
        depth: Int
    ) throws(LineProblem) -> PeerValue {
        var fields: [PeerField] = []
        var names: Set<String> = []
        guard scanner.skip("{"), !scanner.skip("}") else { return .object([]) }
        repeat {
            let name = try scanner.text(place)
            let inner = place.isEmpty ? String(name.prefix(128)) : place
            guard scanner.skip(":") else { throw scanner.unexpected(inner, "`:`") }
            guard names.insert(name).inserted else { throw FoundFields.twice(inner) }
            let value = try value(&scanner, inner, depth: depth + 1)
            fields.append(PeerField(name: name, value: value))
        } while scanner.skip(",")
        guard scanner.skip("}") else { throw scanner.unexpected(place, "`,` or `}`") }
        return .object(fields)
    }
}

extension Number {
    /// The integer that this is, up to 2^53, where a double still tells neighbours apart.
    var whole: Int64? {
        switch form {
        case .decimal(let e4): e4 % Self.scale == 0 ? e4 / Self.scale : nil
        case .double(let value):
            value.magnitude < Double(Self.e4Max) ? Int64(exactly: value) : nil
        }
    }
}

extension [PeerField] {
    /// The value of a field; nil where it is absent or null.
    func value(_ name: String) -> PeerValue? {
        guard let value = first(where: { $0.name == name })?.value, value != .null else {
            return nil
        }
        return value
    }

    /// The text of a field; nil where it is absent, null or empty.
    func text(_ name: String) throws(LineProblem) -> String? {
        guard let value = value(name) else { return nil }
        guard case .plain(.text(let text)) = value else {
            throw LineProblem(name, "expected a text")
        }
        return text.isEmpty ? nil : text
    }

    /// A text or a whole number as an identifier; nil where it is absent, null or empty.
    func identifier(_ name: String) throws(LineProblem) -> String? {
        guard case .plain(.number(let number))? = value(name) else { return try text(name) }
        guard let whole = number.whole else {
            throw LineProblem(name, "\(number) is no identifier", hint: "put it in quotes")
        }
        return String(whole)
    }

    /// The instant of a field in RFC 3339; nil where it is absent or null.
    func instant(_ name: String) throws(LineProblem) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let instant = Timestamp.rfc3339(text) else {
            throw LineProblem.noInstant(name, text)
        }
        return instant
    }

    /// The fields of an object; empty where it is absent or null.
    func object(_ name: String) throws(LineProblem) -> [PeerField] {
        guard let value = value(name) else { return [] }
        guard case .object(let fields) = value else {
            throw LineProblem(name, "expected an object")
        }
        return fields
    }
}

extension FoundProperties {
    /// Adds fields as properties, those of objects within under `outer.inner`.
    mutating func add(_ fields: [PeerField], under prefix: String = "") throws(LineProblem) {
        for field in fields {
            let name = prefix + field.name
            switch field.value {
            case .null: absent.append(name)
            case .plain(let value): present.append((name, value))
            case .object(let inner): try add(inner, under: name + ".")
            case .list(let values): present.append((name, .list(try Self.plain(values, name))))
            }
        }
    }

    private static func plain(
        _ values: [PeerValue],
        _ name: String
    ) throws(LineProblem) -> [PropertyValue] {
        let place = "properties.\(name.prefix(128))"
        guard values.count <= Limits.listValues else {
            throw LineProblem(place, "the list has more than \(Limits.listValues) values")
        }
        var plain: [PropertyValue] = []
        for value in values {
            guard case .plain(let value) = value else {
                throw LineProblem(
                    place,
                    "the list holds an object, a list or null",
                    hint: "give its fields properties of their own, or send an event for each"
                )
            }
            plain.append(value)
        }
        return plain
    }
}
