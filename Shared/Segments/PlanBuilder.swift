// Builds a plan bottom-up; equal sub-trees become one slot.

import Basics

/// The plan so far: every method answers the slot of its result.
struct PlanBuilder {
    private(set) var zone: Zone
    private(set) var leaves: [Plan.Leaf] = []
    private(set) var steps: [Plan.Step] = []
    private(set) var mentions = Mentions()
    private(set) var windows: [(node: Int, window: CompiledWindow)] = []
    /// The slots of the nodes that are made of several leaves, in the kind's own order.
    private(set) var partsOfNode: [Int: [Int]] = [:]
    /// What could not be compiled; a valid definition has nothing such.
    private(set) var problem: DefinitionProblem?
    private var slotOfStep: [Plan.Step: Int] = [:]
    private var leafOfKey: [LeafKey: Int] = [:]

    /// The leaves of the zones that are not compiled at the moment: a leaf's dates are its zone's.
    private var leavesElsewhere: [String: [LeafKey: Int]] = [:]
    private var slotOfSegment: [ExactName: Int] = [:]

    init(zone: Zone) { self.zone = zone }

    mutating func all(_ inputs: [Int]) -> Int { group(inputs, Plan.Step.all) }

    mutating func any(_ inputs: [Int]) -> Int { group(inputs, Plan.Step.any) }

    mutating func not(_ input: Int) -> Int {
        if case .not(let inner) = steps[input] { return inner }
        return slot(of: .not(input))
    }

    /// The slot of a segment that was compiled before.
    mutating func segment(_ name: ExactName) -> Int {
        if let slot = slotOfSegment[name] { return slot }
        problem = DefinitionProblem(
            .segment,
            place: InSegment.keyword,
            message: "segment \(Quoted.name(name.text)) is not told with the definition",
            hint: "definitions that use segments are answered where these are known"
        )
        return slot(of: .any([]))
    }

    /// Compiles a segment that others use, in its own zone; its windows are told with no node.
    mutating func define(_ segment: NestedSegment, zone own: Zone) -> Plan.Piece {
        let piece = compile(segment.definition, zone: own)
        slotOfSegment[segment.name] = piece.root
        return piece
    }

    /// Compiles a definition among others, in its own zone; its windows are told with no node.
    mutating func compile(_ definition: Definition, zone own: Zone) -> Plan.Piece {
        let outer = (zone: zone, windowCount: windows.count)
        change(to: own)
        let piece = compile(definition)
        change(to: outer.zone)
        windows.removeSubrange(outer.windowCount...)
        return piece
    }

    private mutating func change(to other: Zone) {
        guard other.name != zone.name else { return }
        leavesElsewhere[zone.name] = leafOfKey
        leafOfKey = leavesElsewhere.removeValue(forKey: other.name) ?? [:]
        zone = other
    }

    /// Compiles a definition's nodes in the zone of the moment.
    mutating func compile(_ definition: Definition) -> Plan.Piece {
        partsOfNode = [:]
        var slots = [Int](repeating: 0, count: definition.nodes.count)
        // Children stand behind their parents, so from the end every child is compiled first.
        for index in definition.nodes.indices.reversed() {
            let kind = definition.nodes[index].kind
            slots[index] = kind.compile(
                &self,
                node: index,
                children: kind.children.map { slots[$0] }
            )
        }
        let universe = definition.universe.slot(&self)
        return Plan.Piece(
            definition: definition,
            zone: zone,
            slotOfNode: slots,
            root: universe.map { all([slots[0], $0]) } ?? slots[0],
            universe: universe,
            partsOfNode: partsOfNode
        )
    }

    /// What holds when all of these slots do, which the node's explanation combines.
    mutating func composed(_ parts: [Int], node: Int) -> Int {
        partsOfNode[node] = parts
        return all(parts)
    }

    /// Whether there is such an event in a window, which is told as the node's where one is given.
    mutating func events(_ match: EventMatch, in window: Window, node: Int?) -> Int {
        var match = match
        match.window = window
        return events(Did(match), node: node)
    }

    mutating func events(_ did: Did, node: Int?) -> Int {
        var did = did
        did.match.events = Array(Set(did.match.events)).sorted()
        let window: CompiledWindow
        do {
            window = try CompiledWindow(did.match.window, zone: zone)
        } catch {
            problem = error
            return slot(of: .any([]))
        }
        if let node { note(window, of: node) }
        let key = LeafKey(did)
        if let leaf = leafOfKey[key] { return slot(of: .leaf(leaf)) }
        let match = CompiledMatch(did.match, zone: zone)
        note(match, did.sums.map(\.property))
        if let anchor = window.anchor { note(anchor.match, []) }
        let leaf = EventLeaf(match, within: window, did.count, did.sums)
        return add(.events(leaf), key: key)
    }

    /// A leaf over the order of events; equal conditions share one.
    mutating func ordered(
        _ kind: some Hashable,
        window: Window,
        node: Int,
        _ make: (CompiledWindow, Zone) -> OrderedLeaf
    ) -> Int {
        let compiled: CompiledWindow
        do {
            compiled = try CompiledWindow(window, zone: zone)
        } catch {
            problem = error
            return slot(of: .any([]))
        }
        note(compiled, of: node)
        let key = LeafKey.ordered(AnyHashable(kind))
        if let leaf = leafOfKey[key] { return slot(of: .leaf(leaf)) }
        let leaf = make(compiled, zone)
        for match in leaf.matches { note(match, leaf.key.map { [$0] } ?? []) }
        if let anchor = compiled.anchor { note(anchor.match, []) }
        return add(.ordered(leaf), key: key)
    }

    mutating func user(_ filter: PropertyFilter) -> Int {
        let key = LeafKey.user(FilterKey(filter))
        if let leaf = leafOfKey[key] { return slot(of: .leaf(leaf)) }
        mentions.userProperties.insert(filter.property)
        let leaf = UserLeaf(filter: CompiledFilter(filter, zone: zone))
        return add(.user(leaf), key: key)
    }

    mutating func bucket(_ leaf: BucketLeaf) -> Int {
        if let known = leafOfKey[.bucket(leaf)] { return slot(of: .leaf(known)) }
        return add(.bucket(leaf), key: .bucket(leaf))
    }

    /// A leaf over a property of users by a rule that no filter says.
    mutating func user(_ property: ExactName, _ rule: ValueRule) -> Int {
        let key = LeafKey.rule(property, rule)
        if let leaf = leafOfKey[key] { return slot(of: .leaf(leaf)) }
        mentions.userProperties.insert(property)
        return add(.user(UserLeaf(filter: CompiledFilter(property, rule))), key: key)
    }

    /// The leaves that one pass answers together: they count the same events.
    var tallies: [[Int]] {
        ([leafOfKey] + leavesElsewhere.values).flatMap { leaves in
            Dictionary(grouping: leaves.filter { $0.key.tally != nil }, by: \.key.tally)
                .values.map { $0.map(\.value).sorted() }
        }
    }

    private mutating func add(_ leaf: Plan.Leaf, key: LeafKey) -> Int {
        leafOfKey[key] = leaves.count
        leaves.append(leaf)
        return slot(of: .leaf(leaves.count - 1))
    }

    /// Order and repetition do not matter within a group, and a group of one is that one.
    private mutating func group(_ inputs: [Int], _ step: ([Int]) -> Plan.Step) -> Int {
        let different = Array(Set(inputs)).sorted()
        return different.count == 1 ? different[0] : slot(of: step(different))
    }

    private mutating func slot(of step: Plan.Step) -> Int {
        if let slot = slotOfStep[step] { return slot }
        slotOfStep[step] = steps.count
        steps.append(step)
        return steps.count - 1
    }

    /// Parts of one node have its window in common.
    private mutating func note(_ window: CompiledWindow, of node: Int) {
        if let last = windows.last, last.node == node, last.window.window == window.window {
            return
        }
        windows.append((node, window))
    }

    /// What a match reads, and which properties of its events besides.
    private mutating func note(_ match: CompiledMatch, _ others: [ExactName]) {
        let events = match.events
        let properties = match.filters.map(\.filter.property) + others
        mentions.pastUserProperties.formUnion(match.userFilters.map(\.filter.property))
        if match.times?.inUsersZone ?? false {
            mentions.userProperties.insert(LocalTimes.zoneProperty)
        }
        if events.isEmpty {
            mentions.anyEvent = true
            mentions.propertiesOfAnyEvent.formUnion(properties)
        }
        for event in events { mentions.events[event, default: []].formUnion(properties) }
    }
}
