// `shoal list`: uploaded lists of users, made, changed and looked at.

import ArgumentParser
import Basics
import Messages
import Segments

/// Everything about uploaded lists.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Upload lists of users and ask who is on them.",
        discussion: """
            A segment asks by `inList: NAME`. Who is on a list is known as of every instant since \
            it was created, and users of whom nothing else is known become users by it.
            """,
        subcommands: [
            Create.self, Add.self, Remove.self, Replace.self, Show.self, Names.self,
        ]
    )

    /// The file of users and how it is spelled.
    struct FileOptions: ParsableArguments {
        @Argument(help: "The list's name.")
        var name: String
        @Argument(help: "The file: one identifier a line, or a column user_id; .gz and .zst too.")
        var file: String
        @Option(help: "ids, csv or ndjson; else as the file's name says.")
        var format: UserListFormat?
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions
    }

    /// `shoal list create`.
    struct Create: DeskCommand {
        static let configuration = CommandConfiguration(abstract: "Make a list of a file's users.")
        @OptionGroup var list: FileOptions
        @Option(help: "A sentence for people.")
        var description: String?

        var isJSON: Bool { list.output.json }

        func run(_ desk: Desk) async throws {
            let upload = try await ListUpload(list, desk)
            let first = Array(upload.users.prefix(ListUpload.pageMax))
            let request = EvaluationV1.CreateListRequest(
                name: list.name,
                userIDs: first,
                description: description
            )
            let made = try await upload.client.create(request, upload.options)
            var changed = made.changed ?? .init()
            try await upload.each(upload.users.dropFirst(first.count)) { page in
                try await upload.client.add(page, upload.options).changed
            } into: {
                changed.add($0)
            }
            upload.tell(changed, desk)
        }
    }

    /// `shoal list add`.
    struct Add: DeskCommand {
        static let configuration = CommandConfiguration(abstract: "Add a file's users to a list.")
        @OptionGroup var list: FileOptions

        var isJSON: Bool { list.output.json }

        func run(_ desk: Desk) async throws {
            let upload = try await ListUpload(list, desk)
            var changed = EvaluationV1.ListChanged()
            try await upload.each(upload.users[...]) { page in
                try await upload.client.add(page, upload.options).changed
            } into: {
                changed.add($0)
            }
            upload.tell(changed, desk)
        }
    }

    /// `shoal list remove`.
    struct Remove: DeskCommand {
        static let configuration = CommandConfiguration(abstract: "Take a file's users off a list.")
        @OptionGroup var list: FileOptions

        var isJSON: Bool { list.output.json }

        func run(_ desk: Desk) async throws {
            let upload = try await ListUpload(list, desk)
            var changed = EvaluationV1.ListChanged()
            try await upload.each(upload.users[...]) { page in
                let request = EvaluationV1.RemoveFromListRequest(
                    name: page.name,
                    userIDs: page.userIDs
                )
                return try await upload.client.remove(request, upload.options).changed
            } into: {
                changed.add($0)
            }
            upload.tell(changed, desk)
        }
    }

    /// `shoal list replace`.
    struct Replace: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a file's users those of a list.",
            discussion: """
                Up to 10,000 users replace up to 20,000 at one instant. Else those that are new \
                are added first, and then those that are not in the file go off; who is on both \
                stays on it throughout.
                """
        )
        @OptionGroup var list: FileOptions

        var isJSON: Bool { list.output.json }

        func run(_ desk: Desk) async throws {
            let upload = try await ListUpload(list, desk)
            upload.tell(try await upload.replace(), desk)
        }
    }

    /// `shoal list show`.
    struct Show: DeskCommand {
        static let configuration = CommandConfiguration(abstract: "A list and who is on it.")
        @Argument(help: "The list's name.")
        var name: String
        @Flag(help: "Its users instead, one a line.")
        var users = false
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            guard !users else {
                for user in try await ListUpload.users(on: name, suite, project) {
                    isJSON ? desk.print(.object([("user_id", .text(user))])) : desk.print(user)
                }
                return
            }
            let answer = try await suite.lists().get(
                EvaluationV1.GetListRequest(name: name),
                Questions.options(project)
            )
            let list = answer.list ?? EvaluationV1.UserList(name: name)
            let count = list.users ?? 0
            if isJSON {
                desk.print(.object(list.fields + [("users", .unsigned(count))]))
            } else {
                let made = Timestamp(ms: list.createdAtMs).rfc3339
                desk.print("\(list.name): \(Quantity.count(count)) users, created \(made)")
                if let description = list.description { desk.print(description) }
            }
        }
    }

    /// `shoal list list`.
    struct Names: DeskCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "All lists of the project."
        )
        @OptionGroup var project: ProjectOptions
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let project = try await project.name(desk, suite)
            let client = try await suite.lists()
            var table = Table([("LIST", .left), ("CREATED", .left), ("DESCRIPTION", .left)])
            var request = EvaluationV1.ListListsRequest(limit: 100)
            while true {
                let page = try await client.list(request, Questions.options(project))
                for list in page.lists {
                    if isJSON {
                        desk.print(.object(list.fields))
                    } else {
                        let made = Timestamp(ms: list.createdAtMs).rfc3339
                        table.add([list.name, made, list.description ?? ""])
                    }
                }
                guard page.more, let last = page.lists.last else { break }
                request.afterName = last.name
            }
            if !isJSON { desk.printRaw(table.text) }
        }
    }
}

extension UserListFormat: ExpressibleByArgument {}

extension EvaluationV1.UserList {
    fileprivate var fields: [(String, JSONText)] {
        [
            ("name", .text(name)), ("description", .optional(description)),
            ("created_at", .text(Timestamp(ms: createdAtMs).rfc3339)),
        ]
    }
}
