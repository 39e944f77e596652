// The questions about a segment: how many users, who, some of them, is this one among them.

import ArgumentParser
import Basics
import Messages

/// `shoal segment count`.
struct CountCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "How many users are in it: the number alone on a line."
    )

    @OptionGroup var which: SubjectOptions
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let (subject, title) = try which.subject(desk)
        let at = try question.instant()
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let request = EvaluationV1.CountRequest(
            subject: subject,
            atMs: at,
            freshness: question.freshness.wire
        )
        let answer = try await suite.segments().count(request, question.options(project))
        desk.warn(of: answer.exactness)
        guard desk.isJSON else {
            desk.print("\(answer.users)")
            return
        }
        let instant = answer.exactness?.atMs ?? at ?? 0
        desk.print(
            .object([
                ("segment", .text(title)), ("users", .unsigned(answer.users)),
                ("universe", .unsigned(answer.universe)),
                ("at", .text(Timestamp(ms: instant).rfc3339)),
                ("took_us", .unsigned(answer.tookUs)),
            ])
        )
    }
}

/// How identifiers are printed.
struct IdentifierOptions: ParsableArguments {
    enum Form: String, ExpressibleByArgument, CaseIterable { case ids, json }

    @Option(help: "ids: one per line; json: {\"user_id\": …} per line.")
    var output: Form?
    @Flag(help: "The same as --output json; errors are JSON too.")
    var json = false

    var isJSON: Bool { output.map { $0 == .json } ?? json }

    func print(_ users: some Sequence<String>, _ desk: Desk) {
        for user in users {
            if isJSON {
                desk.print(.object([("user_id", .text(user))]))
            } else {
                desk.print(user)
            }
        }
    }
}

/// `shoal segment members`.
struct MembersCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "members",
        abstract: "All users in it, by partition, then by number."
    )
    private static let pageMax = 10_000
    private static let pageBytes: UInt32 = 512 << 10

    @OptionGroup var which: SubjectOptions
    @Option(help: "At most so many.")
    var limit: Int?
    @OptionGroup var form: IdentifierOptions
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions

    var isJSON: Bool { form.json }

    mutating func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit takes 1 or more") }
    }

    func run(_ desk: Desk) async throws {
        let (subject, _) = try which.subject(desk)
        let at = try question.instant()
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.segments()
        var options = question.options(project)
        options.maxReplyBytes = Self.pageBytes
        var left = limit ?? .max
        var request = EvaluationV1.MembersRequest(
            subject: subject,
            atMs: at,
            freshness: question.freshness.wire
        )
        while left > 0 {
            request.limit = UInt32(min(left, Self.pageMax))
            let page = try await client.members(request, options)
            if request.cursor == nil { desk.warn(of: page.exactness) }
            form.print(page.users.prefix(left), desk)
            try desk.deliver()
            left -= min(left, page.users.count)
            guard let next = page.nextCursor else { break }
            request.cursor = next
        }
    }
}

/// `shoal segment sample`.
struct SampleCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Some users in it; the same seed gives the same ones."
    )

    @OptionGroup var which: SubjectOptions
    @Option(help: "How many, at most 1000.")
    var size: UInt32 = 10
    @Option(help: "Another seed, another sample.")
    var seed: UInt64 = 0
    @OptionGroup var form: IdentifierOptions
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions

    var isJSON: Bool { form.json }

    func run(_ desk: Desk) async throws {
        let (subject, _) = try which.subject(desk)
        let at = try question.instant()
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let request = EvaluationV1.SampleRequest(
            subject: subject,
            atMs: at,
            size: size,
            seed: seed,
            freshness: question.freshness.wire
        )
        let answer = try await suite.segments().sample(request, question.options(project))
        desk.warn(of: answer.exactness)
        form.print(answer.users, desk)
    }
}

/// `shoal segment is-member`.
struct IsMemberCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "is-member",
        abstract: "Whether a user is in it: yes (exit 0) or no (exit 2)."
    )

    @OptionGroup var who: UserOptions
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let (subject, user) = try who.subject(desk)
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let request = EvaluationV1.IsMemberRequest(
            subject: subject,
            userID: user,
            atMs: try question.instant(),
            freshness: question.freshness.wire
        )
        let answer = try await suite.segments().isMember(request, question.options(project))
        desk.warn(of: answer.exactness)
        if desk.isJSON {
            desk.print(
                .object([
                    ("user_id", .text(user)), ("member", .bool(answer.member)),
                    ("known", .bool(answer.known)),
                ])
            )
        } else {
            let word = answer.member ? "yes" : "no"
            desk.print(desk.ink.paint(word, Ink.mark(ofState: word)))
            if !answer.known { desk.say("the user is not known") }
        }
        if !answer.member { throw Ending(code: .no) }
    }
}
