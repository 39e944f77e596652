// Ingestion's methods as callers see them: check each record, hand the good ones over, tell what
// became of all.

import Basics
import Chassis
import Messages

/// Serves shoal.ingestion.v1.Ingestion.
final class IngestionDoor: IngestionV1_IngestionService {
    let intake: Intake
    let fetcher: Fetcher
    let imports: ImportList
    let exports: UserExport
    let rejects: RejectDesk
    let ownership: Ownership
    private let catalogue: CatalogueKeeper
    private let schema: SchemaBook
    let clock: any Clock
    let skews = SharedSkews()

    init(
        intake: Intake,
        fetcher: Fetcher,
        imports: ImportList,
        exports: UserExport,
        rejects: RejectDesk,
        catalogue: CatalogueKeeper,
        schema: SchemaBook,
        ownership: Ownership,
        clock: any Clock
    ) {
        self.intake = intake
        self.fetcher = fetcher
        self.imports = imports
        self.exports = exports
        self.rejects = rejects
        self.catalogue = catalogue
        self.schema = schema
        self.ownership = ownership
        self.clock = clock
    }

    func track(_ request: IngestionV1.TrackRequest, _ call: CallContext) async throws(Fault)
        -> IngestionV1.TrackResponse
    {
        let verdicts = try await take(Batch(records: request.records), call)
        return IngestionV1.TrackResponse(
            accepted: verdicts.count(of: .accepted),
            duplicates: verdicts.count(of: .duplicate),
            rejected: verdicts.count(of: .rejected),
            verdicts: verdicts.list
        )
    }

    func `import`(_ request: IngestionV1.ImportRequest, _ call: CallContext) async throws(Fault)
        -> IngestionV1.ImportResponse
    {
        try checkName(of: request.importID)
        guard request.firstLine >= 1, request.firstLine <= UInt64(Int64.max) else {
            throw Fault.invalidArgument(
                "lines are counted from 1",
                place: "first_line",
                hint: "send the line's number"
            )
        }
        let verdicts = try await take(
            Batch(
                records: request.records,
                importID: request.importID,
                firstLine: request.firstLine
            ),
            call
        )
        let faults = verdicts.list.enumerated().compactMap { index, verdict in
            verdict.kind == .accepted
                ? nil
                : IngestionV1.ImportFault(
                    line: request.firstLine + UInt64(index),
                    verdict: verdict
                )
        }
        return IngestionV1.ImportResponse(
            accepted: verdicts.count(of: .accepted),
            duplicates: verdicts.count(of: .duplicate),
            rejected: verdicts.count(of: .rejected),
            faults: faults
        )
    }

    func append(_ request: IngestionV1.AppendRequest, _ call: CallContext) async throws(Fault)
        -> IngestionV1.AppendResponse
    {
        let project = try await known(call.project)
        do throws(IngestionError) { try ownership.checkWritable() } catch { throw error.fault }
        do {
            try await ownership.begin(in: intake)
            let standing = try await catalogue.bring(project, to: request.revision)
            return IngestionV1.AppendResponse(
                positions: try fetcher.positions([]),
                activeAtMs: standing.activeAt.ms
            )
        } catch {
            throw Self.fault(error)
        }
    }

    func positions(_ request: IngestionV1.PositionsRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.PositionsResponse
    {
        IngestionV1.PositionsResponse(positions: try fetcher.positions(request.partitions))
    }

    func schema(_ request: IngestionV1.SchemaRequest, _ call: CallContext) async throws(Fault)
        -> IngestionV1.SchemaResponse
    {
        schema.vocabulary(of: try await known(call.project)).response(request)
    }

    /// Serves Fetch: the same bytes as a FetchResponse, the records as they are stored.
    func fetch(stored request: IngestionV1.FetchRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.StoredFetchResponse
    {
        try await fetcher.fetch(request, epochs: { [ownership] in ownership.epochs }, call)
    }
}

// MARK: Records

extension IngestionDoor {
    /// The project of a call, which must be there.
    func known(_ project: ProjectName?) async throws(Fault) -> ProjectName {
        guard let project else {
            throw Fault.invalidArgument(
                "the project is missing",
                place: "header.project",
                hint: "name the project in the request's header"
            )
        }
        if intake.knows(project) { return project }
        guard await ownership.link.project(project) != nil else {
            let known = ownership.projects + intake.projects
            let near = NearestName.nearest(to: project.text, in: known.map(\.text))
            throw IngestionError(
                .unknownProject,
                "find the project",
                place: project.text,
                hint: near.map { "did you mean \($0)?" } ?? "create the project first"
            ).fault
        }
        return project
    }

    /// Records of one call, and the import they belong to.
    private struct Batch {
        let records: [IngestionV1.TrackRecord]
        var importID: String?
        var firstLine: UInt64 = 0

        /// The import's line of a place in the request; nil for tracked records.
        func line(_ place: Int) -> UInt64? {
            importID == nil ? nil : firstLine + UInt64(place)
        }
    }

    /// Checks, writes and judges a batch.
    private func take(_ batch: Batch, _ call: CallContext) async throws(Fault) -> Verdicts {
        let project = try await known(call.project)
        do throws(IngestionError) { try ownership.checkWritable() } catch { throw error.fault }
        let isolated = call.isolated.filter { $0.field == "records" }
        let count = batch.records.count + isolated.count
        guard count <= Limits.batchRecords else {
            throw Fault.invalidArgument(
                "the batch has \(count) records",
                place: "records",
                hint: "at most \(Limits.batchRecords) in one call"
            )
        }
        var verdicts = try Verdicts(count: count, replyBytes: call.maxReplyBytes)
        for fault in isolated where verdicts.list.indices.contains(fault.index) {
            verdicts.tell(fault.rejection.verdict, at: fault.index)
        }
        let places = IsolatedFault.originalIndices(
            kept: batch.records.count,
            without: isolated,
            field: "records"
        )
        let now = clock.now
        var refused = isolated.map { fault in
            fault.rejection.kept(nil, of: batch.importID, line: batch.line(fault.index), at: now)
        }
        let good = check(batch, project, at: places, now, &verdicts, &refused)
        do {
            let outcomes = try await write(good.map(\.checked), of: batch, project)
            for (record, outcome) in zip(good, outcomes) {
                verdicts.tell(outcome.verdict, at: record.place)
                guard case .rejected(let rejection) = outcome else { continue }
                refused.append(
                    rejection.kept(
                        batch.records[record.index],
                        of: batch.importID,
                        line: batch.line(record.place),
                        at: now
                    )
                )
            }
        } catch {
            throw Self.fault(error)
        }
        await rejects.keep(refused, of: project, now: now)
        return verdicts
    }

    private func write(
        _ records: [CheckedRecord],
        of batch: Batch,
        _ project: ProjectName
    ) async throws -> [Outcome] {
        guard !records.isEmpty else { return [] }
        try await ownership.begin(in: intake)
        return try await intake.write(
            RecordBatch(project: project, importID: batch.importID, records: records)
        )
    }

    /// A record that may be written, with its places among the records and in the request.
    private struct GoodRecord {
        let checked: CheckedRecord
        let index: Int
        let place: Int
    }

    /// The good records; the bad ones are told.
    private func check(
        _ batch: Batch,
        _ project: ProjectName,
        at places: [Int],
        _ now: Timestamp,
        _ verdicts: inout Verdicts,
        _ refused: inout [IngestionV1.RejectedRecord]
    ) -> [GoodRecord] {
        let check = EventCheck(
            project: project,
            partitions: ownership.partitions,
            receivedAt: now,
            isHistory: batch.importID != nil,
            skews: skews
        )
        var good: [GoodRecord] = []
        good.reserveCapacity(batch.records.count)
        for (index, (record, place)) in zip(batch.records, places).enumerated() {
            let line = batch.line(place)
            do throws(Rejection) {
                let checked = try check.check(record, line: line)
                good.append(GoodRecord(checked: checked, index: index, place: place))
            } catch {
                verdicts.tell(error.verdict, at: place)
                // An import's empty record holds the place of a line that its reader refused.
                if line != nil, record == IngestionV1.TrackRecord() { continue }
                refused.append(error.kept(record, of: batch.importID, line: line, at: now))
            }
        }
        return good
    }

    /// What the caller hears of an error.
    static func fault(_ error: any Error) -> Fault {
        switch error {
        case let fault as Fault: fault
        case let error as IngestionError: error.fault
        default: Fault.internal("ingestion failed: \(error)")
        }
    }
}

extension IsolatedFault {
    /// Why a record whose bytes could not be read is not taken.
    fileprivate var rejection: Rejection {
        Rejection(field: placeInElement, message: message, hint: hint)
    }
}

extension IngestionDoor {
    /// The methods to serve; Fetch tells the log's bytes as they are stored, unparsed.
    nonisolated var methods: [ServedMethod] {
        let fetch = IngestionV1_IngestionMethods.fetch
        return IngestionV1_IngestionMethods.serve(self).map { method in
            guard method.description == fetch else { return method }
            return ServedMethod(fetch, IngestionV1.FetchRequest.self) {
                (request, call) async throws(Fault) in
                try await self.fetch(stored: request, call)
            }
        }
    }
}
