// `shoal demo`: the whole suite shown on made-up data, from nothing to answers.

import ArgumentParser
import Basics
import Chassis
import Messages
import Segments

/// Starts a suite, fills it, asks it four questions.
struct DemoCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start a suite with a made-up shop and music app, and ask four questions."
    )

    @Flag(help: "Stop after the answers instead of staying up.")
    var once = false
    @Option(help: "The data folder; else a fresh one in the temporary folder.")
    var data: String?
    @Option(help: "Users in all.")
    var users = 20_000
    @Option(help: "Events in all.")
    var events = 1_000_000
    @Option(help: "Another seed, other data.")
    var seed: UInt64 = 1
    @OptionGroup var up: UpOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }
    var stopsInOrder: Bool { true }

    mutating func validate() throws {
        guard (10...10_000_000).contains(users) else {
            throw ValidationError("--users takes 10 to 10,000,000")
        }
        guard (0...1_000_000_000).contains(events) else {
            throw ValidationError("--events takes 0 to 1,000,000,000")
        }
    }

    func run(_ desk: Desk) async throws {
        let outside = desk.outside
        let fresh =
            "\(outside.temporaryFolder)/shoal-demo-\(outside.processID)-"
            + String(outside.seed % 0xFFFF_FFFF, radix: 36)
        let folder = data.map(desk.absolute) ?? fresh
        desk.say("Starting a suite in \(folder) …")
        let house = try await LocalSuite(folder, up, desk)
        let work = self
        try await house.live { suite in
            try await house.tell(suite)
            try await work.show(suite, house, desk)
            guard !work.once else { return }
            desk.say(Self.invitation(folder))
            try await desk.clock.sleep(untilMonotonicNs: .max)
        }
        if once, data == nil { try FolderRemoval(disk: desk.disk).remove(fresh) }
        desk.say("Stopped.")
    }

    private func show(_ suite: Suite, _ house: LocalSuite, _ desk: Desk) async throws {
        var truths: [DemoTruth] = []
        for app in DemoApp.allCases {
            guard let project = ProjectName(app.rawValue) else { continue }
            _ = try await suite.create(project, zone: nil)
            truths.append(try await fill(app, suite, desk))
        }
        let client = try await suite.segments()
        var isRight = true
        for segment in DemoSegment.allCases {
            let expected = truths.compactMap { $0.count(segment) }.first
            isRight = try await ask(segment, client, expected: expected, desk) && isRight
        }
        try await tellMemory(suite, house, desk)
        guard isRight else {
            throw CommandError(
                .internalError,
                "demo",
                "an answer is not what the generated data say",
                hint: "please report it with the seed \(seed)"
            )
        }
    }

    /// Makes and imports the data of an app.
    private func fill(_ app: DemoApp, _ suite: Suite, _ desk: Desk) async throws -> DemoTruth {
        let isLast = app == DemoApp.allCases.last
        func part(_ all: Int) -> Int {
            let first = all * DemoApp.shop.percent / 100
            return isLast ? all - first : first
        }
        var data = DemoImport(app, users: part(users), events: part(events), seed: seed)
        let clock = desk.clock
        let startNs = clock.monotonicNs
        var printer = ProgressPrinter(desk)
        let whole = data.whole
        try await data.run(try await suite.ingestion(), clock: clock) { count in
            let seconds = Double(clock.monotonicNs - startNs) / 1e9
            printer.show(
                ProgressLine(
                    title: app.rawValue,
                    done: count,
                    whole: whole,
                    count: count,
                    countedHere: count,
                    seconds: seconds
                )
            )
        }
        printer.end()
        let seconds = Double(clock.monotonicNs - startNs) / 1e9
        let rate = Double(data.tally.records) / max(seconds, 1e-9)
        if desk.isJSON {
            desk.print(
                .object([
                    ("imported", .text(app.rawValue)), ("seed", .unsigned(seed)),
                    ("records", .int(data.tally.records)), ("accepted", .int(data.tally.accepted)),
                    ("duplicates", .int(data.tally.duplicates)), ("seconds", .double(seconds)),
                    ("records_per_second", .int(Int(rate))),
                ])
            )
        } else {
            desk.print(
                "\(app.rawValue): \(Quantity.count(data.tally.records)) records (seed \(seed)) in "
                    + "\(Quantity.duration(seconds: seconds)), \(Quantity.rate(rate))"
            )
        }
        desk.flush()
        return data.truth
    }

    /// Creates and answers one segment.
    ///
    /// - Returns: whether the answer is the expected one, and neither nobody nor everybody.
    private func ask(
        _ segment: DemoSegment,
        _ client: EvaluationV1_SegmentsClient,
        expected: Int?,
        _ desk: Desk
    ) async throws -> Bool {
        guard let project = ProjectName(segment.app.rawValue) else { return false }
        let options = Questions.options(project)
        let saved = try await save(segment, client, options)
        let subject = EvaluationV1.Subject(kind: .segment(segment.rawValue))
        let at = DemoWords.end.ms
        let startNs = desk.clock.monotonicNs
        let count = try await client.count(
            EvaluationV1.CountRequest(subject: subject, atMs: at),
            options
        )
        let seconds = Double(desk.clock.monotonicNs - startNs) / 1e9
        let sample = try await client.sample(
            EvaluationV1.SampleRequest(subject: subject, atMs: at, size: 5),
            options
        )
        let who = sample.users.joined(separator: ", ")
        let isUsual = users >= 20_000 && events >= 1_000_000
        let isRight =
            UInt64(expected ?? 0) == count.users
            && (!isUsual || (count.users > 0 && count.users < count.universe))
        if desk.isJSON {
            desk.print(
                .object([
                    ("segment", .text(segment.rawValue)), ("project", .text(project.text)),
                    ("users", .unsigned(count.users)), ("universe", .unsigned(count.universe)),
                    ("expected", .int(expected ?? 0)), ("at", .text(DemoWords.end.rfc3339)),
                    ("sample", .list(sample.users.map { .text($0) })),
                    ("sentence", .text(saved.sentence ?? "")), ("took_us", .unsigned(count.tookUs)),
                    ("seconds", .double(seconds)),
                ])
            )
        } else {
            desk.print(
                """

                \(project.text)/\(segment.rawValue)
                  \(saved.sentence ?? "")
                  \(Quantity.count(count.users)) of \(Quantity.count(count.universe)) users \
                (\(Quantity.share(count.users, of: count.universe))) \
                as of \(DemoWords.end.rfc3339), \
                answered in \(Quantity.duration(seconds: seconds)); a naive count of the generated \
                events says \(expected.map { Quantity.count($0) } ?? "?")
                  \(sample.users.isEmpty ? "nobody" : "for instance " + who)
                """
            )
        }
        desk.flush()
        return isRight
    }

    private func save(
        _ segment: DemoSegment,
        _ client: EvaluationV1_SegmentsClient,
        _ options: CallOptions
    ) async throws -> EvaluationV1.Segment {
        let file = try DefinitionFile(segment.yaml, path: segment.rawValue)
        let request = EvaluationV1.CreateRequest(
            name: segment.rawValue,
            description: file.document.description,
            definition: try file.wire()
        )
        do throws(Fault) {
            let answer = try await client.create(request, options)
            return answer.segment ?? EvaluationV1.Segment(name: segment.rawValue)
        } catch {
            // A second demo in the same folder finds the first one's segments.
            guard error.code == .alreadyExists else { throw error }
            let known = EvaluationV1.GetSegmentRequest(name: segment.rawValue)
            let answer = try await client.get(known, options)
            return answer.segment ?? EvaluationV1.Segment(name: segment.rawValue)
        }
    }

    private func tellMemory(_ suite: Suite, _ house: LocalSuite, _ desk: Desk) async throws {
        let running = house.supervisor.snapshot
        let bytes = try await house.memory(suite, running)
        if desk.isJSON {
            let fields = zip(running.instances, bytes).map { ($0.name, JSONText.unsigned($1)) }
            desk.print(.object([("resident_bytes", .object(fields))]))
        } else {
            desk.print("\nMemory with these data, at rest:")
            for (instance, bytes) in zip(running.instances, bytes) {
                desk.print("  \(instance.name): \(Quantity.bytes(bytes))")
            }
        }
        desk.flush()
    }

    private static func invitation(_ folder: String) -> String {
        """

        The suite stays up until Ctrl-C. In another terminal:
          export SHOAL_DATA=\(folder)
          shoal status
          shoal segment list --project shop
          shoal segment members launched-lately --project shop --at 2025-07-01 --limit 10
          shoal segment show facebook-april-lapsed --project shop
        """
    }
}
