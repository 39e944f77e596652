// `shoal segment backtest`: who would have entered when, had the segment been there.

import ArgumentParser
import Basics
import Messages
import Segments
import Wire

/// Plays a segment over the past.
struct BacktestCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Who would have entered it when, over a stretch of the past.",
        discussion: """
            Of a live segment, or of a condition, which users enter when it comes true and leave \
            when it holds no more. Event time is taken as log time, and imported events count like \
            others. What happened before --from is known, and starts no timer. Lines are by \
            partition and user, those of one user in order.
            """
    )
    private static let pageMax: UInt32 = 5_000
    private static let pageBytes: UInt32 = 1 << 20

    @Argument(help: "A segment's name, a file (- for standard input), or a sentence.")
    var segment: String
    @Option(help: "The first instant: RFC 3339, or a date for its midnight in UTC.")
    var from: String
    @Option(help: "The instant behind the last one; else now.")
    var to: String?
    @Flag(help: "Only each user's first entry.")
    var first = false
    @Flag(help: "Only how many users would have entered.")
    var count = false
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.segments()
        var request = EvaluationV1.BacktestRequest(
            kind: try kind(desk),
            fromMs: try InstantOption.read(from, of: "--from").ms,
            toMs: try to.map { (text) throws(CommandError) in
                try InstantOption.read(text, of: "--to").ms
            } ?? desk.clock.now.ms,
            limit: Self.pageMax
        )
        var options = Questions.options(project)
        options.maxReplyBytes = Self.pageBytes
        var (users, last): (UInt64, String?) = (0, nil)
        repeat {
            let page = try await client.backtest(request, options)
            for change in page.changes {
                let isFirst = change.kind == .entered && change.userID != last
                if isFirst {
                    users += 1
                    last = change.userID
                }
                if !count, isFirst || !first { Self.print(change, desk) }
            }
            try desk.deliver()
            request.cursor = page.nextCursor
        } while request.cursor != nil
        if count {
            if desk.isJSON {
                desk.print(.object([("segment", .text(segment)), ("users", .unsigned(users))]))
            } else {
                desk.print("\(users)")
            }
        }
    }

    /// A file or a sentence, else the name of a segment.
    private func kind(_ desk: Desk) throws -> EvaluationV1.BacktestRequest.Kind {
        let isText = segment == "-" || segment.contains(" ")
        guard try isText || desk.disk.exists(desk.absolute(segment)) else {
            return .segment(segment)
        }
        switch try SegmentFile(segment, desk: desk) {
        case .condition(let file): return .definition(try file.wire())
        case .live(let document): return .live(try LiveCoding.encode(document.definition))
        }
    }

    private static func print(_ change: EvaluationV1.BacktestChange, _ desk: Desk) {
        let at = Timestamp(ms: change.atMs).rfc3339
        let kind = MembershipWords.kind(change.kind)
        if desk.isJSON {
            desk.print(
                .object([
                    ("user_id", .text(change.userID)), ("kind", .text(kind)), ("at", .text(at)),
                    ("occurrence", .int(Int(change.occurrence))),
                    ("member", .bool(change.member)),
                ])
            )
        } else {
            desk.print(PlainText.line("\(at)  \(kind)  \(change.userID)"))
        }
    }
}

/// What happens to memberships, in words.
enum MembershipWords {
    static func kind(_ kind: EvaluationV1.MembershipKind) -> String {
        switch kind {
        case .entered: "entered"
        case .left: "left"
        case .retracted: "retracted"
        case .corrected: "corrected"
        case .erased: "erased"
        case .unspecified: "unknown"
        }
    }

    static func cause(_ cause: EvaluationV1.MembershipCause) -> String {
        switch cause {
        case .record: "record"
        case .timer: "timer"
        case .definition: "definition"
        case .correction: "correction"
        case .unspecified: "unknown"
        }
    }
}
