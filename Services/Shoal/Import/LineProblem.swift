// Why one record of a file is not sent, or the file cannot be read on: where, what, and a hint.

/// What is wrong with one line; the rest of the file goes on.
struct LineProblem: Error, Sendable, Hashable {
    /// The field, such as `properties.amount`; empty for the line as a whole.
    var field: String
    /// What is wrong.
    var message: String
    /// What to do about it.
    var hint: String?

    init(_ field: String, _ message: String, hint: String? = nil) {
        self.field = field
        self.message = message
        self.hint = hint
    }

    /// A field that changes a user by what the user held.
    static func depends(_ field: String) -> LineProblem {
        LineProblem(
            field,
            "a change that depends on what the user held cannot be kept",
            hint: "send the value that comes of it"
        )
    }

    /// The text of a field that should be an instant and is none.
    static func noInstant(_ field: String, _ text: String) -> LineProblem {
        LineProblem(
            field,
            "\(text.prefix(64).debugDescription) is no instant",
            hint: "write it like 2025-07-01T09:30:00.000Z"
        )
    }
}

/// Where a record stands in its file, for people.
struct RecordPlace: Sendable, Hashable, CustomStringConvertible {
    /// Which one it is, from 1: blank lines count, a header does not.
    var record: Int
    /// The line it begins on.
    var line: Int

    /// Where every line is a record, the line says it all.
    var description: String {
        record == line ? "line \(line)" : "record \(record), line \(line)"
    }
}

/// Why a file is not what it should be from here on.
struct FileProblem: Error, Sendable, Hashable {
    var line: Int
    /// The last record that began, where records are not lines.
    var record: Int?
    var message: String
    var hint: String

    /// Where, for people.
    var place: String {
        guard let record else { return "line \(line)" }
        return "record \(record), line \(line)"
    }
}
