// Ingestion's methods as callers see them: check each record, hand the good ones over, tell what
// became of all.

import Basics
import Chassis
import Messages

/// Serves shoal.ingestion.v1.Ingestion.
final class IngestionDoor: IngestionV1_IngestionService {
    private let intake: Intake
    private let fetcher: Fetcher
    private let catalogue: CatalogueKeeper
    private let schema: SchemaBook
    private let ownership: Ownership
    private let clock: any Clock
    private let skews = SharedSkews()

    init(
        intake: Intake,
        fetcher: Fetcher,
        catalogue: CatalogueKeeper,
        schema: SchemaBook,
        ownership: Ownership,
        clock: any Clock
    ) {
        self.intake = intake
        self.fetcher = fetcher
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
        guard (1...Limits.nameBytes).contains(request.importID.utf8.count) else {
            throw Fault.invalidArgument(
                "the import has no name",
                place: "import_id",
                hint: "1 to \(Limits.nameBytes) bytes; the same name when it is repeated"
            )
        }
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
    private func known(_ project: ProjectName?) async throws(Fault) -> ProjectName {
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
        let (checked, checkedPlaces) = check(batch, project, at: places, &verdicts)
        guard !checked.isEmpty else { return verdicts }
        do {
            try await ownership.begin(in: intake)
            let outcomes = try await intake.write(
                RecordBatch(project: project, importID: batch.importID, records: checked)
            )
            for (place, outcome) in zip(checkedPlaces, outcomes) {
                verdicts.tell(outcome.verdict, at: place)
            }
        } catch {
            throw Self.fault(error)
        }
        return verdicts
    }

    /// The good records with their places in the request; the bad ones are told.
    private func check(
        _ batch: Batch,
        _ project: ProjectName,
        at places: [Int],
        _ verdicts: inout Verdicts
    ) -> (records: [CheckedRecord], places: [Int]) {
        let check = EventCheck(
            project: project,
            partitions: ownership.partitions,
            receivedAt: clock.now,
            isHistory: batch.importID != nil,
            skews: skews
        )
        var good: (records: [CheckedRecord], places: [Int]) = ([], [])
        good.records.reserveCapacity(batch.records.count)
        good.places.reserveCapacity(batch.records.count)
        for (record, place) in zip(batch.records, places) {
            let line = batch.importID == nil ? nil : batch.firstLine + UInt64(place)
            do throws(Rejection) {
                good.records.append(try check.check(record, line: line))
                good.places.append(place)
            } catch {
                verdicts.tell(error.verdict, at: place)
            }
        }
        return good
    }

    private static func fault(_ error: any Error) -> Fault {
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
