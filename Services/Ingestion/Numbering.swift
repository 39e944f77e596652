// Who is new and what was seen before: the intake's decisions, without I/O.

import Basics
import Messages

/// A user within a project.
struct ProjectUser: Sendable, Hashable {
    let project: ProjectName
    let user: UserID
}

/// What the index answered about one batch's keys; filled before `Numbering` decides.
struct Lookups: Sendable {
    /// Numbers of users known already.
    var numbers: [ProjectUser: UserNumber] = [:]
    /// Places of event ids and import lines seen already, by index key.
    var places: [[UInt8]: LogPlace] = [:]
}

/// What the intake does with one record, in order.
enum IntakeDirective: Sendable {
    /// Write that the number stands for the user.
    case newUser(UserNumber, UserID, Partition)
    /// Write the record; remember the keys at its place.
    case write(LogV1.LogRecord.Body, Partition, line: UInt64?, keys: [SeenKey])
    /// Answer with the place of the first one.
    case duplicate(of: LogPlace)
    /// Answer with the place of a record of this very group: the n-th written one.
    case duplicateOfWritten(Int)
}

/// A key by which a repeat will be known.
struct SeenKey: Sendable, Hashable {
    /// Which of the index's families it belongs to.
    enum Kind: Sendable, Hashable { case event, line }

    let kind: Kind
    let key: [UInt8]
}

/// Numbers users and finds repeats for one group of records.
struct Numbering {
    /// The next free number per project and partition.
    private(set) var next: [ProjectPartition: UInt32]
    /// Numbers given in this group.
    private(set) var given: [ProjectUser: UserNumber] = [:]
    /// Keys written in this group, with the index of their record among the written ones.
    private var written: [[UInt8]: Int] = [:]
    private var writtenCount = 0
    private let lookups: Lookups

    /// A project's share of a partition.
    struct ProjectPartition: Sendable, Hashable {
        let project: ProjectName
        let partition: Partition
    }

    init(next: [ProjectPartition: UInt32], lookups: Lookups) {
        self.next = next
        self.lookups = lookups
    }

    /// Decides about one record.
    ///
    /// - Parameter importID: the import it belongs to; nil for tracked records.
    mutating func decide(
        _ record: CheckedRecord, project: ProjectName, importID: String?
    ) -> [IntakeDirective] {
        let who = ProjectUser(project: project, user: record.user)
        let known = given[who] ?? lookups.numbers[who]
        let home = ProjectPartition(project: project, partition: record.partition)
        let number = known ?? UserNumber(next[home, default: 0])
        let keys = Self.keys(of: record, number: number, project: project, importID: importID)
        for seen in keys {
            if let place = lookups.places[seen.key] { return [.duplicate(of: place)] }
            if let index = written[seen.key] { return [.duplicateOfWritten(index)] }
        }
        var directives: [IntakeDirective] = []
        if known == nil {
            next[home] = number.value + 1
            given[who] = number
            directives.append(.newUser(number, record.user, record.partition))
        }
        for seen in keys { written[seen.key] = writtenCount }
        writtenCount += 1
        directives.append(
            .write(
                Self.numbered(record.body, number), record.partition, line: record.line, keys: keys)
        )
        return directives
    }

    /// The keys by which a repeat of the record is known, given its user's number.
    static func keys(
        of record: CheckedRecord, number: UserNumber, project: ProjectName, importID: String?
    ) -> [SeenKey] {
        var keys: [SeenKey] = []
        if case .event(let event) = record.body, let id = event.eventID {
            keys.append(
                SeenKey(
                    kind: .event,
                    key: IndexKey.event(project, record.partition, number, id)))
        }
        if let importID, let line = record.line {
            keys.append(
                SeenKey(kind: .line, key: IndexKey.line(project, importID, line)))
        }
        return keys
    }

    private static func numbered(_ body: CheckedRecord.Body, _ number: UserNumber)
        -> LogV1.LogRecord.Body
    {
        switch body {
        case .event(var event):
            event.userNumber = number.value
            return .event(event)
        case .profile(var profile):
            profile.userNumber = number.value
            return .profile(profile)
        }
    }
}
