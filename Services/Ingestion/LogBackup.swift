// A copy of the log for a backup, as of one instant, while batches are taken in.

import Basics
import Chassis
import Log
import Messages

/// Copies the log of a running instance.
///
/// The index is left out: it is replayed from the log at the next start.
struct LogBackup: Sendable {
    /// Where the log lies below the data folder.
    static let folderName = "log"

    let journal: Journal
    let intake: Intake

    /// Takes a copy; nothing is written and nobody waits for it.
    func take() throws(Fault) -> StorageCopy {
        let copy: LogCopy
        do throws(LogError) {
            copy = try journal.copy()
        } catch {
            throw IngestionError.log("copy the log", error).fault
        }
        return StorageCopy(
            files: copy.files.map { file in
                StorageCopy.File("\(Self.folderName)/\(file.name)", byteCount: file.byteCount) {
                    offset,
                    count throws(Fault) in
                    try Self.read(file, offset, count)
                }
            },
            positions: copy.ends.enumerated().map { index, end in
                LogV1.Position(
                    partition: UInt32(index),
                    nextOffset: end.next.value,
                    watermarkMs: end.watermark.ms
                )
            },
            projects: intake.projects.sorted().map { project in
                AdminV1.BackupProject(
                    name: project.text,
                    catalogueRevision: intake.standing(of: project)?.revision ?? 0
                )
            }
        )
    }

    private static func read(_ file: LogCopyFile, _ offset: Int, _ count: Int) throws(Fault)
        -> [UInt8]
    {
        do throws(LogError) {
            return try file.read(at: offset, count: count)
        } catch {
            throw IngestionError.log("copy the log", error).fault
        }
    }
}
