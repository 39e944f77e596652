// The vocabulary as callers read it and as the index keeps it.

import Basics
import Messages
import Segments

extension SchemaBook.Vocabulary {
    /// What was asked for, by name, and how much of the limits is used.
    func response(_ request: IngestionV1.SchemaRequest) -> IngestionV1.SchemaResponse {
        let wanted = request.event.map { ExactName($0) }
        return IngestionV1.SchemaResponse(
            events: events.filter { wanted == nil || $0.key == wanted }
                .sorted { $0.key < $1.key }
                .prefix(min(Int(request.limit), Limits.eventNames))
                .map { $0.value.schema(named: $0.key, seen: request.seen) },
            userProperties: wanted == nil ? userProperties.schemas(seen: request.seen) : [],
            knownEvents: UInt32(events.count),
            knownUserProperties: UInt32(userProperties.count),
            limits: IngestionV1.SchemaLimits(
                eventNames: UInt32(Limits.eventNames),
                propertiesPerEvent: UInt32(Limits.propertiesPerName),
                userProperties: UInt32(Limits.eventNames)
            )
        )
    }
}

extension SchemaBook.SeenEvent {
    /// The event as a message, with or without how often it was seen.
    func schema(named name: ExactName, seen isSeen: Bool) -> IngestionV1.EventSchema {
        var schema = IngestionV1.EventSchema(
            name: name.text,
            properties: properties.schemas(seen: isSeen)
        )
        guard isSeen else { return schema }
        schema.count = seen.count
        schema.firstAtMs = seen.knownFirstMs
        schema.lastAtMs = seen.knownLastMs
        return schema
    }

    /// The event that a message with `seen` tells.
    init(_ schema: IngestionV1.EventSchema) {
        self.init(
            properties: SchemaBook.Properties(schema.properties),
            seen: Seen(schema.count, schema.firstAtMs, schema.lastAtMs)
        )
    }
}

extension SchemaBook.Properties {
    /// The properties as messages, by name.
    func schemas(seen isSeen: Bool) -> [IngestionV1.PropertySchema] {
        sorted { $0.key < $1.key }.map { name, types in
            let types = types.filter { $0.type != .unspecified }
            return IngestionV1.PropertySchema(
                name: name.text,
                types: types.map(\.type),
                seen: isSeen ? types.map(\.message) : []
            )
        }
    }

    /// The properties that messages with `seen` tell.
    init(_ schemas: [IngestionV1.PropertySchema]) {
        self = [:]
        for schema in schemas {
            self[ExactName(schema.name)] = schema.seen.map { seen in
                SchemaBook.SeenType(
                    type: seen.type,
                    seen: Seen(seen.count, seen.firstAtMs, seen.lastAtMs)
                )
            }
        }
    }
}

extension SchemaBook.SeenType {
    fileprivate var message: IngestionV1.TypeSeen {
        IngestionV1.TypeSeen(
            type: type,
            count: seen.count,
            firstAtMs: seen.knownFirstMs,
            lastAtMs: seen.knownLastMs
        )
    }
}

extension Seen {
    /// Nil from the beginning of time on.
    fileprivate var knownFirstMs: Int64? { count == 0 || firstMs == .min ? nil : firstMs }
    fileprivate var knownLastMs: Int64? { lastMs == .min ? nil : lastMs }

    fileprivate init(_ count: UInt64, _ firstMs: Int64?, _ lastMs: Int64?) {
        self.init(
            count: count,
            firstMs: firstMs ?? (count == 0 ? .max : .min),
            lastMs: lastMs ?? .min
        )
    }
}
