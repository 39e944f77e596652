// `shoal segment top`: live segments by how much happens in them, again and again.

import ArgumentParser
import Basics
import Chassis
import Messages

/// The busiest live segments.
struct TopCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Live segments by how much happens in them.",
        discussion: """
            How many users are in each, how often somebody entered and left in the last minute \
            and the last hour of log time, the minutes of the hour as bars, and who came last. The \
            busiest of the hour stand first. On a terminal it is drawn anew until Ctrl-C.
            """
    )
    private static let pageMax: UInt32 = 1_000
    /// Segments asked about at a time.
    private static let askedMax = 8
    private static let clear = "\u{1B}[H\u{1B}[J"

    @Argument(help: "The segments' names; none: all live ones.")
    var names: [String] = []
    @Flag(help: "Print it once.")
    var once = false
    @Option(help: "Seconds between two looks.")
    var every: UInt32 = 2
    @Option(help: "The most segments to show.")
    var limit: Int = 40
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard (1...3_600).contains(every) else {
            throw ValidationError("--every takes 1 to 3600 seconds")
        }
        guard limit > 0 else { throw ValidationError("--limit takes 1 or more") }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.segments()
        let options = Questions.options(project)
        while true {
            let names = names.isEmpty ? try await Self.live(client, options) : names
            let rows = try await Self.rows(names, client, options).prefix(limit)
            if desk.isJSON {
                for row in rows { desk.print(row.json) }
            } else {
                let isDrawnAnew = desk.outside.isOutputTerminal && !once
                if isDrawnAnew { desk.print(Self.clear) }
                desk.print(Self.table(rows))
            }
            try desk.deliver()
            guard !once else { return }
            let restNs = UInt64(every) * 1_000_000_000
            try await desk.clock.sleep(untilMonotonicNs: desk.clock.monotonicNs + restNs)
        }
    }

    /// One segment's activity.
    private struct Row: Sendable {
        let name: String
        let activity: EvaluationV1.ActivityResponse

        var minute: EvaluationV1.ActivityCount { activity.minutes.last ?? .init() }
        var entered: UInt64 { activity.minutes.reduce(0) { $0 + $1.entered } }
        var left: UInt64 { activity.minutes.reduce(0) { $0 + $1.left + $1.retracted } }

        var json: JSONText {
            .object([
                ("segment", .text(name)), ("members", .unsigned(activity.members)),
                ("entered_hour", .unsigned(entered)), ("left_hour", .unsigned(left)),
                ("at", .text(Timestamp(ms: activity.atMs).rfc3339)),
                ("minutes", .list(activity.minutes.map(Self.json))),
                ("hours", .list(activity.hours.map(Self.json))),
                (
                    "latest",
                    .list(
                        activity.latest.map { change in
                            .object([
                                ("user_id", .text(change.userID)),
                                ("kind", .text(MembershipWords.kind(change.kind))),
                                ("at", .text(Timestamp(ms: change.atMs).rfc3339)),
                            ])
                        }
                    )
                ),
            ])
        }

        private static func json(_ count: EvaluationV1.ActivityCount) -> JSONText {
            .object([
                ("from", .text(Timestamp(ms: count.fromMs).rfc3339)),
                ("entered", .unsigned(count.entered)), ("left", .unsigned(count.left)),
                ("retracted", .unsigned(count.retracted)),
            ])
        }
    }

    /// The names of all live segments.
    private static func live(_ client: EvaluationV1_SegmentsClient, _ options: CallOptions)
        async throws -> [String]
    {
        var names: [String] = []
        var request = EvaluationV1.ListSegmentsRequest(limit: pageMax)
        while true {
            let page = try await client.list(request, options)
            names += page.segments.filter { $0.live != nil }.map(\.name)
            guard page.more, let last = page.segments.last else { return names }
            request.afterName = last.name
        }
    }

    /// The busiest first.
    private static func rows(
        _ names: [String],
        _ client: EvaluationV1_SegmentsClient,
        _ options: CallOptions
    ) async throws -> [Row] {
        let rows = try await withThrowingTaskGroup(of: Row.self) { group in
            var rows: [Row] = []
            for (number, name) in names.enumerated() {
                if number >= askedMax, let row = try await group.next() { rows.append(row) }
                group.addTask {
                    let request = EvaluationV1.ActivityRequest(
                        subject: EvaluationV1.Subject(kind: .segment(name))
                    )
                    return Row(name: name, activity: try await client.activity(request, options))
                }
            }
            for try await row in group { rows.append(row) }
            return rows
        }
        return rows.sorted {
            ($1.entered + $1.left, $0.name) < ($0.entered + $0.left, $1.name)
        }
    }

    private static func table(_ rows: some Sequence<Row>) -> Table {
        var table = Table([
            ("SEGMENT", .left), ("MEMBERS", .right), ("IN/MIN", .right), ("OUT/MIN", .right),
            ("IN/H", .right), ("OUT/H", .right), ("LAST HOUR", .left), ("LATEST", .left),
        ])
        for row in rows {
            let minute = row.minute
            table.add([
                row.name, Quantity.count(row.activity.members), Quantity.count(minute.entered),
                Quantity.count(minute.left + minute.retracted), Quantity.count(row.entered),
                Quantity.count(row.left),
                Sparkline.text(row.activity.minutes.map { $0.entered + $0.left }, widthMax: 30),
                row.activity.latest.first.map { latest in
                    "\(latest.userID) \(MembershipWords.kind(latest.kind))"
                } ?? "",
            ])
        }
        return table
    }
}
