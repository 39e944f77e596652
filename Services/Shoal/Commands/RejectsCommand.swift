// `shoal rejects`: records that ingestion refused and keeps for a while.

import ArgumentParser
import Basics
import Messages
import Wire

/// The group of commands.
struct RejectsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract: "Records that were refused: list them, send them again, or forget them.",
        discussion: """
            Ingestion keeps what it refused for 30 days, the newest 10,000 records and 16 MiB of \
            each project. Lines that `shoal import` could not read never came so far: those are in \
            its --rejects FILE.
            """,
        subcommands: [
            RejectsListCommand.self, RejectsRetryCommand.self, RejectsDropCommand.self,
        ]
    )
    /// A page of records with their bytes.
    static let replyBytes: UInt32 = 4 << 20

    static func options(_ project: ProjectName) -> CallOptions {
        CallOptions(
            timeoutMs: Questions.timeoutMs,
            maxReplyBytes: replyBytes,
            project: project
        )
    }
}

/// Lists them.
struct RejectsListCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List refused records, the oldest first, each with its place and reason.",
        discussion: """
            With --json each has its record in the form that `shoal import` reads: to be mended by \
            a program and imported again.
            """
    )

    @Option(help: "Only those whose field or message has this text.")
    var reason: String?
    @Option(help: "So many at most.")
    var limit = 1_000
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes 1 or more") }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.ingestion()
        var request = IngestionV1.RejectedRequest(reason: reason)
        var table = Table([
            ("ID", .right), ("RECEIVED", .left), ("FROM", .left), ("USER", .left),
            ("EVENT", .left), ("WHERE", .left), ("WHY", .left),
        ])
        var left = limit
        var standing = IngestionV1.RejectedResponse()
        repeat {
            request.limit = UInt32(min(left, 500))
            standing = try await client.rejected(request, RejectsCommand.options(project))
            for record in standing.records {
                desk.isJSON ? desk.print(record.json) : table.add(record.row)
            }
            left -= standing.records.count
            request.cursor = standing.nextCursor
        } while request.cursor != nil && left > 0
        guard !desk.isJSON else { return }
        desk.printRaw(table.text)
        desk.say(
            "\(Quantity.count(standing.kept)) kept (\(Quantity.bytes(standing.keptBytes))), "
                + "\(Quantity.count(standing.dropped)) were dropped for room or age"
        )
    }
}

/// Sends them again.
struct RejectsRetryCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Send refused records through the same checks again; those that are in leave.",
        discussion: "Exit code 2: some were refused again, all others are in."
    )

    @Argument(help: "Their ids, as `shoal rejects list` tells them; none: all.")
    var ids: [UInt64] = []
    @Option(help: "Only those whose field or message has this text.")
    var reason: String?
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard ids.count <= 500 else { throw ValidationError("at most 500 ids; or give --reason") }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.ingestion()
        var request = IngestionV1.RetryRejectedRequest(ids: ids, reason: reason)
        var (accepted, duplicates, rejected) = (0, 0, 0)
        repeat {
            let answer = try await client.retryRejected(request, RejectsCommand.options(project))
            accepted += Int(answer.accepted)
            duplicates += Int(answer.duplicates)
            rejected += Int(answer.rejected)
            request.cursor = answer.nextCursor
        } while request.cursor != nil
        if desk.isJSON {
            let counts: [(String, JSONText)] = [
                ("accepted", .int(accepted)), ("duplicates", .int(duplicates)),
                ("rejected", .int(rejected)),
            ]
            desk.print(.object(counts))
        } else {
            desk.print(
                "accepted \(Quantity.count(accepted)), duplicates \(Quantity.count(duplicates)), "
                    + "rejected again \(Quantity.count(rejected))"
            )
        }
        if rejected > 0 { throw Ending(code: .no) }
    }
}

/// Forgets them.
struct RejectsDropCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Forget refused records."
    )

    @Argument(help: "Their ids, as `shoal rejects list` tells them.")
    var ids: [UInt64] = []
    @Option(help: "Those whose field or message has this text.")
    var reason: String?
    @Flag(help: "All of the project.")
    var all = false
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard ids.count <= 500 else { throw ValidationError("at most 500 ids; or give --reason") }
        guard all || !ids.isEmpty || reason?.isEmpty == false else {
            throw ValidationError("say which: ids, --reason TEXT or --all")
        }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.ingestion()
        let answer = try await client.dropRejected(
            IngestionV1.DropRejectedRequest(ids: ids, reason: reason, all: all),
            RejectsCommand.options(project)
        )
        desk.isJSON
            ? desk.print(.object([("dropped", .unsigned(answer.dropped))]))
            : desk.print("dropped \(Quantity.count(answer.dropped))")
    }
}

extension IngestionV1.RejectedRecord {
    /// The record as it was sent; nil when it was not kept or cannot be read.
    private var sent: IngestionV1.TrackRecord? {
        guard let record else { return nil }
        do throws(MessageError) {
            return try IngestionV1.TrackRecord.decode(record)
        } catch {
            return nil
        }
    }

    /// A line of the table.
    fileprivate var row: [String] {
        let sent = sent
        let event = if case .event(let event)? = sent?.kind { event.name } else { "" }
        let source = importID.map { "\($0):\(line ?? 0)" } ?? "track"
        return [
            "\(id)", Timestamp(ms: atMs).rfc3339, source, sent?.userID ?? "", event, field,
            hint.isEmpty ? message : "\(message) (\(hint))",
        ]
    }

    /// The same for programs.
    var json: JSONText {
        .object([
            ("id", .unsigned(id)), ("received_at", .text(Timestamp(ms: atMs).rfc3339)),
            ("import_id", .optional(importID)), ("line", line.map { .unsigned($0) } ?? .null),
            ("field", .text(field)), ("message", .text(message)), ("hint", .text(hint)),
            ("retries", .int(Int(retries))), ("record", sent.map(Self.json) ?? .null),
        ])
    }

    /// A record in the form that `shoal import` reads; values that no reader takes are null.
    private static func json(_ sent: IngestionV1.TrackRecord) -> JSONText {
        func properties(_ given: [LogV1.Property]) -> JSONText {
            .object(
                given.map { property in
                    do throws(WireError) {
                        let (name, value) = try ValueCoding.decode(property)
                        return (name, JSONText(value))
                    } catch {
                        return (property.name, .null)
                    }
                }
            )
        }
        switch sent.kind {
        case .event(let event):
            return .object([
                ("user_id", .text(sent.userID)), ("event", .text(event.name)),
                ("ts", .optional(event.occurredAtMs.map { Timestamp(ms: $0).rfc3339 })),
                ("event_id", .optional(event.eventID)),
                ("properties", properties(event.properties)),
            ])
        case .profile(let profile):
            return .object([
                ("user_id", .text(sent.userID)), ("properties", properties(profile.set)),
            ])
        case nil: return .object([("user_id", .text(sent.userID))])
        }
    }
}
