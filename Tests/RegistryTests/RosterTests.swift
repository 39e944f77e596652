// What the roster decides: who owns what when instances come, go and fall silent.

import Basics
import Messages
import Testing

@testable import Registry

private func roster(partitions: Int) throws -> Roster {
    Roster(partitionCount: try #require(PartitionCount(partitions)))
}

@Test("the first evaluator owns every partition, under epoch 1")
func theFirstEvaluatorOwnsAll() throws {
    var roster = try roster(partitions: 8)
    try roster.register(member(1))
    #expect(roster.stateOwners.count == 8)
    #expect(roster.stateOwners.values.allSatisfy { $0.epoch == Epoch(1) })
    #expect(roster.logOwners.isEmpty)
}

@Test("an evaluator that joins takes its even share and nothing else moves")
func joiningMovesAsLittleAsPossible() throws {
    var roster = try roster(partitions: 64)
    for number in 1...5 as ClosedRange<UInt64> {
        let before = roster.stateOwners
        try roster.register(member(number))
        let moved = roster.stateOwners.filter {
            before[$0.key] != nil && before[$0.key] != $0.value
        }
        let newcomer = InstanceID(high: 0, low: number)
        #expect(moved.values.allSatisfy { $0.owner == newcomer })
        #expect(moved.values.allSatisfy { $0.epoch.value >= 2 })
        let counts = (1...number).map { roster.owned(by: InstanceID(high: 0, low: $0)) }
        #expect(counts.reduce(0, +) == 64)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
}

@Test("registering again changes neither ownership nor epoch")
func registeringAgainKeepsOwnership() throws {
    var roster = try roster(partitions: 8)
    try roster.register(member(1))
    try roster.register(member(2))
    let owners = roster.stateOwners
    try roster.register(member(1, leaseEndsNs: 900))
    #expect(roster.stateOwners == owners)
}

@Test("a lost evaluator keeps what it owns, and a heartbeat brings it back")
func aLostEvaluatorKeepsItsPartitions() throws {
    var roster = try roster(partitions: 8)
    try roster.register(member(1))
    try roster.register(member(2, leaseEndsNs: 200))
    let owners = roster.stateOwners
    #expect(roster.expire(atNs: 99).isEmpty)
    #expect(roster.expire(atNs: 100).map(\.name) == ["evaluator-1"])
    #expect(roster.stateOwners == owners)
    let revision = roster.revision
    try roster.heartbeat(
        InstanceID(high: 0, low: 1),
        at: Timestamp(ms: 5),
        leaseEndsNs: 300
    )
    #expect(roster.members[InstanceID(high: 0, low: 1)]?.state == .live)
    #expect(roster.revision == revision + 1)
}

@Test("deregistering gives the partitions to the others under higher epochs")
func deregisteringMovesPartitions() throws {
    var roster = try roster(partitions: 9)
    for number in 1...3 as ClosedRange<UInt64> { try roster.register(member(number)) }
    let gone = InstanceID(high: 0, low: 2)
    let before = roster.stateOwners
    roster.deregister(gone)
    for (partition, ownership) in roster.stateOwners {
        let last = try #require(before[partition])
        if last.owner == gone {
            #expect(ownership.owner != gone)
            #expect(ownership.epoch == Epoch(last.epoch.value + 1))
        } else {
            #expect(ownership == last)
        }
    }
}

@Test("draining moves everything away, and is refused when nobody could take over")
func drainingNeedsSomebodyElse() throws {
    var roster = try roster(partitions: 8)
    try roster.register(member(1))
    #expect(throws: RegistryError.self) { _ = try roster.drain(InstanceID(high: 0, low: 1)) }
    try roster.register(member(2))
    #expect(try roster.drain(InstanceID(high: 0, low: 1)) == 4)
    #expect(roster.owned(by: InstanceID(high: 0, low: 1)) == 0)
    #expect(roster.owned(by: InstanceID(high: 0, low: 2)) == 8)
}

@Test("the logs stay with the first ingestion instance")
func logsHaveOneWriter() throws {
    var roster = try roster(partitions: 8)
    try roster.register(member(2, .ingestion))
    try roster.register(member(1, .ingestion))
    #expect(roster.owned(by: InstanceID(high: 0, low: 2)) == 8)
    #expect(roster.owned(by: InstanceID(high: 0, low: 1)) == 0)
}

@Test("two living instances cannot share an address, and a stranger's heartbeat is refused")
func addressesAndStrangersAreRefused() throws {
    var roster = try roster(partitions: 8)
    try roster.register(member(1))
    var twin = member(2)
    twin.address = member(1).address
    #expect(throws: RegistryError.self) { try roster.register(twin) }
    #expect(throws: RegistryError.self) {
        try roster.heartbeat(
            InstanceID(high: 0, low: 9),
            at: Timestamp(ms: 0),
            leaseEndsNs: 1
        )
    }
}

@Test("however instances come and go, the spread is even and epochs only rise")
func theSpreadStaysEven() throws {
    let seed: UInt64 = 20_261_124
    var chance = SeededRandom(seed: seed)
    var roster = try roster(partitions: 64)
    var present: Set<UInt64> = []
    for step in 0..<300 {
        let number = UInt64.random(in: 1...9, using: &chance)
        let before = roster.stateOwners
        if present.contains(number), present.count > 1 {
            roster.deregister(InstanceID(high: 0, low: number))
            present.remove(number)
        } else {
            try roster.register(member(number))
            present.insert(number)
        }
        let counts = present.map { roster.owned(by: InstanceID(high: 0, low: $0)) }
        #expect(counts.reduce(0, +) == 64, "seed \(seed), step \(step)")
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "seed \(seed), step \(step)")
        for (partition, ownership) in roster.stateOwners {
            guard let last = before[partition] else { continue }
            #expect(
                ownership == last || ownership.epoch > last.epoch,
                "seed \(seed), step \(step)"
            )
        }
    }
}
