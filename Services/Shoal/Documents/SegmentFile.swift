// A segment's document of either kind: a condition, or a live segment.

import Basics
import Messages
import Segments
import Wire

/// What a file or a sentence says.
enum SegmentFile: Sendable {
    /// Who is in by what was done.
    case condition(DefinitionFile)
    /// Who comes in when something happens.
    case live(LiveDocument)

    /// Reads the file at `path`, `-` for standard input, or `path` itself where it is a sentence.
    init(_ path: String, desk: Desk) throws {
        let (text, place) = try DefinitionFile.text(path, desk: desk)
        guard !Sentence.isSentence(text) else {
            self = .condition(try DefinitionFile(text, path: place))
            return
        }
        do throws(DefinitionProblem) {
            let plain = try PlainDocument.read(text)
            if LiveReader.isLive(plain) {
                let document = try LiveReader.read(plain)
                try LiveValidation.require(document.definition)
                self = .live(document)
                return
            }
        } catch {
            throw CommandError(problem: error, file: path == "-" ? "standard input" : path)
        }
        self = .condition(try DefinitionFile(text, path: place))
    }

    /// The name it gives the segment.
    var name: String? {
        switch self {
        case .condition(let file): file.document.name
        case .live(let document): document.name
        }
    }

    /// The sentence for people.
    var description: String? {
        switch self {
        case .condition(let file): file.document.description
        case .live(let document): document.description
        }
    }

    /// The YAML of a live segment that came over the wire.
    static func yaml(
        _ live: SegmentV1.LiveDefinition,
        name: String?,
        description: String?
    ) throws -> String {
        let document = LiveDocument(
            name: name,
            description: description,
            definition: try LiveCoding.decode(live)
        )
        return try PlainDocument.write(try LiveWriter.write(document))
    }
}
