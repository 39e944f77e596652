// The registry's methods as callers see them: check the words, ask the keeper, answer.

import Basics
import Chassis
import Foundation
import Messages

/// Serves shoal.registry.v1.Registry.
struct RegistryDoor: RegistryV1_RegistryService {
    /// Longest long poll: callers renew it well within the limits of a call.
    ///
    /// Unit: ms.
    static let waitMsMax: UInt32 = 60_000
    /// Longest address: a host name of 253 bytes with its port.
    static let addressBytesMax = 256

    let keeper: Keeper
    let clock: any Clock

    func projects(_ request: RegistryV1.ProjectsRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.ProjectsResponse
    {
        if let text = request.create {
            try await create(text, zone: request.zone, by: AuditActor(call))
        }
        return RegistryV1.ProjectsResponse(projects: keeper.current.projects.map(\.message))
    }

    func register(_ request: RegistryV1.RegisterRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.RegisterResponse
    {
        let member = try member(request.instance ?? RegistryV1.Instance())
        let settings = Dictionary(request.configuration.map { ($0.name, $0.value) }) { _, last in
            last
        }
        let state = try await told {
            try await keeper.change(by: AuditActor(call)) { state throws(RegistryError) in
                try state.roster.register(member)
                state.configurations[member.id] = settings.isEmpty ? nil : settings
                return state
            }
        }
        return RegistryV1.RegisterResponse(
            leaseMs: keeper.leaseMs,
            partitionCount: UInt32(state.roster.partitionCount.count),
            revision: state.roster.revision,
            projects: state.projects.map(\.message)
        )
    }

    func heartbeat(_ request: RegistryV1.HeartbeatRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.HeartbeatResponse
    {
        let id = try instance(request.instanceID)
        try await told { try await keeper.heartbeat(id, by: AuditActor(call)) }
        let state = keeper.current
        return RegistryV1.HeartbeatResponse(
            leaseMs: keeper.leaseMs,
            revision: state.roster.revision,
            projects: state.projects.map(\.message)
        )
    }

    func deregister(_ request: RegistryV1.DeregisterRequest, _ call: CallContext)
        async throws(Fault) -> RegistryV1.DeregisterResponse
    {
        let id = try instance(request.instanceID)
        try await told {
            try await keeper.change(by: AuditActor(call)) { state in
                state.roster.deregister(id)
                state.configurations[id] = nil
            }
        }
        return RegistryV1.DeregisterResponse()
    }

    func drain(_ request: RegistryV1.DrainRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.DrainResponse
    {
        let id = try instance(request.instanceID)
        let moved = try await told {
            try await keeper.change(by: AuditActor(call)) { state throws(RegistryError) in
                try state.roster.drain(id)
            }
        }
        return RegistryV1.DrainResponse(moved: UInt32(clamping: moved))
    }

    func roster(_ request: RegistryV1.RosterRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.RosterResponse
    {
        let roster = keeper.current.roster
        return RegistryV1.RosterResponse(revision: roster.revision, instances: roster.instances)
    }

    func partitionMap(_ request: RegistryV1.PartitionMapRequest, _ call: CallContext)
        async throws(Fault) -> RegistryV1.PartitionMapResponse
    {
        let roster = keeper.current.roster
        return RegistryV1.PartitionMapResponse(
            revision: roster.revision,
            partitionCount: UInt32(roster.partitionCount.count),
            assignments: roster.assignments
        )
    }

    func watch(_ request: RegistryV1.WatchRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.WatchResponse
    {
        let wait = UInt64(min(request.waitMs, Self.waitMsMax)) * 1_000_000
        _ = await keeper.revision.wait(
            above: request.afterRevision,
            untilNs: min(clock.monotonicNs + wait, call.deadlineNs)
        )
        let state = keeper.current
        return RegistryV1.WatchResponse(
            revision: state.roster.revision,
            partitionCount: UInt32(state.roster.partitionCount.count),
            instances: state.roster.instances,
            assignments: state.roster.assignments,
            projects: state.projects.map(\.message)
        )
    }
}

extension RegistryDoor {
    private func create(_ text: String, zone: String?, by actor: AuditActor)
        async throws(Fault)
    {
        guard let name = ProjectName(text) else {
            throw Fault.invalidArgument(
                "a project's name has lower-case letters, digits and dashes only",
                place: "create",
                hint: "such as shop or music-app, at most 63 bytes"
            )
        }
        let zone = zone ?? "UTC"
        guard TimeZone(identifier: zone) != nil else {
            let known = TimeZone.knownTimeZoneIdentifiers
            throw Fault.invalidArgument(
                "there is no time zone \(zone)",
                place: "zone",
                hint: NearestName.nearest(to: zone, in: known).map { "did you mean \($0)?" }
                    ?? "an IANA zone such as Europe/Berlin"
            )
        }
        let project = Project(name: name, zone: zone, createdAt: clock.now, revision: 0)
        try await told {
            try await keeper.change(by: actor) { state throws(RegistryError) in
                guard !state.projects.contains(where: { $0.name == name }) else { return }
                guard state.projects.count < Project.countMax else {
                    throw RegistryError(
                        .full,
                        "create the project",
                        place: name.text,
                        hint: "the limit is \(Project.countMax) projects"
                    )
                }
                state.projects.append(project)
                state.projects.sort { $0.name < $1.name }
                state.roster.touch()
            }
        }
    }

    private func instance(_ bytes: [UInt8]?) throws(Fault) -> InstanceID {
        guard let bytes, let id = InstanceID(bytes: bytes) else {
            throw Fault.invalidArgument(
                "an instance id has exactly 16 bytes",
                place: "instance_id",
                hint: "it is chosen at random once and kept in the data folder"
            )
        }
        return id
    }

    private func member(_ message: RegistryV1.Instance) throws(Fault) -> Roster.Member {
        let id = try instance(message.instanceID)
        guard message.kind != .unspecified, message.kind != .registry else {
            throw Fault.invalidArgument(
                "the kind of service is missing",
                place: "instance.kind",
                hint: "name the service the instance is"
            )
        }
        guard (1...Self.addressBytesMax).contains(message.address.utf8.count) else {
            throw Fault.invalidArgument(
                "the address is missing",
                place: "instance.address",
                hint: "where others reach it, such as tcp://10.0.0.5:7102"
            )
        }
        return Roster.Member(
            id: id,
            kind: message.kind,
            name: message.name,
            address: message.address,
            version: message.version,
            state: .live,
            seenAt: clock.now,
            leaseEndsNs: keeper.leaseEndsNs
        )
    }
}

/// Runs the keeper's part of a method and turns its errors into the status a caller hears.
func told<Value>(_ body: () async throws -> Value) async throws(Fault) -> Value {
    do {
        return try await body()
    } catch let error as RegistryError {
        throw error.fault
    } catch {
        throw Fault.internal("the registry failed: \(error)")
    }
}

extension Roster {
    /// The members as they stand on the wire, by kind, then name.
    var instances: [RegistryV1.Instance] {
        members.values.sorted {
            ($0.kind.rawValue, $0.name, $0.id) < ($1.kind.rawValue, $1.name, $1.id)
        }.map {
            RegistryV1.Instance(
                instanceID: $0.id.bytes,
                kind: $0.kind,
                address: $0.address,
                version: $0.version,
                state: $0.state,
                seenAtMs: $0.seenAt.ms,
                name: $0.name
            )
        }
    }

    /// The partition map as it stands on the wire, logs first.
    var assignments: [RegistryV1.Assignment] {
        let standbys = standbys
        return [(RegistryV1.ServiceKind.ingestion, logOwners), (.evaluator, stateOwners)].flatMap {
            kind,
            owners in
            owners.sorted { $0.key < $1.key }.map { partition, ownership in
                RegistryV1.Assignment(
                    partition: UInt32(partition.index),
                    kind: kind,
                    instanceID: ownership.owner.bytes,
                    epoch: ownership.epoch.value,
                    standbyID: kind == .evaluator ? standbys[partition]?.bytes : nil
                )
            }
        }
    }
}
