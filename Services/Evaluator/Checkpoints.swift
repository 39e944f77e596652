// What survives a restart: which chunks hold a partition up to which offset, and the catalogue.

import Basics
import Columns
import KeyValue
import Messages

/// The instance's checkpoints: column files in folders, and the store that publishes them.
///
/// A chunk file counts only once the store names it; a file it does not name is deleted on start.
/// May be called from any thread, for one partition from one thread at a time.
final class Checkpoints: Sendable {
    private let store: Store
    /// Partition → manifest.
    private let manifests: Family
    /// Project, revision → catalogue change.
    private let changes: Family
    private let files: ColumnFiles

    /// Opens the store below the instance's data folder.
    init(folder: String, disk: any Disk) throws(EvaluatorError) {
        files = ColumnFiles(folder: folder, disk: disk)
        do {
            store = try Store(
                path: "\(folder)/checkpoints",
                families: ["manifests", "catalogue"]
            )
            manifests = try store.family("manifests")
            changes = try store.family("catalogue")
        } catch {
            throw EvaluatorError(error, "open the checkpoints")
        }
    }

    /// Closes the store.
    func close() { store.close() }

    /// A partition as it was last sealed; empty when it never was, or by a build without imports.
    func load(_ partition: Partition) throws(EvaluatorError) -> PartitionState {
        do {
            let bytes = try store.get(manifests, Self.key(partition))
            guard let manifest = try bytes.flatMap({ try Manifest(bytes: $0) }) else {
                try files.removeOthers(of: partition, than: [:])
                return PartitionState(partition)
            }
            try files.removeOthers(of: partition, than: manifest.projects.mapValues(\.chunks))
            var projects: [ProjectName: PartitionColumns] = [:]
            for (project, kept) in manifest.projects {
                let owner = ChunkOwner(project: project, partition: partition)
                // A project begins where it was first seen, after earlier seals or before all.
                projects[project] = try PartitionColumns(
                    owner,
                    chunks: kept.chunks.map { try files.open($0, of: owner) },
                    start: kept.chunks.first?.name.from ?? manifest.sealedTo,
                    imports: kept.imports
                )
            }
            return PartitionState(
                partition,
                sealedTo: manifest.sealedTo,
                projects: projects
            )
        } catch {
            throw EvaluatorError(error, "load partition \(partition)")
        }
    }

    /// Seals every tail of the partition and publishes that, in this order: files, then the store.
    ///
    /// When it throws, the state is as it was.
    func seal(_ state: inout PartitionState, catalogue: Catalogue) throws(EvaluatorError) {
        do {
            let projects = try files.seal(state)
            var batch = Batch()
            let manifest = Manifest(
                sealedTo: state.next,
                projects: projects.mapValues {
                    Manifest.Project(
                        chunks: $0.chunks.map(PublishedChunk.init),
                        imports: $0.imports
                    )
                }
            )
            batch.put(manifests, Self.key(state.partition), manifest.bytes)
            // All that are not known to be durable, also those another lane is just writing: a
            // revision must never be kept without those before it.
            let unsaved = catalogue.unsaved
            for (project, change) in unsaved {
                batch.put(changes, Self.key(project, change.revision), try change.encode())
            }
            try store.write(batch, sync: true)
            catalogue.saved(unsaved)
            state.sealed(into: projects)
        } catch {
            throw EvaluatorError(error, "seal partition \(state.partition)")
        }
    }

    /// The catalogue as of the checkpoints.
    func loadCatalogue() throws(EvaluatorError) -> Catalogue {
        do {
            var projects: [ProjectName: ProjectCatalogue] = [:]
            for (key, value) in try store.scan(changes, limit: .max) {
                let name = String(decoding: key.prefix { $0 != 0 }, as: UTF8.self)
                guard let project = ProjectName(name) else {
                    throw EvaluatorError(
                        .store,
                        "load the catalogue",
                        place: "project \(name.prefix(64))",
                        hint: EvaluatorError.rebuildHint
                    )
                }
                try projects[project, default: ProjectCatalogue()].apply(
                    LogV1.CatalogueChange.decode(value)
                )
            }
            return Catalogue(projects)
        } catch {
            throw EvaluatorError(error, "load the catalogue")
        }
    }

    private static func key(_ partition: Partition) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: partition.index >> 8),
            UInt8(truncatingIfNeeded: partition.index),
        ]
    }

    private static func key(_ project: ProjectName, _ revision: UInt64) -> [UInt8] {
        Array(project.text.utf8) + [0]
            + (0..<8).map { UInt8(truncatingIfNeeded: revision >> (56 - 8 * UInt64($0))) }
    }
}

extension EvaluatorError {
    /// What went wrong with column files or the store, told with its own place and hint.
    fileprivate init(_ error: any Error, _ operation: String) {
        switch error {
        case let error as EvaluatorError: self = error
        case let error as ColumnsError where error.code == .newerFormat:
            self.init(.newerFormat, operation, place: error.place, hint: error.hint)
        case let error as ColumnsError:
            self.init(
                error.code == .storage ? .disk : .columns,
                operation,
                place: error.place,
                hint: "\(error.operation): \(error.code.rawValue): \(error.hint)"
            )
        case let error as DiskError:
            self.init(.disk, operation, place: error.path, hint: "\(error.errno): \(error.hint)")
        case let error as KeyValueError:
            let isDisk = [.noSpace, .permission, .io, .locked].contains(error.code)
            self.init(
                isDisk ? .disk : .store,
                operation,
                place: error.place,
                hint: "\(error.operation): \(error.text): \(error.hint)"
            )
        default:
            self.init(
                .store,
                operation,
                place: "checkpoints",
                hint: "\(error); \(Self.rebuildHint)"
            )
        }
    }
}
