// The naive store of history: every user's own as plain arrays, every set by the user reader.

import Basics
import Columns
import Messages
import Segments
import Wire

@testable import Evaluator

/// Keeps what a project's users did and were, and asks the user reader about each of them.
struct MemoryHistory: History {
    private struct User: Sendable {
        let id: UserID
        var events: [Segments.UserHistory.Event] = []
        var versions: [Segments.UserHistory.PropertyVersion] = []

        var history: Segments.UserHistory {
            Segments.UserHistory(of: id, events: events, versions: versions)
        }
    }

    private let project: ProjectName
    private var users: [User] = []

    init(_ project: ProjectName) { self.project = project }

    var userCount: Int { users.count }

    var presentCount: Int { users.count }

    var firstEvent: Timestamp? { users.flatMap(\.events).map(\.at).min() }

    func slots(of plan: Plan, at instant: Timestamp) -> [UserBitset] {
        var slots = plan.steps.map { _ in UserBitset(universe: users.count) }
        for (number, user) in users.enumerated() {
            let results = plan.run(plan.leafResults(user.history, at: instant))
            for (slot, holds) in results.enumerated() where holds {
                slots[slot].insert(UserNumber(UInt32(number)))
            }
        }
        return slots
    }

    func id(of user: UserNumber) -> UserID? {
        users.indices.contains(Int(user.value)) ? users[Int(user.value)].id : nil
    }

    func number(of id: UserID) -> UserNumber? {
        users.firstIndex { $0.id == id }.map { UserNumber(UInt32($0)) }
    }

    func history(of user: UserNumber, read mentions: Mentions, at instant: Timestamp?)
        -> Segments.UserHistory
    {
        users[Int(user.value)].history
    }

    /// Takes the project's records in.
    mutating func apply(_ records: [LogV1.LogRecord]) throws {
        for record in records where record.project == project.text {
            let position = LogOffset(record.offset)
            switch record.body {
            case .newUser(let new):
                guard let id = UserID(new.userID) else { continue }
                users.append(User(id: id))
                if new.anonymous { note(new.number, Known.anonymous, position) }
            case .userKnown(let known): note(known.userNumber, nil, position)
            case .event(let event):
                users[Int(event.userNumber)].events.append(
                    Segments.UserHistory.Event(
                        ExactName(event.name),
                        at: Timestamp(ms: event.atMs),
                        position: position,
                        clientSequence: event.clientSequence,
                        properties: try event.properties.map { try Self.property($0) }
                    )
                )
            case .profile(let profile):
                var changes: [(name: ExactName, value: PropertyValue?)] = []
                for property in profile.set {
                    let (name, value) = try Self.property(property)
                    changes.append((name: name, value: value))
                }
                for name in profile.unset { changes.append((name: ExactName(name), value: nil)) }
                users[Int(profile.userNumber)].versions += changes.map { name, value in
                    Segments.UserHistory.PropertyVersion(
                        name,
                        value,
                        since: profile.atMs.map(Timestamp.init(ms:)),
                        position: position
                    )
                }
            case .listChange(let change):
                users[Int(change.userNumber)].versions.append(
                    Segments.UserHistory.PropertyVersion(
                        InList(ExactName(change.list)).property,
                        change.listed ? InList.listed : nil,
                        since: Timestamp(ms: change.atMs),
                        position: position
                    )
                )
            case .catalogue, .importUndone, .tenure, .erasure, .stub, .aside, .leftOut, nil: break
            case .mergeOut, .mergeIn, .mergeUndone, .erasedCopies: break
            }
        }
    }

    /// Notes from which place in the log on a user is anonymous or known.
    private mutating func note(_ user: UInt32, _ value: PropertyValue?, _ position: LogOffset) {
        users[Int(user)].versions.append(
            .init(Known.anonymity, value, since: nil, position: position)
        )
    }

    private static func property(_ property: LogV1.Property) throws
        -> (name: ExactName, value: PropertyValue)
    {
        let (name, value) = try ValueCoding.decode(property)
        return (name: ExactName(name), value: value)
    }
}
