// Keeps the vocabulary of events and properties in the index, one entry per event name.

import Basics
import KeyValue
import Messages
import Segments

/// The vocabulary's entries: an EventSchema per event, and a SchemaResponse with the users'
/// properties
/// per project, as they go over the wire.
enum SchemaStore {
    private static let events = "vocabulary"
    private static let users = "profiles"

    /// Puts what was learned since the last time into the batch; names change rarely.
    static func putNews(of book: SchemaBook, _ index: IndexStore, _ batch: inout Batch)
        throws(IngestionError)
    {
        for (entry, properties) in book.takeNews() {
            do throws(MessageError) {
                if let event = entry.event {
                    let schema = IngestionV1.EventSchema(
                        name: event.text,
                        properties: properties.schemas
                    )
                    let key = prefix(events, entry.project) + Array(event.text.utf8)
                    batch.put(index.facts, key, try schema.encode())
                } else {
                    let schema = IngestionV1.SchemaResponse(userProperties: properties.schemas)
                    batch.put(index.facts, prefix(users, entry.project), try schema.encode())
                }
            } catch {
                throw .index("save the schema", error)
            }
        }
    }

    /// Reads the vocabulary back.
    static func load(_ index: IndexStore) throws(IngestionError) -> SchemaBook {
        var projects: [ProjectName: SchemaBook.Vocabulary] = [:]
        do {
            for (project, value) in try rows(events, index) {
                let schema = try IngestionV1.EventSchema.decode(value)
                projects[project, default: SchemaBook.Vocabulary()]
                    .events[ExactName(schema.name)] = SchemaBook.Properties(schema.properties)
            }
            for (project, value) in try rows(users, index) {
                let schema = try IngestionV1.SchemaResponse.decode(value)
                projects[project, default: SchemaBook.Vocabulary()].userProperties =
                    SchemaBook.Properties(schema.userProperties)
            }
        } catch {
            throw .index("load the schema", error)
        }
        return SchemaBook(projects)
    }

    private static func rows(_ kind: String, _ index: IndexStore) throws -> [(ProjectName, [UInt8])]
    {
        let start = Array("\(kind)\0".utf8)
        return try index.store.scan(index.facts, prefix: start, limit: .max).compactMap {
            key,
            value in
            let name = key.dropFirst(start.count).prefix { $0 != 0 }
            return ProjectName(String(decoding: name, as: UTF8.self)).map { ($0, value) }
        }
    }

    private static func prefix(_ kind: String, _ project: ProjectName) -> [UInt8] {
        Array("\(kind)\0\(project.text)\0".utf8)
    }
}
