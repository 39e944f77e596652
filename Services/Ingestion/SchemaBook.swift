// Which events and properties a project has been seen to have, with their types; the limits on
// names.

import Basics
import Messages
import Segments
import Synchronization

/// What is known of events and properties, by project; names are one when their bytes are.
///
/// Learned from what is written to the log and from nothing else, so that a book made anew from the
/// log is the same. May be called from any thread. `SchemaStore` keeps it in the index, in the same
/// batch as the records it was learned from.
final class SchemaBook: Sendable {
    /// The types a property came with, one bit each.
    typealias Types = UInt8
    /// Properties with their types.
    typealias Properties = [ExactName: Types]

    /// One project's vocabulary.
    struct Vocabulary: Sendable, Hashable {
        var events: [ExactName: Properties] = [:]
        var userProperties: Properties = [:]
    }

    /// One entry of the book: an event of a project, or its users' properties when there is no
    /// event.
    struct Entry: Sendable, Hashable {
        let project: ProjectName
        let event: ExactName?
    }

    private struct State {
        var projects: [ProjectName: Vocabulary] = [:]
        var unsaved: Set<Entry> = []
    }

    private let state: Mutex<State>

    init(_ projects: [ProjectName: Vocabulary] = [:]) {
        state = Mutex(State(projects: projects))
    }

    /// One project's vocabulary.
    func vocabulary(of project: ProjectName) -> Vocabulary {
        state.withLock { $0.projects[project] ?? Vocabulary() }
    }

    /// The entries learned since they were asked for last, to be saved.
    func takeNews() -> [(entry: Entry, properties: Properties)] {
        state.withLock { state in
            let news = state.unsaved.map { entry in
                let vocabulary = state.projects[entry.project] ?? Vocabulary()
                return (
                    entry,
                    entry.event.map { vocabulary.events[$0] ?? [:] }
                        ?? vocabulary.userProperties
                )
            }
            state.unsaved.removeAll()
            return news
        }
    }

    /// Learns a record's names; a rejection when they would be too many, and then nothing is
    /// learned.
    func admit(_ body: CheckedRecord.Body, in project: ProjectName) -> Rejection? {
        switch body {
        case .event(let event): admit(event, in: project)
        case .profile(let profile): admit(profile, in: project)
        }
    }

    private func admit(_ event: LogV1.Event, in project: ProjectName) -> Rejection? {
        let name = ExactName(event.name)
        return state.withLock { state in
            let known = state.projects[project]?.events[name]
            if let known, !Self.isNews(event.properties, to: known) { return nil }
            if known == nil,
                state.projects[project]?.events.count ?? 0 >= Limits.eventNames
            {
                return Rejection(
                    code: .resourceExhausted,
                    field: "event.name",
                    message: "the project has \(Limits.eventNames) event names already",
                    hint: "put what differs into a property, not into the event's name"
                )
            }
            let next = Self.merged(event.properties, into: known ?? [:])
            guard next.count <= Limits.propertiesPerName else {
                return Rejection(
                    code: .resourceExhausted,
                    field: "event.properties",
                    message:
                        "\(event.name) would have more than \(Limits.propertiesPerName) properties",
                    hint: "use fixed names; put what differs into values"
                )
            }
            state.projects[project, default: Vocabulary()].events[name] = next
            state.unsaved.insert(Entry(project: project, event: name))
            return nil
        }
    }

    private func admit(_ profile: LogV1.ProfileChange, in project: ProjectName) -> Rejection? {
        state.withLock { state in
            let known = state.projects[project]?.userProperties ?? [:]
            guard Self.isNews(profile.set, to: known) else { return nil }
            let next = Self.merged(profile.set, into: known)
            guard next.count <= Limits.eventNames else {
                return Rejection(
                    code: .resourceExhausted,
                    field: "profile.set",
                    message: "the users would have more than \(Limits.eventNames) properties",
                    hint: "use fixed names; put what differs into values"
                )
            }
            state.projects[project, default: Vocabulary()].userProperties = next
            state.unsaved.insert(Entry(project: project, event: nil))
            return nil
        }
    }

    private static func isNews(_ properties: [LogV1.Property], to known: Properties) -> Bool {
        properties.contains { property in
            (known[ExactName(property.name)] ?? 0) & bit(property.value?.kind) == 0
        }
    }

    private static func merged(_ properties: [LogV1.Property], into known: Properties)
        -> Properties
    {
        var next = known
        for property in properties {
            next[ExactName(property.name), default: 0] |= bit(property.value?.kind)
        }
        return next
    }

    private static func type(_ kind: LogV1.Value.Kind?) -> IngestionV1.ValueType {
        switch kind {
        case .text, .version: .text
        case .number, .integer, .decimalE4: .number
        case .flag: .flag
        case .instantMs: .instant
        case .list: .list
        case nil: .unspecified
        }
    }

    private static func bit(_ kind: LogV1.Value.Kind?) -> Types {
        1 << Types(clamping: type(kind).rawValue)
    }

    /// The types of a set of bits.
    static func types(_ bits: Types) -> [IngestionV1.ValueType] {
        IngestionV1.ValueType.allCases.filter {
            $0 != .unspecified && bits & (1 << Types(clamping: $0.rawValue)) != 0
        }
    }
}

extension SchemaBook.Vocabulary {
    /// The vocabulary as callers read it, by name.
    func response(limit: Int) -> IngestionV1.SchemaResponse {
        IngestionV1.SchemaResponse(
            events: events.sorted { $0.key < $1.key }.prefix(limit).map {
                IngestionV1.EventSchema(name: $0.key.text, properties: $0.value.schemas)
            },
            userProperties: userProperties.schemas
        )
    }
}

extension SchemaBook.Properties {
    /// As they go over the wire and into the index, by name.
    var schemas: [IngestionV1.PropertySchema] {
        sorted { $0.key < $1.key }.map {
            IngestionV1.PropertySchema(name: $0.key.text, types: SchemaBook.types($0.value))
        }
    }

    init(_ schemas: [IngestionV1.PropertySchema]) {
        self = [:]
        for schema in schemas {
            for type in schema.types {
                self[ExactName(schema.name), default: 0] |=
                    1 << SchemaBook.Types(clamping: type.rawValue)
            }
        }
    }
}
