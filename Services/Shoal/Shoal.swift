// The commands there are.

import ArgumentParser
import Chassis

/// The root of the command line.
struct Shoal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shoal",
        abstract: "Segments of users by what they did and who they are.",
        discussion: """
            Data go to standard output, messages to standard error; --json makes both one \
            object per line. Commands find the running suite by --data, by --address or \
            $SHOAL_ADDRESS (the registry's address), by $SHOAL_DATA, or in ./shoal-data.

            \(CommandExit.help)
            """,
        version: "shoal \(Chassis.version)",
        subcommands: [
            UpCommand.self, DemoCommand.self, StatusCommand.self, ProjectCommand.self,
            ImportCommand.self, RejectsCommand.self, QuarantineCommand.self, SegmentCommand.self,
            ListCommand.self,
            UserCommand.self,
            PlayCommand.self,
            RpcCommand.self,
            EventsCommand.self,
            ShellCommand.self,
            DrainCommand.self,
            ForgetCommand.self,
            AuditCommand.self,
            SchemaCommand.self,
            DoctorCommand.self,
            BackupCommand.self,
            ConfigCommand.self,
            RestartCommand.self,
        ]
    )
}
