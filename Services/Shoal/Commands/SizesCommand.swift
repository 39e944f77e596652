// `shoal segment sizes`: the sizes of all saved segments, or of some, in one question.

import ArgumentParser
import Basics
import Messages

/// How many users are in each of many segments.
struct SizesCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "sizes",
        abstract: "How many users are in each of the saved segments.",
        discussion: """
            All of them, or those named. Up to 1,000 are one question: exact at one instant and \
            one place in the log, with what they have in common evaluated once. More are asked in \
            several, as of the same instant.
            """
    )
    private static let pageMax: UInt32 = 1_000
    private static let replyBytes: UInt32 = 512 << 10

    @Argument(help: "The segments' names; none: all that are not archived.")
    var names: [String] = []
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.segments()
        var options = question.options(project)
        options.maxReplyBytes = Self.replyBytes
        let names = names.isEmpty ? try await Self.all(client, options) : names
        var at = try question.instant()
        var table = Table([
            ("SEGMENT", .left), ("USERS", .right), ("SHARE", .right), ("OF", .right),
        ])
        for first in stride(from: 0, to: names.count, by: Int(Self.pageMax)) {
            let page = names[first..<min(first + Int(Self.pageMax), names.count)]
            let answer = try await client.sizes(
                EvaluationV1.SizesRequest(
                    subjects: page.map { EvaluationV1.Subject(kind: .segment($0)) },
                    atMs: at,
                    freshness: question.freshness.wire
                ),
                options
            )
            at = answer.exactness?.atMs ?? at
            if first == 0 { desk.warn(of: answer.exactness) }
            for (name, size) in zip(page, answer.sizes) {
                table.add([
                    name, Quantity.count(size.users), Quantity.share(size.users, of: size.universe),
                    Quantity.count(size.universe),
                ])
                if desk.isJSON { desk.print(Self.json(name, size, at)) }
            }
            if desk.isJSON {
                desk.print(Self.json(answer, count: page.count))
            } else {
                Self.say(answer, count: page.count, desk)
            }
        }
        if !desk.isJSON { desk.print(table) }
    }

    /// The names of all that can be asked about, in their order.
    private static func all(_ client: EvaluationV1_SegmentsClient, _ options: CallOptions)
        async throws -> [String]
    {
        var names: [String] = []
        var request = EvaluationV1.ListSegmentsRequest(limit: pageMax)
        while true {
            let page = try await client.list(request, options)
            names += page.segments.filter { $0.quarantined == nil }.map(\.name)
            guard page.more, let last = page.segments.last else { return names }
            request.afterName = last.name
        }
    }

    private static func say(_ answer: EvaluationV1.SizesResponse, count: Int, _ desk: Desk) {
        let work = answer.work ?? EvaluationV1.SharedWork()
        desk.say(
            "\(Quantity.count(UInt64(count))) segments with \(Quantity.count(work.asked)) parts,"
                + " \(Quantity.count(work.distinct)) of them different, each evaluated once;"
                + " \(Quantity.count(work.leavesDistinct)) of"
                + " \(Quantity.count(work.leavesAsked)) conditions read"
        )
    }

    private static func json(_ name: String, _ size: EvaluationV1.SegmentSize, _ at: Int64?)
        -> JSONText
    {
        .object([
            ("segment", .text(name)), ("users", .unsigned(size.users)),
            ("universe", .unsigned(size.universe)), ("at", UserCommand.json(at)),
        ])
    }

    private static func json(_ answer: EvaluationV1.SizesResponse, count: Int) -> JSONText {
        let work = answer.work ?? EvaluationV1.SharedWork()
        return .object([
            ("segments", .int(count)), ("asked", .unsigned(work.asked)),
            ("distinct", .unsigned(work.distinct)), ("leaves_asked", .unsigned(work.leavesAsked)),
            ("leaves_distinct", .unsigned(work.leavesDistinct)),
            ("evaluated", .unsigned(work.evaluated)),
            ("leaves_evaluated", .unsigned(work.leavesEvaluated)),
            ("passes", .unsigned(work.passes)), ("sets_kept", .unsigned(work.setsKept)),
            ("memory_bytes", .unsigned(work.memoryBytes)), ("took_us", .unsigned(answer.tookUs)),
        ])
    }
}
