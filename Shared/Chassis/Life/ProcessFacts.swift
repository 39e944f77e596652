// What this process uses of the machine, read from /proc.

public import Basics
import Glibc

/// Where facts about processes and the kernel come from; a test gives its own texts.
public struct ProcessProbe: Sendable {
    /// The first 64 KiB of a file under /proc; nil when it cannot be read.
    public let read: @Sendable (String) -> String?
    /// How many names a folder holds; nil when it cannot be read.
    public let count: @Sendable (String) -> Int?

    /// A probe that tells nothing.
    public static let none = ProcessProbe(read: { _ in nil }, count: { _ in nil })

    /// A probe of these doors.
    public init(
        read: @escaping @Sendable (String) -> String?,
        count: @escaping @Sendable (String) -> Int?
    ) {
        self.read = read
        self.count = count
    }
}

/// The process's own numbers, for `Admin.Info`, the metrics and the log.
public struct ProcessFacts: Sendable {
    /// The numbers at one instant; 0 where the system did not tell.
    public struct Snapshot: Sendable, Hashable {
        /// The process id.
        public var processID: Int32
        /// Memory resident, in bytes.
        public var residentBytes: Int
        /// The most memory that was resident, in bytes.
        public var peakResidentBytes: Int
        /// Open files and sockets.
        public var openFiles: Int
        /// Threads.
        public var threads: Int
        /// Processor time used, in seconds.
        public var cpuSeconds: Double
        /// Time since the start, in milliseconds.
        public var uptimeMs: UInt64
        /// When it started, by the wall clock then.
        public var startedAt: Timestamp
    }

    private let processID: Int32
    private let clock: any Clock
    private let probe: ProcessProbe
    private let startedNs: UInt64
    private let startedAt: Timestamp
    private let ticksPerSecond: Double

    /// Facts of a process that starts now.
    init(processID: Int32, clock: any Clock, probe: ProcessProbe) {
        self.processID = processID
        self.clock = clock
        self.probe = probe
        startedNs = clock.monotonicNs
        startedAt = clock.now
        ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }

    /// Reads them now; a few small files, any thread.
    public func now() -> Snapshot {
        let status = probe.read("/proc/self/status") ?? ""
        let elapsedNs = clock.monotonicNs - min(startedNs, clock.monotonicNs)
        return Snapshot(
            processID: processID,
            residentBytes: Self.number("VmRSS:", in: status) * 1_024,
            peakResidentBytes: Self.number("VmHWM:", in: status) * 1_024,
            openFiles: probe.count("/proc/self/fd") ?? 0,
            threads: Self.number("Threads:", in: status),
            cpuSeconds: cpuTicks(probe.read("/proc/self/stat") ?? "") / ticksPerSecond,
            uptimeMs: elapsedNs / 1_000_000,
            startedAt: startedAt
        )
    }

    private static func number(_ name: String, in status: String) -> Int {
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        let words = line?.split { $0 == " " || $0 == "\t" } ?? []
        guard words.count > 1, let value = Int(words[1]), (0..<(1 << 50)).contains(value) else {
            return 0
        }
        return value
    }

    /// User and system time: fields 14 and 15, counted after the name in brackets.
    private func cpuTicks(_ stat: String) -> Double {
        guard let bracket = stat.lastIndex(of: ")") else { return 0 }
        let fields = stat[stat.index(after: bracket)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { return 0 }
        return user + system
    }
}
