// `shoal segment`: create, list, show, archive, and the questions about segments.

import ArgumentParser
import Basics
import Messages
import Segments
import Wire

/// Everything about segments.
struct SegmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment",
        abstract: "Create segments and ask about them.",
        subcommands: [
            Create.self, List.self, Show.self, Archive.self, CountCommand.self,
            SizesCommand.self, MembersCommand.self, SampleCommand.self, PreviewCommand.self,
            IsMemberCommand.self, ExplainCommand.self, TrendCommand.self, ReachabilityCommand.self,
            OverlapCommand.self, CombineCommand.self, SegmentsOfCommand.self, ExportCommand.self,
            UpdateCommand.self, DiffCommand.self, CloneCommand.self, VersionsCommand.self,
            LintCommand.self, BacktestCommand.self, WatchCommand.self,
            TopCommand.self,
        ]
    )

    /// What a definition says that is probably not meant.
    static func say(_ warnings: [EvaluationV1.Warning], _ desk: Desk) {
        for warning in warnings {
            let hint = warning.hint.map { " (\($0))" } ?? ""
            let mark = desk.messageInk.paint("warning:", .caution)
            desk.say("\(mark) \(warning.place): \(warning.message)\(hint)")
        }
    }

    static func json(_ warnings: [EvaluationV1.Warning]) -> JSONText {
        .list(
            warnings.map { warning in
                .object([
                    ("place", .text(warning.place)), ("message", .text(warning.message)),
                    ("hint", .optional(warning.hint)),
                ])
            }
        )
    }

    /// What is to be known of a segment beside its name.
    static func mark(_ segment: EvaluationV1.Segment) -> String {
        if segment.archived { return " (archived)" }
        return segment.quarantined == nil ? "" : " (quarantined)"
    }

    static func fields(_ segment: EvaluationV1.Segment) -> [(String, JSONText)] {
        [
            ("name", .text(segment.name)), ("description", .optional(segment.description)),
            ("version", .int(Int(segment.version))), ("revision", .unsigned(segment.revision)),
            ("archived", .bool(segment.archived)),
            ("quarantined", .optional(segment.quarantined?.reason)),
            ("created_at", .text(Timestamp(ms: segment.createdAtMs).rfc3339)),
            ("sentence", .text(segment.sentence ?? "")),
        ]
    }

    /// `shoal segment create`.
    struct Create: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save a definition (YAML, JSON or a sentence) as a segment."
        )

        @Argument(help: "The file, - for standard input, or a sentence in quotation marks.")
        var file: String
        @Option(help: "The segment's name; else the one in the file.")
        var name: String?
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let document = try SegmentFile(file, desk: desk)
            guard let name = name ?? document.name else {
                throw CommandError(
                    .usage,
                    "create segment",
                    "the segment has no name",
                    place: file,
                    hint: "write `name:` in the file or give --name"
                )
            }
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            var request = EvaluationV1.CreateRequest(
                name: name,
                description: document.description
            )
            switch document {
            case .condition(let file):
                request.definition = try file.wire()
                request.follow = file.document.isFollowed
            case .live(let live): request.live = try LiveCoding.encode(live.definition)
            }
            let answer = try await suite.segments().create(request, Questions.options(project))
            let segment = answer.segment ?? EvaluationV1.Segment(name: name)
            if desk.isJSON {
                let warnings = ("warnings", SegmentCommand.json(answer.warnings))
                desk.print(.object(SegmentCommand.fields(segment) + [warnings]))
            } else {
                desk.print("\(segment.name): \(segment.sentence ?? "")")
                SegmentCommand.say(answer.warnings, desk)
            }
        }
    }

    /// `shoal segment list`.
    struct List: DeskCommand {
        static let configuration = CommandConfiguration(abstract: "List the segments.")
        private static let pageMax: UInt32 = 100

        @Flag(help: "Also archived ones.")
        var archived = false
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let client = try await suite.segments()
            var request = EvaluationV1.ListSegmentsRequest(
                archived: archived,
                limit: Self.pageMax
            )
            var table = Table([("NAME", .left), ("VERSION", .right), ("MEANING", .left)])
            while true {
                let page = try await client.list(request, Questions.options(project))
                for segment in page.segments {
                    if desk.isJSON {
                        desk.print(.object(SegmentCommand.fields(segment)))
                    } else {
                        let mark = SegmentCommand.mark(segment)
                        table.add([
                            segment.name + mark, "\(segment.version)", segment.sentence ?? "",
                        ])
                    }
                }
                guard page.more, let last = page.segments.last else { break }
                request.afterName = last.name
            }
            if !desk.isJSON { desk.print(table) }
        }
    }

    /// `shoal segment show`.
    struct Show: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a segment's definition as YAML."
        )

        @Argument(help: "The segment's name.")
        var name: String
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let request = EvaluationV1.GetSegmentRequest(name: name)
            let answer = try await suite.segments().get(request, Questions.options(project))
            let segment = answer.segment ?? EvaluationV1.Segment(name: name)
            let yaml: String
            if let live = segment.live {
                yaml = try SegmentFile.yaml(
                    live,
                    name: segment.name,
                    description: segment.description
                )
            } else {
                yaml = try DefinitionFile.yaml(
                    segment.definition ?? SegmentV1.Definition(),
                    name: segment.name,
                    description: segment.description,
                    isFollowed: segment.follow
                )
            }
            if desk.isJSON {
                desk.print(.object(SegmentCommand.fields(segment) + [("yaml", .text(yaml))]))
            } else {
                if let quarantine = segment.quarantined {
                    desk.say("version \(segment.version) is quarantined: \(quarantine.reason)")
                }
                desk.print("# \(segment.sentence ?? "")")
                desk.printRaw(yaml)
            }
        }
    }

    /// `shoal segment archive`.
    struct Archive: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Archive a segment: it is kept and answered no more."
        )

        @Argument(help: "The segment's name.")
        var name: String
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let request = EvaluationV1.ArchiveRequest(name: name)
            let answer = try await suite.segments().archive(request, Questions.options(project))
            let segment = answer.segment ?? EvaluationV1.Segment(name: name, archived: true)
            if desk.isJSON {
                desk.print(.object(SegmentCommand.fields(segment)))
            } else {
                desk.print("\(segment.name) is archived")
            }
        }
    }
}
