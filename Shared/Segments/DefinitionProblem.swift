// What is wrong with a definition, where, and what to write instead.

/// Why a definition is refused, or (as a warning) what it says that is probably not meant.
///
/// The one error of this room. Nothing here depends on the world, so nothing is retriable.
public struct DefinitionProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of problem; the numbers in the texts may change, these do not.
    public enum Code: String, Sendable, Hashable {
        /// A value of another shape than the field takes.
        case shape
        /// A field this language does not have.
        case unknownField
        /// A field that must be there and is not.
        case missingField
        /// Two fields that exclude each other.
        case conflictingFields
        /// More nodes, names, filters or bytes than allowed.
        case tooMany
        /// Deeper than allowed.
        case tooDeep
        /// Nodes that are no tree.
        case notATree
        /// An empty, overlong or unknown name.
        case name
        /// A segment that would be in itself.
        case cycle
        /// A segment that is not there, or cannot be used.
        case segment
        /// Something the language names and this version does not do.
        case absent
        /// A count nobody can mean.
        case count
        /// A window that is reversed, empty or too long.
        case window
        /// A zone tzdata does not know.
        case zone
        /// An operand the operator cannot take.
        case operand
        /// Warning: no such event has been seen.
        case unknownEvent
        /// Warning: no such property has been seen.
        case unknownProperty
        /// Warning: the property has values of another type only.
        case otherType
        /// Warning: no user can match, or every user must.
        case pointless
    }

    /// What was being done.
    public enum Operation: String, Sendable, Hashable {
        /// Reading a document.
        case read
        /// Checking a definition.
        case check
    }

    /// The kind of problem.
    public let code: Code
    /// What was being done.
    public let operation: Operation
    /// Where, such as `condition.all[1].did.count`.
    public let place: String
    /// The line of the document, from 1, when the reader knows it.
    public let line: Int?
    /// What is wrong, in one sentence without a full stop.
    public let message: String
    /// What to write instead.
    public let hint: String?

    /// A problem; the texts are shown to people as they are.
    public init(
        _ code: Code,
        _ operation: Operation = .check,
        place: String,
        line: Int? = nil,
        message: String,
        hint: String? = nil
    ) {
        self.code = code
        self.operation = operation
        self.place = place
        self.line = line
        self.message = message
        self.hint = hint
    }

    /// Never: the same definition has the same problem tomorrow.
    public var isRetriable: Bool { false }

    /// `condition.did.count (line 4): …; …`.
    public var description: String {
        let lineText = line.map { " (line \($0))" } ?? ""
        return "\(place)\(lineText): \(message)" + (hint.map { "; \($0)" } ?? "")
    }
}

/// How names and values stand in texts for people.
package enum Quoted {
    /// The text in quotation marks, cut when long, so that nobody's message carries a megabyte.
    package static func name(_ text: String) -> String { "\"\(cut(text))\"" }

    /// The text's first bytes, control characters spelled out.
    package static func cut(_ text: String) -> String {
        var shown = ""
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > DefinitionLimits.quotedBytes { return shown + "…" }
            shown += visible(scalar)
        }
        return shown
    }

    /// The scalar, or its escape where a terminal would obey it.
    static func visible(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\t": "\\t"
        default:
            [.control, .lineSeparator, .paragraphSeparator]
                .contains(scalar.properties.generalCategory)
                ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
    }
}
