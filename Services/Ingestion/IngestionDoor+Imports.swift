// Imports as callers see them: which there are, and one taken back as a whole.

import Basics
import Chassis
import Messages

/// Reads the imports of a project; reads block on the disk, so they run on threads of their own.
struct ImportList: Sendable {
    /// Most imports in one answer.
    static let pageMax = 500

    let index: IndexStore
    let desk: ReadingDesk

    /// The imports behind a name, one more than asked for where there are more.
    func page(of project: ProjectName, after id: String?, limit: Int) async throws
        -> IngestionV1.ImportsResponse
    {
        let index = index
        let limit = min(max(limit, 1), Self.pageMax)
        let found = try await desk.run {
            try IndexReader(index).imports(of: project, after: id, limit: limit + 1)
        }
        return IngestionV1.ImportsResponse(
            imports: Array(found.prefix(limit)),
            more: found.count > limit
        )
    }
}

extension IngestionDoor {
    func undoImport(_ request: IngestionV1.UndoImportRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.UndoImportResponse
    {
        let project = try await known(call.project)
        try checkName(of: request.importID)
        do throws(IngestionError) { try ownership.checkWritable() } catch { throw error.fault }
        do {
            try await ownership.begin(in: intake)
            let summary = try await intake.undo(
                ImportUndoing(
                    key: ProjectImport(project: project, id: request.importID),
                    isDry: request.dryRun
                )
            )
            return IngestionV1.UndoImportResponse(
                summary: summary,
                positions: try fetcher.positions([])
            )
        } catch {
            throw Self.fault(error)
        }
    }

    func imports(_ request: IngestionV1.ImportsRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.ImportsResponse
    {
        let project = try await known(call.project)
        do {
            return try await imports.page(
                of: project,
                after: request.after,
                limit: Int(request.limit)
            )
        } catch {
            throw Self.fault(error)
        }
    }

    /// Refuses a missing or too long name of an import.
    func checkName(of importID: String) throws(Fault) {
        let name = importID.utf8
        guard (1...Limits.nameBytes).contains(name.count), !name.contains(0) else {
            throw Fault.invalidArgument(
                "the import has no name",
                place: "import_id",
                hint: "1 to \(Limits.nameBytes) bytes without a zero byte; the same name when "
                    + "it is repeated"
            )
        }
    }
}
