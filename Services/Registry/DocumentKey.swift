// The full name of a catalogue document, checked once.

import Basics
import Messages

/// A document's project, kind and name.
struct DocumentKey: Sendable, Hashable, CustomStringConvertible {
    /// Most bytes of a kind: it is a word.
    static let kindBytesMax = 32
    /// Most bytes of a document's body: a definition of the largest size fits several times.
    static let bodyBytesMax = 256 << 10

    let project: ProjectName
    let kind: String
    let name: String

    /// Refuses an empty or overlong kind or name, which no document can have.
    init(project: ProjectName, kind: String, name: String) throws(RegistryError) {
        guard (1...Self.kindBytesMax).contains(kind.utf8.count) else {
            throw RegistryError(
                .badRequest,
                "catalogue",
                place: "kind",
                hint: "a kind has 1 to \(Self.kindBytesMax) bytes"
            )
        }
        guard (1...Limits.nameBytes).contains(name.utf8.count) else {
            throw RegistryError(
                .badRequest,
                "catalogue",
                place: "name",
                hint: "a name has 1 to \(Limits.nameBytes) bytes"
            )
        }
        self.project = project
        self.kind = kind
        self.name = name
    }

    var description: String { "\(project)/\(kind)/\(name)" }
}
