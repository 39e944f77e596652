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

@Test("a lost evaluator's partitions go to the living, and it gets its share when it is back")
func aLostEvaluatorIsTakenOver() throws {
    var roster = try roster(partitions: 8)
    let (first, second) = (InstanceID(high: 0, low: 1), InstanceID(high: 0, low: 2))
    try roster.register(member(1))
    try roster.register(member(2, leaseEndsNs: 200))
    let before = roster.stateOwners
    #expect(roster.expire(atNs: 99).isEmpty)
    #expect(roster.expire(atNs: 100).map(\.name) == ["evaluator-1"])
    #expect(roster.owned(by: second) == 8)
    for (partition, last) in before {
        let risen = Epoch(last.epoch.value + (last.owner == first ? 1 : 0))
        #expect(roster.stateOwners[partition]?.epoch == risen)
    }
    let revision = roster.revision
    try roster.heartbeat(first, at: Timestamp(ms: 5), leaseEndsNs: 300)
    #expect(roster.members[first]?.state == .live)
    #expect(roster.owned(by: first) == 4)
    #expect(roster.revision == revision + 1)
}

@Test("the last evaluator that is lost keeps its partitions, and the first one back has them all")
func nobodyLeftToTakeOver() throws {
    var roster = try roster(partitions: 8)
    try roster.register(member(1, leaseEndsNs: 100))
    try roster.register(member(2, leaseEndsNs: 100))
    let owners = roster.stateOwners
    #expect(roster.expire(atNs: 100).count == 2)
    #expect(roster.stateOwners == owners)
    try roster.heartbeat(InstanceID(high: 0, low: 2), at: Timestamp(ms: 5), leaseEndsNs: 300)
    #expect(roster.owned(by: InstanceID(high: 0, low: 2)) == 8)
}

@Test("a lost ingestion instance keeps its logs, also from one that lives")
func aLostIngestionKeepsItsLogs() throws {
    var roster = try roster(partitions: 8)
    try roster.register(member(1, .ingestion, leaseEndsNs: 100))
    try roster.register(member(2, .ingestion, leaseEndsNs: 500))
    let owners = roster.logOwners
    #expect(roster.expire(atNs: 100).count == 1)
    #expect(roster.logOwners == owners)
}

@Test("after the registry stood still nobody is lost before a whole lease has passed")
func renewedLeasesLoseNobody() throws {
    var roster = try roster(partitions: 8)
    try roster.register(member(1, leaseEndsNs: 100))
    try roster.register(member(2, leaseEndsNs: 900))
    roster.renewLeases(untilNs: 700)
    #expect(roster.expire(atNs: 699).isEmpty)
    #expect(roster.expire(atNs: 700).map(\.name) == ["evaluator-1"])
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

@Test("however evaluators come, go and fall silent, all is owned, evenly, with no needless move")
func theSpreadStaysEven() throws {
    let seed: UInt64 = 20_261_124
    var chance = SeededRandom(seed: seed)
    var roster = try roster(partitions: 64)
    var living: Set<UInt64> = []
    var silent: Set<UInt64> = []
    for step in 0..<600 {
        let number = UInt64.random(in: 1...9, using: &chance)
        let id = InstanceID(high: 0, low: number)
        let (before, livedBefore) = (roster.stateOwners, living)
        let standbys = roster.standbys
        switch Int.random(in: 0..<4, using: &chance) {
        case 0 where roster.members[id] != nil:
            roster.deregister(id)
            living.remove(number)
            silent.remove(number)
        case 1 where living.contains(number):
            for other in living {
                let end: UInt64 = other == number ? 10 : 1_000
                let member = InstanceID(high: 0, low: other)
                try roster.heartbeat(member, at: Timestamp(ms: 0), leaseEndsNs: end)
            }
            #expect(roster.expire(atNs: 500).count == 1)
            living.remove(number)
            silent.insert(number)
        case 2 where silent.contains(number):
            try roster.heartbeat(id, at: Timestamp(ms: 0), leaseEndsNs: 1_000)
            silent.remove(number)
            living.insert(number)
        default:
            try roster.register(member(number, leaseEndsNs: 1_000))
            silent.remove(number)
            living.insert(number)
        }
        let place: Comment = "seed \(seed), step \(step)"
        let moved = roster.stateOwners.filter { before[$0.key] != $0.value }
        for (partition, ownership) in moved {
            #expect(ownership.epoch.value == (before[partition]?.epoch.value ?? 0) + 1, place)
        }
        guard !living.isEmpty else {
            #expect(moved.isEmpty, place)
            continue
        }
        expectStandbys(of: roster, living, place)
        if livedBefore.isStrictSuperset(of: living) {
            // Whoever read along goes on, but for what would be more than an even share.
            let warm = moved.count { standbys[$0.key] == $0.value.owner }
            #expect(warm + livedBefore.count >= moved.count, place)
        }
        let counts = living.map { roster.owned(by: InstanceID(high: 0, low: $0)) }
        #expect(counts.reduce(0, +) == 64, place)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, place)
        // One at a time comes or goes: what moves is its share and no more.
        if !livedBefore.isEmpty, livedBefore != living {
            #expect(moved.count <= 64 / max(min(living.count, livedBefore.count), 1) + 1, place)
        }
    }
}

/// Each partition has a standby that lives and is not its owner, as soon as two live; all stand by
/// for about as many.
private func expectStandbys(of roster: Roster, _ living: Set<UInt64>, _ place: Comment) {
    let standbys = roster.standbys
    guard living.count > 1 else { return #expect(standbys.isEmpty, place) }
    #expect(standbys.count == 64, place)
    let able = Set(living.map { InstanceID(high: 0, low: $0) })
    for (partition, standby) in standbys {
        #expect(able.contains(standby), place)
        #expect(roster.stateOwners[partition]?.owner != standby, place)
    }
    let counts = able.map { id in standbys.values.count { $0 == id } }
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= living.count, place)
}

@Test("of three evaluators each stands by for half of each other's, and goes on with them")
func standbysGoOn() throws {
    var roster = try roster(partitions: 12)
    for number in 1...3 as ClosedRange<UInt64> {
        try roster.register(member(number, leaseEndsNs: number == 2 ? 100 : 1_000))
    }
    let (before, owners) = (roster.standbys, roster.stateOwners)
    let second = InstanceID(high: 0, low: 2)
    #expect(roster.expire(atNs: 100).count == 1)
    for (partition, owner) in owners where owner.owner == second {
        #expect(roster.stateOwners[partition]?.owner == before[partition])
        #expect(roster.stateOwners[partition]?.epoch == Epoch(owner.epoch.value + 1))
    }
    #expect(!roster.standbys.values.contains(second), "who is lost reads nothing along")
    #expect(roster.standbys.count == 12)
}
