// The real process: arguments, environment, standard streams, signals, chance, the way out.

import Basics
import Bus
import Foundation
import Glibc
import Synchronization

/// What a process is given by the system; a test gives its own.
struct Outside: Sendable {
    var inputs: ConfigInputs
    var workingDirectory: String
    var clock: any Clock
    var disk: any Disk
    var makeBus: @Sendable (_ clock: any Clock, _ service: String) -> any Bus
    var processID: Int32
    var probe: ProcessProbe
    var seed: UInt64
    var isTerminal: Bool
    /// Whether SIGTERM, SIGINT and SIGQUIT are ours to handle.
    var trapsSignals: Bool
    /// Throws when the system takes no more of it; a reader that has gone is no error.
    var writeOut: @Sendable (String) throws(ChassisError) -> Void
    var writeError: @Sendable (String) -> Void
    /// Gives memory that was freed back to the system.
    var giveBackMemory: @Sendable () -> Void
    /// Ends the process at once, when it does not stop by itself.
    var end: @Sendable (ExitCode) -> Void

    /// The machine's.
    static func real() -> Outside {
        // A log reader that goes away must not take the service with it.
        signal(SIGPIPE, SIG_IGN)
        var chance = SystemRandomNumberGenerator()
        let out = StandardStream(.standardOutput)
        let errors = StandardStream(.standardError)
        return Outside(
            inputs: ConfigInputs(
                arguments: Array(CommandLine.arguments.dropFirst()),
                environment: ProcessInfo.processInfo.environment
            ),
            workingDirectory: FileManager.default.currentDirectoryPath,
            clock: SystemClock(),
            disk: RealDisk(),
            makeBus: { clock, service in NanomsgBus(clock: clock, threadNamePrefix: service) },
            processID: getpid(),
            probe: .proc,
            seed: chance.next(),
            isTerminal: isatty(2) == 1,
            trapsSignals: true,
            writeOut: { text throws(ChassisError) in try out.write(text) },
            writeError: { text in
                // There is nowhere left to say that it failed.
                do { try errors.write(text) } catch { return }
            },
            giveBackMemory: { FreedMemory.giveBack() },
            end: { _exit($0.rawValue) }
        )
    }
}

/// A standard stream that takes whole texts, one after the other.
private final class StandardStream: Sendable {
    private let file: FileHandle
    private let isGone = Mutex(false)

    init(_ file: FileHandle) { self.file = file }

    func write(_ text: String) throws(ChassisError) {
        let failure: ChassisError? = isGone.withLock { gone in
            guard !gone else { return nil }
            do {
                try file.write(contentsOf: Data(text.utf8))
                return nil
            } catch {
                gone = OutputReader.isGone(descriptor: file.fileDescriptor)
                return gone ? nil : Self.refusal(error)
            }
        }
        if let failure { throw failure }
    }

    private static func refusal(_ error: any Error) -> ChassisError {
        let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
        return ChassisError(
            isFull ? .noSpace : .notWritable,
            operation: "write",
            place: "standard output",
            what: isFull ? "the disk is full" : "the output cannot be written",
            hint: isFull ? "free some space, or write elsewhere" : "write elsewhere"
        )
    }
}

extension ProcessProbe {
    /// Linux's own.
    static let proc = ProcessProbe(
        read: { path in
            // /proc's files have no size, so the disk's sized reads see nothing in them.
            guard let file = FileHandle(forReadingAtPath: path) else { return nil }
            do {
                let data = try file.read(upToCount: 64 << 10) ?? Data()
                try file.close()
                return String(decoding: data, as: UTF8.self)
            } catch {
                // Told as an unknown number.
                return nil
            }
        },
        count: { path in
            do { return try RealDisk().list(path).count } catch { return nil }
        }
    )
}
