// Rosters as a registry would tell them, and a link that knows one without a registry.

import Basics
import Chassis
import Logging
import Messages

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
