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
    /// Under which the form stands.
    static let formKey = Array("schema-form".utf8)
    /// The form of the index's entries: 2 since the vocabulary counts, 3 since event ids carry the
    /// import they came with and imports are counted, 4 since identifiers have their merges, 5
    /// since ids of events that are another's again are free.
    ///
    /// Of an index without it only the log tells how often and when.
    private static let form: [UInt8] = [5]

    /// Whether the index keeps its entries in this form; not so one of before, or a new one.
    static func isCurrent(_ index: IndexStore) throws(IngestionError) -> Bool {
        do {
            return try index.store.get(index.facts, formKey) == form
        } catch {
            throw .index("read the schema's form", error)
        }
    }

    /// Says that the vocabulary is kept in this form, whole.
    static func putForm(_ index: IndexStore, _ batch: inout Batch) {
        batch.put(index.facts, formKey, form)
    }

    /// Puts what was learned since the last time into the batch.
    static func putNews(of book: SchemaBook, _ index: IndexStore, _ batch: inout Batch)
        throws(IngestionError)
    {
        for (entry, learned) in book.takeNews() {
            do throws(MessageError) {
                if let event = entry.event {
                    let schema = learned.schema(named: event, seen: true)
                    let key = prefix(events, entry.project) + Array(event.text.utf8)
                    batch.put(index.facts, key, try schema.encode())
                } else {
                    let schema = IngestionV1.SchemaResponse(
                        userProperties: learned.properties.schemas(seen: true)
                    )
                    batch.put(index.facts, prefix(users, entry.project), try schema.encode())
                }
            } catch {
                throw .index("save the schema", error)
            }
        }
    }

    /// Reads the vocabulary back; an empty one where the log is to be read anew.
    static func load(_ index: IndexStore) throws(IngestionError) -> SchemaBook {
        guard try isCurrent(index) else { return SchemaBook() }
        var projects: [ProjectName: SchemaBook.Vocabulary] = [:]
        do {
            for (project, value) in try rows(events, index) {
                let schema = try IngestionV1.EventSchema.decode(value)
                projects[project, default: SchemaBook.Vocabulary()]
                    .events[ExactName(schema.name)] = SchemaBook.SeenEvent(schema)
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
