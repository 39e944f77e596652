// The naive reader of conditions about other sets of users.

import Basics
import Segments

extension Oracle {
    // "inSegment(id) to any depth": the other segment asked by itself, in its own zone, as of the
    // same instant.
    func isMember(of segment: ExactName, _ user: UserHistory) -> Bool {
        guard let other = nested.first(where: { $0.name == segment }) else {
            preconditionFailure("segment \(segment.text) is not among the nested")
        }
        return Oracle(other.definition, at: now, projectZone: projectZone, nested: nested)
            .isMember(user)
    }
}
