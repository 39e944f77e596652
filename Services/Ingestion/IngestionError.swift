// What can go wrong in ingestion beyond a single record, with the status a caller hears.

import KeyValue
import Log
import Messages

/// A refusal or a failure of ingestion.
struct IngestionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    enum Code: String, Sendable, Hashable {
        case unknownProject, notTheOwner, notReady, busy, diskFull, log, index, stopped, gap
    }

    let code: Code
    let operation: String
    let place: String
    let hint: String

    init(_ code: Code, _ operation: String, place: String, hint: String) {
        self.code = code
        self.operation = operation
        self.place = place
        self.hint = hint
    }

    /// Whether the same call may succeed later.
    var isRetriable: Bool {
        switch code {
        case .notReady, .busy, .diskFull, .stopped, .log, .index: true
        case .unknownProject, .notTheOwner, .gap: false
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
            }
        return "\(operation): \(what)"
    }

    /// The status a caller hears.
    var fault: Fault {
        let (status, retryAfterMs): (StatusCode, UInt32?) =
            switch code {
            case .unknownProject: (.notFound, nil)
            case .notTheOwner: (.failedPrecondition, nil)
            case .notReady, .stopped: (.unavailable, 500)
            case .busy: (.resourceExhausted, 200)
            case .diskFull: (.resourceExhausted, 10_000)
            case .log, .index: (.unavailable, 1_000)
            case .gap: (.failedPrecondition, nil)
            }
        return Fault(status, description, place: place, hint: hint, retryAfterMs: retryAfterMs)
    }

    /// A failure of the log; the process must stop and recover after it.
    static func log(_ operation: String, _ error: any Error) -> IngestionError {
        IngestionError(
            .log, operation, place: "log", hint: "the process restarts and recovers: \(error)")
    }

    /// A failure of the index.
    static func index(_ operation: String, _ error: any Error) -> IngestionError {
        IngestionError(
            .index, operation, place: "index", hint: "it is rebuilt from the log: \(error)")
    }
}
