// Why one record of a file is not sent, told by field, sentence and hint.

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
