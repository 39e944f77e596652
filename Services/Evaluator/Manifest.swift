// What the checkpoint store keeps of one partition: how far it is sealed, and into which chunks.

import Basics
import Columns

/// One partition's published chunks, as bytes and back.
struct Manifest: Sendable, Hashable {
    /// The format; another one is refused.
    static let version: UInt8 = 1

    /// All records below it stand in the chunks.
    let sealedTo: LogOffset
    /// The chunks by project, in the order of the log.
    let projects: [ProjectName: [PublishedChunk]]

    init(sealedTo: LogOffset, projects: [ProjectName: [PublishedChunk]]) {
        self.sealedTo = sealedTo
        self.projects = projects
    }

    /// The manifest as it is kept.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.version)
        writer.u64(sealedTo.value)
        writer.count(projects.count)
        for (project, chunks) in projects.sorted(by: { $0.key < $1.key }) {
            writer.text(project.text)
            writer.count(chunks.count)
            for chunk in chunks {
                writer.text(chunk.name.fileName)
                writer.u32(chunk.fingerprint)
            }
        }
        return writer.bytes
    }

    /// Reads a manifest.
    ///
    /// - Throws: when a newer build wrote it or it is damaged.
    init(bytes: [UInt8]) throws(EvaluatorError) {
        do {
            var reader = ByteReader(bytes)
            let version = try reader.u8()
            guard version <= Self.version else {
                throw EvaluatorError(
                    .newerFormat,
                    "read a checkpoint",
                    place: "version \(version)",
                    hint: "a newer build wrote it; start that build"
                )
            }
            guard version == Self.version else { throw Self.damaged("version \(version)") }
            sealedTo = LogOffset(try reader.u64())
            var projects: [ProjectName: [PublishedChunk]] = [:]
            for _ in 0..<(try reader.count(itemBytes: 2)) {
                let name = try reader.text()
                guard let project = ProjectName(name) else {
                    throw Self.damaged("project \(name.prefix(64))")
                }
                projects[project] = try Self.chunks(&reader)
            }
            guard reader.isAtEnd else { throw Self.damaged("its end") }
            self.projects = projects
        } catch let error as EvaluatorError {
            throw error
        } catch {
            throw Self.damaged("\(error)")
        }
    }

    private static func chunks(_ reader: inout ByteReader) throws -> [PublishedChunk] {
        var chunks: [PublishedChunk] = []
        for _ in 0..<(try reader.count(itemBytes: 5)) {
            let file = try reader.text()
            guard let name = ChunkName(fileName: file) else {
                throw damaged("chunk \(file.prefix(64))")
            }
            chunks.append(PublishedChunk(name: name, fingerprint: try reader.u32()))
        }
        return chunks
    }

    private static func damaged(_ place: String) -> EvaluatorError {
        EvaluatorError(
            .store,
            "read a checkpoint",
            place: place,
            hint: EvaluatorError.rebuildHint
        )
    }
}
