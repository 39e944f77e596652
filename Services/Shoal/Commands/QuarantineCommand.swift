// `shoal quarantine`: records that are set aside, since evaluators ended while they handled them.

import ArgumentParser
import Basics
import Messages

/// The group of commands.
struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Records that evaluators ended by: list and show them, take them in again.",
        discussion: """
            A record by which an evaluator has ended three times is set aside: it stays in the \
            log, but answers and feeds are without it and say so, and everything else goes on. \
            Tell us about it; a build that can handle it takes it in again with `retry`.
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

    /// How many records are set aside; nil when ingestion does not say.
    func quarantinedCount() async -> UInt32? {
        do {
            return try await quarantine().quarantined(
                IngestionV1.QuarantinedRequest(limit: 1),
                CallOptions(timeoutMs: Self.shortMs)
            ).count
        } catch {
            // An ingestion that does not answer is told of elsewhere.
            return nil
        }
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
        abstract: "List the records that are set aside, by partition and place."
    )

    @Flag(help: "Also those that were taken in again.")
    var all = false
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let records = try await place.suite(desk).quarantined(withRetried: all)
        guard !desk.isJSON else {
            for record in records { desk.print(record.json) }
            return
        }
        guard !records.isEmpty else { return desk.say("nothing is set aside") }
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
        abstract: "Show a record that is set aside, with what it says and whose it is."
    )

    @Argument(help: "The partition, as `list` tells it.")
    var partition: UInt32
    @Argument(help: "The offset.")
    var offset: UInt64
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let answer = try await place.suite(desk).quarantine().showQuarantined(
            IngestionV1.ShowQuarantinedRequest(partition: partition, offset: offset),
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
        abstract: "Take records in again that are set aside, as after an upgrade.",
        discussion: """
            A record stands at the end of the log then, with its own instant: its user is as \
            if it had never been set aside, and nothing fires by it. One by which an evaluator \
            still ends is set aside again, at its new place. With --all the others are taken in \
            where one cannot be.
            """
    )

    @Argument(help: "The partition, as `list` tells it.")
    var partition: UInt32?
    @Argument(help: "The offset.")
    var offset: UInt64?
    @Flag(help: "All that are set aside.")
    var all = false
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard all ? partition == nil : offset != nil else {
            throw ValidationError("name a partition and an offset, or --all")
        }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
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
        guard refused == 0 else {
            throw CommandError(
                .no,
                "quarantine retry",
                "\(refused) of \(places.count) records were not taken in again",
                hint: "`shoal quarantine list` tells which are set aside"
            )
        }
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
