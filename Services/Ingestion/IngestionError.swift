// What can go wrong in ingestion beyond a single record, with the status a caller hears.

import Chassis
import KeyValue
import Log
import Messages

/// A refusal or a failure of ingestion.
struct IngestionError: ExplainedError, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    enum Code: String, Sendable, Hashable {
        case unknownProject, notTheOwner, notReady, busy, diskFull, log, index, stopped
        case gap, document, tooLarge
        case unknownUser, unknownImport, importUndone, tooManyImports, rejects
        case cannotMerge, notQuarantined
    }

    let code: Code
    let operation: String
    let place: String
    let hint: String
    /// How the process ends by it, where it ends by it.
    let exitCode: ExitCode

    init(
        _ code: Code,
        _ operation: String,
        place: String,
        hint: String,
        exitCode: ExitCode = .internalError
    ) {
        self.code = code
        self.operation = operation
        self.place = place
        self.hint = hint
        self.exitCode = exitCode
    }

    /// Whether the same call may succeed later.
    var isRetriable: Bool {
        switch code {
        case .notReady, .busy, .diskFull, .stopped, .log, .index, .rejects: true
        case .unknownProject, .notTheOwner, .gap, .document, .tooLarge: false
        case .unknownUser, .unknownImport, .importUndone, .tooManyImports: false
        case .cannotMerge, .notQuarantined: false
        }
    }

    var description: String {
        let what =
            switch code {
            case .unknownProject: "no such project"
            case .notTheOwner: "another instance owns these logs"
            case .notReady: "ingestion is still starting"
            case .busy: "too much is waiting to be written"
            case .diskFull: "the disk is nearly full"
            case .log: "the log cannot be written"
            case .index: "the index cannot be read"
            case .stopped: "ingestion is stopping"
            case .gap: "catalogue revisions are missing"
            case .document: "a catalogue document is not as the contract has it"
            case .tooLarge: "it does not fit one group of the log"
            case .unknownUser: "no such user"
            case .unknownImport: "no such import"
            case .rejects: "rejected records cannot be kept or read"
            case .importUndone: "the import was taken back"
            case .cannotMerge: "the two cannot become one user"
            case .notQuarantined: "the record stays as it is"
            case .tooManyImports: "the project has \(ImportLedger.importsMax) imports"
            }
        return "\(operation): \(what)"
    }

    /// The same for the operator, when the process ends by it.
    var what: String { description }

    /// The status a caller hears.
    var fault: Fault {
        let (status, retryAfterMs): (StatusCode, UInt32?) =
            switch code {
            case .unknownProject, .unknownUser, .unknownImport: (.notFound, nil)
            case .notTheOwner: (.failedPrecondition, nil)
            case .notReady, .stopped: (.unavailable, 500)
            case .busy: (.resourceExhausted, 200)
            case .diskFull: (.resourceExhausted, 10_000)
            case .log, .index, .rejects: (.unavailable, 1_000)
            case .gap, .document, .tooLarge, .importUndone, .tooManyImports, .cannotMerge,
                .notQuarantined:
                (.failedPrecondition, nil)
            }
        return Fault(status, description, place: place, hint: hint, retryAfterMs: retryAfterMs)
    }

    /// A failure of the log; the process must stop and recover after it.
    static func log(_ operation: String, _ error: any Error) -> IngestionError {
        let known = error as? LogError
        let exitCode: ExitCode =
            switch known?.code {
            case .corrupt, .missing, .foreign: .dataCorrupt
            case .newerFormat: .newerFormat
            case .locked, .fenced: .locked
            case .full: .noSpace
            default: .internalError
            }
        return IngestionError(
            .log,
            operation,
            place: known?.place ?? "log",
            hint: known?.hint ?? "\(error)",
            exitCode: exitCode
        )
    }

    /// A failure of the index.
    static func index(_ operation: String, _ error: any Error) -> IngestionError {
        guard let known = error as? KeyValueError else {
            return IngestionError(.index, operation, place: "index", hint: "\(error)")
        }
        let (exitCode, hint): (ExitCode, String) =
            switch known.code {
            case .corrupt: (.dataCorrupt, rebuildHint)
            case .locked: (.locked, known.hint)
            case .noSpace: (.noSpace, known.hint)
            case .permission: (.notWritable, known.hint)
            case .io, .closed, .family, .invalid: (.internalError, known.hint)
            }
        return IngestionError(
            .index,
            operation,
            place: known.place,
            hint: "\(known.text); \(hint)",
            exitCode: exitCode
        )
    }

    /// Entries of the index that cannot be.
    static func damagedIndex(_ operation: String, _ what: String, place: String) -> IngestionError {
        IngestionError(
            .index,
            operation,
            place: place,
            hint: "\(what); \(rebuildHint)",
            exitCode: .dataCorrupt
        )
    }

    /// What helps when the index is not what the log says.
    static let rebuildHint =
        "stop ingestion and delete the folder `index`: it is rebuilt from the log at the next start"
}
