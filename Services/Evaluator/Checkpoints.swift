// What survives a restart: per partition which chunks hold it up to which offset, and the catalogue.

import Basics
import Columns
import KeyValue
import Messages

/// The instance's checkpoints: column files in folders, and the store that publishes them.
///
/// A chunk file counts only once the store names it; a file it does not name is deleted on start.
/// May be called from any thread, for one partition from one thread at a time.
final class Checkpoints: Sendable {
    /// The manifest's format; a newer one is refused.
    private static let version: UInt8 = 1
    /// Catalogue changes read back at start: every state of every document of all projects.
    private static let changesMax = 10_000_000

    private let store: Store
    /// Partition → manifest.
    private let manifests: Family
    /// Project, revision → catalogue change.
    private let changes: Family
    private let disk: any Disk
    private let folder: String

    /// Opens the store below the instance's data folder.
    init(folder: String, disk: any Disk) throws(EvaluatorError) {
        self.folder = folder
        self.disk = disk
        do {
            store = try Store(
                path: "\(folder)/checkpoints", families: ["manifests", "catalogue"])
            manifests = try store.family("manifests")
            changes = try store.family("catalogue")
        } catch {
            throw Self.failure("open the checkpoints", error)
        }
    }

    /// Closes the store.
    func close() { store.close() }

    /// A partition as it was last sealed; empty when it never was.
    func load(_ partition: Partition) throws(EvaluatorError) -> PartitionState {
        do {
            guard let bytes = try store.get(manifests, Self.key(partition)) else {
                try removeFiles(of: partition, except: [:])
                return PartitionState(partition)
            }
            let manifest = try Manifest(bytes: bytes)
            try removeFiles(of: partition, except: manifest.projects)
            var projects: [ProjectName: PartitionColumns] = [:]
            for (project, published) in manifest.projects {
                let owner = ChunkOwner(project: project, partition: partition)
                let chunks = try published.map { chunk in
                    try Chunk.open(
                        chunk.name, in: path(partition, project), on: disk, of: owner,
                        fingerprint: chunk.fingerprint)
                }
                projects[project] = try PartitionColumns(owner, chunks: chunks)
            }
            return PartitionState(
                partition, sealedTo: manifest.sealedTo, projects: projects)
        } catch {
            throw Self.failure("load partition \(partition)", error)
        }
    }

    /// Seals every tail of the partition and publishes that, in this order: files, then the store.
    func seal(_ state: inout PartitionState, catalogue: Catalogue) throws(EvaluatorError) {
        let changes = catalogue.takeUnsaved()
        do {
            for (project, var columns) in state.projects where !columns.tail.isEmpty {
                state.projects[project] = nil
                columns.tail.advance(to: state.next)
                let folder = path(state.partition, project)
                try disk.createDirectory(folder)
                let owner = ChunkOwner(project: project, partition: state.partition)
                let summary = try ChunkWriter(disk: disk, folder: folder, owner: owner)
                    .seal(columns.tail)
                try columns.adopt(
                    Chunk.open(
                        summary.name, in: folder, on: disk, of: owner,
                        fingerprint: summary.fingerprint))
                state.projects[project] = columns
            }
            var batch = Batch()
            let manifest = Manifest(
                sealedTo: state.next,
                projects: state.projects.mapValues { $0.chunks.map(\.published) })
            batch.put(manifests, Self.key(state.partition), manifest.bytes)
            for (project, change) in changes {
                batch.put(
                    self.changes, Self.key(project, change.revision), try change.encode())
            }
            try store.write(batch, sync: true)
            state.sealed()
        } catch {
            catalogue.putBack(changes)
            throw Self.failure("seal partition \(state.partition)", error)
        }
    }

    /// The catalogue as of the checkpoints.
    func loadCatalogue() throws(EvaluatorError) -> Catalogue {
        do {
            var projects: [ProjectName: ProjectCatalogue] = [:]
            for (key, value) in try store.scan(changes, limit: Self.changesMax) {
                let name = key.prefix { $0 != 0 }
                guard let project = ProjectName(String(decoding: name, as: UTF8.self)) else {
                    continue
                }
                _ = try projects[project, default: ProjectCatalogue()].apply(
                    LogV1.CatalogueChange.decode(value))
            }
            return Catalogue(projects)
        } catch let error as EvaluatorError {
            throw error
        } catch {
            throw Self.failure("load the catalogue", error)
        }
    }

    /// Deletes column files that no checkpoint names: a crash came between file and store.
    private func removeFiles(
        of partition: Partition, except projects: [ProjectName: [PublishedChunk]]
    ) throws {
        let folder = path(partition)
        guard try disk.exists(folder) else { return }
        for name in try disk.list(folder) {
            let known = ProjectName(name).flatMap { projects[$0] } ?? []
            let files = Set(known.map(\.name.fileName))
            for file in try disk.list("\(folder)/\(name)") where !files.contains(file) {
                try disk.remove("\(folder)/\(name)/\(file)")
            }
        }
    }

    private func path(_ partition: Partition) -> String {
        let digits = String(partition.index)
        return "\(folder)/columns/partition-"
            + String(repeating: "0", count: max(5 - digits.count, 0)) + digits
    }

    private func path(_ partition: Partition, _ project: ProjectName) -> String {
        "\(path(partition))/\(project)"
    }

    private static func key(_ partition: Partition) -> [UInt8] {
        [UInt8(truncatingIfNeeded: partition.index >> 8), UInt8(truncatingIfNeeded: partition.index)]
    }

    private static func key(_ project: ProjectName, _ revision: UInt64) -> [UInt8] {
        Array(project.text.utf8) + [0]
            + (0..<8).map { UInt8(truncatingIfNeeded: revision >> (56 - 8 * UInt64($0))) }
    }

    private static func failure(_ operation: String, _ error: any Error) -> EvaluatorError {
        if let error = error as? EvaluatorError { return error }
        return EvaluatorError(
            .store, operation, place: "checkpoints",
            hint: "stop, delete the evaluator's data folder and start: it is rebuilt: \(error)")
    }

    /// What the store keeps of one chunk.
    fileprivate struct PublishedChunk: Sendable, Hashable {
        let name: ChunkName
        let fingerprint: UInt32
    }

    /// What the store keeps of one partition.
    private struct Manifest {
        let sealedTo: LogOffset
        let projects: [ProjectName: [PublishedChunk]]

        init(sealedTo: LogOffset, projects: [ProjectName: [PublishedChunk]]) {
            self.sealedTo = sealedTo
            self.projects = projects
        }

        var bytes: [UInt8] {
            var writer = ByteWriter()
            writer.u8(Checkpoints.version)
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

        init(bytes: [UInt8]) throws {
            var reader = ByteReader(bytes)
            let version = try reader.u8()
            guard version <= Checkpoints.version else {
                throw EvaluatorError(
                    .store, "read a checkpoint", place: "version \(version)",
                    hint: "a newer build wrote it; start that build")
            }
            sealedTo = LogOffset(try reader.u64())
            var projects: [ProjectName: [PublishedChunk]] = [:]
            for _ in 0..<(try reader.count(itemBytes: 2)) {
                let name = try reader.text()
                var chunks: [PublishedChunk] = []
                for _ in 0..<(try reader.count(itemBytes: 5)) {
                    let file = try reader.text()
                    guard let name = ChunkName(fileName: file) else {
                        throw Self.damaged("chunk \(file)")
                    }
                    chunks.append(PublishedChunk(name: name, fingerprint: try reader.u32()))
                }
                guard let project = ProjectName(name) else {
                    throw Self.damaged("project \(name)")
                }
                projects[project] = chunks
            }
            self.projects = projects
        }

        private static func damaged(_ place: String) -> EvaluatorError {
            EvaluatorError(
                .store, "read a checkpoint", place: place,
                hint: "delete the evaluator's data folder: it is rebuilt")
        }
    }
}

extension Chunk {
    /// How a manifest names the chunk.
    fileprivate var published: Checkpoints.PublishedChunk {
        Checkpoints.PublishedChunk(name: summary.name, fingerprint: summary.fingerprint)
    }
}
