// `shoal user identify`, `alias` and `unmerge`: two identifiers become one user, and two again.

import ArgumentParser
import Basics
import Messages

extension UserCommand {
    /// `shoal user identify`.
    struct Identify: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell that an anonymous identifier is a known user.",
            discussion: """
                What was recorded under the anonymous identifier, and what comes in under it from \
                here on, is the known user's, as if it had been one user always. Neither needs to \
                be known before. An identifier belongs to one user; `shoal user unmerge` takes it \
                back.
                """
        )

        @Argument(help: "The anonymous identifier.")
        var old: String
        @Argument(help: "The known user.")
        var known: String
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let options = Questions.options(try await project.name(desk, suite))
            let request = IngestionV1.IdentifyRequest(anonymousID: old, userID: known)
            let answer = try await suite.ingestion().identify(request, options)
            UserCommand.tell(answer.merged ?? IngestionV1.Merged(userID: known), old, desk)
        }
    }

    /// `shoal user alias`.
    struct Alias: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell that two known identifiers are one user.",
            discussion: "As `identify`; whoever was merged into the one that goes comes along."
        )

        @Argument(help: "The identifier that goes.")
        var old: String
        @Argument(help: "The identifier that stays.")
        var known: String
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let options = Questions.options(try await project.name(desk, suite))
            let request = IngestionV1.AliasRequest(fromID: old, toID: known)
            let answer = try await suite.ingestion().alias(request, options)
            UserCommand.tell(answer.merged ?? IngestionV1.Merged(userID: known), old, desk)
        }
    }

    /// `shoal user unmerge`.
    struct Unmerge: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a merge back: the identifier is a user of its own again.",
            discussion: """
                What came in under it, before and after the merge, is its own again, and what came \
                in under identifiers that were merged into it.
                """
        )

        @Argument(help: "The identifier that was merged away.")
        var user: String
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let options = Questions.options(try await project.name(desk, suite))
            let request = IngestionV1.UnmergeRequest(userID: user)
            let answer = try await suite.ingestion().unmerge(request, options)
            guard !desk.isJSON else {
                desk.print(
                    JSONText.object([
                        ("user_id", .text(user)), ("from_id", .optional(answer.fromID)),
                        ("records", .unsigned(answer.records)),
                    ])
                )
                return
            }
            guard let from = answer.fromID else {
                desk.print("\(user) is a user of its own: nothing was to be done")
                return
            }
            desk.print(
                "\(user) is a user of its own again: \(Quantity.count(answer.records)) records "
                    + "were moved back from \(from)"
            )
        }
    }

    /// What became of a merge.
    private static func tell(_ merged: IngestionV1.Merged, _ old: String, _ desk: Desk) {
        guard !desk.isJSON else {
            desk.print(
                JSONText.object([
                    ("user_id", .text(merged.userID)), ("records", .unsigned(merged.records)),
                    ("before", .bool(merged.before)),
                ])
            )
            return
        }
        desk.print(
            merged.before
                ? "\(old) is \(merged.userID) already"
                : "\(old) is \(merged.userID): \(Quantity.count(merged.records)) records were moved"
        )
    }
}
