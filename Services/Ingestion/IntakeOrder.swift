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
    /// Of those that came in under an identifier that was merged away, the intake names the user.
    private(set) var records: [CheckedRecord]
    /// What they take in a group at most.
    ///
    /// Unit: bytes.
    let bytesMax: Int
    /// Of records that are sent again from where they were kept, which are kept still; nil: they
    /// were not kept.
    ///
    /// Asked when they would be written: an erasure forgets them before it is ordered, and is not
    /// followed by what it was to erase.
    let areKept: (@Sendable () -> [Bool])?

    init(
        project: ProjectName,
        importID: String?,
        records: [CheckedRecord],
        areKept: (@Sendable () -> [Bool])? = nil
    ) {
        self.project = project
        self.importID = importID
        self.records = records
        self.areKept = areKept
        bytesMax = records.reduce(0) { $0 + $1.bytes.count + RecordBytes.overheadBytes }
    }
}

extension RecordBatch {
    /// Gives records of identifiers that were merged to the users they stand for.
    mutating func redirect(_ survivors: [ProjectUser: Survivor], _ partitions: PartitionCount) {
        for index in records.indices {
            let who = ProjectUser(project: project, user: records[index].user)
            guard let survivor = survivors[who] else { continue }
            let home = partitions.home(project: project, identifier: survivor.user.text)
            records[index].redirect(to: survivor.user, in: home)
        }
    }
}

/// Catalogue documents of one project, in the order of their revisions.
struct CatalogueBatch: Sendable {
    let project: ProjectName
    let documents: [RegistryV1.Document]

    /// What a document takes in a partition's log beside its body, at most.
    ///
    /// Unit: bytes.
    static let overheadBytes = 1_024

    /// What they take in a group of so many partitions, at most.
    ///
    /// Unit: bytes.
    func bytesMax(_ partitions: PartitionCount) -> Int {
        documents.reduce(0) { $0 + Self.bytes(of: $1) } * Int(partitions.count)
    }

    /// The documents behind a revision.
    func suffix(behind revision: UInt64) -> CatalogueBatch {
        CatalogueBatch(project: project, documents: documents.filter { $0.revision > revision })
    }

    /// As many of the first documents as one group holds; at least one.
    func prefix(ofBytes limit: Int, _ partitions: PartitionCount) -> CatalogueBatch {
        var bytes = 0
        let first = documents.prefix { document in
            bytes += Self.bytes(of: document) * Int(partitions.count)
            return bytes <= limit
        }
        return CatalogueBatch(
            project: project,
            documents: Array(first.isEmpty ? documents.prefix(1) : first)
        )
    }

    private static func bytes(of document: RegistryV1.Document) -> Int {
        (document.body?.count ?? 0) + overheadBytes
    }
}

/// Where a project's catalogue stands in the logs.
struct CatalogueStanding: Sendable, Hashable {
    /// The newest revision in every log.
    var revision: UInt64
    /// From which log time on it counts.
    var activeAt: Timestamp
}

/// An import that is to be taken back.
struct ImportUndoing: Sendable {
    let key: ProjectImport
    /// Only tell what it is about.
    let isDry: Bool

    /// What its record takes in one partition's log at most.
    ///
    /// Unit: bytes.
    static let recordBytes = 256
}

/// An order to the intake's thread; each is answered exactly once.
enum IntakeOrder: Sendable {
    case records(RecordBatch, Answer<[Outcome]>)
    case catalogue(CatalogueBatch, Answer<CatalogueStanding>)
    case tenure([Partition: Epoch], InstanceID, Answer<Void>)
    case undoing(ImportUndoing, Answer<IngestionV1.ImportSummary>)
    case erasing(ErasureOrder, Answer<ErasureOutcome>)
    case listing(ListOrder, Answer<ListOutcome>)
    case merge(MergeOrder, Answer<MergeOutcome>)
    case unmerge(UnmergeOrder, Answer<MergeOutcome>)
    case aside(AsideOrder, Answer<IngestionV1.QuarantinedRecord>)
    case restored(RestoredMark, Answer<Void>)

    /// Whether it forms a group of its own: what others were told they saw must not change within,
    /// and what it reads of the index is all that was before it.
    var standsAlone: Bool {
        switch self {
        case .undoing, .erasing, .listing, .merge, .unmerge, .aside, .restored: true
        case .records, .catalogue, .tenure: false
        }
    }

    /// Ends the order with an error.
    func fail(_ error: IngestionError) {
        switch self {
        case .records(_, let answer): answer.resume(throwing: error)
        case .catalogue(_, let answer): answer.resume(throwing: error)
        case .tenure(_, _, let answer): answer.resume(throwing: error)
        case .undoing(_, let answer): answer.resume(throwing: error)
        case .erasing(_, let answer): answer.resume(throwing: error)
        case .listing(_, let answer): answer.resume(throwing: error)
        case .merge(_, let answer), .unmerge(_, let answer): answer.resume(throwing: error)
        case .aside(_, let answer): answer.resume(throwing: error)
        case .restored(_, let answer): answer.resume(throwing: error)
        }
    }

    /// How many records it may write.
    func recordCount(_ partitions: PartitionCount) -> Int {
        switch self {
        case .records(let batch, _): batch.records.count
        case .catalogue(let batch, _): batch.documents.count * Int(partitions.count)
        case .tenure(let epochs, _, _): epochs.count
        case .undoing: Int(partitions.count)
        case .erasing: ErasureOrder.recordsMax
        case .listing(let order, _): order.recordCount
        case .merge(let order, _): order.records.standing.count
        case .unmerge(let order, _): order.records.standing.count
        case .aside: 2
        case .restored(let mark, _): mark.projects.count
        }
    }

    /// What it may write, but for tenures, which are small.
    ///
    /// Unit: bytes.
    func bytesMax(_ partitions: PartitionCount) -> Int {
        switch self {
        case .records(let batch, _): batch.bytesMax
        case .catalogue(let batch, _): batch.bytesMax(partitions)
        case .tenure: 0
        case .undoing: ImportUndoing.recordBytes * Int(partitions.count)
        case .erasing: ErasureOrder.bytesMax
        case .listing(let order, _): order.bytesMax
        case .merge(let order, _): order.bytesMax
        case .unmerge(let order, _): order.bytesMax
        case .aside: AsideOrder.recordBytes
        case .restored(let mark, _): mark.projects.count * RestoredMark.recordBytes
        }
    }
}

/// Who waits for an order: a task, or whatever else is to be told once.
struct Answer<Value: Sendable>: Sendable {
    private let tell: @Sendable (Result<Value, any Error>) -> Void

    /// Whoever is told by a closure.
    init(_ tell: @escaping @Sendable (Result<Value, any Error>) -> Void) { self.tell = tell }

    /// A task that waits.
    init(_ task: CheckedContinuation<Value, any Error>) { tell = { task.resume(with: $0) } }

    func resume(with result: Result<Value, any Error>) { tell(result) }
    func resume(returning value: Value) { tell(.success(value)) }
    func resume(throwing error: any Error) { tell(.failure(error)) }
}

extension Answer<Void> {
    func resume() { resume(returning: ()) }
}
