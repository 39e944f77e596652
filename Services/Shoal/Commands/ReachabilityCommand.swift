// `shoal segment reachability`: how many users each channel reaches, and why not the others.

import ArgumentParser
import Basics
import Messages

/// How many users of a segment each channel reaches.
struct ReachabilityCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "reachability",
        abstract: "How many of its users each channel reaches, and why not the others.",
        discussion: """
            By the users' properties: pushToken, webPushToken, phone (sms, whatsApp) and email \
            hold addresses, in-app messages need none; unsubscribed names what a user does not \
            want: a channel, a list of them, or all.
            """
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
        let request = EvaluationV1.ReachabilityRequest(
            subject: subject,
            atMs: at,
            freshness: question.freshness.wire
        )
        let answer = try await suite.segments().reachability(request, Questions.options(project))
        desk.warn(of: answer.exactness)
        if desk.isJSON {
            for reach in answer.channels {
                desk.print(
                    .object([
                        ("segment", .text(title)), ("channel", .text(Self.name(reach.channel))),
                        ("users", .unsigned(answer.users)),
                        ("reachable", .unsigned(reach.reachable)),
                        ("no_address", .unsigned(reach.noAddress)),
                        ("opted_out", .unsigned(reach.optedOut)),
                    ])
                )
            }
            return
        }
        desk.print("\(title): \(Quantity.count(answer.users)) users")
        var table = Table([
            ("CHANNEL", .left), ("REACHABLE", .right), ("SHARE", .right), ("NO ADDRESS", .right),
            ("OPTED OUT", .right), ("ADDRESS", .left),
        ])
        for reach in answer.channels {
            table.add([
                Self.name(reach.channel), Quantity.count(reach.reachable),
                Quantity.share(reach.reachable, of: answer.users),
                Quantity.count(reach.noAddress), Quantity.count(reach.optedOut),
                reach.addressProperty ?? "none needed",
            ])
        }
        desk.printRaw(table.text)
    }

    /// The channel as definitions name it.
    private static func name(_ channel: SegmentV1.Channel) -> String {
        switch channel {
        case .push: "push"
        case .webPush: "webPush"
        case .sms: "sms"
        case .whatsApp: "whatsApp"
        case .email: "email"
        case .inApp: "inApp"
        default: "another"
        }
    }
}
