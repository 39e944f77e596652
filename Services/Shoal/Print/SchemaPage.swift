// The catalogue of a project's events and properties, as a table and as JSON.

import Basics
import Messages

/// What `shoal schema` shows; pure.
struct SchemaPage: Sendable {
    /// What stands for the users where an event's name stands.
    static let users = "(users)"

    let schema: IngestionV1.SchemaResponse

    init(_ schema: IngestionV1.SchemaResponse) { self.schema = schema }

    /// A table, a line for each conflict of types, and how much of the limits is used.
    func text(_ ink: Ink = .none) -> String {
        var table = Table([
            ("EVENT", .left), ("PROPERTY", .left), ("TYPE", .left), ("RECORDS", .right),
            ("FIRST", .left), ("LAST", .left),
        ])
        for event in schema.events {
            table.add(
                [event.name, "", "", Quantity.count(event.count)]
                    + Self.span(event.firstAtMs, event.lastAtMs)
            )
            Self.add(event.properties, of: event.name, &table)
        }
        Self.add(schema.userProperties, of: Self.users, &table)
        let conflicts =
            schema.events.flatMap { Self.conflicts($0.properties, of: $0.name) }
            + Self.conflicts(schema.userProperties, of: Self.users)
        let told =
            conflicts.map { ink.paint(PlainText.line($0), .caution) } + [PlainText.line(limits)]
        return table.text(ink) + "\n" + told.map { $0 + "\n" }.joined()
    }

    /// An object per event, one for the users' properties, one for the limits.
    var json: [JSONText] {
        var lines = schema.events.map { event in
            var fields: [(String, JSONText)] = [
                ("event", .text(event.name)), ("records", .unsigned(event.count)),
            ]
            fields += Self.json(event.firstAtMs, event.lastAtMs)
            fields.append(("properties", Self.json(event.properties)))
            return JSONText.object(fields)
        }
        if !schema.userProperties.isEmpty {
            lines.append(.object([("user_properties", Self.json(schema.userProperties))]))
        }
        let limits = schema.limits ?? IngestionV1.SchemaLimits()
        lines.append(
            .object([
                ("events", .int(Int(schema.knownEvents))),
                ("events_max", .int(Int(limits.eventNames))),
                ("properties_per_event_max", .int(Int(limits.propertiesPerEvent))),
                ("user_properties", .int(Int(schema.knownUserProperties))),
                ("user_properties_max", .int(Int(limits.userProperties))),
            ])
        )
        return lines
    }

    /// How many names there are, and may be.
    private var limits: String {
        let limits = schema.limits ?? IngestionV1.SchemaLimits()
        var text =
            "names: \(Quantity.count(schema.knownEvents)) of "
            + "\(Quantity.count(limits.eventNames)) events"
        if let widest = schema.events.max(by: { $0.properties.count < $1.properties.count }) {
            text +=
                "; \(widest.name) has \(Quantity.count(widest.properties.count)) of "
                + "\(Quantity.count(limits.propertiesPerEvent)) properties"
        }
        return text + "; users have \(Quantity.count(schema.knownUserProperties)) of "
            + "\(Quantity.count(limits.userProperties)) properties"
    }

    private static func add(
        _ properties: [IngestionV1.PropertySchema],
        of event: String,
        _ table: inout Table
    ) {
        for property in properties {
            for seen in property.seen {
                table.add(
                    [event, property.name, "\(seen.type)", Quantity.count(seen.count)]
                        + span(seen.firstAtMs, seen.lastAtMs)
                )
            }
        }
    }

    private static func conflicts(
        _ properties: [IngestionV1.PropertySchema],
        of event: String
    ) -> [String] {
        properties.filter(\.isConflict).map { property in
            let types = property.seen.map { seen in
                "\(seen.type) in \(Quantity.count(seen.count))"
            }
            return "conflict: \(property.name) of \(event) came as "
                + types.joined(separator: ", as ")
        }
    }

    private static func span(_ firstMs: Int64?, _ lastMs: Int64?) -> [String] {
        [firstMs, lastMs].map { ms in ms.map { Timestamp(ms: $0).rfc3339 } ?? "–" }
    }

    private static func json(_ firstMs: Int64?, _ lastMs: Int64?) -> [(String, JSONText)] {
        [("first", firstMs), ("last", lastMs)].map { name, ms in
            (name, JSONText.optional(ms.map { Timestamp(ms: $0).rfc3339 }))
        }
    }

    private static func json(_ properties: [IngestionV1.PropertySchema]) -> JSONText {
        .list(
            properties.map { property in
                let types = property.seen.map { seen in
                    var fields: [(String, JSONText)] = [
                        ("type", .text("\(seen.type)")), ("records", .unsigned(seen.count)),
                    ]
                    fields += json(seen.firstAtMs, seen.lastAtMs)
                    return JSONText.object(fields)
                }
                return .object([
                    ("name", .text(property.name)), ("conflict", .bool(property.isConflict)),
                    ("types", .list(types)),
                ])
            }
        )
    }
}

extension IngestionV1.PropertySchema {
    /// Whether it came with several types: values of one are no values of another.
    fileprivate var isConflict: Bool { seen.count > 1 }
}
