// Decides what happens when a child ends: start again, wait, or give up. Pure.

import Chassis
import Messages

/// How a child ended.
enum ChildEnd: Sendable, Hashable {
    case exited(Int32)
    case signalled(Int32)
    /// It could not be started at all.
    case notStarted(String)

    /// In words, with the meaning of the services' exit codes.
    var words: String {
        switch self {
        case .exited(let code):
            guard let known = ExitCode(rawValue: code) else { return "exited with \(code)" }
            return "exited with \(code): \(known.meaning)"
        case .signalled(let signal):
            let names: [Int32: String] = [
                2: "SIGINT", 6: "SIGABRT", 9: "SIGKILL", 11: "SIGSEGV", 15: "SIGTERM",
                4: "SIGILL", 5: "SIGTRAP", 7: "SIGBUS", 8: "SIGFPE",
            ]
            return "was ended by \(names[signal] ?? "signal \(signal)")"
        case .notStarted(let why): return "could not be started: \(why)"
        }
    }

    /// Whether starting it again can help without a person.
    var mayHeal: Bool {
        switch self {
        case .signalled: true
        case .notStarted: false
        case .exited(let code):
            switch ExitCode(rawValue: code) {
            case .badConfiguration, .dataCorrupt, .notWritable, .newerFormat: false
            // A lock may be held by a process that is just ending.
            case .locked, .clean, .addressInUse, .internalError, .systemResources, .noSpace, nil:
                true
            }
        }
    }
}

/// The ends of one child, and what follows from them.
struct RestartBook: Sendable, Hashable {
    /// What to do.
    enum Decision: Sendable, Hashable {
        case startAgain(afterMs: UInt64)
        case giveUp(String)
    }

    /// The first wait; each further one within a minute is twice as long.
    ///
    /// Unit: ms.
    static let waitMsFirst: UInt64 = 200
    /// The longest wait.
    ///
    /// Unit: ms.
    static let waitMsMax: UInt64 = 5_000
    /// Ends within `windowNs` after which a child is given up.
    static let endsMax = 10
    /// The time in which ends are counted.
    static let windowNs: UInt64 = 60_000_000_000

    private var ends: [UInt64] = []
    /// How often it was started again.
    private(set) var restarts = 0

    /// Takes down an end; `instantNs` is of the monotonic clock.
    mutating func decide(_ end: ChildEnd, atNs instantNs: UInt64) -> Decision {
        guard end.mayHeal else { return .giveUp(end.words) }
        // It was asked to end, as by `shoal restart`: nothing that could go on for ever.
        guard end != .exited(ExitCode.clean.rawValue) else {
            restarts += 1
            return .startAgain(afterMs: Self.waitMsFirst)
        }
        ends.append(instantNs)
        ends.removeAll { instantNs - min($0, instantNs) > Self.windowNs }
        guard ends.count < Self.endsMax else {
            return .giveUp(
                "it ended \(ends.count) times within a minute; the last time it \(end.words)"
            )
        }
        restarts += 1
        let doublings = min(ends.count - 1, 10)
        return .startAgain(afterMs: min(Self.waitMsFirst << UInt64(doublings), Self.waitMsMax))
    }
}

/// The order in which the suite stops.
enum StopOrder {
    /// Names in the groups that are stopped one after the other: readers before what they read.
    static func groups(_ members: [SuitePlan.Member]) -> [[String]] {
        let evaluators = members.filter { $0.kind == .evaluator }.map(\.name)
        let ingestion = members.filter { $0.kind == .ingestion }.map(\.name)
        let registry = members.filter { $0.kind == .registry }.map(\.name)
        return [evaluators, ingestion, registry].filter { !$0.isEmpty }
    }
}
