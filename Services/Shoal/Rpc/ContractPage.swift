// What a method, message, enum or service looks like, for people and for programs.

/// Pages about a contract; pure.
struct ContractPage: Sendable {
    let contract: Descriptors

    /// The page about what a name means, as text and as JSON.
    func page(_ name: String) throws(CommandError) -> (text: String, json: JSONText) {
        if let message = contract.full(name, among: contract.messages.keys),
            let shape = contract.messages[message]
        {
            return (text(shape), json(shape))
        }
        if let type = contract.full(name, among: contract.enums.keys),
            let shape = contract.enums[type]
        {
            return (Self.text(shape), Self.json(shape))
        }
        let services = Set(contract.methods.map(\.service))
        if let service = contract.full(name, among: services) {
            let methods = contract.methods.filter { $0.service == service }
            return (Self.table(methods).text, .list(methods.map(Self.json)))
        }
        let method = try contract.method(name)
        return (text(method), json(method))
    }

    private func text(_ method: MethodShape) -> String {
        let repeats = method.isIdempotent ? "may be repeated" : "is repeated with its id only"
        var text =
            "\(method.path)  (role \(method.role.isEmpty ? "none" : method.role), \(repeats))\n"
        for (title, name) in [("asks", method.request), ("answers", method.response)] {
            text += "\n\(title) "
            text += contract.messages[name].map(self.text) ?? "\(name), which is not described\n"
        }
        return text
    }

    private func text(_ message: MessageShape) -> String {
        guard !message.fields.isEmpty else { return "\(message.name), which has no fields\n" }
        var table = Table([
            ("NO", .right), ("FIELD", .left), ("TYPE", .left), ("ABSENT", .left),
            ("LIMIT", .left), ("ONE OF", .left),
        ])
        for field in message.fields {
            table.add([
                "\(field.number)", field.name, Self.type(field), field.defaultText ?? "",
                Self.limit(field), Self.oneof(field, message) ?? "",
            ])
        }
        return "\(message.name)\n\(table.text)"
    }

    private static func text(_ shape: EnumShape) -> String {
        var table = Table([("NO", .right), ("VALUE", .left)])
        for value in shape.values { table.add(["\(value.number)", value.name]) }
        return "\(shape.name)\n\(table.text)"
    }

    /// The methods as a table.
    static func table(_ methods: [MethodShape], _ servedBy: [String: String] = [:]) -> Table {
        var headings: [(text: String, side: Table.Side)] = [
            ("METHOD", .left), ("REQUEST", .left), ("RESPONSE", .left), ("ROLE", .left),
        ]
        if !servedBy.isEmpty { headings.append(("SERVED BY", .left)) }
        var table = Table(headings)
        for method in methods {
            table.add([
                method.path, last(method.request), last(method.response), method.role,
                servedBy[method.service] ?? "nobody here",
            ])
        }
        return table
    }

    private static func last(_ name: String) -> String {
        name.split(separator: ".").last.map(String.init) ?? name
    }

    private static func type(_ field: FieldShape) -> String {
        let type = field.typeName.isEmpty ? field.type.word : field.typeName
        return field.isRepeated ? "list of \(type)" : type
    }

    private static func limit(_ field: FieldShape) -> String {
        var parts: [String] = []
        if let max = field.itemsMax { parts.append("\(Quantity.count(max)) elements") }
        if let max = field.bytesMax { parts.append("\(Quantity.count(max)) bytes") }
        return parts.joined(separator: ", each ")
    }

    private static func oneof(_ field: FieldShape, _ message: MessageShape) -> String? {
        field.oneof.flatMap { message.oneofs.indices.contains($0) ? message.oneofs[$0] : nil }
    }

    /// A method without its messages.
    static func json(_ method: MethodShape) -> JSONText {
        .object([
            ("method", .text(method.path)), ("request", .text(method.request)),
            ("response", .text(method.response)), ("role", .text(method.role)),
            ("idempotent", .bool(method.isIdempotent)),
        ])
    }

    private func json(_ method: MethodShape) -> JSONText {
        .object([
            ("method", Self.json(method)),
            ("asks", contract.messages[method.request].map(json) ?? .null),
            ("answers", contract.messages[method.response].map(json) ?? .null),
        ])
    }

    private func json(_ message: MessageShape) -> JSONText {
        let fields = message.fields.map { field in
            JSONText.object([
                ("number", .int(field.number)), ("name", .text(field.name)),
                ("json_name", .text(field.jsonName)), ("type", .text(Self.type(field))),
                ("repeated", .bool(field.isRepeated)), ("default", .optional(field.defaultText)),
                ("max_items", field.itemsMax.map { .unsigned($0) } ?? .null),
                ("max_bytes", field.bytesMax.map { .unsigned($0) } ?? .null),
                ("oneof", .optional(Self.oneof(field, message))),
            ])
        }
        return .object([("message", .text(message.name)), ("fields", .list(fields))])
    }

    private static func json(_ shape: EnumShape) -> JSONText {
        let values = shape.values.map { ($0.name, JSONText.int(Int($0.number))) }
        return .object([("enum", .text(shape.name)), ("values", .object(values))])
    }
}
