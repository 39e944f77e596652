// Random conditions about other sets of users.

import Segments

extension RandomDefinitions {
    /// A condition on a segment: one that is used already, or a new one.
    mutating func segment(inside level: Int) -> Condition {
        if !nested.isEmpty, random.chance(0.3) { return .inSegment(InSegment(pick(nested).name)) }
        nesting = level + 1
        let definition = definition(depth: 3)
        nesting = level
        let name = ExactName("segment-\(nested.count)")
        nested.append(NestedSegment(name, definition))
        return .inSegment(InSegment(name))
    }
}
