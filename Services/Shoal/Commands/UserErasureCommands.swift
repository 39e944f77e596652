// `shoal user erase`, `receipts` and `export`: a user gone for good, and all that is held of one.

import ArgumentParser
import Basics
import Messages
import Wire

extension UserCommand {
    /// A receipt for people.
    fileprivate static func hex(_ receipt: [UInt8]?) -> String {
        InstanceID(bytes: receipt ?? [])?.hex ?? ""
    }

    /// `shoal user erase`.
    struct Erase: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase a user: gone from every answer at once, also as of past instants.",
            discussion: """
                The receipt names the erasure and where it stands in the log; asked again, it is \
                the same. Identifiers that are one user go together. Whoever comes under one of \
                them later is a new user.
                """
        )

        @Argument(help: "The user.")
        var user: String
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let answer = try await suite.ingestion().erase(
                IngestionV1.EraseRequest(userID: user),
                CallOptions(timeoutMs: Questions.timeoutMs, project: project)
            )
            let position = answer.positions.first ?? LogV1.Position()
            let (receipt, at) = (
                UserCommand.hex(answer.receipt), UserCommand.instant(answer.erasedAtMs)
            )
            guard !desk.isJSON else {
                return desk.print(
                    .object([
                        ("receipt", .text(receipt)), ("erased_at", .text(at)),
                        ("partition", .int(Int(position.partition))),
                        ("position", .unsigned(position.nextOffset)),
                    ])
                )
            }
            desk.print(
                """
                erased at \(at), receipt \(receipt)
                  answers at position \(position.nextOffset) of partition \(position.partition) \
                or behind are without the user
                """
            )
        }
    }

    /// `shoal user receipts`.
    struct Receipts: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "The receipts of erasures, oldest first; none says who it was."
        )

        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let client = try await suite.ingestion()
            var request = IngestionV1.ErasuresRequest(limit: 500)
            var table = Table([
                ("RECEIPT", .left), ("ERASED", .left), ("PARTITION", .right), ("OFFSET", .right),
            ])
            while true {
                let page = try await client.erasures(request, Questions.options(project))
                for one in page.receipts {
                    let (receipt, at) = (
                        UserCommand.hex(one.receipt), UserCommand.instant(one.erasedAtMs)
                    )
                    if desk.isJSON {
                        desk.print(
                            .object([
                                ("receipt", .text(receipt)), ("erased_at", .text(at)),
                                ("partition", .int(Int(one.partition))),
                                ("offset", .unsigned(one.offset)),
                            ])
                        )
                    } else {
                        table.add([receipt, at, "\(one.partition)", "\(one.offset)"])
                    }
                }
                guard let next = page.nextCursor else { break }
                request.cursor = next
            }
            if !desk.isJSON { desk.printRaw(table.text(desk.ink)) }
        }
    }

    /// `shoal user export`.
    struct Export: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Everything the log holds about a user, as JSON: one object a line.",
            discussion: """
                The first line is what is known now: properties in force, saved segments, uploaded \
                lists. Then every record of the log about the user, in its order: identifiers, \
                events, changes of properties and of lists, and other identifiers that became the \
                user's, with what came in under them; then what was refused and is kept.
                """
        )

        @Argument(help: "The user.")
        var user: String
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions

        var isJSON: Bool { true }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let client = try await suite.ingestion()
            let options = Questions.options(project)
            let user =
                try await client
                .resolve(IngestionV1.ResolveRequest(userID: user), options).userID
            let profile = try await suite.users()
                .profile(EvaluationV1.ProfileRequest(userID: user), options)
            // Of whom only an undone import is left, the log still has all, and nothing is known.
            if profile.known {
                let segments = try await segments(of: user, suite, options)
                desk.print(
                    .object([
                        ("kind", .text("now")),
                        ("profile", try UserProfilePage(user: user, profile: profile).json),
                        ("segments", .list(segments.map { .text($0) })),
                    ])
                )
            }
            var request = IngestionV1.ExportUserRequest(userID: user)
            while true {
                let page = try await client.exportUser(request, options)
                for record in page.records { desk.print(try UserExportLine(record).json) }
                for record in page.refused {
                    desk.print(.object([("kind", .text("refused")), ("refused", record.json)]))
                }
                try desk.deliver()
                guard let next = page.nextCursor else { return }
                request.cursor = next
            }
        }

        private func segments(of user: String, _ suite: Suite, _ options: CallOptions)
            async throws -> [String]
        {
            var request = EvaluationV1.SegmentsOfRequest(userID: user)
            var names: [String] = []
            while true {
                let page = try await suite.segments().segmentsOf(request, options)
                request.atMs = page.exactness?.atMs
                names += page.segments
                guard let next = page.nextAfterName else { return names }
                request.afterName = next
            }
        }
    }
}

/// A record of the log about a user, as a line of an export.
struct UserExportLine {
    private let record: LogV1.LogRecord

    init(_ record: LogV1.LogRecord) { self.record = record }

    /// The line.
    var json: JSONText {
        get throws {
            var fields: [(String, JSONText)] = [
                ("kind", .text(kind)), ("position", .unsigned(record.offset)),
                ("written_at", UserCommand.json(record.logTimeMs)),
            ]
            if let importID = record.importID { fields.append(("import_id", .text(importID))) }
            // Of a user who is one with another now.
            if let id = record.origin?.userID { fields.append(("came_in_as", .text(id))) }
            return .object(fields + (try body))
        }
    }

    private var kind: String {
        switch record.body {
        case .newUser: "identifier"
        case .userKnown: "known"
        case .event: "event"
        case .profile: "profile"
        case .listChange: "list"
        case .mergeIn(let merge): merge.returned ? "parted" : "merged"
        case .mergeUndone: "unmerged"
        default: "other"
        }
    }

    private var body: [(String, JSONText)] {
        get throws {
            switch record.body {
            case .newUser(let new):
                return [("user_id", .text(new.userID)), ("anonymous", .bool(new.anonymous))]
            case .userKnown(let known): return [("user_id", .text(known.userID))]
            case .event(let event):
                return [
                    ("event", .text(event.name)), ("at", UserCommand.json(event.atMs)),
                    ("received_at", UserCommand.json(event.receivedAtMs)),
                    ("event_id", .optional(event.eventID)),
                    ("properties", try Self.properties(event.properties)),
                ]
            case .profile(let change):
                return [
                    ("since", UserCommand.json(change.atMs)),
                    ("received_at", UserCommand.json(change.receivedAtMs)),
                    ("set", try Self.properties(change.set)),
                    ("unset", .list(change.unset.map { .text($0) })),
                ]
            case .listChange(let change):
                return [
                    ("list", .text(change.list)), ("listed", .bool(change.listed)),
                    ("at", UserCommand.json(change.atMs)),
                ]
            case .mergeIn(let merge):
                return [
                    ("user_id", .text(merge.userID)), ("records", .unsigned(merge.records)),
                ]
            case .mergeUndone(let undone): return [("user_id", .text(undone.userID))]
            default: return []
            }
        }
    }

    private static func properties(_ properties: [LogV1.Property]) throws -> JSONText {
        .object(
            try properties.map { property in
                let (name, value) = try ValueCoding.decode(property)
                return (name, JSONText(value))
            }
        )
    }
}
