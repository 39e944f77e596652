// What is handed to the intake's thread, and what comes back.

import Basics
import Messages

/// What became of one checked record.
enum Outcome: Sendable, Hashable {
    case accepted(LogPlace)
    case duplicate(LogPlace)
    case rejected(Rejection)
}

/// Records of one project that are to be written together.
struct RecordBatch: Sendable {
    let project: ProjectName
    /// The import they belong to; nil for tracked records.
    let importID: String?
    let records: [CheckedRecord]
}

/// Catalogue documents of one project, in the order of their revisions.
struct CatalogueBatch: Sendable {
    let project: ProjectName
    let documents: [RegistryV1.Document]
}

/// Where a project's catalogue stands in the logs.
struct CatalogueStanding: Sendable, Hashable {
    /// The newest revision in every log.
    var revision: UInt64
    /// From which log time on it counts.
    var activeAt: Timestamp
}

/// An order to the intake's thread; each is answered exactly once.
enum IntakeOrder: Sendable {
    case records(RecordBatch, Answer<[Outcome]>)
    case catalogue(CatalogueBatch, Answer<CatalogueStanding>)
    case tenure([Partition: Epoch], InstanceID, Answer<Void>)

    /// Ends the order with an error.
    func fail(_ error: IngestionError) {
        switch self {
        case .records(_, let answer): answer.resume(throwing: error)
        case .catalogue(_, let answer): answer.resume(throwing: error)
        case .tenure(_, _, let answer): answer.resume(throwing: error)
        }
    }

    /// How many records it may write: what a group's size is measured by.
    var weight: Int {
        switch self {
        case .records(let batch, _): batch.records.count
        case .catalogue, .tenure: 1
        }
    }
}

/// The task that waits for an order.
typealias Answer<Value: Sendable> = CheckedContinuation<Value, any Error>
