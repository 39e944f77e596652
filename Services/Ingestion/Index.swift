// What ingestion knows beside the log: users' numbers, seen event ids, catalogue revisions. Only an
// index: every entry can be made again by reading the log.

import Basics
import KeyValue
import Messages

/// The index's store with its families.
struct IndexStore: Sendable {
    let store: Store
    /// Project, user → number, and the identifier it was merged into (`KnownUser`).
    let users: Family
    /// Project, partition, user number, event id → place and import.
    let events: Family
    /// Project, import, line → place.
    let imports: Family
    /// Project, list, partition, user number → nothing: who is on a list is there.
    let lists: Family
    /// Small facts: next numbers, applied offsets, epochs, catalogue revisions, schemas, imports.
    let facts: Family

    /// Opens or creates the index in a folder.
    init(folder: String) throws(IngestionError) {
        do {
            store = try Store(
                path: folder,
                families: ["users", "events", "imports", "lists", "facts"],
                options: Self.options
            )
            users = try store.family("users")
            events = try store.family("events")
            imports = try store.family("imports")
            lists = try store.family("lists")
            facts = try store.family("facts")
        } catch {
            throw .index("open", error)
        }
    }

    /// Nearly every key asked for is absent: a new event id, a new line, a new user.
    private static var options: StoreOptions {
        var options = StoreOptions()
        options.freshBloomRatio = 0.1
        return options
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
        var key = start(project.text, room: user.text.utf8.count)
        key += user.text.utf8
        return key
    }

    /// An event id of one user.
    static func event(
        _ project: ProjectName,
        _ partition: Partition,
        _ number: UserNumber,
        _ id: String
    ) -> [UInt8] {
        var key = start(project.text, room: 6 + id.utf8.count)
        put(UInt64(partition.index), bytes: 2, &key)
        put(UInt64(number.value), bytes: 4, &key)
        key += id.utf8
        return key
    }

    /// A line of an import.
    static func line(_ project: ProjectName, _ importID: String, _ line: UInt64) -> [UInt8] {
        var key = start(project.text, room: importID.utf8.count + 9)
        key += importID.utf8
        key.append(0)
        put(line, bytes: 8, &key)
        return key
    }

    /// What the keys of everybody on a list begin with.
    static func list(_ project: ProjectName, _ list: String) -> [UInt8] {
        var key = start(project.text, room: list.utf8.count + 7)
        key += list.utf8
        key.append(0)
        return key
    }

    /// A user on a list.
    static func listed(_ project: ProjectName, _ list: String, _ user: ListedUser) -> [UInt8] {
        var key = self.list(project, list)
        put(UInt64(user.partition.index), bytes: 2, &key)
        put(UInt64(user.number.value), bytes: 4, &key)
        return key
    }

    /// A fact about a partition, such as how far its log is in the index.
    static func fact(_ name: String, _ partition: Partition) -> [UInt8] {
        var key = start(name, room: 2)
        put(UInt64(partition.index), bytes: 2, &key)
        return key
    }

    /// A fact about a project in a partition, such as the next user number.
    static func fact(_ name: String, _ project: ProjectName, _ partition: Partition) -> [UInt8] {
        var key = start(name, room: project.text.utf8.count + 3)
        key += project.text.utf8
        key.append(0)
        put(UInt64(partition.index), bytes: 2, &key)
        return key
    }

    /// Big-endian, so that keys sort by number.
    static func bigEndian(_ value: UInt64, bytes count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        put(value, bytes: count, &bytes)
        return bytes
    }

    /// Reads a big-endian number; nil when the value has another length.
    static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        guard bytes.count <= 8 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The first part of a key and the zero byte that ends it; no text holds one.
    private static func start(_ text: String, room: Int) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(text.utf8.count + 1 + room)
        key += text.utf8
        key.append(0)
        return key
    }

    fileprivate static func put(_ value: UInt64, bytes count: Int, _ key: inout [UInt8]) {
        for place in stride(from: 8 * (count - 1), through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: value >> UInt64(place)))
        }
    }
}

/// A place in the log that an index entry points at.
struct LogPlace: Sendable, Hashable {
    let partition: Partition
    let offset: LogOffset

    /// Ten bytes, big-endian.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(10)
        IndexKey.put(UInt64(partition.index), bytes: 2, &bytes)
        IndexKey.put(offset.value, bytes: 8, &bytes)
        return bytes
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
