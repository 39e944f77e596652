// What has been seen in a project: event names, properties, and the types of their values.

public import Basics

/// The types of values a property has been seen with.
public struct ValueTypes: OptionSet, Sendable, Hashable, CustomStringConvertible {
    /// One bit a type.
    public let rawValue: UInt8

    /// The types of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Numbers.
    public static let number = ValueTypes(rawValue: 1)
    /// Texts, versions among them.
    public static let text = ValueTypes(rawValue: 2)
    /// True and false.
    public static let bool = ValueTypes(rawValue: 4)
    /// Instants.
    public static let instant = ValueTypes(rawValue: 8)
    /// Lists.
    public static let list = ValueTypes(rawValue: 16)

    /// The type of a value.
    public init(of value: PropertyValue) {
        switch value {
        case .number: self = .number
        case .text: self = .text
        case .bool: self = .bool
        case .instant: self = .instant
        case .list: self = .list
        }
    }

    /// `number or text`.
    public var description: String {
        let names: [(ValueTypes, String)] = [
            (.number, "number"), (.text, "text"), (.bool, "true or false"),
            (.instant, "instant"), (.list, "list"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: " or ")
    }
}

/// The names and types a definition's warnings go by.
public struct Vocabulary: Sendable, Hashable {
    /// The properties of every event seen, with the types of their values.
    public var events: [ExactName: [ExactName: ValueTypes]]
    /// The properties of users, with the types of their values.
    public var userProperties: [ExactName: ValueTypes]

    /// A vocabulary.
    public init(
        events: [ExactName: [ExactName: ValueTypes]] = [:],
        userProperties: [ExactName: ValueTypes] = [:]
    ) {
        self.events = events
        self.userProperties = userProperties
    }

    /// Notes an event and the types of its properties.
    public mutating func note(
        event: ExactName,
        _ properties: some Sequence<(ExactName, PropertyValue)>
    ) {
        for (name, value) in properties {
            events[event, default: [:]][name, default: []].formUnion(ValueTypes(of: value))
        }
        if events[event] == nil { events[event] = [:] }
    }

    /// Notes a property of a user.
    public mutating func note(userProperty name: ExactName, _ value: PropertyValue) {
        userProperties[name, default: []].formUnion(ValueTypes(of: value))
    }

    /// The properties of some events together; of all events when none is named.
    func properties(of names: [ExactName]) -> [ExactName: ValueTypes] {
        var together: [ExactName: ValueTypes] = [:]
        let lists = names.isEmpty ? Array(events.values) : names.compactMap { events[$0] }
        for list in lists { together.merge(list) { $0.union($1) } }
        return together
    }
}
