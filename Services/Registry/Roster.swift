// Who is here and who owns what: every decision of the registry, as a value without clock or I/O.

public import Basics
public import Messages

/// The registry's whole state apart from the catalogue's documents.
///
/// Legal transitions of an instance: absent → live (register) · live → lost (lease ran out) ·
/// lost → live (heartbeat or register) · live or lost → draining (drain) · any → absent
/// (deregister).
///
/// Every partition's state belongs to a living evaluator whenever there is one: a lost one's
/// partitions go to the others at once, and it gets its share again when it is back. A partition's
/// log stays with the ingestion instance that has its disk, also while that one is lost.
///
/// Where two evaluators live or more, each partition's state has a standby among them, which reads
/// along; when the owner goes, the partition is its own unless it had more than its share by it.
public struct Roster: Sendable, Hashable {
    /// One registered process.
    public struct Member: Sendable, Hashable {
        /// Chosen once by the instance and kept in its data folder.
        public var id: InstanceID
        /// What it is.
        public var kind: RegistryV1.ServiceKind
        /// Its short name for people.
        public var name: String
        /// Where it answers.
        public var address: String
        /// Its build's version.
        public var version: String
        /// How it stands.
        public var state: RegistryV1.InstanceState
        /// The wall time of its last sign of life.
        public var seenAt: Timestamp
        /// The monotonic instant at which its lease ends.
        ///
        /// Unit: ns.
        public var leaseEndsNs: UInt64
    }

    /// Who owns one partition of one kind of service.
    public struct Ownership: Sendable, Hashable {
        /// The owner.
        public var owner: InstanceID
        /// Rises by one each time the partition changes hands.
        public var epoch: Epoch
    }

    /// Fixed when the deployment was created.
    public let partitionCount: PartitionCount
    /// Every member by id.
    public private(set) var members: [InstanceID: Member] = [:]
    /// Who owns which partition's log.
    public private(set) var logOwners: [Partition: Ownership] = [:]
    /// Who owns which partition's state.
    public private(set) var stateOwners: [Partition: Ownership] = [:]
    /// Rises with every change that a watcher must see.
    public private(set) var revision: UInt64

    /// Most members a registry keeps: far beyond one deployment, and one page of an answer.
    public static let membersMax = 1_000

    /// An empty roster.
    public init(partitionCount: PartitionCount, revision: UInt64 = 0) {
        self.partitionCount = partitionCount
        self.revision = revision
    }

    /// Restores a roster as it was kept; `restartLeases` follows.
    public init(
        partitionCount: PartitionCount,
        revision: UInt64,
        members: [Member],
        logOwners: [Partition: Ownership],
        stateOwners: [Partition: Ownership]
    ) {
        self.init(partitionCount: partitionCount, revision: revision)
        self.members = Dictionary(members.map { ($0.id, $0) }) { first, _ in first }
        self.logOwners = logOwners
        self.stateOwners = stateOwners
    }

    /// Takes an instance in, or back; gives it its share when it is new.
    ///
    /// - Throws: when the roster is full or the address belongs to a living member.
    public mutating func register(_ member: Member) throws(RegistryError) {
        if members[member.id] == nil, members.count >= Self.membersMax {
            throw RegistryError(
                .full,
                "register",
                place: member.name,
                hint: "deregister instances that are gone; the limit is \(Self.membersMax)"
            )
        }
        if let other = members.values.first(where: {
            $0.id != member.id && $0.state == .live && $0.address == member.address
        }) {
            throw RegistryError(
                .addressTaken,
                "register",
                place: member.address,
                hint: "\(other.name) answers there already; give this instance another address"
            )
        }
        var taken = member
        if members[member.id]?.state == .draining { taken.state = .draining }
        guard members[member.id] != taken else { return }
        let standbys = standbys
        members[member.id] = taken
        share(member.kind, standbys)
        revision += 1
    }

    /// Notes a sign of life.
    ///
    /// - Throws: when the instance is not known, so that it registers anew.
    public mutating func heartbeat(
        _ id: InstanceID,
        at now: Timestamp,
        leaseEndsNs: UInt64
    ) throws(RegistryError) {
        guard var member = members[id] else {
            throw RegistryError(
                .unknownInstance,
                "heartbeat",
                place: id.hex,
                hint: "register again"
            )
        }
        member.seenAt = now
        member.leaseEndsNs = leaseEndsNs
        let isBack = member.state == .lost
        if isBack { member.state = .live }
        let standbys = isBack ? standbys : [:]
        members[id] = member
        guard isBack else { return }
        share(member.kind, standbys)
        revision += 1
    }

    /// Lets every lease run at least to this instant: after the registry itself stood still, its
    /// members' silence says nothing about them.
    public mutating func renewLeases(untilNs instant: UInt64) {
        for (id, var member) in members where member.leaseEndsNs < instant {
            member.leaseEndsNs = instant
            members[id] = member
        }
    }

    /// Marks every member whose lease has run out, and gives lost evaluators' partitions to the
    /// living ones; where nobody lives they stay.
    ///
    /// - Returns: the members lost by it.
    public mutating func expire(atNs now: UInt64) -> [Member] {
        let lost = members.values.filter { $0.state == .live && $0.leaseEndsNs <= now }
        let standbys = lost.isEmpty ? [:] : standbys
        for var member in lost {
            member.state = .lost
            members[member.id] = member
        }
        guard !lost.isEmpty else { return [] }
        if lost.contains(where: { $0.kind == .evaluator }) { share(.evaluator, standbys) }
        revision += 1
        return lost.sorted { $0.id < $1.id }
    }

    /// Removes an instance for good and gives its partitions to the others.
    public mutating func deregister(_ id: InstanceID) {
        let standbys = standbys
        guard let member = members.removeValue(forKey: id) else { return }
        share(member.kind, standbys)
        revision += 1
    }

    /// Takes an instance's partitions away.
    ///
    /// - Returns: how many partitions moved.
    /// - Throws: when it is not known, or nobody could take over from it.
    public mutating func drain(_ id: InstanceID) throws(RegistryError) -> Int {
        guard var member = members[id] else {
            throw RegistryError(
                .unknownInstance,
                "drain",
                place: id.hex,
                hint: "see the roster: shoal status"
            )
        }
        let before = owned(by: id)
        guard
            before == 0
                || members.values.contains(where: {
                    $0.id != id && $0.kind == member.kind && $0.state == .live
                })
        else {
            throw RegistryError(
                .nobodyElse,
                "drain",
                place: member.name,
                hint: "start another \(member.kind) first: nobody could take its partitions"
            )
        }
        let standbys = standbys
        member.state = .draining
        members[id] = member
        share(member.kind, standbys)
        revision += 1
        return before - owned(by: id)
    }

    /// How many partitions an instance owns.
    public func owned(by id: InstanceID) -> Int {
        logOwners.values.count { $0.owner == id } + stateOwners.values.count { $0.owner == id }
    }

    /// Keeps the later end of each lease, when a copy was decided on while heartbeats went on.
    mutating func keepLaterLeases(of others: [InstanceID: Member]) {
        for (id, other) in others {
            guard var member = members[id], member.leaseEndsNs < other.leaseEndsNs else { continue }
            member.leaseEndsNs = other.leaseEndsNs
            member.seenAt = max(member.seenAt, other.seenAt)
            members[id] = member
        }
    }

    /// Lets every lease run anew, as a registry does that has just loaded the roster.
    mutating func restartLeases(endingNs: UInt64) {
        for id in members.keys { members[id]?.leaseEndsNs = endingNs }
    }

    /// Notes that something beside the roster changed that watchers must see, such as a project.
    public mutating func touch() { revision += 1 }

    /// Who reads along for whose state: of the living evaluators beside the owner, each for as many
    /// of its partitions as the others; nobody where only one lives.
    public var standbys: [Partition: InstanceID] {
        let living = members.values.filter { $0.kind == .evaluator && $0.state == .live }
            .map(\.id).sorted()
        guard living.count > 1 else { return [:] }
        var standbys: [Partition: InstanceID] = [:]
        for (owner, owned) in Dictionary(
            grouping: stateOwners.keys.sorted(),
            by: { partition in
                stateOwners[partition]?.owner
            }
        ) {
            // From the one behind the owner on, so that owners do not all begin with the same.
            let place = living.firstIndex { $0 > owner ?? $0 } ?? 0
            let others = (living[place...] + living[..<place]).filter { $0 != owner }
            for (rank, partition) in owned.enumerated() {
                standbys[partition] = others[rank % others.count]
            }
        }
        return standbys
    }

    /// Spreads a kind's partitions over its members, moving as few as possible, and to those who
    /// stood by before.
    private mutating func share(
        _ kind: RegistryV1.ServiceKind,
        _ standbys: [Partition: InstanceID]
    ) {
        let staying = members.values.filter { $0.kind == kind && $0.state != .draining }
        switch kind {
        case .ingestion:
            // One writer owns every log until instances route records to each other; a lost one
            // keeps them, as they lie on its disk.
            let able = staying.map(\.id).sorted()
            let keeper = logOwners[Partition(index: 0)].map(\.owner).filter(able.contains)
            guard let owner = keeper ?? able.first else { return }
            Self.spread(partitionCount.all, over: [owner], &logOwners)
        case .evaluator:
            let living = staying.filter { $0.state == .live }.map(\.id).sorted()
            Self.spread(partitionCount.all, over: living, preferring: standbys, &stateOwners)
        default: break
        }
    }

    /// Gives each able member its even share: a partition moves only when its owner is gone or has
    /// more than its share.
    static func spread(
        _ partitions: [Partition],
        over able: [InstanceID],
        preferring preferred: [Partition: InstanceID] = [:],
        _ owners: inout [Partition: Ownership]
    ) {
        guard !able.isEmpty else { return }
        let (share, rest) = partitions.count.quotientAndRemainder(dividingBy: able.count)
        var held: [InstanceID: [Partition]] = Dictionary(
            uniqueKeysWithValues: able.map { ($0, []) }
        )
        var loose: [Partition] = []
        for partition in partitions {
            if let owner = owners[partition]?.owner, held[owner] != nil {
                held[owner, default: []].append(partition)
            } else {
                loose.append(partition)
            }
        }
        // Those that hold the most keep the larger shares, so that nothing moves without need.
        let byHolding = able.sorted {
            (held[$1]?.count ?? 0, $0) < (held[$0]?.count ?? 0, $1)
        }
        for (rank, id) in byHolding.enumerated() {
            let quota = share + (rank < rest ? 1 : 0)
            while let count = held[id]?.count, count > quota, let last = held[id]?.popLast() {
                loose.append(last)
            }
        }
        let quotas = Dictionary(
            uniqueKeysWithValues: byHolding.enumerated().map { rank, id in
                (id, share + (rank < rest ? 1 : 0))
            }
        )
        func give(_ partition: Partition, to id: InstanceID) {
            held[id, default: []].append(partition)
            let epoch = Epoch((owners[partition]?.epoch.value ?? 0) + 1)
            owners[partition] = Ownership(owner: id, epoch: epoch)
        }
        loose.sort()
        loose.removeAll { partition in
            guard let id = preferred[partition], held[id]?.count ?? .max < quotas[id] ?? 0 else {
                return false
            }
            give(partition, to: id)
            return true
        }
        for id in byHolding {
            while held[id]?.count ?? 0 < quotas[id] ?? 0, !loose.isEmpty {
                give(loose.removeFirst(), to: id)
            }
        }
    }
}

extension Optional {
    /// Keeps the value only when the test holds.
    fileprivate func filter(_ test: (Wrapped) -> Bool) -> Wrapped? {
        flatMap { test($0) ? $0 : nil }
    }
}
