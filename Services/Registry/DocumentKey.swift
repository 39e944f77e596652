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

    /// Holds what a writer has seen of the document against what stands.
    ///
    /// - Parameter expected: the revision seen; 0: none; nil: whatever stands.
    /// - Throws: `.revisionChanged` when it is another one, `.unknownDocument` when there is
    ///   nothing to delete.
    func check(
        _ expected: UInt64?,
        against newest: RegistryV1.Document?,
        isDeletion: Bool
    ) throws(RegistryError) {
        let standing = newest?.body == nil ? 0 : newest?.revision ?? 0
        if let expected, expected != standing {
            throw RegistryError(
                .revisionChanged,
                "put",
                place: "\(self)",
                hint: standing == 0
                    ? "there is none now; expect revision 0"
                    : "it stands at revision \(standing); read it again"
            )
        }
        if isDeletion, standing == 0 {
            throw RegistryError(
                .unknownDocument,
                "delete",
                place: "\(self)",
                hint: "it is not there"
            )
        }
    }

    var description: String { "\(project)/\(kind)/\(name)" }
}
