// Keeps the vocabulary of events and properties in the index.

import Basics
import KeyValue
import Messages

/// The vocabulary's entries: one per project, a SchemaResponse as it goes over the wire.
enum SchemaStore {
    private static let prefix = Array("schema\0".utf8)

    /// Puts every project's vocabulary into the batch; names change rarely.
    static func put(_ book: SchemaBook, _ index: IndexStore, _ batch: inout Batch) throws(IngestionError) {
        for (project, vocabulary) in book.projects {
            do {
                batch.put(
                    index.facts, prefix + Array(project.text.utf8),
                    try vocabulary.response(limit: Limits.eventNames).encode())
            } catch {
                throw .index("save the schema", error)
            }
        }
    }

    /// Reads the vocabulary back.
    static func load(_ index: IndexStore) throws(IngestionError) -> SchemaBook {
        do {
            var projects: [ProjectName: SchemaBook.Vocabulary] = [:]
            let rows = try index.store.scan(
                index.facts, prefix: prefix, limit: Limits.partitions)
            for (key, value) in rows {
                let name = String(decoding: key.dropFirst(prefix.count), as: UTF8.self)
                guard let project = ProjectName(name) else { continue }
                projects[project] = SchemaBook.Vocabulary(
                    try IngestionV1.SchemaResponse.decode(value))
            }
            return SchemaBook(projects)
        } catch {
            throw .index("load the schema", error)
        }
    }
}

extension SchemaBook.Vocabulary {
    /// A vocabulary as callers read it.
    init(_ response: IngestionV1.SchemaResponse) {
        self.init(
            events: Dictionary(
                response.events.map { ($0.name, Self.types($0.properties)) }
            ) { first, _ in first },
            userProperties: Self.types(response.userProperties))
    }

    private static func types(_ schemas: [IngestionV1.PropertySchema])
        -> [String: SchemaBook.Types]
    {
        var types: [String: SchemaBook.Types] = [:]
        for schema in schemas {
            for type in schema.types {
                types[schema.name, default: 0] |= 1 << SchemaBook.Types(clamping: type.rawValue)
            }
        }
        return types
    }
}
