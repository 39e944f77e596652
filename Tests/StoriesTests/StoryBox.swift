// Where the stories lie, and `shoal play` as a user runs it.

import Basics
import Bus
import Chassis
import Foundation
import ShoalCommand
import Stage
import Synchronization

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
        let clock = SystemClock()
        let bus = MemoryBus(clock: clock)
        defer { bus.shutDown() }
        let outside = Surroundings(
            arguments: ["play", name] + options,
            environment: [:],
            workingDirectory: "\(here)/\(folder)",
            programFolder: here,
            temporaryFolder: NSTemporaryDirectory(),
            clock: clock,
            disk: RealDisk(),
            bus: bus,
            processID: ProcessInfo.processInfo.processIdentifier,
            seed: Checksum.xxh64(Array(name.utf8)),
            isTerminal: false,
            writeOut: { text in told.withLock { $0 += text } },
            writeError: { text in told.withLock { $0 += text } },
            readInput: { _ in [] }
        )
        let code = await Entry.answer(outside, openSuite: Stage.open)
        return (code, told.withLock { $0 })
    }
}
