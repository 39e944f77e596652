// `shoal schema`: which events and properties a project has been seen to have.

import ArgumentParser
import Basics
import Messages

/// Shows the catalogue of events and properties.
struct SchemaCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Show the events and properties a project has, with their types.",
        discussion: """
            Records are counted as they stand in the log; FIRST and LAST are the earliest and \
            the latest instant at which they happened, – where a user's property holds from the \
            beginning. A property that came with several types is a conflict: 10 and "10" are \
            different values. Names are limited; a record that would bring one too many is \
            rejected.
            """
    )
    /// A catalogue of ordinary size; a larger one is asked for by event.
    private static let replyBytes: UInt32 = 8 << 20

    @Argument(help: "Only this event; else all, and the users' properties.")
    var event: String?
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let ingestion = try await suite.ingestion()
        let options = CallOptions(
            timeoutMs: Suite.shortMs,
            maxReplyBytes: Self.replyBytes,
            project: project
        )
        let schema = try await ingestion.schema(
            IngestionV1.SchemaRequest(event: event, seen: true),
            options
        )
        if let event, schema.events.isEmpty {
            let all = try await ingestion.schema(IngestionV1.SchemaRequest(), options)
            let near = NearestName.nearest(to: event, in: all.events.map(\.name))
            throw CommandError(
                .notFound,
                "show schema",
                "no record names the event \(event.debugDescription)",
                place: "project \(project.text)",
                hint: near.map { "did you mean `\($0)`?" } ?? "`shoal schema` shows all there are"
            )
        }
        let page = SchemaPage(schema)
        if desk.isJSON {
            for line in page.json { desk.print(line) }
        } else {
            desk.printRaw(page.text(desk.ink))
        }
    }
}
