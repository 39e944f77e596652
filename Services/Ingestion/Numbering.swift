// Who is new and what was seen before: the intake's decisions, without I/O.

import Basics

/// A user within a project.
struct ProjectUser: Sendable, Hashable {
    let project: ProjectName
    let user: UserID
}

/// The keys by which a repeat of a record is known, in the index's two families.
struct SeenKeys: Sendable, Hashable {
    /// Of the event id, unique per user; nil for a record without one.
    var event: [UInt8]?
    /// Of the import's line; nil for tracked records.
    var line: [UInt8]?
}

/// What the index says about one record; filled before `Numbering` decides.
struct Sighting: Sendable, Hashable {
    /// The user's number; nil when the index does not know the user.
    var number: UserNumber?
    /// Whether the user of that number is anonymous.
    var isAnonymous = false
    /// The keys as far as they are known: that of the event id needs the number.
    var keys = SeenKeys()
    /// Where the first record with the event id stands; nil when there is none.
    var eventPlace: LogPlace?
    /// Where the first record of the line stands; nil when there is none.
    var linePlace: LogPlace?
}

/// Numbers users and finds repeats for the records of one group, in their order.
///
/// For each record `repeated` is asked first; what is no repeat and is to be written is `taken`,
/// and
/// `remembered` at its place.
struct Numbering {
    /// A project's share of a partition.
    struct ProjectPartition: Sendable, Hashable {
        let project: ProjectName
        let partition: Partition
    }

    /// The next free number per project and partition.
    private(set) var next: [ProjectPartition: UInt32]
    /// Numbers given in this group, and those of users who are known by it.
    private(set) var given: [ProjectUser: GivenNumber] = [:]
    /// Places of this group's records by their keys.
    private var events: [[UInt8]: LogPlace] = [:]
    private var lines: [[UInt8]: LogPlace] = [:]

    init(next: [ProjectPartition: UInt32]) { self.next = next }

    /// The place of the first record with the same event id, else of the same import line; nil when
    /// the record is new.
    ///
    /// Completes the sighting by what this group knows of the user.
    func repeated(
        _ record: CheckedRecord,
        of project: ProjectName,
        _ sighting: inout Sighting
    ) -> LogPlace? {
        if let place = sighting.eventPlace { return place }
        if sighting.number == nil || sighting.isAnonymous, !given.isEmpty,
            let known = given[ProjectUser(project: project, user: record.user)]
        {
            sighting.number = known.number
            sighting.isAnonymous = known.isAnonymous
            complete(&sighting, record, project)
        }
        if !events.isEmpty, let key = sighting.keys.event, let place = events[key] { return place }
        if let place = sighting.linePlace { return place }
        if !lines.isEmpty, let key = sighting.keys.line, let place = lines[key] { return place }
        return nil
    }

    /// Whether a record that will be written makes an anonymous user known.
    mutating func makesKnown(
        _ record: CheckedRecord,
        of project: ProjectName,
        _ sighting: inout Sighting
    ) -> Bool {
        guard sighting.isAnonymous, !record.isAnonymous, let number = sighting.number else {
            return false
        }
        sighting.isAnonymous = false
        given[ProjectUser(project: project, user: record.user)] = GivenNumber(number: number)
        return true
    }

    /// The user's number for a record that will be written, and whether it was given just now.
    mutating func taken(
        _ record: CheckedRecord,
        of project: ProjectName,
        _ sighting: inout Sighting
    ) -> (number: UserNumber, isNew: Bool) {
        if let number = sighting.number { return (number, false) }
        let who = ProjectUser(project: project, user: record.user)
        let number = give(who, in: record.partition, isAnonymous: record.isAnonymous)
        sighting.number = number
        sighting.isAnonymous = record.isAnonymous
        complete(&sighting, record, project)
        return (number, true)
    }

    /// Gives a user who has none the next number.
    mutating func give(
        _ who: ProjectUser,
        in partition: Partition,
        isAnonymous: Bool = false
    ) -> UserNumber {
        let home = ProjectPartition(project: who.project, partition: partition)
        let number = UserNumber(next[home, default: 0])
        precondition(number.value < .max, "a partition has room for 4 billion users of a project")
        next[home] = number.value + 1
        given[who] = GivenNumber(number: number, isAnonymous: isAnonymous)
        return number
    }

    /// The record stands there: its repeats in this group will be known.
    mutating func remembered(_ keys: SeenKeys, at place: LogPlace) {
        if let key = keys.event { events[key] = place }
        if let key = keys.line { lines[key] = place }
    }

    /// The key of an event id needs the user's number.
    private func complete(
        _ sighting: inout Sighting,
        _ record: CheckedRecord,
        _ project: ProjectName
    ) {
        guard let number = sighting.number, sighting.keys.event == nil, let id = record.eventID
        else { return }
        sighting.keys.event = IndexKey.event(project, record.partition, number, id)
    }
}
