// What others copy of this evaluator: its newest checkpoints, file by file and piece by piece.

import Basics
import Chassis
import Columns
import Logging
import Messages

/// Serves shoal.evaluation.v1.Checkpoints.
///
/// Whatever it tells has been published. Files of a checkpoint never change; one that is deleted
/// while it is copied ends the copy.
struct CheckpointsDoor: EvaluationV1_CheckpointsService {
    /// Most bytes of a piece of a file.
    static let pieceBytesMax = 1 << 20
    /// Most files of a checkpoint that is told; a larger one is none.
    static let filesMax = 65_536
    /// Most users of a project who are gone in a checkpoint that is told.
    static let goneMax = 1 << 20
    /// Most changes of the catalogue in one answer.
    static let changesMax = 1_000
    /// Bytes of changes at which an answer ends.
    static let changesBytesMax = 512 << 10

    let checkpoints: Checkpoints
    let threads: CopyThreads
    /// Hears of a checkpoint that is too large to be told.
    var logger: Logger?

    func newest(_ request: EvaluationV1.NewestRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.NewestResponse
    {
        let partition = try partition(request.partition)
        return try await onThread {
            guard let manifest = try checkpoints.newest(partition) else {
                return EvaluationV1.NewestResponse()
            }
            let files = manifest.projects.sorted { $0.key < $1.key }.flatMap { project, kept in
                kept.chunks.map { chunk in
                    EvaluationV1.CheckpointFile(
                        project: project.text,
                        name: chunk.name.fileName,
                        fingerprint: chunk.fingerprint
                    )
                }
            }
            let (imports, gone) = (manifest.told, manifest.toldGone)
            let leftOut = manifest.toldLeftOut
            guard files.count <= Self.filesMax, imports.count <= Self.filesMax,
                leftOut.count <= Self.filesMax,
                imports.allSatisfy({ $0.runs.count <= 2 * Self.filesMax }),
                gone.allSatisfy({ $0.steps.count <= Self.goneMax })
            else {
                // Whoever asks reads the log instead, which takes longer.
                logger?.warning(
                    "the checkpoint has too many files, runs or users who are gone to be copied",
                    metadata: [LogKeys.partition: "\(partition)"]
                )
                return EvaluationV1.NewestResponse()
            }
            return EvaluationV1.NewestResponse(
                sealedTo: manifest.sealedTo.value,
                files: files,
                crc32c: Checksum.crc32c(manifest.bytes),
                imports: imports,
                gone: gone,
                rewritings: try checkpoints.rewritings(),
                leftOut: leftOut
            )
        }
    }

    func piece(_ request: EvaluationV1.PieceRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.PieceResponse
    {
        let partition = try partition(request.partition)
        let (wanted, offset) = (request.name, Int(clamping: request.offset))
        let count = min(Int(request.maxBytes), Self.pieceBytesMax)
        guard let project = ProjectName(request.project),
            let name = ChunkName(fileName: wanted)
        else { throw Self.noSuchFile(wanted) }
        return try await onThread {
            let published = try checkpoints.newest(partition)?.projects[project]?.chunks ?? []
            guard published.contains(where: { $0.name == name }) else {
                throw Self.noSuchFile(wanted)
            }
            let piece = try checkpoints.piece(
                of: name,
                ChunkOwner(project: project, partition: partition),
                at: offset,
                count: count
            )
            return EvaluationV1.PieceResponse(piece: piece, crc32c: Checksum.crc32c(piece))
        }
    }

    func keptChanges(_ request: EvaluationV1.KeptChangesRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.KeptChangesResponse
    {
        let (text, revision) = (request.project, request.revision)
        return try await onThread {
            let changes = try checkpoints.changes(
                after: ProjectName(text).map { ($0, revision) },
                countMax: Self.changesMax,
                bytesMax: Self.changesBytesMax
            )
            return EvaluationV1.KeptChangesResponse(
                changes: changes.map { project, change in
                    EvaluationV1.ProjectChange(project: project.text, change: change)
                }
            )
        }
    }

    func keptRows(_ request: EvaluationV1.KeptRowsRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.KeptRowsResponse
    {
        let partition = try partition(request.partition)
        guard let family = KeptFamily(request.family) else {
            throw Fault.invalidArgument("there is no such family of rows", place: "family")
        }
        let after = request.after ?? []
        return try await onThread {
            try checkpoints.rows(of: partition, family, after: after).message
        }
    }

    private static func noSuchFile(_ name: String) -> Fault {
        Fault.notFound(
            "no checkpoint names the file \(name.prefix(64).debugDescription)",
            place: "name",
            hint: "ask for what Newest names"
        )
    }

    private func partition(_ index: UInt32) throws(Fault) -> Partition {
        guard let index = UInt16(exactly: index) else {
            throw Fault.invalidArgument("there is no partition \(index)", place: "partition")
        }
        return Partition(index: index)
    }

    private func onThread<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer)
        async throws(Fault) -> Answer
    {
        do {
            return try await threads.run(body)
        } catch let error as EvaluatorError {
            throw error.fault
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault.internal("the evaluator failed: \(error)")
        }
    }
}
