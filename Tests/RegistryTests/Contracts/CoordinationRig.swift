// The implementations of Coordination that must pass the same contract, each behind one deployment.

import Basics
import Foundation
import Kit
import Messages

@testable import Registry

/// A new implementation joins by a case here and its place in `CoordinationRig`.
enum CoordinationKind: String, CaseIterable, Sendable {
    case sqlite, memory
}

/// What one deployment keeps; opened as often as registries start over it.
final class CoordinationRig: Sendable {
    let kind: CoordinationKind
    let folder: String
    private let retention: AuditRetention
    private let memory: MemoryCoordination

    init(_ kind: CoordinationKind, retention: AuditRetention = AuditRetention()) throws {
        self.kind = kind
        self.retention = retention
        folder = NSTemporaryDirectory() + "shoal-registry-\(UUID().uuidString)"
        memory = MemoryCoordination(retention: retention)
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var path: String { "\(folder)/registry.sqlite" }

    /// As a process that has just started finds it.
    func open() throws -> any Coordination {
        switch kind {
        case .sqlite: try RegistryStore(path: path, retention: retention)
        case .memory: memory
        }
    }

    /// A registry's keeper over what is kept.
    func keeper(clock: any Clock = ManualClock()) throws -> Keeper {
        try Keeper(coordination: open(), partitionCount: eight, leaseMs: 3_000, clock: clock)
    }
}

let eight = PartitionCount(8) ?? .standard
let noon = Timestamp(ms: 1_700_000_000_000)
let tester = AuditActor(CallContext(caller: "tester 1"))

func project(_ name: String, revision: UInt64 = 0) throws -> Project {
    guard let name = ProjectName(name) else { throw Fault.internal("no project name: \(name)") }
    return Project(name: name, zone: "UTC", createdAt: noon, revision: revision)
}

func document(
    _ project: String,
    _ revision: UInt64,
    _ name: String,
    kind: String = "segment",
    body: [UInt8]? = [1]
) -> RegistryV1.Document {
    RegistryV1.Document(
        project: project,
        kind: kind,
        name: name,
        revision: revision,
        body: body,
        changedAtMs: noon.ms
    )
}

func member(
    _ number: UInt64,
    _ kind: RegistryV1.ServiceKind = .evaluator,
    leaseEndsNs: UInt64 = 100
) -> Roster.Member {
    Roster.Member(
        id: InstanceID(high: 0, low: number),
        kind: kind,
        name: "\(kind)-\(number)",
        address: "memory://\(number)",
        version: "1",
        state: .live,
        seenAt: Timestamp(ms: 0),
        leaseEndsNs: leaseEndsNs
    )
}

extension Coordination {
    /// Loads, changes and commits, as a lone writer does.
    func change(
        at instant: Timestamp = noon,
        _ body: (inout CoordinationChange) throws -> Void
    ) async throws {
        var change = CoordinationChange(from: try load(creatingWith: eight), at: instant)
        try body(&change)
        try await commit(change)
    }
}

/// The error a body ends with; nil when it does not.
func refusal<Value>(_ body: () async throws -> Value) async -> RegistryError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? RegistryError
    }
}
