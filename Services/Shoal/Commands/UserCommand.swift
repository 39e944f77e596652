// `shoal user`: what is known of a user, what the user did, and who there is.

import ArgumentParser
import Basics
import Messages
import Wire

/// Everything about single users.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Show a user, find users, make two one, export or erase one.",
        subcommands: [
            Show.self, Timeline.self, Find.self, Identify.self, Alias.self, Unmerge.self,
            Export.self, Erase.self, Receipts.self,
        ]
    )

    /// An error for a user nobody has heard of.
    static func unknown(_ user: String) -> CommandError {
        CommandError(
            .notFound,
            "show user",
            "the user is not known",
            place: user,
            hint: "`shoal user find PART` lists identifiers that have a part"
        )
    }

    static func instant(_ ms: Int64?) -> String { ms.map { Timestamp(ms: $0).rfc3339 } ?? "–" }

    static func json(_ ms: Int64?) -> JSONText {
        .optional(ms.map { Timestamp(ms: $0).rfc3339 })
    }

    /// The place in the log an answer about one user is exact at.
    static func fields(_ exactness: EvaluationV1.Exactness?) -> [(String, JSONText)] {
        let position = exactness?.positions.first ?? LogV1.Position()
        return [
            ("at", json(exactness?.atMs)), ("partition", .int(Int(position.partition))),
            ("position", .unsigned(position.nextOffset)),
        ]
    }

    /// `shoal user show`.
    struct Show: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Properties in force, first and last event, events by name."
        )

        @Argument(help: "The user.")
        var user: String
        @OptionGroup var question: QuestionOptions
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let request = EvaluationV1.ProfileRequest(
                userID: user,
                atMs: try question.instant(),
                freshness: question.freshness.wire
            )
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let answer = try await suite.users().profile(request, Questions.options(project))
            desk.warn(of: answer.exactness)
            guard answer.known else { throw UserCommand.unknown(user) }
            let page = UserProfilePage(user: user, profile: answer)
            if desk.isJSON {
                desk.print(try page.json)
            } else {
                desk.printRaw(try page.text(desk.ink))
            }
        }
    }

    /// `shoal user timeline`.
    struct Timeline: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "What the user did, newest first."
        )
        private static let pageMax = 1_000

        @Argument(help: "The user.")
        var user: String
        @Option(help: "Only this event; may be given again.")
        var event: [String] = []
        @Option(help: "Only events from this instant on: RFC 3339, or a date.")
        var from: String?
        @Option(help: "Only events before this instant: RFC 3339, or a date; else up to now.")
        var to: String?
        @Option(help: "At most so many.")
        var limit = 20
        @Option(help: "latest: with everything acknowledged; local: what the evaluators hold now.")
        var freshness = QuestionOptions.Freshness.latest
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        mutating func validate() throws {
            if limit < 1 { throw ValidationError("--limit takes 1 or more") }
            if event.count > 64 { throw ValidationError("--event can be given 64 times") }
        }

        func run(_ desk: Desk) async throws {
            var request = EvaluationV1.TimelineRequest(
                userID: user,
                fromMs: try TrendCommand.instant(from, "--from"),
                toMs: try TrendCommand.instant(to, "--to"),
                events: event,
                freshness: freshness.wire
            )
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let client = try await suite.users()
            var left = limit
            while left > 0 {
                request.limit = UInt32(min(left, Self.pageMax))
                let page = try await client.timeline(request, Questions.options(project))
                guard page.known else { throw UserCommand.unknown(user) }
                for event in page.events.prefix(left) {
                    if desk.isJSON {
                        desk.print(try Self.json(event))
                    } else {
                        desk.print(try Self.line(event))
                    }
                }
                try desk.deliver()
                left -= min(left, page.events.count)
                guard let next = page.nextCursor else { return }
                request.cursor = next
            }
            if !desk.isJSON { desk.say("there are more: --limit N shows more") }
        }

        static func line(_ event: EvaluationV1.TimelineEvent) throws -> String {
            let properties = try event.properties.map { property in
                let (name, value) = try ValueCoding.decode(property)
                return "\(name)=\(JSONText(value).line)"
            }
            let line = [UserCommand.instant(event.atMs), event.name] + properties
            return PlainText.line(line.joined(separator: "  "))
        }

        static func json(_ event: EvaluationV1.TimelineEvent) throws -> JSONText {
            let properties = try event.properties.map { property in
                let (name, value) = try ValueCoding.decode(property)
                return (name, JSONText(value))
            }
            return .object([
                ("event", .text(event.name)), ("at", UserCommand.json(event.atMs)),
                ("position", .unsigned(event.offset)), ("properties", .object(properties)),
            ])
        }
    }

    /// `shoal user find`.
    struct Find: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Users whose identifier has a part: the first ones, sorted by bytes."
        )

        @Argument(help: "The part, as it is written: upper and lower case differ.")
        var text: String
        @Flag(help: "Identifiers must begin with it.")
        var prefix = false
        @Option(help: "At most so many, 1 to 1000.")
        var limit: UInt32 = 20
        @OptionGroup var form: IdentifierOptions
        @Option(help: "latest: with everything acknowledged; local: what the evaluators hold now.")
        var freshness = QuestionOptions.Freshness.latest
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions

        var isJSON: Bool { form.json }

        mutating func validate() throws {
            if !(1...1_000).contains(limit) { throw ValidationError("--limit takes 1 to 1000") }
        }

        func run(_ desk: Desk) async throws {
            let request = EvaluationV1.FindUsersRequest(
                text: text,
                isPrefix: prefix,
                limit: limit,
                freshness: freshness.wire
            )
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let answer = try await suite.users().find(request, Questions.options(project))
            form.print(answer.users, desk)
            let left = answer.of - min(answer.of, UInt64(answer.users.count))
            if left > 0, !form.isJSON { desk.say("\(left) more: --limit N shows more") }
            if answer.of == 0 { throw Ending(code: .no) }
        }
    }
}
