// A file that names users: one a line, or the column `user_id` of a table or of JSON lines.

import Basics
import Messages

/// How a file of users is spelled.
enum UserListFormat: String, Sendable, Hashable, CaseIterable {
    /// One identifier a line.
    case ids
    /// As `shoal import --users` reads them; what else stands there is not looked at.
    case csv, ndjson

    /// What a file's name says, packed or not.
    init(ofFile path: String) {
        let parts = path.lowercased().split(separator: ".").filter { !["gz", "zst"].contains($0) }
        self =
            switch parts.last {
            case "csv": .csv
            case "ndjson", "jsonl", "json": .ndjson
            default: .ids
            }
    }
}

/// The users that a file names, each once, in its order.
struct UserListFile: Sendable, Hashable {
    /// Most users of one file: those that a list may have.
    static let usersMax = 1_000_000

    let users: [String]

    /// Reads a file to its end; throws the first line that names nobody.
    init(_ path: String, format: UserListFormat?, disk: any Disk) throws {
        let file = try InputFile(path, disk: disk)
        try self.init(path, format ?? UserListFormat(ofFile: path)) { try file.next() }
    }

    /// Reads what `next` gives, piece by piece, until nil.
    init(
        _ path: String,
        _ format: UserListFormat,
        _ next: @escaping () throws -> [UInt8]?
    ) throws {
        var users: [String] = []
        var seen: Set<UserID> = []
        func take(_ text: String, line: Int) throws {
            guard let user = UserID(text), !text.utf8.contains(0) else {
                throw Self.problem(path, line, "it names no user of 1 to 256 bytes")
            }
            guard seen.insert(user).inserted else { return }
            guard users.count < Self.usersMax else {
                throw Self.problem(path, line, "more than \(Self.usersMax) users")
            }
            users.append(text)
        }
        if format == .ids {
            var lines = LineReader(next)
            while let line = try lines.line() {
                guard case .whole(let range) = line,
                    let text = String(validating: lines.buffer[range], as: UTF8.self)
                else { throw Self.problem(path, lines.number, "it is too long, or no UTF-8") }
                if !text.allSatisfy(\.isWhitespace) { try take(text, line: lines.number) }
            }
        } else {
            let spelling: FileFormat = format == .csv ? .csv : .ndjson
            var records = RecordSource(SourceSettings(format: spelling, kind: .users), next)
            while let record = try records.next() {
                switch record.content {
                case .blank: break
                case .problem(let problem):
                    throw Self.problem(path, record.place.line, problem.message, problem.hint)
                case .record(let user): try take(user.userID, line: record.place.line)
                }
            }
        }
        self.users = users
    }

    private static func problem(
        _ path: String,
        _ line: Int,
        _ message: String,
        _ hint: String? = nil
    ) -> CommandError {
        CommandError(
            .badData,
            "read the users",
            message,
            place: "\(path) line \(line)",
            hint: hint ?? "one identifier a line, or a column `user_id`; nothing was changed"
        )
    }
}
