// `shoal segment trend`: how a segment's size changed, over any range of time.

import ArgumentParser
import Basics
import Chassis
import Messages
import Segments

/// Tells a segment's size by hour, day, week or month.
struct TrendCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "trend",
        abstract: "How a segment's size changed, back to the first event.",
        discussion: """
            Every size is as of its instant and exact at one place in the log, also for a segment \
            that was created today. Points are the ends of the range, and every full hour or \
            midnight of the zone between them; at most 1,000.
            """
    )

    /// How far the points lie apart.
    enum Unit: String, ExpressibleByArgument, CaseIterable {
        case hour, day, week, month

        var wire: EvaluationV1.TrendUnit {
            switch self {
            case .hour: .hour
            case .day: .day
            case .week: .week
            case .month: .month
            }
        }
    }

    @OptionGroup var subject: SubjectOptions
    @Option(help: "The first point: RFC 3339, or a date; else the first event there is.")
    var from: String?
    @Option(help: "The last point: RFC 3339, or a date; else now.")
    var to: String?
    @Option(help: "How far the points between lie apart: hour, day, week or month.")
    var every = Unit.day
    @Option(help: "The zone of hours and midnights; else the definition's, else the project's.")
    var zone: String?
    @Option(help: "latest: with everything acknowledged; local: what the evaluators hold now.")
    var freshness = QuestionOptions.Freshness.latest
    @OptionGroup var chart: PlotOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let (subject, title) = try subject.subject(desk)
        let request = EvaluationV1.TrendRequest(
            subject: subject,
            fromMs: try Self.instant(from, "--from"),
            toMs: try Self.instant(to, "--to"),
            unit: every.wire,
            zone: zone,
            freshness: freshness.wire
        )
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let answer = try await suite.segments().trend(request, Questions.options(project))
        desk.warn(of: answer.exactness)
        let points = answer.points.map { point in
            Chart.Point(at: Timestamp(ms: point.atMs), value: point.users)
        }
        let zone = Zone(answer.zone) ?? .utc
        let isDrawn = try chart.draw(
            Chart(title: "\(title): users in it", content: .line(points, zone)),
            desk
        )
        guard !isDrawn else { return }
        if desk.isJSON {
            for point in answer.points { desk.print(Self.json(point)) }
            return
        }
        desk.print(Self.table(answer))
        if desk.outside.isTerminal {
            desk.say("\(title)  \(Sparkline.text(answer.points.map(\.users)))")
        }
    }

    static func instant(_ text: String?, _ option: String) throws(CommandError) -> Int64? {
        guard let text else { return nil }
        return try InstantOption.read(text, of: option).ms
    }

    private static func json(_ point: EvaluationV1.TrendPoint) -> JSONText {
        .object([
            ("at", .text(Timestamp(ms: point.atMs).rfc3339)), ("users", .unsigned(point.users)),
            ("universe", .unsigned(point.universe)),
        ])
    }

    /// The points with what a clock of the zone shows.
    static func table(_ answer: EvaluationV1.TrendResponse) -> Table {
        let zone = Zone(answer.zone) ?? .utc
        var table = Table([("AT (\(zone.name))", .left), ("USERS", .right), ("SHARE", .right)])
        for point in answer.points {
            let local = zone.local(Timestamp(ms: point.atMs)).rfc3339
            table.add([
                String(local.prefix(19).map { $0 == "T" ? " " : $0 }),
                Quantity.count(point.users),
                Quantity.share(point.users, of: point.universe),
            ])
        }
        return table
    }
}
