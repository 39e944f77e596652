// Who is here and who owns what, as one process last heard it: immutable, quick to ask.

public import Basics
public import Bus
public import Messages

/// An instance of the roster.
public struct RosterInstance: Sendable, Hashable {
    /// Its lasting id.
    public let id: InstanceID
    /// What it is.
    public let kind: RegistryV1.ServiceKind
    /// Where it answers; nil when what it told is no address.
    public let address: Endpoint?
    /// Its build's version.
    public let version: String
    /// How it stands.
    public let state: RegistryV1.InstanceState
    /// Its name for people.
    public let name: String
}

/// A project and how far its catalogue has come.
public struct RosterProject: Sendable, Hashable {
    /// Its name.
    public let name: ProjectName
    /// The newest revision of its catalogue; 0: empty.
    public let catalogueRevision: UInt64
    /// Its IANA zone.
    public let zone: String
    /// When it was created.
    public let createdAt: Timestamp
}

/// The owner of a partition.
public struct PartitionOwner: Sendable, Hashable {
    /// The instance.
    public let instance: InstanceID
    /// Its tenure; a later one fences an earlier one.
    public let epoch: Epoch
    /// Where it answers; nil when the roster does not know.
    public let address: Endpoint?
    /// How it stands: an owner may be lost and still be the owner.
    public let state: RegistryV1.InstanceState
    /// Its name for people, or its id.
    public let name: String
}

/// The registry's word at one revision.
///
/// A value; any thread.
public struct RosterView: Sendable {
    private struct Place: Hashable {
        let kind: RegistryV1.ServiceKind
        let partition: Partition
    }

    private struct Tenure: Hashable {
        let instance: InstanceID
        let epoch: Epoch
    }

    /// Rises with every change this process has seen; 0: nothing is known yet.
    public let edition: UInt64
    /// The registry's revision of roster and map.
    public let revision: UInt64
    /// Fixed when the deployment was created; nil while unknown.
    public let partitionCount: PartitionCount?
    /// All instances, by kind, then name.
    public let instances: [RosterInstance]
    /// All projects, by name.
    public let projects: [RosterProject]
    private let tenures: [Place: Tenure]
    private let standbys: [Partition: InstanceID]
    private let byID: [InstanceID: RosterInstance]
    /// What it was made of, to be kept on disk.
    let source: RegistryV1.WatchResponse

    /// Nothing is known.
    public static let empty = RosterView(RegistryV1.WatchResponse(), edition: 0)

    /// The view of an answer of `Registry.Watch`; entries that cannot be are left out.
    public init(_ answer: RegistryV1.WatchResponse, edition: UInt64) {
        self.edition = edition
        source = answer
        revision = answer.revision
        let count = PartitionCount(Int(clamping: answer.partitionCount))
        partitionCount = count
        instances = answer.instances.compactMap(RosterInstance.init)
        projects = answer.projects.compactMap(RosterProject.init).sorted { $0.name < $1.name }
        byID = Dictionary(instances.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        var tenures: [Place: Tenure] = [:]
        var standbys: [Partition: InstanceID] = [:]
        for assignment in answer.assignments {
            guard let index = UInt16(exactly: assignment.partition),
                let owner = InstanceID(bytes: assignment.instanceID ?? []),
                count?.contains(Partition(index: index)) ?? false
            else { continue }
            let place = Place(kind: assignment.kind, partition: Partition(index: index))
            tenures[place] = Tenure(instance: owner, epoch: Epoch(assignment.epoch))
            guard assignment.kind == .evaluator else { continue }
            standbys[place.partition] = InstanceID(bytes: assignment.standbyID ?? [])
        }
        self.tenures = tenures
        self.standbys = standbys
    }

    /// Who owns the partition's log (ingestion) or state (evaluator); nil: nobody.
    public func owner(
        of partition: Partition,
        _ kind: RegistryV1.ServiceKind
    ) -> PartitionOwner? {
        guard let tenure = tenures[Place(kind: kind, partition: partition)] else { return nil }
        let instance = byID[tenure.instance]
        return PartitionOwner(
            instance: tenure.instance,
            epoch: tenure.epoch,
            address: instance?.address,
            state: instance?.state ?? .unspecified,
            name: instance?.name ?? tenure.instance.hex
        )
    }

    /// What the instance owns of a kind, in order.
    public func partitions(
        of instance: InstanceID,
        _ kind: RegistryV1.ServiceKind
    ) -> [(partition: Partition, epoch: Epoch)] {
        tenures.filter { $0.key.kind == kind && $0.value.instance == instance }
            .map { ($0.key.partition, $0.value.epoch) }
            .sorted { $0.0 < $1.0 }
    }

    /// The partitions whose state the instance is to read along, in order.
    public func standbys(of instance: InstanceID) -> [Partition] {
        standbys.filter { $0.value == instance }.map(\.key).sorted()
    }

    /// The instances of a kind, by name.
    public func instances(_ kind: RegistryV1.ServiceKind) -> [RosterInstance] {
        instances.filter { $0.kind == kind }
    }

    /// The instance of this id.
    public func instance(_ id: InstanceID) -> RosterInstance? { byID[id] }

    /// The project of this name.
    public func project(_ name: ProjectName) -> RosterProject? {
        projects.first { $0.name == name }
    }

    /// The same view with other projects, as a heartbeat tells them.
    func with(projects: [RegistryV1.Project], edition: UInt64) -> RosterView {
        var answer = source
        answer.projects = projects
        return RosterView(answer, edition: edition)
    }
}

extension RosterInstance {
    /// As the registry tells it; nil without a proper id.
    init?(_ sent: RegistryV1.Instance) {
        guard let id = InstanceID(bytes: sent.instanceID ?? []) else { return nil }
        var address: Endpoint?
        do throws(BusError) {
            address = try Endpoint(sent.address)
        } catch {
            address = nil  // Nobody can call it, but it is there.
        }
        self.init(
            id: id,
            kind: sent.kind,
            address: address,
            version: sent.version,
            state: sent.state,
            name: sent.name
        )
    }
}

extension RosterProject {
    /// As the registry tells it; nil when the name cannot be one.
    init?(_ sent: RegistryV1.Project) {
        guard let name = ProjectName(sent.name) else { return nil }
        self.init(
            name: name,
            catalogueRevision: sent.catalogueRevision,
            zone: sent.zone,
            createdAt: Timestamp(ms: sent.createdAtMs)
        )
    }
}
