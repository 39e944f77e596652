// Records that were refused, kept for a while: the producers' bad input, and no part of the log.

import Basics
import KeyValue
import Messages
import Synchronization

/// Keeps refused records per project, the newest of them, in a store of its own.
///
/// Nothing depends on it: it may be deleted while ingestion is stopped. Blocks on the disk: for
/// threads that may.
final class RejectShelf: Sendable {
    /// How much of each project is kept.
    struct Room: Sendable {
        /// Records: a page of them is read by people.
        var records = 10_000
        /// What they take; a hundred projects fill a disk by less than two gigabytes.
        ///
        /// Unit: bytes.
        var bytes = 16 << 20
        /// How long: whoever has not looked for a month does not miss them.
        ///
        /// Unit: ms.
        var ageMs: Int64 = 30 * 86_400_000
    }

    /// What is kept of a project, and what is no more.
    struct Standing: Sendable, Hashable {
        var records: UInt64 = 0
        var bytes: UInt64 = 0
        /// Records that made room or were too old.
        var dropped: UInt64 = 0
    }

    /// Some of the kept records, in the order they were refused.
    struct Page: Sendable {
        var records: [IngestionV1.RejectedRecord] = []
        /// Whether more come behind the last that was looked at.
        var more = false
        /// The last that was looked at.
        var through: UInt64 = 0
    }

    private struct Line {
        let id: UInt64
        let bytes: Int
        let atMs: Int64
    }

    /// What is known of a project without reading.
    private struct Shelf {
        /// In the order of their ids.
        var lines: [Line] = []
        var bytes = 0
        var dropped: UInt64 = 0
        var next: UInt64 = 1
    }

    private let store: Store
    /// Project, id → record.
    private let records: Family
    /// Project → next id, dropped.
    private let counts: Family
    private let room: Room
    private let shelves: Mutex<[ProjectName: Shelf]>

    /// Opens or creates the store in a folder.
    init(folder: String, room: Room = Room()) throws(IngestionError) {
        self.room = room
        do {
            store = try Store(path: folder, families: ["records", "counts"])
            records = try store.family("records")
            counts = try store.family("counts")
            shelves = Mutex(try Self.load(store, records, counts))
        } catch {
            throw Self.failure("open", error)
        }
    }

    /// Closes the store.
    func close() { store.close() }

    /// Keeps records, which get their ids here; the oldest make room.
    func keep(
        _ rejected: [IngestionV1.RejectedRecord],
        of project: ProjectName,
        now: Timestamp
    ) throws(IngestionError) {
        try change(project, now) { shelf, batch throws(MessageError) in
            for var record in rejected {
                record.id = shelf.next
                shelf.next += 1
                let bytes = try record.encode()
                shelf.lines.append(Line(id: record.id, bytes: bytes.count, atMs: record.atMs))
                shelf.bytes += bytes.count
                batch.put(records, Self.key(project, record.id), bytes)
            }
        }
    }

    /// Replaces kept records by what became of them; those that are no more stay away.
    func update(
        _ rejected: [IngestionV1.RejectedRecord],
        of project: ProjectName,
        now: Timestamp
    ) throws(IngestionError) {
        try change(project, now) { shelf, batch throws(MessageError) in
            for record in rejected {
                guard let index = shelf.lines.firstIndex(where: { $0.id == record.id }) else {
                    continue
                }
                let bytes = try record.encode()
                shelf.bytes += bytes.count - shelf.lines[index].bytes
                shelf.lines[index] = Line(id: record.id, bytes: bytes.count, atMs: record.atMs)
                batch.put(records, Self.key(project, record.id), bytes)
            }
        }
    }

    /// Leaves no byte of what was forgotten on the disk.
    func compact() throws(IngestionError) {
        do {
            try store.compact()
        } catch {
            throw Self.failure("compact", error)
        }
    }

    /// Which of some records are kept still.
    func has(_ ids: [UInt64], of project: ProjectName) -> [Bool] {
        let kept = shelves.withLock { Set($0[project]?.lines.map(\.id) ?? []) }
        return ids.map(kept.contains)
    }

    /// Forgets the records that are not wanted any more, durably.
    ///
    /// - Returns: how many there were.
    func remove(
        of project: ProjectName,
        now: Timestamp,
        _ isUnwanted: (IngestionV1.RejectedRecord) -> Bool
    ) throws(IngestionError) -> Int {
        let all = try page(of: project, after: 0, limit: .max, bytesMax: .max, isUnwanted)
        let ids = Set(all.records.map(\.id))
        try change(project, now, sync: true) { shelf, batch in
            for line in shelf.lines where ids.contains(line.id) {
                shelf.bytes -= line.bytes
                batch.delete(records, Self.key(project, line.id))
            }
            shelf.lines.removeAll { ids.contains($0.id) }
        }
        return ids.count
    }

    /// How much is kept of a project.
    func standing(of project: ProjectName, now: Timestamp) throws(IngestionError) -> Standing {
        try change(project, now) { _, _ in }
        return shelves.withLock { shelves in
            let shelf = shelves[project] ?? Shelf()
            return Standing(
                records: UInt64(shelf.lines.count),
                bytes: UInt64(shelf.bytes),
                dropped: shelf.dropped
            )
        }
    }

    /// Reads records behind an id that are wanted, so many and so many bytes at most.
    func page(
        of project: ProjectName,
        after id: UInt64,
        limit: Int,
        bytesMax: Int,
        _ isWanted: (IngestionV1.RejectedRecord) -> Bool
    ) throws(IngestionError) -> Page {
        var page = Page(through: id)
        var bytes = 0
        let ids = shelves.withLock { $0[project]?.lines.map(\.id) ?? [] }
        for next in ids where next > id {
            guard let value = try value(project, next) else { continue }
            let record: IngestionV1.RejectedRecord
            do throws(MessageError) {
                record = try IngestionV1.RejectedRecord.decode(value)
            } catch {
                throw Self.failure("read", error)
            }
            if isWanted(record) {
                let isFull = page.records.count >= limit || bytes + value.count > bytesMax
                guard !isFull || page.records.isEmpty else {
                    page.more = true
                    return page
                }
                page.records.append(record)
                bytes += value.count
            }
            page.through = next
        }
        return page
    }

    private func value(_ project: ProjectName, _ id: UInt64) throws(IngestionError) -> [UInt8]? {
        do {
            return try store.get(records, Self.key(project, id))
        } catch {
            throw Self.failure("read", error)
        }
    }

    /// Changes a project's shelf and the store alike, and takes away what has no room any more.
    private func change(
        _ project: ProjectName,
        _ now: Timestamp,
        sync: Bool = false,
        _ body: (inout Shelf, inout Batch) throws(MessageError) -> Void
    ) throws(IngestionError) {
        let failure: IngestionError? = shelves.withLock { shelves in
            var shelf = shelves[project] ?? Shelf()
            var batch = Batch()
            do {
                try body(&shelf, &batch)
                makeRoom(&shelf, project, now, &batch)
                guard !batch.isEmpty else { return nil }
                batch.put(
                    counts,
                    Array(project.text.utf8),
                    IndexKey.bigEndian(shelf.next, bytes: 8)
                        + IndexKey.bigEndian(shelf.dropped, bytes: 8)
                )
                try store.write(batch, sync: sync)
                shelves[project] = shelf
                return nil
            } catch {
                return Self.failure("write", error)
            }
        }
        if let failure { throw failure }
    }

    private func makeRoom(
        _ shelf: inout Shelf,
        _ project: ProjectName,
        _ now: Timestamp,
        _ batch: inout Batch
    ) {
        var gone = 0
        while gone < shelf.lines.count {
            let line = shelf.lines[gone]
            let fits = shelf.lines.count - gone <= room.records && shelf.bytes <= room.bytes
            guard !fits || now.ms - line.atMs > room.ageMs else { break }
            shelf.bytes -= line.bytes
            batch.delete(records, Self.key(project, line.id))
            gone += 1
        }
        shelf.lines.removeFirst(gone)
        shelf.dropped += UInt64(gone)
    }

    private static func load(_ store: Store, _ records: Family, _ counts: Family) throws
        -> [ProjectName: Shelf]
    {
        var shelves: [ProjectName: Shelf] = [:]
        for (key, value) in try store.scan(counts, limit: .max) {
            guard let project = ProjectName(String(decoding: key, as: UTF8.self)),
                value.count == 16, let next = IndexKey.number(value[..<8]),
                let dropped = IndexKey.number(value[8...])
            else { continue }
            shelves[project] = Shelf(dropped: dropped, next: next)
        }
        for project in shelves.keys.sorted() {
            let prefix = Array(project.text.utf8) + [0]
            for (key, value) in try store.scan(records, prefix: prefix, limit: .max) {
                guard let id = IndexKey.number(key[prefix.count...]) else { continue }
                let record = try IngestionV1.RejectedRecord.decode(value)
                shelves[project]?.lines.append(
                    Line(id: id, bytes: value.count, atMs: record.atMs)
                )
                shelves[project]?.bytes += value.count
            }
        }
        return shelves
    }

    /// Big-endian, so that records stand in the order they were refused.
    private static func key(_ project: ProjectName, _ id: UInt64) -> [UInt8] {
        Array(project.text.utf8) + [0] + IndexKey.bigEndian(id, bytes: 8)
    }

    private static func failure(_ operation: String, _ error: any Error) -> IngestionError {
        IngestionError(
            .rejects,
            "\(operation) the rejected records",
            place: "rejects",
            hint:
                "\(error); nothing depends on them: stop ingestion and delete the folder `rejects`"
        )
    }
}
