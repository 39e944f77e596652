// What one user did and was, as plain arrays: the input of the user reader.

public import Basics

/// The events and property versions of one user, in the order answers are made from.
public struct UserHistory: Sendable, Hashable {
    /// Something the user did.
    public struct Event: Sendable, Hashable {
        /// The event's name.
        public var name: ExactName
        /// Event time.
        public var at: Timestamp
        /// The client's own order among events of one instant, when it gave one.
        public var clientSequence: UInt64?
        /// The record's place in the log.
        public var position: LogOffset
        /// The properties, each name once.
        public var properties: [(name: ExactName, value: PropertyValue)]

        /// An event.
        public init(
            _ name: ExactName,
            at: Timestamp,
            position: LogOffset,
            clientSequence: UInt64? = nil,
            properties: [(name: ExactName, value: PropertyValue)] = []
        ) {
            self.name = name
            self.at = at
            self.position = position
            self.clientSequence = clientSequence
            self.properties = properties
        }

        /// The value of a property; nil when it is absent.
        public subscript(property: ExactName) -> PropertyValue? {
            properties.first { $0.name == property }?.value
        }

        /// Its place among the user's events.
        public var order: EventOrder {
            EventOrder(at: at, clientSequence: clientSequence, position: position)
        }

        /// By name, time, place in the log and properties.
        public static func == (left: Event, right: Event) -> Bool {
            left.name == right.name && left.at == right.at && left.position == right.position
                && left.clientSequence == right.clientSequence
                && left.properties.elementsEqual(right.properties, by: { $0 == $1 })
        }

        /// Feeds the place in the log, which is the event's own.
        public func hash(into hasher: inout Hasher) { hasher.combine(position) }
    }

    /// A write to one property of the user.
    public struct PropertyVersion: Sendable, Hashable {
        /// The property.
        public var property: ExactName
        /// Its value from then on; nil: it has none any more.
        public var value: PropertyValue?
        /// From when on; nil: from the beginning of time (an imported profile without instant).
        public var since: Timestamp?
        /// The record's place in the log.
        public var position: LogOffset

        /// A write.
        public init(
            _ property: ExactName,
            _ value: PropertyValue?,
            since: Timestamp?,
            position: LogOffset
        ) {
            self.property = property
            self.value = value
            self.since = since
            self.position = position
        }
    }

    /// Whose history it is; nil where that has no say.
    public let user: UserID?
    /// The events in event-time order.
    public let events: [Event]
    /// The writes to properties, in any order; those of one place in the log as they were given.
    public let versions: [PropertyVersion]

    /// From when on it may say something else by time alone: a membership in a live segment, which
    /// it knows, may end or begin then; nil: it does not.
    public var unknownFrom: Timestamp?

    /// A history of these events and versions, given in any order.
    public init(
        of user: UserID? = nil,
        events: [Event] = [],
        versions: [PropertyVersion] = []
    ) {
        self.user = user
        self.events = events.sorted { $0.order < $1.order }
        self.versions = versions
    }

    /// The value in force at an instant: that of the last write at or before it, the later one in
    /// the log when two have the same instant, of one place in it the last given; nil when there is
    /// none.
    public func value(of property: ExactName, at instant: Timestamp) -> PropertyValue? {
        version(of: property, at: instant)?.value
    }

    /// The write in force at an instant; nil when there is none, while one without a value says
    /// that the property was taken away.
    public func version(of property: ExactName, at instant: Timestamp) -> PropertyVersion? {
        var best: PropertyVersion?
        for version in versions where version.property == property {
            if let since = version.since, since > instant { continue }
            if let found = best, Self.precedes(version, found) { continue }
            best = version
        }
        return best
    }

    /// The writes to a property in the order in which they are in force; of one instant's only
    /// the one that holds.
    func succession(of property: ExactName) -> [PropertyVersion] {
        var succession: [PropertyVersion] = []
        let sorted = versions.filter { $0.property == property }
            .sorted(by: Self.precedes)
        for version in sorted {
            if succession.last?.since == version.since, !succession.isEmpty {
                succession.removeLast()
            }
            succession.append(version)
        }
        return succession
    }

    private static func precedes(_ old: PropertyVersion, _ new: PropertyVersion) -> Bool {
        if old.since == new.since { return old.position < new.position }
        guard let newSince = new.since else { return false }
        guard let oldSince = old.since else { return true }
        return oldSince < newSince
    }
}
