// Why a command failed: what, where, hint, and the exit code.

import Basics
import Chassis
import Compression
import Messages
import Segments
import Subprocess
import Wire

/// The error of this room, shown as three lines on standard error.
struct CommandError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Decides the exit code.
    var code: CommandExit
    /// What was being done, for logs.
    var operation: String
    /// What happened, in one sentence.
    var what: String
    /// The file, option, address or field concerned; empty when there is none.
    var place: String
    /// What to do about it; empty when there is nothing.
    var hint: String

    init(
        _ code: CommandExit,
        _ operation: String,
        _ what: String,
        place: String = "",
        hint: String = ""
    ) {
        self.code = code
        self.operation = operation
        self.what = what
        self.place = place
        self.hint = hint
    }

    /// Whether the same command may succeed later.
    var isRetriable: Bool { code == .tryAgain || code == .unreachable }

    /// One line.
    var description: String { "\(operation): \(what); \(place); \(hint)" }

    /// The lines for people.
    func text(_ ink: Ink) -> String {
        var text = ink.paint("shoal:", .bad) + " \(what)\n"
        if !place.isEmpty { text += "  where: \(place)\n" }
        if !hint.isEmpty { text += ink.paint("  hint:", .heading) + "  \(hint)\n" }
        return text
    }

    /// The same for programs.
    var json: JSONText {
        .object([
            (
                "error",
                .object([
                    ("code", .int(Int(code.rawValue))), ("what", .text(what)),
                    ("where", .text(place)), ("hint", .text(hint)),
                ])
            )
        ])
    }
}

extension CommandError {
    /// Any error in this form.
    init(_ error: any Error, _ operation: String) {
        switch error {
        case let known as CommandError: self = known
        case let fault as Fault: self.init(fault: fault, operation)
        case let problem as DefinitionProblem: self.init(problem: problem, file: nil)
        case let wire as WireError: self.init(fault: wire.fault, operation)
        case let disk as DiskError: self.init(disk: disk)
        case let packed as CompressionError:
            self.init(
                .badData,
                operation,
                "the compressed file cannot be read: \(packed.text)",
                place: "byte \(packed.place)",
                hint: packed.hint
            )
        case let problem as FileProblem:
            self.init(
                .badData,
                operation,
                problem.message,
                place: problem.place,
                hint: problem.hint
            )
        case let explained as any ExplainedError:
            self.init(
                .internalError,
                operation,
                explained.what,
                place: explained.place,
                hint: explained.hint
            )
        case is CancellationError:
            self.init(.interrupted, operation, "interrupted")
        default:
            self.init(
                .internalError,
                operation,
                "\(error)",
                hint: "this is a mistake of ours; please report it"
            )
        }
    }

    /// A server's answer.
    init(fault: Fault, _ operation: String) {
        let code: CommandExit =
            switch fault.code {
            case .invalidArgument, .outOfRange, .alreadyExists, .failedPrecondition: .badData
            case .notFound: .notFound
            case .unavailable: .unreachable
            case .deadlineExceeded, .resourceExhausted, .aborted: .tryAgain
            case .permissionDenied, .unauthenticated: .notPermitted
            case .cancelled: .interrupted
            default: .internalError
            }
        self.init(
            code,
            operation,
            fault.message,
            place: fault.place ?? "",
            hint: fault.hint ?? ""
        )
    }

    /// A problem of a definition; `file` is the document's path.
    init(problem: DefinitionProblem, file: String?) {
        let line = problem.line.map { ":\($0)" } ?? ""
        let place = file.map { "\($0)\(line): \(problem.place)" } ?? problem.place + line
        self.init(
            .badData,
            "read definition",
            problem.message,
            place: place,
            hint: problem.hint ?? ""
        )
    }

    init(disk: DiskError) {
        let code: CommandExit =
            switch disk.code {
            case .notFound: .notFound
            case .locked, .resources: .tryAgain
            case .permission, .noSpace, .exists, .wrongKind: .cannotWrite
            case .io: .readError
            case .closed, .invalid: .internalError
            }
        let what =
            disk.code == .notFound
            ? "there is no such file or folder" : "the disk answered \(disk.errno)"
        let hint = disk.code == .notFound ? "check the path" : disk.hint
        self.init(code, disk.operation, what, place: disk.path, hint: hint)
    }
}
