// What the checkpoint store keeps of one partition: how far it is sealed, into which chunks, which
// records came with which import, who is gone, and what it lacks.

import Basics
import Columns

/// One partition's published chunks, as bytes and back.
struct Manifest: Sendable, Hashable {
    /// The format; a newer one is refused.
    ///
    /// One that does not know records that are left out (4) or users who are gone (3) has none; of
    /// an older one the chunks are of another format (2), or it does not say which records came
    /// with which import (1): the log is read anew.
    static let version: UInt8 = 5
    private static let oldest: UInt8 = 3

    /// What is kept of one project.
    struct Project: Sendable, Hashable {
        /// The chunks in the order of the log.
        var chunks: [PublishedChunk] = []
        /// The imports up to there.
        var imports = ImportBook()
        /// The users who were gone by then, in the order of their numbers.
        var gone: [UserNumber] = []
        /// Records that are set aside, and whose they are.
        var leftOut: [LogOffset: UserNumber] = [:]
    }

    /// All records below it stand in the chunks.
    let sealedTo: LogOffset
    /// The projects.
    var projects: [ProjectName: Project]

    init(sealedTo: LogOffset, projects: [ProjectName: Project]) {
        self.sealedTo = sealedTo
        self.projects = projects
    }

    /// The manifest with one chunk in the place of a project's run of them, and which those are;
    /// nil when it has no such run.
    func replacing(with merged: PublishedChunk, of owner: ChunkOwner)
        -> (Manifest, gone: [ChunkName])?
    {
        guard var kept = projects[owner.project],
            let first = kept.chunks.firstIndex(where: { $0.name.from == merged.name.from }),
            let last = kept.chunks.firstIndex(where: { $0.name.to == merged.name.to }),
            first < last
        else { return nil }
        let gone = kept.chunks[first...last].map(\.name)
        kept.chunks.replaceSubrange(first...last, with: [merged])
        var projects = projects
        projects[owner.project] = kept
        return (Manifest(sealedTo: sealedTo, projects: projects), gone)
    }

    /// The manifest as it is kept.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.version)
        writer.u64(sealedTo.value)
        writer.count(projects.count)
        for (project, kept) in projects.sorted(by: { $0.key < $1.key }) {
            writer.text(project.text)
            writer.count(kept.chunks.count)
            for chunk in kept.chunks {
                writer.text(chunk.name.fileName)
                writer.u32(chunk.fingerprint)
            }
            Self.write(kept.imports, &writer)
            writer.count(kept.gone.count)
            for step in kept.goneSteps { writer.varint(UInt64(step)) }
            writer.count(kept.leftOut.count)
            for (offset, user) in kept.leftOut.sorted(by: { $0.key < $1.key }) {
                writer.u64(offset.value)
                writer.u32(user.value)
            }
        }
        return writer.bytes
    }

    /// Offsets as their distance from the one before, which is mostly small.
    private static func write(_ imports: ImportBook, _ writer: inout ByteWriter) {
        writer.count(imports.entries.count)
        for (id, entry) in imports.entries.sorted(by: { TextBytes.precedes($0.key, $1.key) }) {
            writer.text(id)
            writer.u8((entry.isUndone ? ImportFlag.undone : .counts).rawValue)
            writer.count(entry.records.runs.count)
            var end: UInt64 = 0
            for run in entry.records.runs {
                writer.varint(run.lowerBound - end)
                writer.varint(run.upperBound - run.lowerBound)
                end = run.upperBound
            }
        }
    }

    /// Reads a manifest.
    ///
    /// - Returns: nil for one of an older format.
    /// - Throws: when a newer build wrote it or it is damaged.
    init?(bytes: [UInt8]) throws(EvaluatorError) {
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
            guard version > 0 else { throw Self.damaged("version 0") }
            guard version >= Self.oldest else { return nil }
            sealedTo = LogOffset(try reader.u64())
            var projects: [ProjectName: Project] = [:]
            for _ in 0..<(try reader.count(itemBytes: 2)) {
                let name = try reader.text()
                guard let project = ProjectName(name) else {
                    throw Self.damaged("project \(name.prefix(64))")
                }
                projects[project] = Project(
                    chunks: try Self.chunks(&reader),
                    imports: try Self.imports(&reader),
                    gone: version < 4 ? [] : try Self.gone(&reader),
                    leftOut: version < 5 ? [:] : try Self.leftOut(&reader)
                )
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

    private static func imports(_ reader: inout ByteReader) throws -> ImportBook {
        var entries: [String: ImportBook.Entry] = [:]
        for _ in 0..<(try reader.count(itemBytes: 3)) {
            let id = try reader.text()
            guard let flag = ImportFlag(rawValue: try reader.u8()), entries[id] == nil else {
                throw damaged("import \(id.prefix(64))")
            }
            var records = OffsetRuns()
            var end: UInt64 = 0
            for _ in 0..<(try reader.count(itemBytes: 2)) {
                let (from, farFrom) = end.addingReportingOverflow(try reader.varint())
                let (to, farTo) = from.addingReportingOverflow(try reader.varint())
                guard !farFrom, !farTo, from < to else { throw damaged("import \(id.prefix(64))") }
                records.append(from..<to)
                end = to
            }
            entries[id] = ImportBook.Entry(records: records, isUndone: flag == .undone)
        }
        return ImportBook(entries)
    }

    private static func gone(_ reader: inout ByteReader) throws -> [UserNumber] {
        let steps = try (0..<(try reader.count(itemBytes: 1))).map { _ in try reader.varint() }
        guard let gone = users(steps: steps) else { throw damaged("users who are gone") }
        return gone
    }

    private static func leftOut(_ reader: inout ByteReader) throws -> [LogOffset: UserNumber] {
        var records: [LogOffset: UserNumber] = [:]
        for _ in 0..<(try reader.count(itemBytes: 12)) {
            let offset = LogOffset(try reader.u64())
            records[offset] = UserNumber(try reader.u32())
        }
        return records
    }

    /// The users that `goneSteps` tells of; nil: of none that rise.
    static func users(steps: [UInt64]) -> [UserNumber]? {
        var users: [UserNumber] = []
        var end: UInt64 = 0
        for step in steps {
            let (number, isOver) = end.addingReportingOverflow(step)
            guard !isOver, let number = UInt32(exactly: number) else { return nil }
            users.append(UserNumber(number))
            end = UInt64(number) + 1
        }
        return users
    }

    private enum ImportFlag: UInt8 { case counts = 0, undone = 1 }

    private static func damaged(_ place: String) -> EvaluatorError {
        EvaluatorError(
            .store,
            "read a checkpoint",
            place: place,
            hint: EvaluatorError.rebuildHint
        )
    }
}

extension Manifest.Project {
    /// How many numbers lie between each of the users who are gone and the one before.
    var goneSteps: [UInt32] {
        var end: UInt32 = 0
        return gone.map { user in
            defer { end = user.value + 1 }
            return user.value - end
        }
    }
}
