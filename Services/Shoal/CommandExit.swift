// How the command line ends: its exit codes, in one place.

/// The exit codes of `shoal`, in the manner of sysexits.h.
enum CommandExit: Int32, Sendable, CaseIterable {
    case done = 0
    case no = 2
    case usage = 64
    case badData = 65
    case notFound = 66
    case unreachable = 69
    case internalError = 70
    case cannotWrite = 73
    case readError = 74
    case tryAgain = 75
    case notPermitted = 77
    case interrupted = 130

    /// What it means, in a few words.
    var meaning: String {
        switch self {
        case .done: "done"
        case .no: "answered \"no\", or some records were rejected"
        case .usage: "wrong command, option or argument"
        case .badData: "a file or definition is not what it should be"
        case .notFound: "no such file, project or segment"
        case .unreachable: "the suite cannot be reached"
        case .internalError: "a mistake of ours, or a service beyond help"
        case .cannotWrite: "a file or folder cannot be written"
        case .readError: "reading failed"
        case .tryAgain: "not now: overloaded or too slow; the same command may succeed later"
        case .notPermitted: "not permitted"
        case .interrupted: "interrupted"
        }
    }

    /// The table for `--help`.
    static var help: String {
        let lines = allCases.map { code in
            let number = "\(code.rawValue)"
            let blanks = String(repeating: " ", count: max(0, 5 - number.count))
            return "  \(number)\(blanks)\(code.meaning)"
        }
        return "EXIT CODES:\n" + lines.joined(separator: "\n")
    }
}
