// Filters in documents and in words: `{property: amount, greaterThan: 100}`.

import Basics

// Document form: see `DefinitionReader`.
extension PropertyFilter {
    private static let operators = FilterOperator.allCases.map(\.rawValue)
    private static let hints = [
        "is": "write `equals`", "value": "write `equals`", "gt": "write `greaterThan`",
        "gte": "write `atLeast`", "lt": "write `lessThan`", "lte": "write `atMost`",
        "exactly": "write `equals`", "regex": "write `matches`", "on": "write `onDay`",
    ]

    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> PropertyFilter {
        let fields = try field.fields(["property", "ignoreCase"] + operators, hints: hints)
        let property = ExactName(try fields.needed("property").text())
        guard
            let name = try fields.atMostOne(
                of: operators,
                hint: "for a range write `between`, else two filters"
            ),
            let inner = fields[name], let op = FilterOperator(rawValue: name)
        else {
            throw field.problem(
                .missingField,
                "the property is compared with nothing",
                hint: "write `exists: true`, or one of " + operators.joined(separator: ", ")
            )
        }
        var filter = PropertyFilter(property, op)
        filter.operands = try operands(of: op, inner, zone: zone)
        if let field = fields["ignoreCase"] { filter.ignoreCase = try field.bool() }
        return filter
    }

    /// A filter beside events: `{property: …}`, or `{user: plan, equals: pro, at: event}` of what
    /// the user was when the event happened.
    static func readBesideEvent(_ field: Field, zone: Zone) throws(DefinitionProblem)
        -> PropertyFilter
    {
        guard case .map(let entries) = field.value,
            entries.contains(where: { $0.key == "user" || $0.key == "at" })
        else { return try read(field, zone: zone) }
        let at = entries.first { $0.key == "at" }
        guard at?.value == .text("event"), entries.contains(where: { $0.key == "user" }) else {
            throw field.problem(
                .missingField,
                "`user: …` and `at: event` stand together",
                hint: "for what a user is now write a condition `user: {property: …}`"
            )
        }
        let rest = entries.filter { $0.key != "at" }.map { entry in
            PlainEntry(entry.key == "user" ? "property" : entry.key, entry.value, line: entry.line)
        }
        let plain = Field(value: .map(rest), place: field.place, line: field.line)
        var filter = try read(plain, zone: zone)
        filter.isOfUser = true
        return filter
    }

    private static func operands(
        of op: FilterOperator,
        _ field: Field,
        zone: Zone
    ) throws(DefinitionProblem) -> [Operand] {
        if op.isPresence {
            guard try field.bool() else {
                let other = op == .exists ? "missing" : "exists"
                throw field.problem(
                    .shape,
                    "`\(op.rawValue): false` is said the other way",
                    hint: "write `\(other): true`"
                )
            }
            return []
        }
        if op.isDuration { return [.duration(ms: try field.duration())] }
        if op == .withinKm { return try circle(field) }
        if op.isInstant { return [.instant(try field.instant(zone: zone))] }
        guard op.operandCount.upperBound > 1 else {
            return [try operand(field, zone: zone)]
        }
        let items = try field.items()
        guard op.operandCount.contains(items.count) else {
            let wanted = op.operandCount.upperBound == 2 ? "two values" : "1 to 1,000 values"
            throw field.problem(
                .shape,
                "`\(op.rawValue)` takes \(wanted), not \(items.count)"
            )
        }
        var operands: [Operand] = []
        for item in items { operands.append(try operand(item, zone: zone)) }
        return operands
    }

    /// `{latitude: 52.52, longitude: 13.405, km: 10}`.
    private static func circle(_ field: Field) throws(DefinitionProblem) -> [Operand] {
        let fields = try field.fields(circleFields)
        var operands: [Operand] = []
        for name in circleFields {
            let hint = "write {latitude: 52.52, longitude: 13.405, km: 10}"
            operands.append(.number(try fields.needed(name, hint: hint).number()))
        }
        return operands
    }

    private static let circleFields = ["latitude", "longitude", "km"]

    private static func operand(
        _ field: Field,
        zone: Zone
    ) throws(DefinitionProblem) -> Operand {
        switch field.value {
        case .text(let text): return .text(text)
        case .bool(let bool): return .bool(bool)
        case .int, .double: return .number(try field.number())
        case .map:
            let kinds = ["version", "instant", "date"]
            let fields = try field.fields(kinds)
            guard let kind = try fields.atMostOne(of: kinds, hint: "write one of them"),
                let inner = fields[kind]
            else { throw field.unexpected("a value") }
            guard kind == "version" else { return .instant(try inner.instant(zone: zone)) }
            guard case .text(let version) = inner.value else {
                throw inner.unexpected(
                    "a text",
                    hint: "put the version in quotation marks: 5.10 alone is 5.1"
                )
            }
            return .version(version)
        case .null:
            throw field.unexpected("a value", hint: "for absent properties write `missing: true`")
        case .list:
            throw field.unexpected("one value", hint: "for several write `in` or `hasAny`")
        }
    }

    func written(zone: Zone) -> PlainValue {
        var entries = [PlainEntry(isOfUser ? "user" : "property", .text(property.text))]
        let values = operands.map { $0.written(by: self.operator, zone: zone) }
        let value: PlainValue
        if self.operator.isPresence {
            value = .bool(true)
        } else if self.operator == .withinKm {
            value = .map(zip(Self.circleFields, values).map { PlainEntry($0, $1) })
        } else if self.operator.operandCount.upperBound > 1 {
            value = .list(values)
        } else {
            value = values.first ?? .null
        }
        entries.append(PlainEntry(self.operator.rawValue, value))
        if ignoreCase { entries.append(PlainEntry("ignoreCase", .bool(true))) }
        if isOfUser { entries.append(PlainEntry("at", .text("event"))) }
        return .map(entries)
    }
}

extension Operand {
    func written(by op: FilterOperator, zone: Zone) -> PlainValue {
        switch self {
        case .version(let version): return .map([PlainEntry("version", .text(version))])
        case .duration(let ms): return .text(DurationText.write(ms))
        case .value(.number(let number)): return number.plain
        case .value(.text(let text)): return .text(text)
        case .value(.bool(let bool)): return .bool(bool)
        case .value(.instant(let instant)):
            let text = PlainValue.text(InstantText.write(instant, zone: zone))
            return op.isInstant ? text : .map([PlainEntry("instant", text)])
        case .value(.list): return .null
        }
    }

    /// The operand in words.
    func said(zone: Zone) -> String {
        switch self {
        case .version(let version): "version \(version)"
        case .duration(let ms): DurationText.spoken(ms)
        case .value(.number(let number)): number.description
        case .value(.text(let text)): Phrase.quoted(text)
        case .value(.bool(let bool)): bool ? "true" : "false"
        case .value(.instant(let instant)): InstantText.write(instant, zone: zone)
        case .value(.list): "a list"
        }
    }
}

extension PropertyFilter {
    /// `"amount" is greater than 100`.
    func phrase(zone: Zone) -> String {
        let name = (isOfUser ? "the user's " : "") + Phrase.quoted(property.text)
        let said = operands.map { $0.said(zone: zone) }
        let either = said.joined(separator: " or ")
        let words: String
        switch self.operator {
        case .equals: words = "is \(either)"
        case .notEquals: words = "is not \(either)"
        case .lessThan: words = "is less than \(either)"
        case .atMost: words = "is at most \(either)"
        case .greaterThan: words = "is greater than \(either)"
        case .atLeast: words = "is at least \(either)"
        case .between: words = "is from " + said.joined(separator: " to ")
        case .in: words = "is one of " + said.joined(separator: ", ")
        case .notIn: words = "is none of " + said.joined(separator: ", ")
        case .contains: words = "contains \(either)"
        case .startsWith: words = "starts with \(either)"
        case .endsWith: words = "ends with \(either)"
        case .exists: words = "exists"
        case .missing: words = "is missing"
        case .before: words = "is before \(either)"
        case .after: words = "is at or after \(either)"
        case .withinLast: words = "is within the last \(either)"
        case .withinNext: words = "is within the next \(either)"
        case .hasAny: words = "has any of " + said.joined(separator: ", ")
        case .hasAll: words = "has all of " + said.joined(separator: ", ")
        case .hasNone: words = "has none of " + said.joined(separator: ", ")
        case .matches: words = "matches \(either)"
        case .onDay: words = "is on \(Self.spokenDay(operands))"
        case .sameDayOfYear: words = "is on \(Self.spokenDay(operands)) of any year"
        case .withinKm:
            words =
                "is within \(said.last ?? "") km of " + said.dropLast().joined(separator: ", ")
        }
        let then = isOfUser ? " at the event" : ""
        return "\(name) \(words)" + then + (ignoreCase ? " (ignoring case)" : "")
    }

    /// A day as it is written, without quotation marks.
    private static func spokenDay(_ operands: [Operand]) -> String {
        guard case .value(.text(let text))? = operands.first else { return "" }
        return text
    }
}
