// `shoal restart`: all of a suite, or some of it, one instance at a time.

import ArgumentParser
import Basics
import Chassis
import Glibc
import Messages
import Subprocess

/// Restarts instances one at a time while the suite goes on.
struct RestartCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Restart instances one at a time, while the others go on.",
        discussion: """
            Evaluators first: each gives its partitions to the others, is restarted, and gets its \
            share back; then ingestion, then the registry, during which clients try again. The \
            next one follows when everybody is here and has read the log. It stops with 69 when \
            one does not come back; nothing further is touched then. Stopped on the way, it may \
            leave an evaluator drained: `shoal forget` it while it runs. A suite of `shoal up` is \
            restarted by its supervisor, with the programs that lie there now; with --systemd the \
            units of this machine are.

            With --rewrite each writes its files anew as it starts, so that no byte of erased \
            users is left in them: ingestion first, which takes nothing in meanwhile, then the \
            evaluators, each of which reads the log again from its beginning. What is cut off is \
            done again at the next start. Backups made before still have the bytes.
            """
    )

    @Argument(help: "Instances or kinds, such as evaluator-2 or evaluator; none: all.")
    var names: [String] = []
    @Flag(help: "Run `systemctl restart` for each unit: shoal-registry, shoal-evaluator@1 …")
    var systemd = false
    @Flag(help: "Let them write their files anew, without users who were erased.")
    var rewrite = false
    @Option(help: "Seconds to wait for one instance.")
    var timeout: UInt64 = 120
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard (1...86_400).contains(timeout) else {
            throw ValidationError("--timeout takes 1 to 86400 seconds")
        }
        if rewrite, systemd {
            throw ValidationError(
                "--rewrite is for a suite of `shoal up`; of a unit make an empty file `rewrite` in "
                    + "its data folder, then restart it: ingestion before the evaluators"
            )
        }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        if !systemd { try checkSupervisor(of: suite, desk) }
        let targets = try await SuiteLook(suite).look().targets
        let plan = try RestartPlan(
            names,
            among: targets.map { .init(name: $0.name, kind: $0.kind, address: $0.address) },
            isRewriting: rewrite
        )
        let restart = RollingRestart(
            suite: suite,
            desk: desk,
            timeoutMs: timeout * 1_000,
            replace: { step in
                if rewrite, let data = suite.data {
                    try StartOrder(.rewrite, folder: "\(data)/\(step.name)", disk: desk.disk).give()
                }
                if systemd {
                    try await Self.restartUnit(step)
                } else {
                    try Self.stopChild(step, of: suite, desk)
                }
            }
        )
        try await restart.run(plan)
    }

    /// Somebody must start again what ends.
    private func checkSupervisor(of suite: Suite, _ desk: Desk) throws {
        guard let data = suite.data, let file = try SuiteFile.load(data, disk: desk.disk),
            desk.outside.commandLine(of: file.supervisor) != nil
        else {
            throw CommandError(
                .usage,
                "restart",
                "nobody is known who would start the processes again",
                place: suite.data ?? suite.registryAddress,
                hint: "name the folder of `shoal up` with --data, or give --systemd"
            )
        }
    }

    /// Asks a child of `shoal up` to end; its supervisor starts it again.
    private static func stopChild(
        _ step: RestartPlan.Step,
        of suite: Suite,
        _ desk: Desk
    ) throws {
        let file = try suite.data.flatMap { try SuiteFile.load($0, disk: desk.disk) }
        let child = file?.instances.first { $0.name == step.name }
        guard let child, let pid = child.pid, pid > 1,
            // Numbers are used again: it must be the process of this folder.
            desk.outside.commandLine(of: pid)?.contains(child.data) == true
        else {
            throw CommandError(
                .tryAgain,
                "restart",
                "\(step.name) is no running child of the suite's supervisor",
                place: step.address,
                hint: "`shoal status` shows who is here"
            )
        }
        kill(pid, SIGTERM)
    }

    private static func restartUnit(_ step: RestartPlan.Step) async throws {
        let result = try await Subprocess.run(
            .name(spelled("systemctl")),
            arguments: Arguments(["restart", step.unit]),
            output: .discarded,
            error: .string(limit: 64 << 10)
        )
        guard !result.terminationStatus.isSuccess else { return }
        throw CommandError(
            .internalError,
            "restart",
            "systemctl restart \(step.unit): \(result.standardError.prefix(500))",
            place: step.name,
            hint: "`journalctl -u \(step.unit)` says more; nothing further was restarted"
        )
    }
}
