// `shoal events tail`: what users do, as the log takes it in.

import ArgumentParser
import Basics
import Messages

/// Everything about the events themselves.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Look at the events as they come in.",
        subcommands: [Tail.self]
    )

    /// `shoal events tail`.
    struct Tail: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print events as the log takes them in, until Ctrl-C.",
            discussion: """
                Without --from-start, --since or --no-follow only what comes from now on is \
                printed. Lines are in the order of log time within what was read at once. The log \
                is read from its start in any case, since only there it tells which user a \
                number stands for: on a large log the first line takes a while. The names of \
                500,000 users are remembered, those used last; others are shown by number. With \
                --user the one name is enough.
                """
        )
        /// Room of a page; a quarter of a client's usual budget would make 16 calls of it.
        private static let pageBytes: UInt32 = 1 << 20
        /// Longest wait of one call for news.
        private static let waitMs: UInt32 = 1_000

        @Option(help: "Only events of this name; may be given again.")
        var event: [String] = []
        @Option(help: "Only those of this user.")
        var user: String?
        @Option(help: "Only those with this value, as name=value; may be given again.")
        var `where`: [String] = []
        @Option(help: "Also earlier ones, that happened since: RFC 3339, or a date (UTC).")
        var since: String?
        @Flag(name: .customLong("from-start"), help: "Also earlier ones, all of them.")
        var fromStart = false
        @Flag(help: "Also changes of users' profiles.")
        var profiles = false
        @Flag(inversion: .prefixedNo, help: "Go on with what comes, until Ctrl-C.")
        var follow = true
        @Option(help: "End after so many lines.")
        var limit: Int?
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        mutating func validate() throws {
            guard limit ?? 1 > 0 else { throw ValidationError("--limit takes 1 or more") }
            guard `where`.allSatisfy({ $0.dropFirst().contains("=") }) else {
                throw ValidationError("--where takes name=value")
            }
        }

        func run(_ desk: Desk) async throws {
            let filter = try filter()
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let client = try await suite.ingestion()
            let ends = try await client.positions(
                IngestionV1.PositionsRequest(),
                CallOptions(timeoutMs: Suite.shortMs, project: project)
            ).positions
            let isOld = fromStart || since != nil || !follow
            var cursors = Dictionary(ends.map { ($0.partition, UInt64(0)) }) { first, _ in first }
            let starts = Dictionary(ends.map { ($0.partition, $0.nextOffset) }) { $1 }
            var reading = TailReading(project, user: user)
            var left = limit ?? .max
            while left > 0, follow || cursors.contains(where: { $0.value < starts[$0.key] ?? 0 }) {
                let page = try await client.fetch(
                    IngestionV1.FetchRequest(
                        cursors: cursors.sorted { $0.key < $1.key }.map {
                            IngestionV1.FetchCursor(partition: $0.key, nextOffset: $0.value)
                        },
                        maxBytes: Self.pageBytes,
                        waitMs: follow ? Self.waitMs : 0
                    ),
                    CallOptions(timeoutMs: Self.waitMs + 30_000, maxReplyBytes: 2 << 20)
                )
                var lines: [TailLine] = []
                for part in page.partitions {
                    cursors[part.partition] = part.nextOffset
                    for record in part.records {
                        guard let line = try reading.line(record, of: part.partition),
                            isOld || record.offset >= starts[part.partition] ?? 0,
                            filter.accepts(line)
                        else { continue }
                        lines.append(line)
                    }
                }
                // Partitions have no order among each other but that of log time.
                lines.sort { $0.place < $1.place }
                for line in lines.prefix(left) {
                    if desk.isJSON { desk.print(line.json) } else { desk.print(line.text) }
                }
                left -= min(lines.count, left)
                try desk.deliver()
            }
        }

        private func filter() throws(CommandError) -> TailFilter {
            var filter = TailFilter(events: Set(event), user: user, hasProfiles: profiles)
            for pair in `where` {
                guard let equals = pair.firstIndex(of: "=") else { continue }
                filter.values[String(pair[..<equals])] = String(
                    pair[pair.index(after: equals)...]
                )
            }
            if let since { filter.since = try InstantOption.read(since, of: "--since") }
            return filter
        }
    }
}
