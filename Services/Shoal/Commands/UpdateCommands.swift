// Segments changed with open eyes: `segment update`, `diff`, `clone`, `versions` and `lint`.

import ArgumentParser
import Basics
import Messages
import Segments
import Wire

/// `shoal segment update`.
struct UpdateCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Give a saved segment another definition, with the difference first.",
        discussion: """
            Who would enter and leave is counted and printed before anything changes. The segment \
            is changed only if it is still the one that was compared with. A live segment goes on: \
            who is in, timers of an unchanged trigger, and what limits have counted are carried \
            over.
            """
    )

    @Argument(help: "The file, or - for standard input.")
    var file: String
    @Option(help: "The segment's name; else the one in the file.")
    var name: String?
    @Flag(help: "Only print the difference.")
    var dryRun = false
    @Option(help: "Only if it is at this version.")
    var ifVersion: UInt32?
    @Option(help: "How many users to show who enter, and who leave; at most 1000.")
    var sample: UInt32 = 5
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let document = try SegmentFile(file, desk: desk)
        guard let name = name ?? document.name else {
            throw CommandError(
                .usage,
                "update segment",
                "the segment has no name",
                place: file,
                hint: "write `name:` in the file or give --name"
            )
        }
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.segments()
        var request = EvaluationV1.UpdateRequest(
            name: name,
            dryRun: true,
            description: document.description,
            expectedVersion: ifVersion,
            sample: sample
        )
        switch document {
        case .condition(let file): request.definition = try file.wire()
        case .live(let live): request.live = try LiveCoding.encode(live.definition)
        }
        var answer = try await client.update(request, Questions.options(project))
        let (text, json) = Self.page(answer, desk.ink)
        if let quarantine = answer.segment?.quarantined {
            desk.say("there is nobody to compare with: \(quarantine.reason)")
        } else if !desk.isJSON {
            desk.printRaw(text)
        }
        if !dryRun {
            request.dryRun = false
            request.expectedRevision = answer.segment?.revision
            answer = try await client.update(request, Questions.options(project))
        }
        let segment = answer.segment ?? EvaluationV1.Segment(name: name)
        if desk.isJSON {
            let more = [
                ("updated", JSONText.bool(!dryRun)), ("diff", json),
                ("warnings", SegmentCommand.json(answer.warnings)),
            ]
            desk.print(.object(SegmentCommand.fields(segment) + more))
        } else {
            SegmentCommand.say(answer.warnings, desk)
            desk.say(
                dryRun
                    ? "nothing is changed; \(name) is at version \(segment.version)"
                    : "\(name) is at version \(segment.version) now"
            )
        }
    }

    private static func page(_ answer: EvaluationV1.UpdateResponse, _ ink: Ink)
        -> (text: String, json: JSONText)
    {
        if let live = answer.liveDiff {
            let page = LiveDiffPage(diff: live)
            return (page.text(ink), page.json)
        }
        let page = DiffPage(diff: answer.diff ?? EvaluationV1.DiffResponse())
        return (page.text(ink), page.json)
    }
}

/// `shoal segment diff`.
struct DiffCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Who is in one and not in the other, and the conditions that make it so.",
        discussion: """
            Each side is a saved segment's name or a file with a definition: what has a `/` or \
            ends in .yaml, .yml or .json is a file. Exits with 2 when the sets differ.
            """
    )

    @Argument(help: "The one.")
    var before: String
    @Argument(help: "The other.")
    var after: String
    @Option(help: "How many users to show on each side; at most 1000.")
    var sample: UInt32 = 5
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let request = EvaluationV1.DiffRequest(
            before: try Self.subject(before, desk),
            after: try Self.subject(after, desk),
            atMs: try question.instant(),
            sample: sample,
            freshness: question.freshness.wire
        )
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let answer = try await suite.segments().diff(request, question.options(project))
        let page = DiffPage(diff: answer)
        if desk.isJSON {
            desk.print(page.json)
        } else {
            desk.printRaw(page.text(desk.ink))
        }
        if answer.entering + answer.leaving > 0 { throw Ending(code: .no) }
    }

    private static func subject(_ text: String, _ desk: Desk) throws -> EvaluationV1.Subject {
        var which = SubjectOptions()
        let isFile =
            text.contains("/") || [".yaml", ".yml", ".json"].contains(where: text.hasSuffix)
        (which.name, which.definition) = isFile ? (nil, text) : (text, nil)
        return try which.subject(desk).subject
    }
}

/// `shoal segment clone`.
struct CloneCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "clone",
        abstract: "Save a copy of a segment, or of one of its versions, under another name."
    )

    @Argument(help: "The segment's name.")
    var name: String
    @Argument(help: "The copy's name.")
    var newName: String
    @Option(help: "Which version; else the newest.")
    var version: UInt32?
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let request = EvaluationV1.CloneRequest(name: name, newName: newName, version: version)
        let answer = try await suite.segments().clone(request, Questions.options(project))
        let segment = answer.segment ?? EvaluationV1.Segment(name: newName)
        if desk.isJSON {
            desk.print(.object(SegmentCommand.fields(segment)))
        } else {
            desk.print("\(segment.name): \(segment.sentence ?? "")")
        }
    }
}

/// `shoal segment versions`.
struct VersionsCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "What a segment has meant, version by version."
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
        let client = try await suite.segments()
        var request = EvaluationV1.VersionsRequest(name: name)
        var table = Table([("VERSION", .right), ("SINCE", .left), ("MEANING", .left)])
        while true {
            let page = try await client.versions(request, Questions.options(project))
            for (segment, sinceMs) in zip(page.versions, page.sinceMs) {
                if desk.isJSON {
                    let yaml = try Self.yaml(segment)
                    let more = [("since", UserCommand.json(sinceMs)), ("yaml", .text(yaml))]
                    desk.print(.object(SegmentCommand.fields(segment) + more))
                } else {
                    let mark = SegmentCommand.mark(segment)
                    table.add([
                        "\(segment.version)", UserCommand.instant(sinceMs),
                        (segment.sentence ?? "") + mark,
                    ])
                }
            }
            guard page.more, let last = page.versions.last else { break }
            request.afterVersion = last.version
        }
        if !desk.isJSON { desk.print(table) }
    }

    private static func yaml(_ segment: EvaluationV1.Segment) throws -> String {
        if let live = segment.live {
            return try SegmentFile.yaml(
                live,
                name: segment.name,
                description: segment.description
            )
        }
        return try DefinitionFile.yaml(
            segment.definition ?? SegmentV1.Definition(),
            name: segment.name,
            description: segment.description
        )
    }
}

/// `shoal segment lint`.
struct LintCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "What a definition says that is probably not meant: exit 2 when there is any.",
        discussion: """
            Names nobody has seen (with the nearest), values of another type, conditions that \
            stand twice, contradict or complete each other, parts that hold for nobody or \
            everybody, and windows before the first or behind the last of their events.
            """
    )

    @OptionGroup var which: SubjectOptions
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let (subject, title) = try which.subject(desk)
        let request = EvaluationV1.LintRequest(
            subject: subject,
            atMs: try question.instant(),
            freshness: question.freshness.wire
        )
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let answer = try await suite.segments().lint(request, question.options(project))
        if desk.isJSON {
            desk.print(
                .object([
                    ("segment", .text(title)), ("users", .unsigned(answer.users)),
                    ("universe", .unsigned(answer.universe)),
                    ("warnings", SegmentCommand.json(answer.warnings)),
                ])
            )
        } else {
            for warning in answer.warnings {
                let hint = warning.hint.map { " (\($0))" } ?? ""
                desk.print(PlainText.line("\(warning.place): \(warning.message)\(hint)"))
            }
            if answer.warnings.isEmpty { desk.say("\(title): nothing found") }
        }
        if !answer.warnings.isEmpty { throw Ending(code: .no) }
    }
}
