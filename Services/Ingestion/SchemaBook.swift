// Which events and properties a project has been seen to have, with their types; the limits on names.

import Basics
import Messages
import Synchronization

/// What is known of events and properties, by project. Learned as records pass; may be called from
/// any thread.
///
/// `SchemaStore` keeps it in the index, in the same batch as the records it was learned from.
final class SchemaBook: Sendable {
    /// The types a property came with, one bit each.
    typealias Types = UInt8

    /// One project's vocabulary.
    struct Vocabulary: Sendable, Hashable {
        var events: [String: [String: Types]] = [:]
        var userProperties: [String: Types] = [:]
    }

    private struct State {
        var projects: [ProjectName: Vocabulary] = [:]
        var changes: UInt64 = 0
    }

    private let state: Mutex<State>

    init(_ projects: [ProjectName: Vocabulary] = [:]) {
        state = Mutex(State(projects: projects))
    }

    /// Rises with everything learned; tells whether the book must be saved.
    var changes: UInt64 { state.withLock { $0.changes } }

    /// One project's vocabulary.
    func vocabulary(of project: ProjectName) -> Vocabulary {
        state.withLock { $0.projects[project] ?? Vocabulary() }
    }

    /// All of them.
    var projects: [ProjectName: Vocabulary] { state.withLock { $0.projects } }

    /// Learns an event's names; a rejection when they would be too many.
    func admit(_ event: LogV1.Event, in project: ProjectName) -> Rejection? {
        state.withLock { state in
            let known = state.projects[project]?.events[event.name]
            if let known, !Self.isNews(event.properties, to: known) { return nil }
            if known == nil,
                state.projects[project]?.events.count ?? 0 >= Limits.eventNames
            {
                return Rejection(
                    code: .resourceExhausted, field: "event.name",
                    message: "the project has \(Limits.eventNames) event names already",
                    hint: "put what differs into a property, not into the event's name")
            }
            let next = Self.merged(event.properties, into: known ?? [:])
            guard next.count <= Limits.propertiesPerName else {
                return Rejection(
                    code: .resourceExhausted, field: "event.properties",
                    message: "\(event.name) has \(Limits.propertiesPerName) properties already",
                    hint: "use fixed names; put what differs into values")
            }
            state.projects[project, default: Vocabulary()].events[event.name] = next
            state.changes += 1
            return nil
        }
    }

    /// Learns a profile's names; a rejection when they would be too many.
    func admit(_ profile: LogV1.ProfileChange, in project: ProjectName) -> Rejection? {
        state.withLock { state in
            let known = state.projects[project]?.userProperties ?? [:]
            guard Self.isNews(profile.set, to: known) else { return nil }
            let next = Self.merged(profile.set, into: known)
            guard next.count <= Limits.eventNames else {
                return Rejection(
                    code: .resourceExhausted, field: "profile.set",
                    message: "the project's users have \(Limits.eventNames) properties already",
                    hint: "use fixed names; put what differs into values")
            }
            state.projects[project, default: Vocabulary()].userProperties = next
            state.changes += 1
            return nil
        }
    }

    private static func isNews(_ properties: [LogV1.Property], to known: [String: Types]) -> Bool {
        properties.contains { property in
            (known[property.name] ?? 0) & bit(property.value?.kind) == 0
        }
    }

    private static func merged(_ properties: [LogV1.Property], into known: [String: Types])
        -> [String: Types]
    {
        var next = known
        for property in properties {
            next[property.name, default: 0] |= bit(property.value?.kind)
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
                IngestionV1.EventSchema(name: $0.key, properties: Self.schemas($0.value))
            },
            userProperties: Self.schemas(userProperties))
    }

    private static func schemas(_ properties: [String: SchemaBook.Types])
        -> [IngestionV1.PropertySchema]
    {
        properties.sorted { $0.key < $1.key }.map {
            IngestionV1.PropertySchema(name: $0.key, types: SchemaBook.types($0.value))
        }
    }
}
