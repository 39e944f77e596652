// What ingestion learns of the registry: its tenures, and what stands in catalogues.

import Basics
import Messages
import Wire

@testable import Ingestion

extension IngestionNode {
    /// As `RegistryFollower` does at each new view.
    func follow() throws {
        let view = membership.view
        let owned = view.partitions(of: membership.instance, .ingestion)
        guard !owned.isEmpty else { return }
        let epochs = Dictionary(uniqueKeysWithValues: owned.map { ($0.partition, $0.epoch) })
        hand(bytes: 0, { .tenure(epochs, self.membership.instance, $0) }) { _ in }
        if let project = view.project(Simulation.project), project.catalogueRevision > 0 {
            try bring(to: project.catalogueRevision) { _ in }
        }
    }

    /// As `CatalogueKeeper` does: everything up to a revision stands in every log.
    func bring(
        to revision: UInt64,
        _ done: @escaping (Result<CatalogueStanding, any Error>) throws -> Void
    ) throws {
        let standing = parts?.intake.standing(of: Simulation.project)
        if let standing, standing.revision >= revision { return try done(.success(standing)) }
        let request = RegistryV1.ListRequest(
            afterRevision: standing?.revision ?? 0,
            limit: 24,
            everyChange: true
        )
        let method = RegistryV1_CatalogueMethods.list
        let options = CallOptions(timeoutMs: 700, project: Simulation.project)
        try call("registry", method, request, options) { [self] answer in
            switch answer {
            case .failure(let fault): try done(.failure(fault))
            case .success(let reply):
                let told: RegistryV1.ListResponse = try reply.response()
                let batch = CatalogueBatch(
                    project: Simulation.project,
                    documents: told.documents
                ).suffix(behind: parts?.intake.standing(of: Simulation.project)?.revision ?? 0)
                let bytes = batch.bytesMax(Simulation.partitions)
                hand(bytes: bytes, { .catalogue(batch, $0) }) { [self] result in
                    guard case .success(let now) = result else { return try done(result) }
                    guard now.revision < revision, now.revision > standing?.revision ?? 0 else {
                        return try done(result)
                    }
                    try bring(to: revision, done)
                }
            }
        }
    }
}
