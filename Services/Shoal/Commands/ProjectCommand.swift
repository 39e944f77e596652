// `shoal project`: the projects of a suite.

import ArgumentParser
import Basics
import Messages

/// Creates and lists projects.
struct ProjectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "Create and list projects.",
        subcommands: [Create.self, List.self]
    )

    /// A project as JSON.
    static func json(_ project: RegistryV1.Project) -> JSONText {
        .object([
            ("name", .text(project.name)), ("zone", .text(project.zone)),
            ("revision", .unsigned(project.catalogueRevision)),
            ("created_at", .text(Timestamp(ms: project.createdAtMs).rfc3339)),
        ])
    }

    /// `shoal project create`.
    struct Create: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a project; one that exists is left as it is."
        )

        @Argument(help: "Lower-case letters, digits and dashes.")
        var name: String
        @Option(help: "The IANA zone of calendar windows, such as Europe/Berlin; else UTC.")
        var zone: String?
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let checked = try ProjectOptions.checked(name)
            let project = try await place.suite(desk).create(checked, zone: zone)
            if desk.isJSON {
                desk.print(ProjectCommand.json(project))
            } else {
                desk.print(project.name)
            }
        }
    }

    /// `shoal project list`.
    struct List: DeskCommand {
        static let configuration = CommandConfiguration(abstract: "List the projects.")

        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let projects = try await place.suite(desk).projects()
            if desk.isJSON {
                for project in projects { desk.print(ProjectCommand.json(project)) }
                return
            }
            var table = Table([("NAME", .left), ("ZONE", .left), ("CREATED", .left)])
            for project in projects {
                let created = Timestamp(ms: project.createdAtMs).rfc3339
                table.add([project.name, project.zone, created])
            }
            desk.print(table)
        }
    }
}
