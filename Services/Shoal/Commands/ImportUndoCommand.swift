// `shoal import list` and `shoal import undo`: what imports brought, and one taken back as a whole.

import ArgumentParser
import Basics
import Messages

/// Lists a project's imports.
struct ImportListCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List a project's imports: what each brought, when, and whether it still counts."
    )
    /// Imports asked for at a time: a page fits a reply.
    private static let pageImports: UInt32 = 500

    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.ingestion()
        var request = IngestionV1.ImportsRequest(limit: Self.pageImports)
        var table = Table([
            ("IMPORT", .left), ("EVENTS", .right), ("PROFILES", .right), ("NEW USERS", .right),
            ("LAST LINE", .right), ("FIRST", .left), ("LAST", .left), ("STATE", .left),
        ])
        while true {
            let page = try await client.imports(
                request,
                CallOptions(
                    timeoutMs: Suite.shortMs,
                    maxReplyBytes: Questions.replyBytes,
                    project: project
                )
            )
            for summary in page.imports {
                let unfinished = try unfinished(summary, project, suite, desk)
                if desk.isJSON {
                    desk.print(summary.json(file: unfinished?.file))
                } else {
                    table.add(Self.row(summary, isUnfinished: unfinished != nil))
                }
            }
            guard page.more, let last = page.imports.last else { break }
            request.after = last.importID
        }
        if !desk.isJSON { desk.printRaw(table.text) }
    }

    /// How far an import has come that broke off, where this suite's folder has that.
    private func unfinished(
        _ summary: IngestionV1.ImportSummary,
        _ project: ProjectName,
        _ suite: Suite,
        _ desk: Desk
    ) throws -> ImportState? {
        guard let folder = suite.data, summary.undoneAtMs == nil else { return nil }
        return try ImportStateFile(
            folder: folder,
            project: project,
            importID: summary.importID,
            disk: desk.disk
        ).load(project: project, importID: summary.importID)
    }

    private static func row(_ summary: IngestionV1.ImportSummary, isUnfinished: Bool) -> [String] {
        let undone = summary.undoneAtMs.map { "undone \(Timestamp(ms: $0).rfc3339)" }
        return [
            summary.importID, Quantity.count(summary.events), Quantity.count(summary.profiles),
            Quantity.count(summary.newUsers), Quantity.count(summary.lastLine),
            Timestamp(ms: summary.firstAtMs).rfc3339, Timestamp(ms: summary.lastAtMs).rfc3339,
            undone ?? (isUnfinished ? "unfinished" : "in"),
        ]
    }
}

/// Takes an import back.
struct ImportUndoCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Take a wrong import back: its records count in no answer any more.",
        discussion: """
            Everything the import brought is absent from every answer from here on, also as of \
            past instants, and so are users of whom nothing else is known. Events that the import \
            brought may come again; the import's own id is spent, so that the corrected file goes \
            in under another: `shoal import FILE --import-id NEW`.
            """
    )

    @Argument(help: "The import, as `shoal import list` names it.")
    var id: String
    @Flag(name: .customLong("dry-run"), help: "Only tell what would be taken back.")
    var dryRun = false
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.ingestion()
        let answer = try await client.undoImport(
            IngestionV1.UndoImportRequest(importID: id, dryRun: dryRun),
            CallOptions(
                timeoutMs: Questions.timeoutMs,
                maxReplyBytes: Questions.replyBytes,
                project: project
            )
        )
        let summary = answer.summary ?? IngestionV1.ImportSummary(importID: id)
        if !dryRun, let folder = suite.data {
            // What is left of a broken off import has nothing to go on with.
            try ImportStateFile(folder: folder, project: project, importID: id, disk: desk.disk)
                .remove()
        }
        desk.isJSON ? desk.print(summary.json(file: nil)) : desk.print(Self.text(summary))
    }

    private static func text(_ summary: IngestionV1.ImportSummary) -> String {
        let undone = summary.undoneAtMs.map { "taken back at \(Timestamp(ms: $0).rfc3339)" }
        return """
            \(summary.importID): \(Quantity.count(summary.events)) events and \
            \(Quantity.count(summary.profiles)) profile changes \(undone ?? "would be taken back")
              \(Quantity.count(summary.newUsers)) users were first heard of by it; those of whom \
            nothing else is known go with it
            """
    }
}

extension IngestionV1.ImportSummary {
    /// The summary as a line; the file where it is known.
    fileprivate func json(file: String?) -> JSONText {
        .object([
            ("import_id", .text(importID)), ("file", .optional(file)),
            ("events", .unsigned(events)), ("profiles", .unsigned(profiles)),
            ("new_users", .unsigned(newUsers)), ("last_line", .unsigned(lastLine)),
            ("first_at", .text(Timestamp(ms: firstAtMs).rfc3339)),
            ("last_at", .text(Timestamp(ms: lastAtMs).rfc3339)),
            ("undone_at", .optional(undoneAtMs.map { Timestamp(ms: $0).rfc3339 })),
        ])
    }
}
