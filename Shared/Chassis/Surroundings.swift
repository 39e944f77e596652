// What a command (not a service) is given by the system: words, streams, time, disk, signals.

public import Basics
public import Bus
import Foundation
import Glibc
import UnixSignals

/// The outside of the command line; a test builds one of its own parts.
public struct Surroundings: Sendable {
    /// The arguments behind the program's name.
    public var arguments: [String]
    /// The environment.
    public var environment: [String: String]
    /// What relative paths are relative to.
    public var workingDirectory: String
    /// The folder the program lies in; the services' programs lie beside it.
    public var programFolder: String
    /// Where temporary folders are made.
    public var temporaryFolder: String
    /// The time.
    public var clock: any Clock
    /// The disk.
    public var disk: any Disk
    /// The bus.
    public var bus: any Bus
    /// This process.
    public var processID: Int32
    /// Random at each start.
    public var seed: UInt64
    /// Whether messages go to a terminal, which takes moving lines.
    public var isTerminal: Bool
    /// Whether data go to a terminal, which takes colours.
    public var isOutputTerminal: Bool
    /// Standard output; throws when the system takes no more of it.
    public var writeOut: @Sendable (String) throws -> Void
    /// Whether nobody reads standard output any more, as behind `| head -1`.
    public var isOutputGone: @Sendable () -> Bool
    /// Standard error.
    public var writeError: @Sendable (String) -> Void
    /// The kernel's texts about itself and its processes.
    public var probe: ProcessProbe
    /// All of standard input, at most so many bytes; nil when it is longer.
    public var readInput: @Sendable (_ bytesMax: Int) throws -> [UInt8]?

    /// Surroundings of given parts.
    public init(
        arguments: [String],
        environment: [String: String],
        workingDirectory: String,
        programFolder: String,
        temporaryFolder: String,
        clock: any Clock,
        disk: any Disk,
        bus: any Bus,
        processID: Int32,
        seed: UInt64,
        isTerminal: Bool,
        writeOut: @escaping @Sendable (String) throws -> Void,
        writeError: @escaping @Sendable (String) -> Void,
        readInput: @escaping @Sendable (_ bytesMax: Int) throws -> [UInt8]?,
        isOutputGone: @escaping @Sendable () -> Bool = { false },
        probe: ProcessProbe = .none,
        isOutputTerminal: Bool = false
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.programFolder = programFolder
        self.temporaryFolder = temporaryFolder
        self.clock = clock
        self.disk = disk
        self.bus = bus
        self.processID = processID
        self.seed = seed
        self.isTerminal = isTerminal
        self.writeOut = writeOut
        self.isOutputGone = isOutputGone
        self.probe = probe
        self.isOutputTerminal = isOutputTerminal
        self.writeError = writeError
        self.readInput = readInput
    }

    /// The machine's, for a command of this name.
    public static func real(_ name: String) -> Surroundings {
        let outside = Outside.real()
        let program = ProcessInfo.processInfo.arguments.first ?? name
        let files = FileManager.default
        var link = "/proc/self/exe"
        do { link = try files.destinationOfSymbolicLink(atPath: link) } catch { link = program }
        return Surroundings(
            arguments: outside.inputs.arguments,
            environment: outside.inputs.environment,
            workingDirectory: outside.workingDirectory,
            programFolder: URL(fileURLWithPath: link).deletingLastPathComponent().path,
            temporaryFolder: files.temporaryDirectory.path,
            clock: outside.clock,
            disk: outside.disk,
            bus: outside.makeBus(outside.clock, name),
            processID: outside.processID,
            seed: outside.seed,
            isTerminal: outside.isTerminal,
            writeOut: outside.writeOut,
            writeError: outside.writeError,
            readInput: { bytesMax in
                let data = try FileHandle.standardInput.read(upToCount: bytesMax + 1) ?? Data()
                return data.count > bytesMax ? nil : [UInt8](data)
            },
            isOutputGone: { OutputReader.isGone(descriptor: STDOUT_FILENO) },
            probe: outside.probe,
            isOutputTerminal: isatty(STDOUT_FILENO) == 1
        )
    }

    /// A client of servers at these addresses, named for their logs.
    public func client(_ addresses: [String]) throws(ChassisError) -> RPCClient {
        var endpoints: [Endpoint] = []
        for address in addresses {
            do throws(BusError) {
                endpoints.append(try Endpoint(address))
            } catch {
                throw ChassisError(
                    .badConfiguration,
                    operation: "connect",
                    place: address,
                    what: "this is no address",
                    hint: error.hint
                )
            }
        }
        return client(endpoints)
    }

    /// Lets all connections go.
    public func close() { bus.shutDown() }

    private func client(_ endpoints: [Endpoint]) -> RPCClient {
        var options = RPCClientOptions()
        options.caller = "shoal-cli"
        return RPCClient(
            bus: bus,
            addresses: endpoints,
            clock: clock,
            random: SeededRandom(seed: seed ^ clock.monotonicNs),
            options: options
        )
    }

    /// Waits for the next wish that the program stop: Ctrl-C, SIGTERM or a closed terminal.
    ///
    /// - Returns: the signal's number; nil when the task is cancelled first.
    public func stopSignal() async -> Int32? {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        for await signal in signals { return signal.rawValue }
        return nil
    }

    /// Waits for Ctrl-C, also where a shell let its background jobs ignore it.
    ///
    /// - Returns: whether it came; not when the task is cancelled first.
    public func interrupt() async -> Bool {
        for await _ in await UnixSignalsSequence(trapping: .sigint) { return true }
        return false
    }

    /// Whether the file a running process was started from was replaced or removed since.
    public func isProgramReplaced(of process: Int32) -> Bool {
        do {
            let link = "/proc/\(process)/exe"
            let path = try FileManager.default.destinationOfSymbolicLink(atPath: link)
            return path.hasSuffix(" (deleted)")
        } catch {
            // Another user's process, or one that has ended.
            return false
        }
    }

    /// The words a running process was started with; nil when there is none of this number.
    public func commandLine(of process: Int32) -> [String]? {
        guard let file = FileHandle(forReadingAtPath: "/proc/\(process)/cmdline") else {
            return nil
        }
        do {
            let data = try file.read(upToCount: 64 << 10) ?? Data()
            try file.close()
            // A process that has ended but was not yet waited for has no words any more.
            guard !data.isEmpty else { return nil }
            return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        } catch {
            // It ended while it was being looked at.
            return nil
        }
    }
}
