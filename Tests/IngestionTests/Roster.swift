// Rosters as a registry would tell them, and a link that knows one without a registry.

import Basics
import Chassis
import Logging
import Messages
import Synchronization

@testable import Ingestion

enum Roster {
    static func answer(
        owner: InstanceID,
        epoch: UInt64 = 1,
        partitions: Int = 4,
        projects: [(name: String, revision: UInt64)] = [("shop", 0), ("music", 0)]
    ) -> RegistryV1.WatchResponse {
        RegistryV1.WatchResponse(
            revision: 5,
            partitionCount: UInt32(partitions),
            instances: [
                RegistryV1.Instance(
                    instanceID: owner.bytes,
                    kind: .ingestion,
                    address: "memory://owner",
                    state: .live,
                    name: "owner"
                )
            ],
            assignments: (0..<UInt32(partitions)).map {
                RegistryV1.Assignment(
                    partition: $0,
                    kind: .ingestion,
                    instanceID: owner.bytes,
                    epoch: epoch
                )
            },
            projects: projects.map {
                RegistryV1.Project(name: $0.name, catalogueRevision: $0.revision)
            }
        )
    }

    static func view(
        owner: InstanceID,
        epoch: UInt64,
        partitions: Int,
        edition: UInt64
    ) -> RosterView {
        RosterView(
            answer(owner: owner, epoch: epoch, partitions: partitions),
            edition: edition
        )
    }
}

extension Roster {
    /// A link that knows a roster from its store and has no registry.
    static func link(owner: InstanceID) async throws -> RegistryLink {
        let kept = Kept()
        let store = RosterStore(
            load: { kept.bytes.withLock { $0 } },
            save: { bytes in
                kept.bytes.withLock { $0 = bytes }
            }
        )
        let clock = SystemClock()
        let source = RegistryLink(
            instance: RegistryV1.Instance(instanceID: owner.bytes, kind: .ingestion),
            registry: Teller(roster: answer(owner: owner)),
            clock: clock,
            random: SeededRandom(seed: 3),
            store: store,
            logger: quiet
        )
        async let run: Void = source.run()
        while kept.bytes.withLock({ $0 == nil }) { await Task.yield() }
        source.stop()
        try await run
        return source
    }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private final class Kept: Sendable {
        let bytes = Mutex<[UInt8]?>(nil)
    }

    /// A registry that tells one roster.
    private struct Teller: Caller {
        let roster: RegistryV1.WatchResponse

        func call(
            _ method: MethodDescription,
            _ request: any ProtoMessage,
            _ options: CallOptions
        ) async throws(Fault) -> any PayloadBytes {
            do {
                switch request {
                case is RegistryV1.WatchRequest: return try roster.encode()
                default: throw Fault.unavailable("not now")
                }
            } catch {
                throw error as? Fault ?? .internal("\(error)")
            }
        }
    }
}
