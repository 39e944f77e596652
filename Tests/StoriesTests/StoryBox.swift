// Where the stories lie, and `shoal play` as a user runs it.

import Basics
import Bus
import Chassis
import Foundation
import Stage
import Synchronization

@testable import ShoalCommand

/// The stories of a folder beside this file.
enum StoryBox {
    private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path

    /// The names of the stories in a folder, sorted.
    static func names(in folder: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "\(here)/\(folder)")) ?? []
        return all.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".ndjson") }.sorted()
    }

    /// The text of a file.
    static func text(_ name: String, in folder: String) throws -> String {
        try String(contentsOfFile: "\(here)/\(folder)/\(name)", encoding: .utf8)
    }

    /// Writes a file beside the stories.
    static func write(_ text: String, to name: String, in folder: String) throws {
        try text.write(toFile: "\(here)/\(folder)/\(name)", atomically: true, encoding: .utf8)
    }

    /// Runs `shoal play` on a story of a folder.
    static func play(_ name: String, in folder: String, _ options: [String] = []) async
        -> (code: Int32, told: String)
    {
        let told = Mutex("")
        let bus = MemoryBus(clock: SystemClock())
        defer { bus.shutDown() }
        let outside = outside(name, in: folder, options, bus) { text in
            told.withLock { $0 += text }
        }
        let code = await Entry.answer(outside, openSuite: Stage.open)
        return (code, told.withLock { $0 })
    }

    /// Runs `shoal play --address` on a suite that runs already, whose time is another.
    static func playAsHistory(_ name: String, in folder: String) async throws
        -> (code: Int32, told: String)
    {
        let told = Mutex("")
        let bus = MemoryBus(clock: SystemClock())
        defer { bus.shutDown() }
        var outside = outside(name, in: folder, ["--address", "memory://registry"], bus) { text in
            told.withLock { $0 += text }
        }
        return try await onStage(outside, from: Timestamp(ms: 1_900_000_000_000)) { staged in
            outside.bus = staged.outside.bus
            let code = await Entry.answer(outside)
            return (code, told.withLock { $0 })
        }
    }

    /// Opens a suite over a folder of its own, and ends it.
    static func onStage<Answer>(
        _ outside: Surroundings,
        from start: Timestamp,
        _ work: (any SuiteOnStage) async throws -> Answer
    ) async throws -> Answer {
        let folder = "\(outside.temporaryFolder)/shoal-stage-\(outside.processID)-\(outside.seed)"
        let staged = try await Stage.open(outside, folder: folder, start: start)
        let outcome: Result<Answer, any Error>
        do {
            let suite = try Suite(
                registry: [staged.registryAddress],
                data: nil,
                outside: staged.outside
            )
            try await Readiness(suite: suite).wait(
                staged.addresses,
                timeoutMs: PlayCommand.readyMs
            )
            outcome = .success(try await work(staged))
        } catch {
            outcome = .failure(error)
        }
        await staged.close()
        try FolderRemoval(disk: outside.disk).remove(folder)
        return try outcome.get()
    }

    /// The surroundings of a command, and where it tells.
    static func outside(
        _ name: String,
        in folder: String,
        _ options: [String],
        _ bus: any Bus,
        _ tell: @escaping @Sendable (String) -> Void
    ) -> Surroundings {
        Surroundings(
            arguments: ["play", name] + options,
            environment: [:],
            workingDirectory: "\(here)/\(folder)",
            programFolder: here,
            temporaryFolder: NSTemporaryDirectory(),
            clock: SystemClock(),
            disk: RealDisk(),
            bus: bus,
            processID: ProcessInfo.processInfo.processIdentifier,
            seed: Checksum.xxh64(Array(name.utf8)),
            isTerminal: false,
            writeOut: tell,
            writeError: tell,
            readInput: { _ in [] }
        )
    }
}
