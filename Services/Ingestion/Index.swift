// What ingestion knows beside the log: users' numbers, seen event ids, catalogue revisions. Only an
// index: every entry can be made again by reading the log.

import Basics
import KeyValue
import Messages

/// The index's store with its families.
struct IndexStore: Sendable {
    let store: Store
    /// Project, user → number.
    let users: Family
    /// Project, partition, user number, event id → place.
    let events: Family
    /// Project, import, line → place.
    let imports: Family
    /// Small facts: next numbers, applied offsets, epochs, catalogue revisions, schemas.
    let facts: Family

    /// Opens or creates the index in a folder.
    init(folder: String) throws(IngestionError) {
        do {
            store = try Store(path: folder, families: ["users", "events", "imports", "facts"])
            users = try store.family("users")
            events = try store.family("events")
            imports = try store.family("imports")
            facts = try store.family("facts")
        } catch {
            throw .index("open", error)
        }
    }

    /// Writes entries; not synced, since the log can make every one of them again.
    func write(_ batch: Batch) throws(IngestionError) {
        do {
            try store.write(batch, sync: false)
        } catch {
            throw .index("write", error)
        }
    }
}

/// The keys and values of the index.
enum IndexKey {
    /// Project and user; the partition follows from them.
    static func user(_ project: ProjectName, _ user: UserID) -> [UInt8] {
        key(project.text.utf8, Array(user.text.utf8))
    }

    /// An event id of one user.
    static func event(
        _ project: ProjectName, _ partition: Partition, _ number: UserNumber, _ id: String
    ) -> [UInt8] {
        key(
            project.text.utf8,
            bigEndian(UInt64(partition.index), bytes: 2) + bigEndian(UInt64(number.value), bytes: 4)
                + Array(id.utf8))
    }

    /// A line of an import.
    static func line(_ project: ProjectName, _ importID: String, _ line: UInt64) -> [UInt8] {
        key(project.text.utf8, Array(importID.utf8) + [0] + bigEndian(line, bytes: 8))
    }

    /// A fact about a partition, such as how far its log is in the index.
    static func fact(_ name: String, _ partition: Partition) -> [UInt8] {
        Array(name.utf8) + [0] + bigEndian(UInt64(partition.index), bytes: 2)
    }

    /// A fact about a project in a partition, such as the next user number.
    static func fact(_ name: String, _ project: ProjectName, _ partition: Partition) -> [UInt8] {
        Array(name.utf8) + [0] + Array(project.text.utf8) + [0]
            + bigEndian(UInt64(partition.index), bytes: 2)
    }

    /// Big-endian, so that keys sort by number.
    static func bigEndian(_ value: UInt64, bytes count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64(count - 1 - $0))) }
    }

    /// Reads a big-endian number; nil when the value has another length.
    static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        guard bytes.count <= 8 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func key(_ project: String.UTF8View, _ rest: [UInt8]) -> [UInt8] {
        Array(project) + [0] + rest
    }
}

/// A place in the log that an index entry points at.
struct LogPlace: Sendable, Hashable {
    let partition: Partition
    let offset: LogOffset

    /// Ten bytes, big-endian.
    var bytes: [UInt8] {
        IndexKey.bigEndian(UInt64(partition.index), bytes: 2)
            + IndexKey.bigEndian(offset.value, bytes: 8)
    }

    init(partition: Partition, offset: LogOffset) {
        self.partition = partition
        self.offset = offset
    }

    /// Nil when the bytes are no place.
    init?(bytes: [UInt8]) {
        guard bytes.count == 10, let partition = IndexKey.number(bytes[..<2]),
            let index = UInt16(exactly: partition), let offset = IndexKey.number(bytes[2...])
        else { return nil }
        self.init(partition: Partition(index: index), offset: LogOffset(offset))
    }
}
