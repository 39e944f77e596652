// A segment's definition in a file or a sentence: read, checked, put on the wire, shown again.

import Basics
import Messages
import Segments
import Wire

/// A document with a definition.
struct DefinitionFile: Sendable {
    /// The path it came from; `-` is standard input, `sentence` the argument itself.
    let path: String
    /// What it says.
    let document: DefinitionDocument

    /// Reads the file at `path`, or `path` itself where it is a sentence and no file.
    init(_ path: String, desk: Desk) throws {
        let (text, place) = try Self.text(path, desk: desk)
        try self.init(text, path: place)
    }

    /// What stands in the file at `path`, or `path` itself where it is a sentence and no file; and
    /// where problems are told.
    static func text(_ path: String, desk: Desk) throws -> (text: String, place: String) {
        if try isSentence(path, desk) { return (path, "sentence") }
        let bytes = try desk.read(path, bytesMax: PlainDocument.bytesMax)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError(
                .badData,
                "read definition",
                "the file is not valid UTF-8",
                place: path
            )
        }
        return (text, path)
    }

    /// Bytes of a file's name; longer ones no disk has, and asking for one is an error.
    private static let nameBytesMax = 255

    /// Whether an argument is a sentence: several words, with a quotation mark or without a dot,
    /// and no file of that name.
    private static func isSentence(_ text: String, _ desk: Desk) throws -> Bool {
        guard text.contains(" "), text.contains("\"") || !text.contains("."),
            Sentence.isSentence(text)
        else { return false }
        return try text.utf8.count > nameBytesMax || !desk.disk.exists(desk.absolute(text))
    }

    /// Reads a text; problems are told under `path`.
    init(_ text: String, path: String) throws(CommandError) {
        self.path = path
        do throws(DefinitionProblem) {
            let isSentence = Sentence.isSentence(text)
            document = try DefinitionReader.read(
                isSentence ? .text(text) : try PlainDocument.read(text)
            )
            let validation = Validation(document.definition)
            if let first = validation.errors.first { throw first }
        } catch {
            throw CommandError(problem: error, file: path == "-" ? "standard input" : path)
        }
    }

    /// The definition as it travels.
    func wire() throws(CommandError) -> SegmentV1.Definition {
        do throws(WireError) {
            return try DefinitionCoding.encode(document.definition)
        } catch {
            throw CommandError(
                .badData,
                "read definition",
                error.message,
                place: "\(path): \(error.place)",
                hint: error.hint
            )
        }
    }

    /// The YAML of a definition that came over the wire.
    static func yaml(
        _ definition: SegmentV1.Definition,
        name: String?,
        description: String?,
        isFollowed: Bool = true
    ) throws -> String {
        let decoded = try DefinitionCoding.decode(definition)
        let plain = try DefinitionWriter.write(
            DefinitionDocument(
                name: name,
                description: description,
                definition: decoded,
                isFollowed: isFollowed
            )
        )
        return try PlainDocument.write(plain)
    }
}
