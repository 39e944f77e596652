// Brings a project's catalogue from the registry into every partition's log, in order and without
// gaps.

import Basics
import Chassis
import Messages
import Synchronization

/// Writes catalogue revisions that the logs lack. May be called from any task; runs one at a time.
///
/// Whoever put a document asks for its revision; whatever was put and never asked for (its caller
/// died) is found by the next heartbeat's revisions.
actor CatalogueKeeper {
    /// Documents read from the registry at a time: of the largest size they fit the reply.
    static let pageMax: UInt32 = 24
    /// Room for a page of documents of 256 KiB.
    ///
    /// Unit: bytes.
    private static let replyBytes: UInt32 = 8 << 20

    private let intake: Intake
    private let registry: RegistryV1_CatalogueClient

    init(intake: Intake, registry: RegistryV1_CatalogueClient) {
        self.intake = intake
        self.registry = registry
    }

    /// Makes sure that everything up to `revision` stands in every log.
    ///
    /// - Returns: where the catalogue stands then.
    func bring(_ project: ProjectName, to revision: UInt64) async throws -> CatalogueStanding {
        // Calls overlap at the awaits; the intake takes each revision once and in order, so a
        // revision that another call wrote meanwhile is simply there.
        while true {
            let standing = intake.standing(of: project)
            if let standing, standing.revision >= revision { return standing }
            let page = try await registry.list(
                RegistryV1.ListRequest(
                    afterRevision: standing?.revision ?? 0,
                    limit: Self.pageMax,
                    everyChange: true
                ),
                CallOptions(maxReplyBytes: Self.replyBytes, project: project)
            )
            guard !page.documents.isEmpty else {
                throw Fault.failedPrecondition(
                    "the catalogue has no revision \(revision)",
                    place: project.text,
                    hint: "its newest is \(page.revision)"
                )
            }
            let now = try await intake.write(
                CatalogueBatch(project: project, documents: page.documents)
            )
            guard now.revision > standing?.revision ?? 0 else {
                throw Fault.internal(
                    "the registry tells revision \(standing?.revision ?? 0) and older again",
                    place: project.text
                )
            }
        }
    }
}
