// Sets of users put together: how segments overlap, a set made of several, the segments of a user.

import ArgumentParser
import Basics
import Messages
import Segments
import Wire

/// `shoal segment overlap`.
struct OverlapCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "overlap",
        abstract: "How many users 2 to 16 segments share.",
        discussion: """
            The size of each, of every pair with its share of the smaller of the two, and, for up \
            to 8 segments, of every region of the Venn diagram: users in exactly these and in none \
            of the others. All numbers are exact at one place in the log.
            """
    )

    @Argument(help: "The segments' names.")
    var names: [String] = []
    @Option(help: "A file with a definition besides them; may be given again.")
    var definition: [String] = []
    @OptionGroup var chart: PlotOptions
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard (2...SetExpression.subjectsMax).contains(names.count + definition.count) else {
            throw ValidationError("give 2 to \(SetExpression.subjectsMax) segments")
        }
    }

    func run(_ desk: Desk) async throws {
        var (subjects, titles): ([EvaluationV1.Subject], [String]) = ([], [])
        for (name, file) in names.map({ ($0, nil) }) + definition.map({ (nil, $0) }) {
            var which = SubjectOptions()
            (which.name, which.definition) = (name, file)
            let (subject, title) = try which.subject(desk)
            subjects.append(subject)
            titles.append(title)
        }
        let request = EvaluationV1.OverlapRequest(
            subject: subjects[0],
            atMs: try question.instant(),
            others: Array(subjects.dropFirst()),
            freshness: question.freshness.wire
        )
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let answer = try await suite.segments().overlap(request, question.options(project))
        desk.warn(of: answer.exactness)
        let page = OverlapPage(titles: titles, overlap: answer)
        guard try !chart.draw(page.chart, desk) else { return }
        if desk.isJSON {
            desk.print(page.json)
        } else {
            desk.printRaw(page.text(desk.ink))
        }
    }
}

/// `shoal segment combine`.
struct CombineCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "combine",
        abstract: "Count or list a set made of saved segments.",
        discussion: """
            The expression has segments' names, `and`, `or`, `minus`, `not` and parentheses, such \
            as '(payers or trial) and active minus churned'. `not` binds closest, `or` loosest, \
            `and` and `minus` go from left to right; a name that is one of these words stands in \
            double quotes.
            """
    )
    private static let pageMax = 10_000
    private static let pageBytes: UInt32 = 512 << 10

    @Argument(help: "The expression.")
    var expression: String
    @Flag(help: "List the users instead of counting them.")
    var members = false
    @Option(help: "With --members: at most so many.")
    var limit: Int?
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        if let limit, limit < 1 || !members {
            throw ValidationError("--limit takes 1 or more and goes with --members")
        }
    }

    func run(_ desk: Desk) async throws {
        let text = try SetExpressionText(expression)
        var subjects = text.names.map { EvaluationV1.Subject(kind: .segment($0)) }
        var request = EvaluationV1.CombineRequest(
            subject: subjects.removeFirst(),
            atMs: try question.instant(),
            others: subjects,
            nodes: SetCoding.encode(text.expression),
            freshness: question.freshness.wire
        )
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.segments()
        var options = question.options(project)
        guard members else {
            let answer = try await client.combine(request, options)
            desk.warn(of: answer.exactness)
            if desk.isJSON {
                desk.print(Self.json(answer, expression, text.names))
            } else {
                desk.print("\(answer.users)")
            }
            return
        }
        options.maxReplyBytes = Self.pageBytes
        var left = limit ?? .max
        while left > 0 {
            request.limit = UInt32(min(left, Self.pageMax))
            let page = try await client.combine(request, options)
            for user in page.members.prefix(left) {
                if desk.isJSON {
                    desk.print(.object([("user_id", .text(user))]))
                } else {
                    desk.print(user)
                }
            }
            try desk.deliver()
            left -= min(left, page.members.count)
            guard let next = page.nextCursor else { break }
            request.cursor = next
        }
    }

    private static func json(
        _ answer: EvaluationV1.CombineResponse,
        _ expression: String,
        _ names: [String]
    ) -> JSONText {
        let sizes = zip(names, answer.subjectUsers).map { ($0, JSONText.unsigned($1)) }
        return .object([
            ("expression", .text(expression)), ("users", .unsigned(answer.users)),
            ("universe", .unsigned(answer.universe)), ("segments", .object(sizes)),
            ("at", UserCommand.json(answer.exactness?.atMs)), ("took_us", .unsigned(answer.tookUs)),
        ])
    }
}

/// `shoal segment of`.
struct SegmentsOfCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "of",
        abstract: "The saved segments a user is in, one per line."
    )

    @Argument(help: "The user.")
    var user: String
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        var request = EvaluationV1.SegmentsOfRequest(
            atMs: try question.instant(),
            userID: user,
            freshness: question.freshness.wire
        )
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.segments()
        while true {
            let page = try await client.segmentsOf(request, question.options(project))
            guard page.known else { throw UserCommand.unknown(user) }
            // All pages are of one instant.
            request.atMs = page.exactness?.atMs
            for name in page.segments {
                if desk.isJSON {
                    desk.print(.object([("user_id", .text(user)), ("segment", .text(name))]))
                } else {
                    desk.print(name)
                }
            }
            for name in page.unreadable { desk.say("segment \(name) cannot be read here") }
            guard let next = page.nextAfterName else { return }
            request.afterName = next
        }
    }
}
