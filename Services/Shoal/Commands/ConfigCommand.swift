// `shoal config`: what a service would start with, and what keeps it from starting.

import ArgumentParser
import Basics
import Chassis
import Subprocess

/// Checks and shows the configuration of a service without starting it.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check and show what a service would start with.",
        discussion: """
            The service's own program, beside this one, reads flags, variables and file exactly \
            as at a start, and ends before it opens anything. Variables are those of this shell \
            and of --env-file, as systemd reads it; flags of the service stand behind --.

              shoal config check ingestion --env-file /etc/shoal/ingestion.env
              shoal config show evaluator --config e.yaml --origin -- --lanes 4
            """,
        subcommands: [Check.self, Show.self]
    )

    /// The services that have a configuration.
    enum Service: String, ExpressibleByArgument, CaseIterable {
        case registry, ingestion, evaluator
    }

    /// Whose configuration, and from where.
    struct Sources: ParsableArguments {
        @Argument(help: "The service: registry, ingestion or evaluator.")
        var service: Service
        @Option(help: "The service's YAML file.")
        var config: String?
        @Option(name: .customLong("env-file"), help: "A file of variables, as in /etc/shoal.")
        var environmentFile: String?
        @Argument(parsing: .postTerminator, help: "Flags of the service, behind --.")
        var flags: [String] = []
        @OptionGroup var output: OutputOptions

        /// Asks the service's program.
        func read(_ desk: Desk) async throws -> EffectiveConfig {
            var file: EnvironmentFile?
            if let environmentFile {
                let bytes = try desk.read(environmentFile, bytesMax: EnvironmentFile.bytesMax)
                let text = String(decoding: bytes, as: UTF8.self)
                file = try EnvironmentFile(text, path: environmentFile)
            }
            var arguments = ["--show-config"] + flags
            if let config { arguments += ["--config", desk.absolute(config)] }
            let program = "\(desk.outside.programFolder)/shoal-\(service.rawValue)"
            return try await ServiceProgram(path: program).show(arguments, file, desk)
        }
    }

    /// `shoal config check`.
    struct Check: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what keeps a service from starting; exit 0 or 65."
        )

        @OptionGroup var sources: Sources

        var isJSON: Bool { sources.output.json }

        func run(_ desk: Desk) async throws {
            let found = try await sources.read(desk)
            for refusal in found.refusals {
                if desk.isJSON {
                    desk.print(ConfigCommand.json(refusal))
                } else {
                    desk.print(refusal.what)
                    desk.print("  where: \(refusal.place)\n  hint:  \(refusal.hint)")
                }
            }
            for setting in found.settings where !setting.overrides.isEmpty && !desk.isJSON {
                desk.say(
                    "note: \(setting.key) of \(setting.origin) wins over "
                        + setting.overrides.joined(separator: ", ")
                )
            }
            guard found.refusals.isEmpty else { throw Ending(code: .badData) }
            if !desk.isJSON {
                let changed = found.settings.count { $0.origin != "default" }
                desk.print("\(sources.service.rawValue) would start; \(changed) settings are set")
            }
        }
    }

    /// `shoal config show`.
    struct Show: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print every setting a service would start with; secrets as ***."
        )

        @OptionGroup var sources: Sources
        @Flag(help: "Also where each value comes from, and where else it is given in vain.")
        var origin = false

        var isJSON: Bool { sources.output.json }

        func run(_ desk: Desk) async throws {
            let found = try await sources.read(desk)
            var table = Table(
                [("KEY", .left), ("VALUE", .left), ("UNIT", .left)]
                    + (origin ? [("ORIGIN", .left), ("INSTEAD OF", .left)] : [])
            )
            for setting in found.settings {
                if desk.isJSON { desk.print(ConfigCommand.json(setting)) }
                let places = [setting.origin, setting.overrides.joined(separator: ", ")]
                table.add([setting.key, setting.value ?? "–", setting.unit] + places)
            }
            if !desk.isJSON { desk.print(table) }
            guard let first = found.refusals.first else { return }
            throw CommandError(
                .badData,
                "read configuration",
                first.what,
                place: first.place,
                hint: first.hint
            )
        }
    }

    private static func json(_ refusal: EffectiveConfig.Refusal) -> JSONText {
        .object([
            ("refused", .text(refusal.what)), ("where", .text(refusal.place)),
            ("hint", .text(refusal.hint)),
        ])
    }

    private static func json(_ setting: EffectiveConfig.Setting) -> JSONText {
        .object([
            ("key", .text(setting.key)), ("value", .optional(setting.value)),
            ("unit", .optional(setting.unit.isEmpty ? nil : setting.unit)),
            ("origin", .text(setting.origin)),
            ("overrides", .list(setting.overrides.map { .text($0) })),
        ])
    }
}
