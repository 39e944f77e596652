// Random conditions about other sets of users.

import Segments

extension RandomDefinitions {
    /// A channel, a list, or a segment where there is room for one more within the others.
    mutating func set(inside level: Int) -> Condition {
        if random.chance(0.1) { return .known(Known()) }
        if random.chance(0.3) {
            let state = pick(ChannelState.allCases)
            return .reachable(Reachable(pick(Channel.allCases), state))
        }
        if level >= 3 || random.chance(0.4) { return .inList(InList(pick(RandomWorld.lists))) }
        return segment(inside: level)
    }

    /// A condition on a segment: one that is used already, or a new one.
    private mutating func segment(inside level: Int) -> Condition {
        if !nested.isEmpty, random.chance(0.3) { return .inSegment(InSegment(pick(nested).name)) }
        nesting = level + 1
        let definition = definition(depth: 3)
        nesting = level
        let name = ExactName("segment-\(nested.count)")
        nested.append(NestedSegment(name, definition))
        return .inSegment(InSegment(name))
    }
}
