// Records become rows of a partition's columns.

import Basics
import Columns
import Messages
import Segments
import Wire

extension PartitionState {
    mutating func add(
        _ new: LogV1.NewUser,
        to project: ProjectName,
        at offset: LogOffset
    ) throws {
        let id = UserID(new.userID)
        guard id != nil || new.userID.isEmpty else {
            throw refused("record \(offset): no user id")
        }
        try columns(project) { columns throws(ColumnsError) in
            let number = UserNumber(new.number)
            if let id {
                try columns.tail.append(user: number, id: id, offset: offset)
            } else {
                // The user was erased, and the log rewritten since.
                try columns.append(gone: number, offset: offset)
            }
        }
        if id != nil, new.anonymous {
            try add(new.number, isAnonymous: true, to: project, at: offset)
        }
    }

    /// Who is anonymous is a property like others, under a name of its own, from the beginning of
    /// time on.
    mutating func add(
        _ user: UInt32,
        isAnonymous: Bool,
        to project: ProjectName,
        at offset: LogOffset
    ) throws {
        try checkUser(user, of: project)
        try columns(project) { columns throws(ColumnsError) in
            try columns.tail.append(
                profile: [(Known.anonymity.text, isAnonymous ? Known.anonymous : nil)],
                user: UserNumber(user),
                at: nil,
                offset: offset
            )
        }
    }

    mutating func add(
        _ event: LogV1.Event,
        to project: ProjectName,
        at offset: LogOffset
    ) throws {
        var properties = try event.properties.map { try ValueCoding.decode($0) }
        if let sequence = event.clientSequence {
            properties.append((ClientSequence.column, ClientSequence.value(sequence)))
        }
        try checkUser(event.userNumber, of: project)
        try columns(project) { columns throws(ColumnsError) in
            try columns.tail.append(
                event: event.name,
                user: UserNumber(event.userNumber),
                at: Timestamp(ms: event.atMs),
                offset: offset,
                properties: properties
            )
        }
    }

    mutating func add(
        _ profile: LogV1.ProfileChange,
        to project: ProjectName,
        at offset: LogOffset
    ) throws {
        var changes: [(name: String, value: PropertyValue?)] = try profile.set.map { property in
            let (name, value) = try ValueCoding.decode(property)
            return (name: name, value: value)
        }
        changes += profile.unset.map { (name: $0, value: nil) }
        try checkUser(profile.userNumber, of: project)
        try columns(project) { columns throws(ColumnsError) in
            try columns.tail.append(
                profile: changes,
                user: UserNumber(profile.userNumber),
                at: profile.atMs.map(Timestamp.init(ms:)),
                offset: offset
            )
        }
    }

    /// Who is on a list is a property like others, under a name of its own.
    mutating func add(
        _ change: LogV1.ListChange,
        to project: ProjectName,
        at offset: LogOffset
    ) throws {
        let property = InList(ExactName(change.list)).property.text
        try checkUser(change.userNumber, of: project)
        try columns(project) { columns throws(ColumnsError) in
            try columns.tail.append(
                profile: [(name: property, value: change.listed ? InList.listed : nil)],
                user: UserNumber(change.userNumber),
                at: Timestamp(ms: change.atMs),
                offset: offset
            )
        }
    }
}
