// Documents written as Swift literals, so that tests read like the YAML they stand for.

import Segments

extension PlainValue: ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByUnicodeScalarLiteral,
    ExpressibleByExtendedGraphemeClusterLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: PlainValue...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, PlainValue)...) {
        self = .map(elements.map { PlainEntry($0.0, $0.1) })
    }
}

/// Reads one condition.
func condition(_ plain: PlainValue, zone: String? = nil) throws -> Definition {
    var entries = [PlainEntry("condition", plain)]
    if let zone { entries.append(PlainEntry("zone", .text(zone))) }
    return try DefinitionReader.read(.map(entries)).definition
}

/// The problem that reading and checking one condition ends with.
func problem(_ plain: PlainValue, zone: String? = nil) -> DefinitionProblem? {
    do {
        let definition = try condition(plain, zone: zone)
        return Validation(definition).errors.first
    } catch {
        return error as? DefinitionProblem
    }
}
