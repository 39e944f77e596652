// `shoal segment watch`: who enters and leaves, as it happens.

import ArgumentParser
import Basics
import Messages
import Segments
import Wire

/// Prints a live segment's changes as they are told, until Ctrl-C.
struct WatchCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Print who enters and leaves it, as it happens, until Ctrl-C.",
        discussion: """
            It begins with a snapshot of who is in, and checks with every change that none is \
            missing and that its own copy of the members is the suite's. With --from-start the \
            changes since its version began are printed first; who was in then is not known, so \
            only that none is missing is checked.
            """
    )
    private static let pageMax: UInt32 = 5_000
    private static let pageBytes: UInt32 = 1 << 20
    private static let waitMs: UInt32 = 5_000

    @Argument(help: "The segment's name.")
    var name: String
    @Flag(name: .customLong("from-start"), help: "Also the changes since its version began.")
    var fromStart = false
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
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.feed()
        var options = Questions.options(project)
        options.maxReplyBytes = Self.pageBytes
        let ends = try await suite.ingestion().positions(
            IngestionV1.PositionsRequest(),
            CallOptions(timeoutMs: Suite.shortMs, project: project)
        ).positions
        var copies: [UInt32: FeedCopy] = [:]
        for end in ends {
            copies[end.partition] =
                fromStart
                ? FeedCopy(from: .init(partition: end.partition), members: nil)
                : try await snapshot(of: end.partition, client, options)
        }
        var left = limit ?? .max
        while left > 0 {
            let request = EvaluationV1.ChangesRequest(
                segment: name,
                cursors: copies.values.map(\.cursor).sorted { $0.partition < $1.partition },
                waitMs: follow ? Self.waitMs : 0,
                limit: Self.pageMax
            )
            let answer = try await client.changes(request, options)
            if answer.partitions.isEmpty, !follow {
                guard answer.unavailable.isEmpty else { throw Self.partial(answer) }
                return
            }
            var pages: [EvaluationV1.PartitionChanges] = []
            for page in answer.partitions {
                guard let partition = page.cursor?.partition, var copy = copies[partition] else {
                    continue
                }
                let page = copy.named(page)
                pages.append(page)
                if try copy.take(page) {
                    copies[partition] = copy
                } else {
                    copies[partition] = try await snapshot(of: partition, client, options)
                }
            }
            let lines = Self.lined(pages)
            for line in lines.prefix(left) { print(line.change, line.partition, desk) }
            left -= min(lines.count, left)
            try desk.deliver()
        }
    }

    /// What was told is not all there is: somebody did not answer.
    private static func partial(_ answer: EvaluationV1.ChangesResponse) -> Fault {
        let partitions = answer.unavailable.sorted().map { "\($0)" }.joined(separator: ", ")
        return Fault.unavailable(
            "not everything was told",
            place: "partition \(partitions)",
            hint: "its evaluator does not answer, or it is being taken over: ask again"
        )
    }

    /// Changes as they are printed: of a partition in their order, among partitions by log time.
    ///
    /// Where time alone brings changes about, log times within a partition may go back; what comes
    /// behind a later one is as late.
    static func lined(_ pages: [EvaluationV1.PartitionChanges])
        -> [(change: EvaluationV1.MembershipChange, partition: UInt32)]
    {
        let lines = pages.flatMap { page in
            var latestMs = Int64.min
            let partition = page.cursor?.partition ?? 0
            return page.changes.map { change in
                latestMs = max(latestMs, change.logTimeMs)
                return (change: change, partition: partition, logTimeMs: latestMs)
            }
        }
        return lines.sorted { one, other in
            (one.logTimeMs, one.partition, one.change.sequence)
                < (other.logTimeMs, other.partition, other.change.sequence)
        }.map { ($0.change, $0.partition) }
    }

    private func snapshot(
        of partition: UInt32,
        _ client: EvaluationV1_FeedClient,
        _ options: CallOptions
    ) async throws -> FeedCopy {
        var copy = FeedCopy(partition: partition)
        var request = EvaluationV1.SnapshotRequest(
            segment: name,
            partition: partition,
            limit: Self.pageMax
        )
        while true {
            let page = try await client.snapshot(request, options)
            try copy.take(page)
            guard let next = page.next else { return copy }
            request.snapshot = page.snapshot
            request.from = next
        }
    }

    private func print(_ change: EvaluationV1.MembershipChange, _ partition: UInt32, _ desk: Desk) {
        let at = Timestamp(ms: change.atMs).rfc3339
        let kind = MembershipWords.kind(change.kind)
        if desk.isJSON {
            desk.print(
                .object([
                    ("user_id", .text(change.userID)), ("kind", .text(kind)), ("at", .text(at)),
                    ("cause", .text(MembershipWords.cause(change.cause))),
                    ("occurrence", .int(Int(change.occurrence))),
                    ("member", .bool(change.member)), ("partition", .int(Int(partition))),
                    ("sequence", .unsigned(change.sequence)),
                    ("position", .unsigned(change.position)),
                    ("log_time", .text(Timestamp(ms: change.logTimeMs).rfc3339)),
                ])
            )
        } else {
            desk.print(PlainText.line("\(at)  \(kind)  \(change.userID)"))
        }
    }
}
