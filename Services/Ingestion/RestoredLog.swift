// A log that was restored from a backup says so: feeds made of it are of another generation.

import Basics
import Chassis
import Log
import Messages

/// Tells in a restored log that what stood behind here once is no more.
///
/// Consumers of feeds keep places in feeds that were made of the longer log; those of the restored
/// one have other changes under the same numbers.
struct RestoredLog {
    let parts: IntakeParts

    /// Does it where the folder was restored, before anything else is written.
    ///
    /// Cut off, it is told once more.
    static func tell(_ parts: IntakeParts, folder: String, disk: any Disk) throws {
        let order = StartOrder(.restored, folder: folder, disk: disk)
        guard try order.isGiven() else { return }
        try RestoredLog(parts: parts).tell()
        try order.take()
    }

    /// A mark for each project of a partition's log, partition by partition.
    func tell() throws {
        var group = try IntakeGroup(parts)
        for partition in parts.partitions.all {
            let mark = try mark(partition)
            guard !mark.projects.isEmpty else { continue }
            for answer in try group.commit([.restored(mark, Answer { _ in })]) { answer() }
        }
    }

    private func mark(_ partition: Partition) throws -> RestoredMark {
        var erased = ErasedUsers()
        var projects: Set<String> = []
        var next = try parts.log.first(of: partition)
        let end = try parts.log.end(of: partition).next
        while next < end {
            let page = try parts.log.read(partition, from: next, limit: ReadLimit(bytes: 2 << 20))
            for stored in page.records {
                projects.insert(try erased.note(stored.payload, in: partition).project)
            }
            next = page.next
        }
        return RestoredMark(
            partition: partition,
            number: (erased.losses[partition] ?? LogLosses())
                .restoration(at: parts.clock.now),
            projects: projects.compactMap { ProjectName($0) }.sorted()
        )
    }
}

/// What is to be told in a partition.
struct RestoredMark: Sendable {
    let partition: Partition
    /// Names the restoration.
    let number: UInt32
    let projects: [ProjectName]

    /// What a record takes at most.
    ///
    /// Unit: bytes.
    static let recordBytes = 128
}

extension IntakeGroup {
    /// Writes that the log was restored.
    mutating func write(_ mark: RestoredMark, _ pending: inout Pending) throws(IngestionError) {
        let stub = LogV1.Stub(rewriting: mark.number, restored: true)
        for project in mark.projects {
            try add(.stub(stub), to: mark.partition, project: project, &pending)
        }
    }
}
