// `shoal segment export`: the users of a segment with chosen properties, as a file.

import ArgumentParser
import Basics
import Messages
import Segments

/// Writes a segment's users as NDJSON or CSV.
struct ExportCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write its users with chosen properties as NDJSON or CSV.",
        discussion: """
            Membership and properties are as of one instant, by default now, and of one snapshot \
            of the log. With --out the file appears once it is whole; what was written before an \
            interruption stands beside it in FILE.partial, and the same command goes on from there \
            while the suite keeps the snapshot (10 minutes), else it begins anew. NDJSON is what \
            `shoal import` reads as profiles. Parquet, by DuckDB (pip install duckdb): \
            duckdb.sql("COPY (FROM 'x.csv') TO 'x.parquet'") in Python.
            """
    )
    private static let pageMax: UInt32 = 5_000
    private static let pageBytes: UInt32 = 1 << 20
    /// How often an export begins anew before it gives up.
    private static let restartsMax = 3

    @OptionGroup var which: SubjectOptions
    @Option(help: "ndjson or csv; else by the name of --out, else ndjson.")
    var format: ExportLine.Format?
    @Option(help: "Properties of users, with commas between; may be given again.")
    var properties: [String] = []
    @Option(help: "The file; else standard output.")
    var out: String?
    @Flag(help: "Begin anew, whatever part of an export is there.")
    var restart = false
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        if names.count > 64 { throw ValidationError("at most 64 properties") }
        if Set(names.map { ExactName($0) }).count < names.count {
            throw ValidationError("--properties names one twice")
        }
        if output.json, out == nil { throw ValidationError("--json goes with --out") }
    }

    private var names: [String] {
        properties.flatMap { $0.split(separator: ",").map(String.init) }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.segments()
        let (definition, title) = try await definition(desk, client, project)
        let line = ExportLine(format: format ?? Self.format(out), properties: names)
        var request = EvaluationV1.ExportRequest(
            subject: EvaluationV1.Subject(kind: .definition(definition)),
            atMs: try question.instant(),
            properties: names,
            limit: Self.pageMax,
            freshness: question.freshness.wire
        )
        var options = question.options(project)
        options.maxReplyBytes = Self.pageBytes
        guard let out else {
            desk.printRaw(line.heading)
            repeat {
                let page = try await client.export(request, options)
                for user in page.users { desk.printRaw(try line.text(user)) }
                try desk.deliver()
                request.cursor = page.nextCursor
            } while request.cursor != nil
            return
        }
        let what = try what(definition, project, line)
        let path = desk.absolute(out)
        var file = try ExportFile(path, what: what, anew: restart, disk: desk.disk)
        if file.cursor != nil {
            desk.say("going on behind \(Quantity.count(file.users)) users")
        }
        var restarts = 0
        while true {
            do {
                let at = try await write(&file, request, line) { request in
                    try await client.export(request, options)
                }
                return tell(desk, file, title, at: at)
            } catch let fault as Fault where fault.code == .aborted && restarts < Self.restartsMax {
                // What is there was of a snapshot that is gone.
                desk.say("beginning anew: \(fault.hint ?? fault.message)")
                file = try ExportFile(path, what: what, anew: true, disk: desk.disk)
                restarts += 1
            }
        }
    }

    /// Writes what is left of the file's export and finishes it; answers the instant.
    private func write(
        _ file: inout ExportFile,
        _ asked: EvaluationV1.ExportRequest,
        _ line: ExportLine,
        _ export: (EvaluationV1.ExportRequest) async throws -> EvaluationV1.ExportResponse
    ) async throws -> Int64? {
        var request = asked
        request.cursor = file.cursor
        var at: Int64?
        var text = file.cursor == nil ? line.heading : ""
        repeat {
            let page = try await export(request)
            for user in page.users { text += try line.text(user) }
            at = page.exactness?.atMs
            try file.add(text, users: page.users.count, next: page.nextCursor)
            text = ""
            request.cursor = page.nextCursor
        } while request.cursor != nil
        try file.finish()
        return at
    }

    /// The definition itself: what is saved may change while the export goes on.
    private func definition(
        _ desk: Desk,
        _ client: EvaluationV1_SegmentsClient,
        _ project: ProjectName
    ) async throws -> (SegmentV1.Definition, String) {
        let (subject, title) = try which.subject(desk)
        switch subject.kind {
        case .definition(let definition)?: return (definition, title)
        default:
            let request = EvaluationV1.GetSegmentRequest(name: title)
            let segment = try await client.get(request, question.options(project)).segment
            guard let segment, let definition = segment.definition, !segment.archived else {
                throw CommandError(
                    .notFound,
                    "export",
                    "the segment is archived",
                    place: title,
                    hint: "archived segments are kept, not answered"
                )
            }
            return (definition, title)
        }
    }

    /// What makes an export the same one when the command is given again.
    private func what(
        _ definition: SegmentV1.Definition,
        _ project: ProjectName,
        _ line: ExportLine
    ) throws -> String {
        let parts = [
            project.text, question.at ?? "now", line.format.rawValue,
            JSONText.list(names.map { .text($0) }).line,
        ]
        let sum = Checksum.xxh64(try definition.encode(), seed: 0)
        return "export 1 \(sum) " + parts.joined(separator: " ")
    }

    private func tell(_ desk: Desk, _ file: ExportFile, _ title: String, at: Int64?) {
        guard desk.isJSON else {
            desk.say(
                "\(file.path): \(Quantity.count(file.users)) users of \(title) as of "
                    + "\(UserCommand.instant(at)), \(Quantity.bytes(file.bytes))"
            )
            return
        }
        desk.print(
            .object([
                ("segment", .text(title)), ("file", .text(file.path)), ("users", .int(file.users)),
                ("bytes", .int(file.bytes)), ("at", UserCommand.json(at)),
            ])
        )
    }

    private static func format(_ path: String?) -> ExportLine.Format {
        path?.lowercased().hasSuffix(".csv") == true ? .csv : .ndjson
    }
}
