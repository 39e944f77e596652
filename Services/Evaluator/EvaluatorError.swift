// What can go wrong in an evaluator, with the status a caller hears.

import Basics
import Chassis
import Columns
import KeyValue
import Messages

/// A refusal or a failure of an evaluator.
struct EvaluatorError: ExplainedError, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    enum Code: String, Sendable, Hashable {
        case unknownSegment, archivedSegment, unreadableSegment, nameTaken, badRequest
        case missingOwner, catchingUp, notTheOwner, busy, stopped, positionsUnknown, tooLong
        case cancelled, tooCostly, listingOver
        case columns, store, log, record, newerFormat, disk
        case quarantinedSegment, leftPartition
    }

    /// What helps when the folder is not what the log says.
    static let rebuildHint =
        "stop, delete the evaluator's data folder and start: it is rebuilt from the log"

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
        case .missingOwner, .catchingUp, .notTheOwner, .busy, .stopped, .positionsUnknown: true
        case .unknownSegment, .archivedSegment, .unreadableSegment, .nameTaken, .badRequest: false
        case .columns, .store, .log, .record, .newerFormat, .disk: false
        case .tooLong, .cancelled, .tooCostly, .listingOver: false
        case .quarantinedSegment, .leftPartition: false
        }
    }

    var description: String {
        let what =
            switch code {
            case .unknownSegment: "no such segment"
            case .archivedSegment: "the segment is archived"
            case .unreadableSegment: "the segment's document cannot be read"
            case .quarantinedSegment: "the segment is quarantined"
            case .leftPartition: "a partition is left alone, since its owner ends by it"
            case .nameTaken: "another segment has this name"
            case .badRequest: "the request is not valid"
            case .missingOwner: "some partitions have no owner that answers"
            case .catchingUp: "the evaluator has not read that far yet"
            case .notTheOwner: "the partitions belong to another evaluator"
            case .busy: "too many questions are waiting"
            case .tooLong: "the time was over before the answer was whole"
            case .cancelled: "the question was cancelled"
            case .tooCostly: "it would take more memory than a question may"
            case .listingOver: "its pages would not be of one listing"
            case .stopped: "the evaluator is stopping"
            case .columns: "the columns cannot be read or written"
            case .store: "the checkpoint store failed"
            case .log: "the log cannot be understood"
            case .record: "a record of the log cannot be understood"
            case .positionsUnknown: "ingestion does not say where the log ends"
            case .newerFormat: "a newer build wrote this data folder"
            case .disk: "the data folder cannot be read or written"
            }
        return "\(operation): \(what)"
    }

    /// The status a caller hears.
    var fault: Fault {
        let (status, retryAfterMs): (StatusCode, UInt32?) =
            switch code {
            case .unknownSegment: (.notFound, nil)
            case .archivedSegment, .unreadableSegment, .quarantinedSegment, .leftPartition:
                (.failedPrecondition, nil)
            case .nameTaken: (.alreadyExists, nil)
            case .badRequest: (.invalidArgument, nil)
            case .missingOwner, .positionsUnknown: (.unavailable, 1_000)
            case .catchingUp, .notTheOwner: (.unavailable, 200)
            case .busy: (.resourceExhausted, 100)
            case .tooLong: (.deadlineExceeded, nil)
            case .cancelled: (.cancelled, nil)
            case .tooCostly: (.resourceExhausted, nil)
            case .listingOver: (.aborted, nil)
            case .stopped: (.unavailable, 500)
            case .columns, .store, .log, .record, .newerFormat, .disk: (.dataLoss, nil)
            }
        return Fault(status, description, place: place, hint: hint, retryAfterMs: retryAfterMs)
    }

    /// The same for the operator, when the process ends by it.
    var what: String { description }

    /// How the process ends by it.
    var exitCode: ExitCode {
        switch code {
        case .columns, .store, .log, .record: .dataCorrupt
        case .newerFormat: .newerFormat
        default: .internalError
        }
    }
}

extension EvaluatorError {
    /// What went wrong with column files or the store, told with its own place and hint.
    init(_ error: any Error, _ operation: String) {
        switch error {
        case let error as EvaluatorError: self = error
        case let error as ColumnsError where error.code == .newerFormat:
            self.init(.newerFormat, operation, place: error.place, hint: error.hint)
        case let error as ColumnsError:
            self.init(
                error.code == .storage ? .disk : .columns,
                operation,
                place: error.place,
                hint: "\(error.operation): \(error.code.rawValue): \(error.hint)"
            )
        case let error as DiskError:
            self.init(.disk, operation, place: error.path, hint: "\(error.errno): \(error.hint)")
        case let error as KeyValueError:
            let isDisk = [.noSpace, .permission, .io, .locked].contains(error.code)
            self.init(
                isDisk ? .disk : .store,
                operation,
                place: error.place,
                hint: "\(error.operation): \(error.text): \(error.hint)"
            )
        default:
            self.init(
                .store,
                operation,
                place: "checkpoints",
                hint: "\(error); \(Self.rebuildHint)"
            )
        }
    }
}
