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
        let writing = ExportWriting(request: request, line: line) { request in
            try await client.export(request, options)
        }
        let what = try what(definition, project, line)
        let (file, at) = try await writing.write(
            desk.absolute(out),
            what: what,
            anew: restart,
            disk: desk.disk,
            say: desk.say
        )
        tell(desk, file, title, at: at)
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
            // A live segment means as a condition that it has the user in.
            let inLive = SegmentV1.Node(kind: .inSegment(SegmentV1.InSegment(name: title)))
            let meaning =
                segment?.live == nil
                ? segment?.definition : SegmentV1.Definition(nodes: [inLive])
            guard let segment, let definition = meaning, !segment.archived else {
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
