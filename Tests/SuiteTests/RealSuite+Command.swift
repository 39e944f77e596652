// The command line against the real suite, as a person would use it.

import Basics
import Bus
import Chassis
import Foundation
import ShoalCommand
import Synchronization

/// What a command wrote, and how it ended.
struct CommandOutcome: Sendable {
    let code: Int32
    let out: String
    let errors: String
}

extension RealSuite {
    /// Runs a command that finds the suite by its registry's address.
    func shoal(_ arguments: [String], input: String = "") async -> CommandOutcome {
        let address = ["--address", "ipc://\(folder)/registry/registry.sock"]
        return await Self.shoal(arguments + address, in: folder, input: input)
    }

    /// Runs a command that needs no suite.
    static func shoal(_ arguments: [String], in folder: String, input: String = "") async
        -> CommandOutcome
    {
        let written = Written()
        let clock = SystemClock()
        let outside = Surroundings(
            arguments: arguments,
            environment: [:],
            workingDirectory: folder,
            programFolder: folder,
            temporaryFolder: folder,
            clock: clock,
            disk: RealDisk(),
            bus: NanomsgBus(clock: clock, threadNamePrefix: "command"),
            processID: ProcessInfo.processInfo.processIdentifier,
            seed: 1,
            isTerminal: false,
            writeOut: { text in written.out.withLock { $0 += text } },
            writeError: { text in written.errors.withLock { $0 += text } },
            readInput: { _ in Array(input.utf8) }
        )
        let code = await Entry.answer(outside)
        outside.close()
        return CommandOutcome(
            code: code,
            out: written.out.withLock { $0 },
            errors: written.errors.withLock { $0 }
        )
    }
}

/// What a command wrote.
private final class Written: Sendable {
    let out = Mutex("")
    let errors = Mutex("")
}
