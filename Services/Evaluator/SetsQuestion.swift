// Several sets of users over the same partitions: their overlaps, and one made of them.

import Basics
import Columns
import Messages
import Segments
import Wire

/// Several plans, asked about together over columns that stand still.
struct SetsQuestion: Sendable {
    /// Most sets whose regions are counted: 255 of them.
    static let regionSetsMax = 8
    /// Most properties told of every user listed.
    static let propertiesMax = 64

    let plans: [Plan]
    let at: Timestamp
    /// The most memory it may take.
    ///
    /// Unit: bytes.
    var memoryMax = Int.max
    /// Whether pairs and regions are counted.
    var overlap = false
    /// The set that is counted and listed; nil: none.
    var expression: SetExpression?
    /// List users from this number on, so many and so many bytes at most.
    var members: (from: UserNumber, limit: Int, bytesMax: Int)?
    /// What to tell of every user listed.
    var properties: [String] = []
    /// How many users to draw of every region, of two sets at most.
    var regionSample = 0
    /// Whether users are counted for every node of every definition, too.
    var nodeCounts = false

    /// What partitions hold together.
    func answer(_ partitions: [PartitionColumns], _ limit: QuestionLimit) throws
        -> EvaluationV1.SetsPartResponse
    {
        var part = EvaluationV1.SetsPartResponse(users: plans.map { _ in 0 })
        if overlap {
            part.pairUsers = Array(repeating: 0, count: plans.count * (plans.count - 1) / 2)
            let regions = plans.count <= Self.regionSetsMax ? 1 << plans.count : 0
            part.regionUsers = Array(repeating: 0, count: regions)
        }
        if nodeCounts {
            let nodes = plans.reduce(0) { $0 + $1.slotOfNode.count }
            part.nodeUsers = Array(repeating: 0, count: nodes)
        }
        var drawn = RegionSamples()
        for columns in partitions {
            var sets: [UserBitset] = []
            var node = 0
            for plan in plans {
                try columns.cost(of: plan, at: at, memoryAlone: true).check(memoryMax: memoryMax)
                let slots = try columns.slots(of: plan, at: at, limit.check)
                sets.append(slots[plan.root])
                for slot in plan.slotOfNode where nodeCounts {
                    part.nodeUsers[node] += UInt64(slots[slot].count)
                    node += 1
                }
            }
            part.universe += UInt64(columns.presentCount)
            for (index, set) in sets.enumerated() { part.users[index] += UInt64(set.count) }
            if overlap { count(sets, in: columns, &drawn, &part) }
            if let expression {
                let made = Self.make(expression, of: sets, in: columns)
                part.madeUsers += UInt64(made.count)
                if let members { try list(made, columns, members, &part) }
            }
        }
        if regionSample > 0, plans.count == 2 {
            part.regionSample = (1...3).flatMap { drawn.lowest(of: $0, regionSample) }
        }
        return part
    }

    // Overlaps

    private func count(
        _ sets: [UserBitset],
        in columns: PartitionColumns,
        _ drawn: inout RegionSamples,
        _ part: inout EvaluationV1.SetsPartResponse
    ) {
        var pair = 0
        for first in sets.indices {
            for second in sets.indices.dropFirst(first + 1) {
                var both = sets[first]
                both.and(sets[second])
                part.pairUsers[pair] += UInt64(both.count)
                pair += 1
            }
        }
        var (any, all) = (UserBitset(universe: columns.userCount), sets[0])
        for set in sets {
            any.or(set)
            all.and(set)
        }
        part.inAny += UInt64(any.count)
        part.inAll += UInt64(all.count)
        guard !part.regionUsers.isEmpty else { return }
        var regions: [(Int, UserBitset)] = []
        split(any, by: sets[...], region: 0, &regions)
        for (region, users) in regions {
            part.regionUsers[region] += UInt64(users.count)
            guard regionSample > 0, plans.count == 2 else { continue }
            drawn.draw(users, of: region, regionSample) { columns.id(of: $0) }
        }
    }

    /// Halves what is left by one set after the other; an empty half has no regions below it.
    private func split(
        _ users: UserBitset,
        by sets: ArraySlice<UserBitset>,
        region: Int,
        _ regions: inout [(Int, UserBitset)]
    ) {
        guard !users.isEmpty else { return }
        guard let set = sets.first else {
            regions.append((region, users))
            return
        }
        var (inside, outside) = (users, users)
        inside.and(set)
        outside.andNot(set)
        split(inside, by: sets.dropFirst(), region: region | 1 << sets.startIndex, &regions)
        split(outside, by: sets.dropFirst(), region: region, &regions)
    }

    // The set made of them

    private static func make(
        _ expression: SetExpression,
        of sets: [UserBitset],
        in columns: PartitionColumns
    ) -> UserBitset {
        let universe = columns.present ?? UserBitset(universe: columns.userCount, all: true)
        return expression.make(
            subject: { sets[$0] },
            all: { inputs in inputs.reduce(into: universe) { $0.and($1) } },
            any: { inputs in
                inputs.reduce(into: UserBitset(universe: columns.userCount)) { $0.or($1) }
            },
            not: { input in
                var rest = universe
                rest.andNot(input)
                return rest
            },
            minus: { first, others in others.reduce(into: first) { $0.andNot($1) } }
        )
    }

    /// Lists a page; one user at least, so that a listing always comes on.
    private func list(
        _ set: UserBitset,
        _ columns: PartitionColumns,
        _ page: (from: UserNumber, limit: Int, bytesMax: Int),
        _ part: inout EvaluationV1.SetsPartResponse
    ) throws {
        // One pass over each property; a search for each user would scan the open tail each time.
        let values = properties.map {
            columns.versions(of: $0).latest(at: at, universe: columns.userCount)
        }
        var bytes = 0
        var next = set.first(from: page.from)
        while let number = next {
            next = number.value == .max ? nil : set.first(from: UserNumber(number.value + 1))
            guard let id = columns.id(of: number) else { continue }
            let hasRoom = part.members.count < page.limit && bytes < page.bytesMax
            guard hasRoom || part.members.isEmpty else {
                part.nextMember = number.value
                return
            }
            var user = EvaluationV1.ExportedUser(userID: id.text)
            for value in values {
                let told = try value[number].map { try ValueCoding.encode($0) } ?? LogV1.Value()
                bytes += told.approximateBytes
                user.values.append(told)
            }
            part.members.append(user)
            bytes += id.text.utf8.count + 8
        }
    }
}

/// Users drawn from the regions of two sets, the same on any number of evaluators.
struct RegionSamples {
    private var users: [Int: [EvaluationV1.SampledUser]] = [:]

    init() {}

    /// What owners drew, together.
    init(_ parts: [EvaluationV1.RegionSample]) {
        for part in parts {
            guard let user = part.user else { continue }
            users[Int(part.region), default: []].append(user)
        }
    }

    mutating func draw(
        _ set: UserBitset,
        of region: Int,
        _ size: Int,
        id: (UserNumber) -> UserID?
    ) {
        var drawn = users[region] ?? []
        set.forEach { number in
            if let id = id(number) { drawn.append(Sampling.draw(id, seed: 0)) }
        }
        users[region] = Sampling.lowest(drawn, size)
    }

    func lowest(of region: Int, _ size: Int) -> [EvaluationV1.RegionSample] {
        Sampling.lowest(users[region] ?? [], size).map { user in
            EvaluationV1.RegionSample(region: UInt32(region), user: user)
        }
    }
}

extension LogV1.Value {
    /// About its bytes on the wire.
    var approximateBytes: Int {
        switch kind {
        case .text(let text): text.utf8.count + 8
        case .list(let list):
            list.values.reduce(8) { bytes, value in
                guard case .text(let text)? = value.kind else { return bytes + 12 }
                return bytes + text.utf8.count + 8
            }
        default: 12
        }
    }
}
