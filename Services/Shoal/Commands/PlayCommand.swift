// `shoal play`: stories of segments and users, played to see whether what they say holds.

import ArgumentParser
import Basics
import Chassis
import Messages
import Segments
import Stories

/// Plays stories.
struct PlayCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Play stories: what users do, and who must then be in which segment.",
        discussion: """
            A story is NDJSON (.ndjson) or YAML (.story.yaml); see Shared/Stories. It is played \
            over the whole suite in this process, under the story's own time; with --engine on \
            the engine alone; with --address or --data on a running suite, in a project that \
            must be new, as imported history. Exits with 2 when something differs.
            """
    )
    /// A suite in one process is up within this.
    ///
    /// Unit: ms.
    static let readyMs: UInt64 = 30_000

    @Argument(help: "The stories; - is standard input, as NDJSON.")
    var files: [String]
    @Flag(help: "On the engine alone: no service, no disk.")
    var engine = false
    @Option(help: "The project to make in a running suite; else one named after the time.")
    var project: String?
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    private var isRemote: Bool { !place.address.isEmpty || place.data != nil }

    mutating func validate() throws {
        if engine, isRemote { throw ValidationError("--engine needs no suite: leave one out") }
        if project != nil, !isRemote {
            throw ValidationError("--project is for a running suite: add --address or --data")
        }
        if project != nil, files.count > 1 {
            throw ValidationError("--project is for one story: each needs a project of its own")
        }
    }

    func run(_ desk: Desk) async throws {
        // All are read first: a wrong line in the last is told before the first is played.
        let stories = try files.map { try StoryFile($0, desk: desk) }
        var differing = 0
        for (number, file) in stories.enumerated() {
            let differences: [Difference]
            do {
                differences = try await play(file.story, number: number, desk)
            } catch let problem as StoryProblem {
                throw CommandError(problem: problem, path: file.path)
            }
            if !differences.isEmpty { differing += 1 }
            tell(file, differences, desk)
        }
        if differing > 0 { throw Ending(code: .no) }
    }

    private func play(_ story: Story, number: Int, _ desk: Desk) async throws -> [Difference] {
        if engine { return try await story.play(on: EngineStage(zone: story.zone)) }
        if isRemote { return try await playRemotely(story, number: number, desk) }
        guard let open = desk.openSuite else {
            throw CommandError(
                .usage,
                "play story",
                "this program has no suite of its own",
                hint: "add --engine, or --address of a running suite"
            )
        }
        let outside = desk.outside
        let folder =
            "\(outside.temporaryFolder)/shoal-play-\(outside.processID)-\(number)-"
            + String(outside.seed % 0xFFFF_FFFF, radix: 36)
        // A little before the first line: projects and owners are there when it comes.
        let start = (story.steps.first?.at ?? .earliest) - 1_000
        let staged = try await open(outside, folder, start)
        let outcome: Result<[Difference], any Error>
        do {
            outcome = .success(try await play(story, on: staged))
        } catch {
            outcome = .failure(error)
        }
        await staged.close()
        try FolderRemoval(disk: desk.disk).remove(folder)
        return try outcome.get()
    }

    private func play(_ story: Story, on staged: any SuiteOnStage) async throws -> [Difference] {
        let suite = try Suite(
            registry: [staged.registryAddress],
            data: nil,
            outside: staged.outside
        )
        let project = try ProjectOptions.checked("story")
        try await Readiness(suite: suite).wait(staged.addresses, timeoutMs: Self.readyMs)
        _ = try await suite.create(project, zone: story.zone.name)
        let consumer = StoryConsumer(suite: suite, project: project)
        return try await story.play(
            on: WireStage(suite: suite, project: project, hearing: .live(staged, consumer))
        )
    }

    private func playRemotely(_ story: Story, number: Int, _ desk: Desk) async throws
        -> [Difference]
    {
        let suite = try place.suite(desk)
        let named = project ?? "story-\(desk.clock.now.ms)-\(number)"
        let name = try ProjectOptions.checked(named)
        guard try await !suite.projects().contains(where: { $0.name == name.text }) else {
            throw CommandError(
                .badData,
                "play story",
                "the project is there already, with users of its own",
                place: name.text,
                hint: "a story needs a project that is new: leave --project out"
            )
        }
        _ = try await suite.create(name, zone: story.zone.name)
        let backtest = StoryBacktest(suite: suite, project: name)
        return try await story.play(
            on: WireStage(
                suite: suite,
                project: name,
                hearing: .history(importID: "story", RisingLine(), backtest)
            )
        )
    }

    private func tell(_ file: StoryFile, _ differences: [Difference], _ desk: Desk) {
        let checks = file.story.steps.count { $0.act.isQuestion }
        if desk.isJSON {
            desk.print(
                .object([
                    ("file", .text(file.path)), ("story", .text(file.story.title ?? "")),
                    ("checks", .int(checks)),
                    ("differences", .list(differences.map(Self.json))),
                ])
            )
            return
        }
        let title = file.story.title.map { ": \($0)" } ?? ""
        let sum =
            differences.isEmpty
            ? (checks == 1 ? "1 check holds" : "\(checks) checks hold")
            : (differences.count == 1 ? "1 difference" : "\(differences.count) differences")
        desk.print("\(file.path)\(title) – \(sum)")
        for line in differences.flatMap(\.lines) { desk.print("  " + line) }
    }

    private static func json(_ difference: Difference) -> JSONText {
        .object([
            ("line", .int(difference.line)), ("about", .text(difference.about)),
            ("expected", .text(difference.expected)), ("found", .text(difference.found)),
            ("explanation", .list(difference.explanation.map { .text($0) })),
        ])
    }
}

extension Story.Act {
    /// Whether something must hold here.
    fileprivate var isQuestion: Bool {
        switch self {
        case .check, .explain, .feed: true
        default: false
        }
    }
}
