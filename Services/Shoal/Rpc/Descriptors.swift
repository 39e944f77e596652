// A server's contract, read from the descriptor set that reflection tells.

import Basics

/// Every message, enum and method of a descriptor set; hostile bytes are refused, never believed.
struct Descriptors: Sendable {
    /// How deep messages may be declared within messages.
    static let nestingMax = 16

    private(set) var messages: [String: MessageShape] = [:]
    private(set) var enums: [String: EnumShape] = [:]
    /// In the order of the contract.
    private(set) var methods: [MethodShape] = []

    /// Reads an encoded google.protobuf.FileDescriptorSet.
    init(_ bytes: [UInt8]) throws(CommandError) {
        var files = WireFields(bytes)
        while let file = try files.next() {
            if file.number == 1 { try read(file: file.content.inner) }
        }
    }

    private mutating func read(file: [UInt8]) throws(CommandError) {
        var package = ""
        var inner: [WireFields.Field] = []
        var fields = WireFields(file)
        while let field = try fields.next() {
            if field.number == 2 { package = try Self.text(field) } else { inner.append(field) }
        }
        for field in inner {
            switch field.number {
            case 4: try read(message: field.content.inner, in: package, depth: 1)
            case 5: try read(enum: field.content.inner, in: package)
            case 6: try read(service: field.content.inner, in: package)
            default: continue
            }
        }
    }

    private mutating func read(message: [UInt8], in scope: String, depth: Int)
        throws(CommandError)
    {
        guard depth <= Self.nestingMax else { throw Self.refusal("nested too deep", scope) }
        var shape = MessageShape()
        var inner: [WireFields.Field] = []
        var fields = WireFields(message)
        while let field = try fields.next() {
            switch field.number {
            case 1: shape.name = Self.join(scope, try Self.text(field))
            case 2: shape.fields.append(try Self.field(field.content.inner))
            case 3, 4: inner.append(field)
            case 8: shape.oneofs.append(try Self.name(of: field.content.inner))
            default: continue
            }
        }
        for field in inner {
            if field.number == 3 {
                try read(message: field.content.inner, in: shape.name, depth: depth + 1)
            } else {
                try read(enum: field.content.inner, in: shape.name)
            }
        }
        shape.fields.sort { $0.number < $1.number }
        messages[shape.name] = shape
    }

    private static func field(_ bytes: [UInt8]) throws(CommandError) -> FieldShape {
        var shape = FieldShape()
        var fields = WireFields(bytes)
        while let field = try fields.next() {
            switch field.number {
            case 1: shape.name = try text(field)
            case 3: shape.number = field.content.int ?? 0
            case 4:
                shape.isRequired = field.content.int == 2
                shape.isRepeated = field.content.int == 3
            case 5:
                guard let type = field.content.int.flatMap(FieldType.init), type != .group else {
                    throw refusal("a field is of a type that is not known here", shape.name)
                }
                shape.type = type
            case 6: shape.typeName = bare(try text(field))
            case 7: shape.defaultText = try text(field)
            case 8: try read(options: field.content.inner, into: &shape)
            case 9: shape.oneof = field.content.int
            case 10: shape.jsonName = try text(field)
            default: continue
            }
        }
        guard (1...0x1FFF_FFFF).contains(shape.number) else {
            throw refusal("a field has no number", shape.name)
        }
        if shape.jsonName.isEmpty { shape.jsonName = camel(shape.name) }
        return shape
    }

    private static func read(options: [UInt8], into shape: inout FieldShape)
        throws(CommandError)
    {
        var fields = WireFields(options)
        while let field = try fields.next() {
            switch (field.number, field.content) {
            case (2, .varint(let value)): shape.isPacked = value != 0
            case (50_011, .varint(let value)): shape.itemsMax = value
            case (50_012, .varint(let value)): shape.bytesMax = value
            default: continue
            }
        }
    }

    private mutating func read(enum bytes: [UInt8], in scope: String) throws(CommandError) {
        var shape = EnumShape()
        var fields = WireFields(bytes)
        while let field = try fields.next() {
            switch field.number {
            case 1: shape.name = Self.join(scope, try Self.text(field))
            case 2:
                var value = EnumShape.Value()
                var parts = WireFields(field.content.inner)
                while let part = try parts.next() {
                    if part.number == 1 { value.name = try Self.text(part) }
                    if part.number == 2 {
                        value.number = Int32(truncatingIfNeeded: part.content.int ?? 0)
                    }
                }
                shape.values.append(value)
            default: continue
            }
        }
        enums[shape.name] = shape
    }

    private mutating func read(service: [UInt8], in scope: String) throws(CommandError) {
        var name = ""
        var found: [MethodShape] = []
        var fields = WireFields(service)
        while let field = try fields.next() {
            if field.number == 1 { name = Self.join(scope, try Self.text(field)) }
            if field.number == 2 { found.append(try Self.method(field.content.inner)) }
        }
        for var method in found {
            method.service = name
            methods.append(method)
        }
    }

    private static func method(_ bytes: [UInt8]) throws(CommandError) -> MethodShape {
        var shape = MethodShape()
        var fields = WireFields(bytes)
        while let field = try fields.next() {
            switch field.number {
            case 1: shape.name = try text(field)
            case 2: shape.request = bare(try text(field))
            case 3: shape.response = bare(try text(field))
            case 4:
                var options = WireFields(field.content.inner)
                while let option = try options.next() {
                    if option.number == 50_001 { shape.role = try text(option) }
                    if option.number == 50_002 { shape.isIdempotent = option.content.int != 0 }
                }
            default: continue
            }
        }
        return shape
    }

    private static func name(of bytes: [UInt8]) throws(CommandError) -> String {
        var fields = WireFields(bytes)
        while let field = try fields.next() {
            if field.number == 1 { return try text(field) }
        }
        return ""
    }

    private static func text(_ field: WireFields.Field) throws(CommandError) -> String {
        guard let text = field.content.text else {
            throw refusal("a name is no text", "field \(field.number)")
        }
        return text
    }

    private static func join(_ scope: String, _ name: String) -> String {
        scope.isEmpty ? name : "\(scope).\(name)"
    }

    /// A type's name without the dot that says it is a full one.
    private static func bare(_ name: String) -> String {
        name.hasPrefix(".") ? String(name.dropFirst()) : name
    }

    /// `at_ms` as `atMs`.
    static func camel(_ name: String) -> String {
        var text = ""
        var isUpper = false
        for character in name {
            if character == "_" {
                isUpper = true
            } else {
                text += isUpper ? character.uppercased() : String(character)
                isUpper = false
            }
        }
        return text
    }

    static func refusal(_ what: String, _ place: String) -> CommandError {
        CommandError(
            .internalError,
            "read the contract",
            "the server's contract cannot be read: \(what)",
            place: place,
            hint: "is this a server of the suite?"
        )
    }
}

extension Descriptors {
    /// The method that a name means: `/shoal.evaluation.v1.Segments/Count` or any end of it that
    /// begins behind a dot or a slash, such as `Segments/Count`.
    func method(_ name: String) throws(CommandError) -> MethodShape {
        let found = methods.filter { Self.means(name, $0.path) }
        if let only = found.first, found.count == 1 { return only }
        guard found.isEmpty else {
            throw CommandError(
                .usage,
                "find method",
                "\(name) could be one of \(found.count) methods",
                place: name,
                hint: found.prefix(8).map(\.path).joined(separator: " or ")
            )
        }
        let short = methods.map { method in
            "\(method.service.split(separator: ".").last ?? "")/\(method.name)"
        }
        let near = NearestName.nearest(to: name, in: short + methods.map(\.path))
        throw CommandError(
            .notFound,
            "find method",
            "there is no method \(name)",
            place: name,
            hint: near.map { "did you mean \($0)?" } ?? "`shoal rpc list` shows them"
        )
    }

    /// The full name of the message, enum or service that a name means; nil when there is none.
    func full(_ name: String, among names: some Sequence<String>) -> String? {
        let found = names.filter { Self.means(name, $0) }
        return found.contains(name) ? name : found.count == 1 ? found.first : nil
    }

    private static func means(_ name: String, _ full: String) -> Bool {
        guard !name.isEmpty, full.hasSuffix(name) else { return false }
        let before = full.dropLast(name.count).last
        return before == nil || before == "." || before == "/"
    }
}
