// Which events and properties a project has been seen to have, how often and of which types; the
// limits on names.

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
    /// Properties with the types of value they came with, in the order of the contract.
    typealias Properties = [ExactName: [SeenType]]

    /// A type of value that a property came with.
    struct SeenType: Sendable, Hashable {
        let type: IngestionV1.ValueType
        var seen = Seen()
    }

    /// An event with its properties.
    struct SeenEvent: Sendable, Hashable {
        var properties: Properties = [:]
        var seen = Seen()
    }

    /// One project's vocabulary.
    struct Vocabulary: Sendable, Hashable {
        var events: [ExactName: SeenEvent] = [:]
        var userProperties: Properties = [:]
    }

    /// One entry of the book: an event of a project, or its users' properties when there is no
    /// event.
    struct Entry: Sendable, Hashable {
        let project: ProjectName
        let event: ExactName?
    }

    fileprivate struct State {
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

    /// The entries learned since they were asked for last, to be saved: an event, or the users'
    /// properties.
    func takeNews() -> [(entry: Entry, learned: SeenEvent)] {
        state.withLock { state in
            let news = state.unsaved.map { entry in
                let vocabulary = state.projects[entry.project] ?? Vocabulary()
                return (
                    entry,
                    entry.event.map { vocabulary.events[$0] ?? SeenEvent() }
                        ?? SeenEvent(properties: vocabulary.userProperties)
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
            if let refusal = (state.projects[project] ?? Vocabulary()).refusal(of: event, name) {
                return refusal
            }
            state.learn(event, name, in: project)
            return nil
        }
    }

    private func admit(_ profile: LogV1.ProfileChange, in project: ProjectName) -> Rejection? {
        state.withLock { state in
            if let refusal = (state.projects[project] ?? Vocabulary()).refusal(of: profile) {
                return refusal
            }
            state.learn(profile, in: project)
            return nil
        }
    }
}

extension SchemaBook.Vocabulary {
    fileprivate func refusal(of event: LogV1.Event, _ name: ExactName) -> Rejection? {
        let known = events[name]
        guard known != nil || events.count < Limits.eventNames else {
            return Rejection(
                code: .resourceExhausted,
                field: "event.name",
                message: "the project has \(Limits.eventNames) event names already",
                hint: "put what differs into a property, not into the event's name"
            )
        }
        guard
            Self.fits(event.properties, beside: known?.properties ?? [:], Limits.propertiesPerName)
        else {
            return Rejection(
                code: .resourceExhausted,
                field: "event.properties",
                message:
                    "\(event.name) would have more than \(Limits.propertiesPerName) properties",
                hint: "use fixed names; put what differs into values"
            )
        }
        return nil
    }

    fileprivate func refusal(of profile: LogV1.ProfileChange) -> Rejection? {
        guard !Self.fits(profile.set, beside: userProperties, Limits.eventNames) else {
            return nil
        }
        return Rejection(
            code: .resourceExhausted,
            field: "profile.set",
            message: "the users would have more than \(Limits.eventNames) properties",
            hint: "use fixed names; put what differs into values"
        )
    }

    /// Whether there is room for the names among these that are new.
    private static func fits(
        _ properties: [LogV1.Property],
        beside known: SchemaBook.Properties,
        _ limit: Int
    ) -> Bool {
        guard known.count + properties.count > limit else { return true }
        let new = Set(properties.map { ExactName($0.name) }).filter { known[$0] == nil }
        return known.count + new.count <= limit
    }
}

/// How often something was seen, and between which instants it happened.
struct Seen: Sendable, Hashable {
    var count: UInt64 = 0
    /// Before every instant when something holds from the beginning of time.
    ///
    /// Unit: ms since the Unix epoch, UTC.
    var firstMs = Int64.max
    /// Before every instant as long as there was none.
    ///
    /// Unit: ms since the Unix epoch, UTC.
    var lastMs = Int64.min

    /// Sees it once more.
    mutating func take(_ atMs: Int64?) {
        count += 1
        firstMs = min(firstMs, atMs ?? .min)
        lastMs = max(lastMs, atMs ?? .min)
    }
}

extension SchemaBook.State {
    // What is known is changed in place: a copy per record would cost more than the record.

    fileprivate mutating func learn(
        _ event: LogV1.Event,
        _ name: ExactName,
        in project: ProjectName
    ) {
        projects[project, default: SchemaBook.Vocabulary()]
            .events[name, default: SchemaBook.SeenEvent()].take(event)
        unsaved.insert(SchemaBook.Entry(project: project, event: name))
    }

    fileprivate mutating func learn(_ profile: LogV1.ProfileChange, in project: ProjectName) {
        // A change that sets nothing teaches nothing.
        guard !profile.set.isEmpty else { return }
        projects[project, default: SchemaBook.Vocabulary()]
            .userProperties.take(profile.set, at: profile.atMs)
        unsaved.insert(SchemaBook.Entry(project: project, event: nil))
    }
}

extension SchemaBook.SeenEvent {
    fileprivate mutating func take(_ event: LogV1.Event) {
        seen.take(event.atMs)
        properties.take(event.properties, at: event.atMs)
    }
}

extension SchemaBook.Properties {
    fileprivate mutating func take(_ properties: [LogV1.Property], at atMs: Int64?) {
        for property in properties {
            self[ExactName(property.name), default: []]
                .take(IngestionV1.ValueType(property.value?.kind), at: atMs)
        }
    }
}

extension [SchemaBook.SeenType] {
    fileprivate mutating func take(_ type: IngestionV1.ValueType, at atMs: Int64?) {
        if let known = firstIndex(where: { $0.type == type }) {
            self[known].seen.take(atMs)
            return
        }
        let place = firstIndex { $0.type.rawValue > type.rawValue } ?? endIndex
        insert(SchemaBook.SeenType(type: type), at: place)
        self[place].seen.take(atMs)
    }
}

extension IngestionV1.ValueType {
    /// The type of a value in the log.
    fileprivate init(_ kind: LogV1.Value.Kind?) {
        self =
            switch kind {
            case .text, .version: .text
            case .number, .integer, .decimalE4: .number
            case .flag: .flag
            case .instantMs: .instant
            case .list: .list
            case nil: .unspecified
            }
    }
}
