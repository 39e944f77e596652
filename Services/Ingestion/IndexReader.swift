// Reads and writes the index's entries: bytes in the store, meaning here.

import Basics
import KeyValue
import Messages

/// Reads the index.
struct IndexReader {
    let index: IndexStore

    init(_ index: IndexStore) { self.index = index }

    /// The events of those ids that were seen, each with what was asked beside it.
    func events<Asked>(of keys: [(key: [UInt8], record: Asked)]) throws(IngestionError)
        -> [(seen: SeenEvent, record: Asked)]
    {
        try seen(keys, in: index.events, SeenEvent.init(bytes:))
    }

    /// The places of those lines that were seen, each with what was asked beside it.
    func lines<Asked>(of keys: [(key: [UInt8], record: Asked)]) throws(IngestionError)
        -> [(seen: LogPlace, record: Asked)]
    {
        try seen(keys, in: index.imports, LogPlace.init(bytes:))
    }

    private func seen<Asked, Seen>(
        _ keys: [(key: [UInt8], record: Asked)],
        in family: Family,
        _ decode: ([UInt8]) -> Seen?
    ) throws(IngestionError) -> [(seen: Seen, record: Asked)] {
        guard !keys.isEmpty else { return [] }
        var found: [(seen: Seen, record: Asked)] = []
        for (asked, value) in zip(keys, try read(family, keys.map(\.key))) {
            guard let value else { continue }
            guard let seen = decode(value) else { throw damaged("a seen key") }
            found.append((seen, asked.record))
        }
        return found
    }

    /// The next free number of a project in a partition.
    func nextNumber(_ home: Numbering.ProjectPartition) throws(IngestionError) -> UInt32 {
        let key = IndexKey.fact("next", home.project, home.partition)
        guard let number = try fact(key) else { return 0 }
        guard let next = UInt32(exactly: number) else { throw damaged("a next number") }
        return next
    }

    /// Where a project's catalogue stands in the logs; nil when it has none.
    func standing(of project: ProjectName) throws(IngestionError) -> CatalogueStanding? {
        try catalogues(prefix: Array("catalogue\0\(project.text)\0".utf8))[project]
    }

    /// Where every project's catalogue stands in the logs.
    func standings() throws(IngestionError) -> [ProjectName: CatalogueStanding] {
        try catalogues(prefix: Array("catalogue\0".utf8))
    }

    /// The epoch of the newest tenure in a partition's log.
    func epoch(of partition: Partition) throws(IngestionError) -> Epoch? {
        try fact(IndexKey.fact("epoch", partition)).map(Epoch.init)
    }

    /// Up to which offset a partition's log is in the index.
    func applied(_ partition: Partition) throws(IngestionError) -> LogOffset {
        LogOffset(try fact(IndexKey.fact("applied", partition)) ?? 0)
    }

    /// A fact that is a number.
    func fact(_ key: [UInt8]) throws(IngestionError) -> UInt64? {
        guard let value = try fact(bytes: key) else { return nil }
        guard let number = IndexKey.number(value[...]) else { throw damaged("a fact") }
        return number
    }

    /// A fact's bytes.
    func fact(bytes key: [UInt8]) throws(IngestionError) -> [UInt8]? {
        try read(index.facts, [key]).first ?? nil
    }

    /// Facts in the order of their keys.
    func facts(from: [UInt8], prefix: [UInt8], limit: Int) throws(IngestionError)
        -> [(key: [UInt8], value: [UInt8])]
    {
        do {
            return try index.store.scan(index.facts, from: from, prefix: prefix, limit: limit)
        } catch {
            throw .index("read", error)
        }
    }

    private func catalogues(prefix: [UInt8]) throws(IngestionError)
        -> [ProjectName: CatalogueStanding]
    {
        do {
            let rows = try index.store.scan(index.facts, prefix: prefix, limit: .max)
            var standings: [ProjectName: CatalogueStanding] = [:]
            for (key, value) in rows {
                let name = key.dropFirst("catalogue\0".utf8.count).dropLast()
                guard value.count == 16,
                    let project = ProjectName(String(decoding: name, as: UTF8.self)),
                    let revision = IndexKey.number(value[..<8]),
                    let activeAt = IndexKey.number(value[8...])
                else { throw damaged("a catalogue's standing") }
                standings[project] = CatalogueStanding(
                    revision: revision,
                    activeAt: Timestamp(ms: Int64(bitPattern: activeAt))
                )
            }
            return standings
        } catch let error as IngestionError {
            throw error
        } catch {
            throw .index("read", error)
        }
    }

    /// The values of some keys of a family, in their order.
    func read(_ family: Family, _ keys: [[UInt8]]) throws(IngestionError) -> [[UInt8]?] {
        do {
            return try index.store.multiGet(family, keys)
        } catch {
            throw .index("read", error)
        }
    }

    /// An entry that cannot be.
    func damaged(_ what: String) -> IngestionError {
        .damagedIndex("read the index", "\(what) is damaged", place: index.store.path)
    }
}

/// Writes the index's entries into a batch.
struct IndexWriter {
    let index: IndexStore

    init(_ index: IndexStore) { self.index = index }

    /// The next free number of a project in a partition.
    func put(next: UInt32, _ home: Numbering.ProjectPartition, _ batch: inout Batch) {
        batch.put(
            index.facts,
            IndexKey.fact("next", home.project, home.partition),
            IndexKey.bigEndian(UInt64(next), bytes: 8)
        )
    }

    /// Where a group's records stand, by their keys.
    ///
    /// In the keys' order as far as users go: a store takes neighbours at a third of the cost.
    func put(_ seen: [SeenRecord], _ batch: inout Batch) {
        for record in seen.sorted(by: { $0.order < $1.order }) {
            if let key = record.keys.event { batch.put(index.events, key, record.seen.bytes) }
            if let key = record.keys.line {
                batch.put(index.imports, key, record.seen.place.bytes)
            }
        }
    }

    /// Where a project's catalogue stands.
    func put(
        _ standing: CatalogueStanding,
        of project: ProjectName,
        _ batch: inout Batch
    ) {
        batch.put(
            index.facts,
            Array("catalogue\0\(project.text)\0".utf8),
            IndexKey.bigEndian(standing.revision, bytes: 8)
                + IndexKey.bigEndian(UInt64(bitPattern: standing.activeAt.ms), bytes: 8)
        )
    }

    /// The epoch of a partition's newest tenure.
    func put(_ epoch: Epoch, of partition: Partition, _ batch: inout Batch) {
        batch.put(
            index.facts,
            IndexKey.fact("epoch", partition),
            IndexKey.bigEndian(epoch.value, bytes: 8)
        )
    }

    /// Up to which offset a partition's log is in the index.
    func put(_ end: LogOffset, appliedOf partition: Partition, _ batch: inout Batch) {
        batch.put(
            index.facts,
            IndexKey.fact("applied", partition),
            IndexKey.bigEndian(end.value, bytes: 8)
        )
    }
}

/// A record written with keys, to be put into the index.
struct SeenRecord: Sendable {
    /// Partition and user, in the order of the keys of event ids.
    let order: UInt64
    let keys: SeenKeys
    let seen: SeenEvent

    init(_ keys: SeenKeys, of number: UserNumber, _ seen: SeenEvent) {
        order = UInt64(seen.place.partition.index) << 32 | UInt64(number.value)
        self.keys = keys
        self.seen = seen
    }
}

/// A user's number, and whether the user is anonymous.
struct GivenNumber: Sendable, Hashable {
    let number: UserNumber
    var isAnonymous = false
}

/// Users' numbers in memory, bounded: two generations, the older forgotten when the younger is
/// full.
struct NumberCache {
    private let generationMax: Int
    private var young: [ProjectUser: GivenNumber] = [:]
    private var old: [ProjectUser: GivenNumber] = [:]

    /// - Parameter countMax: numbers kept at most; about 150 bytes each.
    init(countMax: Int) { generationMax = max(countMax / 2, 1) }

    subscript(user: ProjectUser) -> GivenNumber? { young[user] ?? old[user] }

    /// An identifier stands for another user from here on, or for none.
    mutating func remove(_ user: ProjectUser) {
        young[user] = nil
        old[user] = nil
    }

    mutating func insert(_ numbers: [ProjectUser: GivenNumber]) {
        for (user, number) in numbers {
            if young.count >= generationMax {
                old = young
                young = [:]
            }
            young[user] = number
        }
    }
}
