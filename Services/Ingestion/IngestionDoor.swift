// Ingestion's methods as callers see them: check each record, hand the good ones over, tell what became of all.

import Basics
import Chassis
import Messages
import Synchronization

/// Serves shoal.ingestion.v1.Ingestion.
final class IngestionDoor: IngestionV1_IngestionService {
    private let intake: Intake
    private let fetcher: Fetcher
    private let catalogue: CatalogueKeeper
    private let schema: SchemaBook
    private let ownership: Ownership
    private let clock: any Clock
    private let skews = Mutex(SkewTable())

    init(
        intake: Intake, fetcher: Fetcher, catalogue: CatalogueKeeper, schema: SchemaBook,
        ownership: Ownership, clock: any Clock
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
        let verdicts = try await take(
            request.records, importID: nil, firstLine: 0, isolated: call.isolated,
            project: call.project)
        return IngestionV1.TrackResponse(
            accepted: verdicts.count(of: .accepted), duplicates: verdicts.count(of: .duplicate),
            rejected: verdicts.count(of: .rejected), verdicts: verdicts)
    }

    func `import`(_ request: IngestionV1.ImportRequest, _ call: CallContext) async throws(Fault)
        -> IngestionV1.ImportResponse
    {
        guard (1...Limits.nameBytes).contains(request.importID.utf8.count) else {
            throw Fault.invalidArgument(
                "the import has no name", place: "import_id",
                hint: "1 to \(Limits.nameBytes) bytes; the same name when it is repeated")
        }
        guard request.firstLine >= 1, request.firstLine <= UInt64(Int64.max) else {
            throw Fault.invalidArgument(
                "lines are counted from 1", place: "first_line", hint: "send the line's number")
        }
        let verdicts = try await take(
            request.records, importID: request.importID, firstLine: request.firstLine,
            isolated: call.isolated, project: call.project)
        let faults = verdicts.enumerated().compactMap { index, verdict in
            verdict.kind == .accepted
                ? nil
                : IngestionV1.ImportFault(
                    line: request.firstLine + UInt64(index), verdict: verdict)
        }
        return IngestionV1.ImportResponse(
            accepted: verdicts.count(of: .accepted), duplicates: verdicts.count(of: .duplicate),
            rejected: verdicts.count(of: .rejected), faults: faults)
    }

    func append(_ request: IngestionV1.AppendRequest, _ call: CallContext) async throws(Fault)
        -> IngestionV1.AppendResponse
    {
        let project = try await known(call.project)
        do {
            let standing = try await catalogue.bring(project, to: request.revision)
            return IngestionV1.AppendResponse(
                positions: try fetcher.positions([]), activeAtMs: standing.activeAt.ms)
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
        let limit = min(Int(request.limit), Limits.eventNames)
        return schema.vocabulary(of: try await known(call.project)).response(limit: limit)
    }

    /// Serves Fetch: the same bytes as a FetchResponse, the records as they are stored.
    func fetch(stored request: IngestionV1.FetchRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.StoredFetchResponse
    {
        try await fetcher.fetch(request, epochs: ownership.epochs, untilNs: call.deadlineNs)
    }
}

// MARK: Records

extension IngestionDoor {
    private func known(_ project: ProjectName?) async throws(Fault) -> ProjectName {
        guard let project else {
            throw Fault.invalidArgument(
                "the project is missing", place: "header.project",
                hint: "name the project in the request's header")
        }
        if intake.projects.contains(project) { return project }
        guard await ownership.link.project(project) != nil else {
            let known = ownership.projects + intake.projects
            let near = NearestName.nearest(to: project.text, in: known.map(\.text))
            throw IngestionError(
                .unknownProject, "find the project", place: project.text,
                hint: near.map { "did you mean \($0)?" } ?? "create the project first"
            ).fault
        }
        return project
    }

    /// Checks, writes and judges a batch; the verdicts stand in the order of the request as sent.
    private func take(
        _ records: [IngestionV1.TrackRecord], importID: String?, firstLine: UInt64,
        isolated: [IsolatedFault], project: ProjectName?
    ) async throws(Fault) -> [IngestionV1.Verdict] {
        let project = try await known(project)
        do { try ownership.checkWritable() } catch { throw error.fault }
        let isolated = isolated.filter { $0.field == "records" }
        let count = records.count + isolated.count
        guard count <= Limits.batchRecords else {
            throw Fault.invalidArgument(
                "the batch has \(count) records", place: "records",
                hint: "at most \(Limits.batchRecords) in one call")
        }
        let places = IsolatedFault.originalIndices(
            kept: records.count, without: isolated, field: "records")
        var verdicts = [IngestionV1.Verdict](repeating: IngestionV1.Verdict(), count: count)
        for fault in isolated where verdicts.indices.contains(fault.index) {
            verdicts[fault.index] = fault.verdict
        }
        let check = EventCheck(
            project: project, partitions: ownership.partitions, receivedAt: clock.now,
            isHistory: importID != nil)
        var (checked, checkedPlaces): ([CheckedRecord], [Int]) = ([], [])
        checked.reserveCapacity(records.count)
        skews.withLock { skews in
            for (record, place) in zip(records, places) {
                let line = importID == nil ? nil : firstLine + UInt64(place)
                do throws(Rejection) {
                    checked.append(try check.check(record, line: line, skews: &skews))
                    checkedPlaces.append(place)
                } catch {
                    verdicts[place] = error.verdict
                }
            }
        }
        if !checked.isEmpty {
            let batch = RecordBatch(project: project, importID: importID, records: checked)
            do {
                for (place, outcome) in zip(checkedPlaces, try await intake.write(batch)) {
                    verdicts[place] = outcome.verdict
                }
            } catch {
                throw Self.fault(error)
            }
        }
        return verdicts
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
    /// The verdict on a record whose bytes could not be read.
    fileprivate var verdict: IngestionV1.Verdict {
        IngestionV1.Verdict(
            kind: .rejected, code: .invalidArgument, field: String(place.prefix(256)),
            message: message, hint: hint)
    }
}

extension Outcome {
    fileprivate var verdict: IngestionV1.Verdict {
        switch self {
        case .accepted(let place): Self.verdict(.accepted, place)
        case .duplicate(let place): Self.verdict(.duplicate, place)
        case .rejected(let rejection): rejection.verdict
        }
    }

    private static func verdict(_ kind: IngestionV1.VerdictKind, _ place: LogPlace)
        -> IngestionV1.Verdict
    {
        IngestionV1.Verdict(
            kind: kind, partition: UInt32(place.partition.index), offset: place.offset.value)
    }
}

extension [IngestionV1.Verdict] {
    fileprivate func count(of kind: IngestionV1.VerdictKind) -> UInt32 {
        UInt32(clamping: count { $0.kind == kind })
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
