// Whether one user is a member: the same plan by the user reader, over that user's own history.

import Basics
import Columns
import Messages
import Segments

/// A question about one user.
struct UserQuestion: Sendable {
    /// The compiled definition.
    let plan: Plan
    /// The project.
    let project: ProjectName
    /// Who.
    let user: UserID
    /// The instant of the answer.
    let at: Timestamp

    /// What is known about the user.
    enum Standing: Sendable, Hashable {
        case unknown
        case known(isMember: Bool)
    }

    /// Answers from the state of the user's home partition.
    ///
    /// The first question of this kind makes the state's index from identifiers to numbers.
    func answer(_ state: inout PartitionState) -> Standing {
        guard let (number, columns) = find(&state) else { return .unknown }
        // The value in force is asked once, at the one instant of the answer.
        let versions = plan.mentions.userProperties.map { property in
            Segments.UserHistory.PropertyVersion(
                property,
                columns.versions(of: property.text).value(of: number, at: at),
                since: nil,
                position: .zero
            )
        }
        let history = Segments.UserHistory(events: events(number, columns), versions: versions)
        return .known(isMember: plan.isMember(history, at: at))
    }

    /// All that the plan reads of the user, what holds after the instant included; nil: unknown.
    ///
    /// Enough to explain the answer elsewhere than on the lane.
    func history(_ state: inout PartitionState) -> Segments.UserHistory? {
        guard let (number, columns) = find(&state) else { return nil }
        let versions = plan.mentions.userProperties.flatMap { property in
            columns.versions(of: property.text).all(of: number).map { version in
                Segments.UserHistory.PropertyVersion(
                    property,
                    version.value,
                    since: version.since,
                    position: version.offset
                )
            }
        }
        return Segments.UserHistory(events: events(number, columns), versions: versions)
    }

    private func find(_ state: inout PartitionState) -> (UserNumber, PartitionColumns)? {
        guard let index = state.projects.index(forKey: project),
            let number = state.projects.values[index].number(of: user)
        else { return nil }
        return (number, state.projects.values[index])
    }

    /// The user's events that the plan reads, with the properties it reads of them.
    private func events(_ number: UserNumber, _ columns: PartitionColumns)
        -> [Segments.UserHistory.Event]
    {
        let mentions = plan.mentions
        let names = mentions.anyEvent ? nil : mentions.events.keys.map(\.text)
        return columns.events(of: number, named: names).map { event in
            let name = ExactName(event.name)
            let properties = mentions.propertiesOfAnyEvent.union(mentions.events[name] ?? [])
            return Segments.UserHistory.Event(
                name,
                at: event.at,
                position: event.offset,
                properties: properties.compactMap { property in
                    event.value(property.text).map { (name: property, value: $0) }
                }
            )
        }
    }
}
