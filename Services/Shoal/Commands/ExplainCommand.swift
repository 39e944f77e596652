// `shoal segment explain`: why a user is in a segment or not, and until when.

import ArgumentParser
import Basics
import Messages
import Wire

/// Tells why a user is a member or not.
struct ExplainCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Why a user is in it (exit 0) or not (exit 2), and until when.",
        discussion: """
            The first line is the answer with its reason; then every condition with what was found \
            for it, a segment's own conditions where it is named first, and when the answer \
            changes by time alone, with no further record.
            """
    )

    @OptionGroup var who: UserOptions
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let (subject, user) = try who.subject(desk)
        let request = EvaluationV1.ExplainRequest(
            subject: subject,
            atMs: try question.instant(),
            userID: user,
            freshness: question.freshness.wire
        )
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        var options = question.options(project)
        options.maxReplyBytes = Self.replyBytes
        let answer = try await suite.segments().explain(request, options)
        desk.warn(of: answer.exactness)
        if desk.isJSON {
            desk.print(try ExplanationJSON.answer(answer, about: user))
        } else {
            for line in Self.lines(answer) { desk.print(line) }
        }
        if answer.explanation?.member != true { throw Ending(code: .no) }
    }

    /// Twice what an evaluator tells at most.
    private static let replyBytes = UInt32(2 * Limits.pageBytes)

    /// The explanation, and the place in the log it is exact at.
    static func lines(_ answer: EvaluationV1.ExplainResponse) -> [String] {
        let exactness = answer.exactness ?? EvaluationV1.Exactness()
        var lines = ["not a member: the user is not known"]
        if let explanation = answer.explanation {
            lines = explanation.lines
            if explanation.linesLeft > 0 { lines.append("… \(explanation.linesLeft) more lines …") }
        } else {
            lines.append("as of \(Timestamp(ms: exactness.atMs).rfc3339)")
        }
        return lines
            + exactness.positions.map {
                "exact at position \($0.nextOffset) of partition \($0.partition)"
            }
    }
}

/// An explanation for programs.
enum ExplanationJSON {
    /// The whole answer; `explanation` is null for an unknown user.
    static func answer(
        _ answer: EvaluationV1.ExplainResponse,
        about user: String
    ) throws -> JSONText {
        let position = answer.exactness?.positions.first ?? LogV1.Position()
        var fields: [(String, JSONText)] = [
            ("user_id", .text(user)), ("member", .bool(answer.explanation?.member ?? false)),
            ("known", .bool(answer.known)), ("at", instant(answer.exactness?.atMs)),
            ("partition", .int(Int(position.partition))),
            ("position", .unsigned(position.nextOffset)),
        ]
        guard let explanation = answer.explanation else { return .object(fields) }
        fields += [
            ("flip", flip(explanation.flip, explanation.flipAtMs)),
            ("parts", .list(try explanation.parts.map(part))),
            ("parts_left", .int(Int(explanation.partsLeft))),
            ("segments", .list(try explanation.segments.map(segment))),
            ("segments_left", .int(Int(explanation.segmentsLeft))),
            ("lines", .list(explanation.lines.map { .text($0) })),
            ("lines_left", .int(Int(explanation.linesLeft))),
        ]
        return .object(fields)
    }

    private static func segment(_ segment: EvaluationV1.ExplainedSegment) throws -> JSONText {
        .object([
            ("segment", .text(segment.name)), ("member", .bool(segment.member)),
            ("flip", flip(segment.flip, segment.flipAtMs)),
            ("parts", .list(try segment.parts.map(part))),
        ])
    }

    private static func flip(_ flip: EvaluationV1.FlipKind, _ atMs: Int64?) -> JSONText {
        let kind: JSONText =
            switch flip {
            case .never: "never"
            case .at: "at"
            case .notBefore: "not_before"
            default: .null
            }
        return .object([("kind", kind), ("at", instant(atMs))])
    }

    private static func part(_ part: EvaluationV1.ExplainedPart) throws -> JSONText {
        var fields: [(String, JSONText)] = [
            ("node", .int(Int(part.node))), ("depth", .int(Int(part.depth))),
            ("place", .text(part.place)), ("text", .text(part.text)), ("holds", .bool(part.holds)),
            ("finding", .text(part.finding)),
        ]
        switch part.found {
        case .conditions(let found):
            fields += [("holding", .int(Int(found.holding))), ("of", .int(Int(found.of)))]
        case .events(let found): fields += events(found)
        case .value(let found):
            fields += [
                ("value", JSONText(try found.value.map { try ValueCoding.decode($0) })),
                ("since", instant(found.sinceMs)),
                ("position", found.offset.map { .unsigned($0) } ?? .null),
            ]
        case nil: break
        }
        return .object(fields)
    }

    private static func events(_ found: EvaluationV1.FoundEvents) -> [(String, JSONText)] {
        let sums = found.sums.map { sum in
            JSONText.object([
                ("property", .text(sum.property)), ("total", .text(sum.total)),
                ("numbers", .unsigned(sum.numbers)),
            ])
        }
        let events = found.events.map { event in
            JSONText.object([
                ("event", .text(event.name)), ("at", instant(event.atMs)),
                ("position", .unsigned(event.offset)),
            ])
        }
        return [
            ("from", instant(found.fromMs)), ("to", instant(found.toMs)),
            ("count", .unsigned(found.count)), ("sums", .list(sums)), ("events", .list(events)),
        ]
    }

    private static func instant(_ ms: Int64?) -> JSONText {
        .optional(ms.map { Timestamp(ms: $0).rfc3339 })
    }
}
