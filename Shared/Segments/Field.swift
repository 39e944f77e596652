// A value of a document with its place, and the few questions the readers of fields ask it.

package import Basics

/// A value somewhere in a document, for the readers of definitions and of stories.
package struct Field {
    package let value: PlainValue
    /// Such as `condition.all[1].did.atLeast`.
    package let place: String
    package let line: Int?

    package init(value: PlainValue, place: String, line: Int?) {
        self.value = value
        self.place = place
        self.line = line
    }

    package func problem(
        _ code: DefinitionProblem.Code,
        _ message: String,
        hint: String? = nil
    ) -> DefinitionProblem {
        DefinitionProblem(code, .read, place: place, line: line, message: message, hint: hint)
    }

    /// "expected a text, found a number".
    package func unexpected(_ wanted: String, hint: String? = nil) -> DefinitionProblem {
        problem(.shape, "expected \(wanted), found \(value.shape)", hint: hint)
    }

    package func text() throws(DefinitionProblem) -> String {
        guard case .text(let text) = value else {
            throw unexpected("a text", hint: "put it in quotation marks")
        }
        return text
    }

    /// A text that is not empty and has so many bytes at most.
    package func text(upTo bytes: Int) throws(DefinitionProblem) -> String {
        let text = try text()
        guard !text.isEmpty, text.utf8.count <= bytes else {
            throw problem(.name, "the text is empty or longer than \(bytes) bytes")
        }
        return text
    }

    package func bool() throws(DefinitionProblem) -> Bool {
        guard case .bool(let bool) = value else { throw unexpected("true or false") }
        return bool
    }

    /// One of a few words.
    func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type)
        throws(DefinitionProblem) -> Choice where Choice.RawValue == String
    {
        let text = try text()
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue)
            throw problem(
                .shape,
                "\(Quoted.name(text)) is not known here",
                hint: NearestName.nearest(to: text, in: known).map { "did you mean `\($0)`?" }
                    ?? "write one of " + known.joined(separator: ", ")
            )
        }
        return choice
    }

    package func whole() throws(DefinitionProblem) -> Int {
        switch value {
        case .int(let value):
            if let whole = Int(exactly: value) { return whole }
        case .double(let value):
            if let whole = Int(exactly: value) { return whole }
        default: break
        }
        throw unexpected("a whole number")
    }

    package func number() throws(DefinitionProblem) -> Number {
        switch value {
        case .int(let value):
            return Number(Int(value))
        case .double(let value):
            if let number = Number(value) { return number }
            throw problem(.shape, "not a finite number")
        default:
            throw unexpected("a number", hint: "write it without quotation marks")
        }
    }

    /// The items of a list.
    package func items() throws(DefinitionProblem) -> [Field] {
        guard case .list(let values) = value else { throw unexpected("a list") }
        return values.enumerated().map { index, value in
            Field(value: value, place: "\(place)[\(index)]", line: Field.line(of: value) ?? line)
        }
    }

    /// The items of a list, or the value itself where a list of one is meant.
    package func oneOrMore() throws(DefinitionProblem) -> [Field] {
        if case .list = value { return try items() }
        return [self]
    }

    /// The fields of a map, each of them one of `known` and there once.
    package func fields(
        _ known: [String],
        hints: [String: String] = [:]
    ) throws(DefinitionProblem) -> Fields {
        guard case .map(let entries) = value else { throw unexpected("fields") }
        var seen: [String: Field] = [:]
        for entry in entries {
            let field = Field(
                value: entry.value,
                place: place + "." + Quoted.cut(entry.key),
                line: entry.line ?? line
            )
            guard known.contains(entry.key) else {
                throw unknown(entry.key, line: field.line, known: known, hints: hints)
            }
            guard seen.updateValue(field, forKey: entry.key) == nil else {
                throw field.problem(.conflictingFields, "`\(entry.key)` is written twice")
            }
        }
        return Fields(whole: self, byName: seen)
    }

    private func unknown(
        _ key: String,
        line: Int?,
        known: [String],
        hints: [String: String]
    ) -> DefinitionProblem {
        let hint: String
        if let told = hints[key] {
            hint = told
        } else if let near = NearestName.nearest(to: key, in: known) {
            hint = "did you mean `\(near)`?"
        } else {
            hint = "known here: " + known.joined(separator: ", ")
        }
        return DefinitionProblem(
            .unknownField,
            .read,
            place: place,
            line: line,
            message: "unknown field `\(Quoted.cut(key))`",
            hint: hint
        )
    }

    /// The line of a map in a list is its first key's.
    private static func line(of value: PlainValue) -> Int? {
        guard case .map(let entries) = value else { return nil }
        return entries.first?.line
    }
}

/// The fields of one map.
package struct Fields {
    /// The map itself.
    package let whole: Field
    private let byName: [String: Field]

    init(whole: Field, byName: [String: Field]) {
        self.whole = whole
        self.byName = byName
    }

    package subscript(name: String) -> Field? { byName[name] }

    package func needed(_ name: String, hint: String? = nil) throws(DefinitionProblem) -> Field {
        guard let field = byName[name] else {
            throw whole.problem(.missingField, "`\(name)` is missing", hint: hint)
        }
        return field
    }

    /// Those of `names` that are there.
    package func present(of names: [String]) -> [String] { names.filter { byName[$0] != nil } }

    /// The one of `names` that is there; nil when none is.
    package func atMostOne(of names: [String], hint: String) throws(DefinitionProblem) -> String? {
        let found = present(of: names)
        guard found.count <= 1 else {
            throw whole.problem(
                .conflictingFields,
                "`\(found[0])` and `\(found[1])` stand side by side",
                hint: hint
            )
        }
        return found.first
    }
}
