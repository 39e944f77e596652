// Between values on the wire and property values, with the checks that the contract cannot make.

public import Basics
public import Messages

/// The coding of property values; Track, Import and definitions share it.
public enum ValueCoding {
    /// The property value of an event or a user.
    ///
    /// Refuses NaN and infinities, versions, absent values, and lists that are too long or hold an
    /// absent value. Numbers take their normal form.
    public static func decode(_ value: LogV1.Value) throws(WireError) -> PropertyValue {
        switch value.kind {
        case .text(let text): return .text(try checked(text))
        case .number(let double): return .number(try number(double))
        case .integer(let integer): return .number(Number(Int(integer)))
        case .decimalE4(let e4): return .number(Number(e4: e4))
        case .flag(let flag): return .bool(flag)
        case .instantMs(let ms): return .instant(Timestamp(ms: ms))
        case .list(let list): return .list(try elements(list))
        case .version:
            throw refused(
                "a version",
                "versions stand in definitions only; send the text",
                at: "version"
            )
        case nil: throw refused("no value", "leave the property out, or give it a value")
        }
    }

    /// The value on the wire.
    ///
    /// A list inside a list has no place there.
    public static func encode(_ value: PropertyValue) throws(WireError) -> LogV1.Value {
        guard case .list(let values) = value else {
            return LogV1.Value(kind: kind(try plain(value)))
        }
        guard values.count <= Limits.listValues else { throw tooLong(values.count) }
        var list = LogV1.ValueList()
        list.values.reserveCapacity(values.count)
        for element in values { list.values.append(try plain(element)) }
        return LogV1.Value(kind: .list(list))
    }

    /// A named value; the name must not be empty.
    public static func decode(
        _ property: LogV1.Property
    ) throws(WireError) -> (name: String, value: PropertyValue) {
        guard !property.name.isEmpty, property.name.utf8.count <= Limits.nameBytes else {
            throw refused(
                property.name.isEmpty ? "no name" : "a name of \(property.name.utf8.count) bytes",
                "name the property in 1 to \(Limits.nameBytes) bytes",
                at: "name"
            )
        }
        guard let value = property.value else {
            throw refused("no value", "leave the property out, or give it a value", at: "value")
        }
        do {
            return (property.name, try decode(value))
        } catch {
            throw error.inside("value")
        }
    }

    /// A named value on the wire.
    public static func encode(
        name: String,
        _ value: PropertyValue
    ) throws(WireError) -> LogV1.Property {
        do {
            return LogV1.Property(name: name, value: try encode(value))
        } catch {
            throw error.inside("value")
        }
    }

    /// A finite number in its normal form.
    static func number(_ double: Double) throws(WireError) -> Number {
        guard let number = Number(double) else {
            throw refused("\(double)", "numbers are finite; leave the value out", at: "number")
        }
        return number
    }

    private static func checked(_ text: String) throws(WireError) -> String {
        let count = text.utf8.count
        guard count <= Limits.textValueBytes else {
            throw refused(
                "a text of \(count) bytes",
                "shorten it to \(Limits.textValueBytes) bytes",
                at: "text"
            )
        }
        return text
    }

    private static func elements(_ list: LogV1.ValueList) throws(WireError) -> [PropertyValue] {
        guard list.values.count <= Limits.listValues else { throw tooLong(list.values.count) }
        var values: [PropertyValue] = []
        values.reserveCapacity(list.values.count)
        for (index, element) in list.values.enumerated() {
            do throws(WireError) {
                guard let kind = element.kind else {
                    throw refused("no value", "leave the element out")
                }
                values.append(try plain(kind))
            } catch {
                throw error.inside("list.values[\(index)]")
            }
        }
        return values
    }

    private static func plain(_ kind: LogV1.PlainValue.Kind) throws(WireError) -> PropertyValue {
        switch kind {
        case .text(let text): .text(try checked(text))
        case .number(let double): .number(try number(double))
        case .integer(let integer): .number(Number(Int(integer)))
        case .decimalE4(let e4): .number(Number(e4: e4))
        case .flag(let flag): .bool(flag)
        case .instantMs(let ms): .instant(Timestamp(ms: ms))
        }
    }

    private static func plain(_ value: PropertyValue) throws(WireError) -> LogV1.PlainValue {
        switch value {
        case .text(let text): return LogV1.PlainValue(kind: .text(try checked(text)))
        case .number(let number):
            switch number.form {
            case .decimal(let e4): return LogV1.PlainValue(kind: .decimalE4(e4))
            case .double(let double): return LogV1.PlainValue(kind: .number(double))
            }
        case .bool(let bool): return LogV1.PlainValue(kind: .flag(bool))
        case .instant(let instant): return LogV1.PlainValue(kind: .instantMs(instant.ms))
        case .list:
            throw refused("a list inside a list", "values nest at most \(Limits.valueDepth) deep")
        }
    }

    private static func kind(_ plain: LogV1.PlainValue) -> LogV1.Value.Kind? {
        switch plain.kind {
        case .text(let text): .text(text)
        case .number(let double): .number(double)
        case .integer(let integer): .integer(integer)
        case .decimalE4(let e4): .decimalE4(e4)
        case .flag(let flag): .flag(flag)
        case .instantMs(let ms): .instantMs(ms)
        case nil: nil
        }
    }

    private static func tooLong(_ count: Int) -> WireError {
        refused(
            "a list of \(count) values",
            "lists hold at most \(Limits.listValues) values",
            at: "list"
        )
    }

    static func refused(_ message: String, _ hint: String, at place: String = "") -> WireError {
        WireError(.badValue, message, place: place, hint: hint)
    }
}
