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
        guard let index = state.projects.index(forKey: project),
            let number = state.projects.values[index].number(of: user)
        else { return .unknown }
        let columns = state.projects.values[index]
        return .known(isMember: plan.isMember(history(number, columns), at: at))
    }

    /// The part of the user's history that the plan reads.
    private func history(_ number: UserNumber, _ columns: PartitionColumns)
        -> Segments.UserHistory
    {
        let mentions = plan.mentions
        let names = mentions.anyEvent ? nil : mentions.events.keys.map(\.text)
        let events = columns.events(of: number, named: names).map { event in
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
        // The value in force is asked once, at the one instant of the answer.
        let versions = mentions.userProperties.map { property in
            Segments.UserHistory.PropertyVersion(
                property,
                columns.versions(of: property.text).value(of: number, at: at),
                since: nil,
                position: .zero
            )
        }
        return Segments.UserHistory(events: events, versions: versions)
    }
}
