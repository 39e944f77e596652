// What a suite that was killed leaves behind: orphans that hold its data folders.

import Basics
import Chassis
import Glibc

/// Clears the way for a new start in a data folder.
struct Leftovers: Sendable {
    /// How long an orphan may take to stop before it is killed.
    ///
    /// Unit: ms.
    private static let stopMsMax: UInt64 = 10_000
    private static let lookEveryMs: UInt64 = 50

    let outside: Surroundings

    /// Ends orphans of an earlier suite; refuses when a supervisor still runs.
    func clear(_ data: String) async throws {
        guard let old = try SuiteFile.load(data, disk: outside.disk) else { return }
        if isShoal(old.supervisor) {
            throw CommandError(
                .tryAgain,
                "up",
                "a suite already runs in this folder (process \(old.supervisor))",
                place: data,
                hint: "use it, stop it with Ctrl-C there, or choose another --data"
            )
        }
        let orphans = old.instances.filter(isAlive).reversed()
        for orphan in orphans { await end(orphan) }
        try outside.disk.remove(SuiteFile.path(data))
    }

    private func isShoal(_ process: Int32) -> Bool {
        guard process != outside.processID, let words = outside.commandLine(of: process) else {
            return false
        }
        let program = words.first?.split(separator: "/").last
        return program == "shoal" && (words.contains("up") || words.contains("demo"))
    }

    /// Whether the process is still the one that was started: numbers are used again.
    private func isAlive(_ instance: SuiteFile.Instance) -> Bool {
        guard let pid = instance.pid, pid > 1, let words = outside.commandLine(of: pid) else {
            return false
        }
        return words.contains(instance.data)
    }

    private func end(_ instance: SuiteFile.Instance) async {
        guard let pid = instance.pid else { return }
        kill(pid, SIGTERM)
        let clock = outside.clock
        let deadline = clock.monotonicNs + Self.stopMsMax * 1_000_000
        while isAlive(instance) {
            if clock.monotonicNs > deadline { kill(pid, SIGKILL) }
            do { try await clock.sleep(forMs: Self.lookEveryMs) } catch { return }
        }
    }
}
