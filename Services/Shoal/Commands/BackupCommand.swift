// `shoal backup`: copies of a running suite, their check, and data folders made from them.

import ArgumentParser
import Basics
import Chassis
import Messages

/// Everything about backups.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Back a running suite up, check a backup, restore one.",
        subcommands: [Create.self, Verify.self, Restore.self]
    )

    /// `shoal backup create`.
    struct Create: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy a running suite into a new folder; events are taken in meanwhile.",
            discussion: """
                The folder holds the log and the registry as of one moment: everything that was \
                acknowledged before this command began. It is a backup once its manifest is there, \
                which is written last. Keep it on another disk or machine.
                """
        )

        @Argument(help: "The folder, new or empty.")
        var folder: String
        @OptionGroup var place: SuiteOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let suite = try place.suite(desk)
            let sources = try BackupSources(try await suite.roster())
            let backup = BackupFolder(path: desk.absolute(folder), disk: desk.disk)
            try backup.make()
            var making = BackupMaking(backup, desk)
            let manifest = try await making.run(sources, of: suite)
            BackupPage(path: backup.path, manifest: manifest).tell("complete", desk)
        }
    }

    /// `shoal backup verify`.
    struct Verify: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a whole backup: every checksum, and the log by its own rules."
        )

        @Argument(help: "The backup's folder.")
        var folder: String
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let backup = BackupFolder(path: desk.absolute(folder), disk: desk.disk)
            let manifest = try backup.manifest()
            let page = BackupPage(path: backup.path, manifest: manifest)
            try page.check(backup, desk)
            page.tell("whole", desk)
        }
    }

    /// `shoal backup restore`.
    struct Restore: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a backup, then make new data folders from it.",
            discussion: """
                Without --only the data folder is one for `shoal up --data`. With --only it is \
                that of one service, such as ingestion: restore the registry, ingestion and the \
                evaluators from the same backup, and start none before all are done. Evaluators \
                that were not backed up start with an empty folder. Nothing is overwritten.
                """
        )

        @Argument(help: "The backup's folder.")
        var folder: String
        @Option(help: "The data folder to make, new or empty.")
        var data: String
        @Option(help: "Only this member: registry, ingestion or an evaluator's name.")
        var only: String?
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            let backup = BackupFolder(path: desk.absolute(folder), disk: desk.disk)
            let target = desk.absolute(data)
            let manifest = try backup.manifest()
            try Restoration.checkEmpty(target, desk.disk)
            let restoration = Restoration(
                backup: backup,
                targets: try targets(in: target, manifest)
            )
            try restoration.check(manifest)
            let page = BackupPage(path: backup.path, manifest: manifest)
            try page.check(backup, desk)
            var progress = ProgressPrinter(desk)
            let beganNs = desk.clock.monotonicNs
            try restoration.run(manifest) { done in
                progress.show(page.progress("restore", done, since: beganNs, desk))
            }
            progress.end()
            page.tell("restored", data: target, desk)
            desk.say(
                "Start no evaluator on a folder from before: it may have read what this log lacks."
            )
        }

        private func targets(in target: String, _ manifest: BackupManifest) throws(CommandError)
            -> [Restoration.Target]
        {
            guard let only else {
                return manifest.members.map { member in
                    Restoration.Target(member: member, path: "\(target)/\(member.folder)")
                }
            }
            guard let member = manifest.members.first(where: { $0.folder == only }) else {
                let known = manifest.members.map(\.folder)
                throw CommandError(
                    .notFound,
                    "restore",
                    "the backup has no \(only.debugDescription)",
                    place: "--only",
                    hint: NearestName.nearest(to: only, in: known).map { "did you mean \($0)?" }
                        ?? "it has \(known.joined(separator: ", "))"
                )
            }
            return [Restoration.Target(member: member, path: target)]
        }
    }
}
