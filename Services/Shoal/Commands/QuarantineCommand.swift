// `shoal quarantine`: records that are set aside and segments that are not followed, since
// evaluators ended while they handled them.

import ArgumentParser
import Basics
import Messages

/// The group of commands.
struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Records and segments that evaluators ended by: list, show and retry them.",
        discussion: """
            A record by which an evaluator has ended three times is set aside: it stays in the \
            log, but answers and feeds are without it and say so, and everything else goes on. \
            A version of a segment by whose decisions one has ended three times is quarantined: \
            it is neither followed nor asked, nor is what uses it, until it has another \
            definition. Tell us about them; a build that can handle them takes them up again \
            with `retry`.
            """,
        subcommands: [
            QuarantineListCommand.self, QuarantineShowCommand.self, QuarantineRetryCommand.self,
        ]
    )

    static let options = CallOptions(timeoutMs: Suite.shortMs, maxReplyBytes: 2 << 20)
}

extension Suite {
    /// The door of records that are set aside.
    func quarantine() async throws -> IngestionV1_QuarantineClient {
        IngestionV1_QuarantineClient(try await caller(.ingestion))
    }

    /// All records that are set aside.
    func quarantined(withRetried: Bool = false) async throws -> [IngestionV1.QuarantinedRecord] {
        let client = try await quarantine()
        var request = IngestionV1.QuarantinedRequest(limit: 500, retried: withRetried)
        var records: [IngestionV1.QuarantinedRecord] = []
        while true {
            let page = try await client.quarantined(request, QuarantineCommand.options)
            records += page.records
            guard let next = page.nextCursor else { return records }
            request.cursor = next
        }
    }
}

extension Desk {
    /// Says that an answer lacks records that are set aside, where it does.
    func warn(of exactness: EvaluationV1.Exactness?) {
        let count = (exactness?.positions ?? []).reduce(0) { $0 + $1.leftOut }
        guard count > 0 else { return }
        let records = count == 1 ? "1 record that is" : "\(count) records that are"
        say("without \(records) set aside: `shoal quarantine list`")
    }
}

/// Lists them.
struct QuarantineListCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the records that are set aside, and the segments that are quarantined."
    )

    @Flag(help: "Also those that were taken in again, and versions that are over.")
    var all = false
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let records = try await suite.quarantined(withRetried: all)
        let segments = try await suite.quarantinedSegments(withOver: all)
        defer { desk.print(segments) }
        guard !desk.isJSON else {
            for record in records { desk.print(record.json) }
            return
        }
        guard !records.isEmpty else {
            if segments.isEmpty { desk.say("nothing is set aside or quarantined") }
            return
        }
        var table = Table([
            ("PARTITION", .right), ("OFFSET", .right), ("PROJECT", .left), ("WHAT", .left),
            ("TAKEN IN", .left), ("SET ASIDE", .left), ("WHY", .left),
        ])
        for record in records {
            let again = record.retriedOffset.map { "; in again at \($0)" } ?? ""
            table.add([
                "\(record.partition)", "\(record.offset)", record.project, record.what,
                Timestamp(ms: record.logTimeMs).rfc3339,
                Timestamp(ms: record.setAsideAtMs).rfc3339, record.reason + again,
            ])
        }
        desk.print(table)
    }
}

/// Shows one.
struct QuarantineShowCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a record that is set aside and whose it is, or a quarantined segment."
    )

    @Argument(help: "The partition, as `list` tells it.")
    var partition: UInt32?
    @Argument(help: "The offset.")
    var offset: UInt64?
    @Option(help: "A segment instead, every version of it that was quarantined.")
    var segment: String?
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard segment == nil ? offset != nil : partition == nil else {
            throw ValidationError("name a partition and an offset, or --segment")
        }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        if let segment {
            let project = try await project.name(desk, suite)
            let found = try await suite.quarantinedSegments(withOver: true).filter {
                $0.isOf(segment, in: project)
            }
            guard !found.isEmpty else {
                throw CommandError(
                    .notFound,
                    "quarantine show",
                    "no version of \(segment) was ever quarantined",
                    hint: "`shoal quarantine list` tells which are"
                )
            }
            for one in found { desk.print(one.json) }
            return
        }
        let answer = try await suite.quarantine().showQuarantined(
            IngestionV1.ShowQuarantinedRequest(partition: partition ?? 0, offset: offset ?? 0),
            QuarantineCommand.options
        )
        desk.print(
            .object([
                ("record", (answer.record ?? IngestionV1.QuarantinedRecord()).json),
                ("user_id", .text(answer.userID)),
                ("stored", try answer.stored.map { try UserExportLine($0).json } ?? .null),
            ])
        )
    }
}

/// Takes them in again.
struct QuarantineRetryCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Take records in and segments up again, as after an upgrade.",
        discussion: """
            A record stands at the end of the log then, with its own instant: its user is as \
            if it had never been set aside, and nothing fires by it. One by which an evaluator \
            still ends is set aside again, at its new place. A segment goes on as another \
            version with the same definition, and what was quarantined with it goes on, too; \
            consumers of its feed begin with a snapshot. With --all the others are taken in \
            where one cannot be.
            """
    )

    @Argument(help: "The partition, as `list` tells it.")
    var partition: UInt32?
    @Argument(help: "The offset.")
    var offset: UInt64?
    @Flag(help: "All that are set aside or quarantined.")
    var all = false
    @Option(help: "A segment instead.")
    var segment: String?
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard all || segment != nil ? partition == nil : offset != nil else {
            throw ValidationError("name a partition and an offset, --segment or --all")
        }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        if let segment {
            let project = try await project.name(desk, suite)
            return try await takeUp(segment, of: project, suite, desk)
        }
        let (refused, count) = try await takeIn(suite, desk)
        if all { try await takeUpAll(suite, desk) }
        guard refused == 0 else {
            throw CommandError(
                .no,
                "quarantine retry",
                "\(refused) of \(count) records were not taken in again",
                hint: "`shoal quarantine list` tells which are set aside"
            )
        }
    }

    /// What is quarantined only since it uses another goes on with that.
    private func takeUpAll(_ suite: Suite, _ desk: Desk) async throws {
        for isCause in [true, false] {
            for one in try await suite.quarantinedSegments()
            where (one.attempts > 0) == isCause {
                guard let version = one.version, let project = ProjectName(version.project) else {
                    continue
                }
                try await takeUp(version.segment, of: project, suite, desk)
            }
        }
    }

    private func takeUp(_ name: String, of project: ProjectName, _ suite: Suite, _ desk: Desk)
        async throws
    {
        guard let segment = try await suite.takeUp(name, of: project) else {
            return desk.say("\(name) is not quarantined")
        }
        guard !desk.isJSON else {
            return desk.print(.object(SegmentCommand.fields(segment)))
        }
        desk.say("\(name) goes on as version \(segment.version)")
    }

    /// Takes records in again.
    ///
    /// - Returns: how many were refused, of how many.
    private func takeIn(_ suite: Suite, _ desk: Desk) async throws -> (refused: Int, of: Int) {
        let client = try await suite.quarantine()
        var places = [(partition ?? 0, offset ?? 0)]
        if all { places = try await suite.quarantined().map { ($0.partition, $0.offset) } }
        var refused = 0
        for (partition, offset) in places {
            let answer: IngestionV1.RetryQuarantinedResponse
            do throws(Fault) {
                answer = try await client.retryQuarantined(
                    IngestionV1.RetryQuarantinedRequest(partition: partition, offset: offset),
                    QuarantineCommand.options
                )
            } catch {
                guard all, !error.isRetriable else { throw error }
                refused += 1
                desk.say("partition \(partition), offset \(offset): \(error)")
                continue
            }
            let record = answer.record ?? IngestionV1.QuarantinedRecord()
            guard !desk.isJSON else {
                desk.print(record.json)
                continue
            }
            desk.say("\(record.what) is in again at offset \(record.retriedOffset ?? 0)")
        }
        return (refused, places.count)
    }
}

extension IngestionV1.QuarantinedRecord {
    fileprivate var json: JSONText {
        .object([
            ("partition", .int(Int(partition))), ("offset", .unsigned(offset)),
            ("project", .text(project)), ("user_number", .int(Int(userNumber))),
            ("what", .text(what)), ("attempts", .int(Int(attempts))), ("by", .text(by)),
            ("reason", .text(reason)), ("taken_in_at", UserCommand.json(logTimeMs)),
            ("set_aside_at", UserCommand.json(setAsideAtMs)),
            ("retried_offset", retriedOffset.map { .unsigned($0) } ?? .null),
        ])
    }
}
