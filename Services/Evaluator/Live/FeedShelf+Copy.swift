// Copies of what is kept of live segments: told to other evaluators row by row, staged here, and
// put into the place of what was kept before.

import Basics
import KeyValue
import Segments

/// Which of the two families a row belongs to.
enum KeptFamily: Sendable, Hashable, CaseIterable {
    /// Where the partition stands, feeds' ends, users' states, documents.
    case live
    /// What was told.
    case feed
}

/// A row as it is kept.
typealias KeptRow = (key: [UInt8], value: [UInt8])

extension FeedShelf {
    /// Rows that are written at a time when a copy is put into its place.
    private static let batchRows = 1_000

    /// Some rows of a partition and where the partition stood when they did.
    struct Page: Sendable {
        /// As it is kept; empty: nothing is.
        let place: [UInt8]
        let rows: [KeptRow]
    }

    /// A partition's rows behind a key, or from the first on, in the order of keys; without the one
    /// that says where it stands, which comes with each page.
    ///
    /// Whatever is written changes the place, so rows of one place belong together.
    func page(
        of partition: Partition,
        _ family: KeptFamily,
        after key: [UInt8],
        bytesMax: Int
    ) throws -> Page {
        let place = Self.key(partition, Self.place)
        while true {
            guard let before = try store.get(live, place) else { return Page(place: [], rows: []) }
            let first = family == .live ? place : Self.bigEndian(partition)
            var rows: [KeptRow] = []
            var bytes = 0
            try store.scan(
                self.family(family),
                from: (key.isEmpty ? first : key) + [0],
                prefix: Self.bigEndian(partition)
            ) { key, value in
                rows.append((Array(key), Array(value)))
                bytes += key.byteCount + value.byteCount
                return rows.count < Self.batchRows && bytes < bytesMax
            }
            // What was written meanwhile belongs to another place: read again.
            if try store.get(live, place) == before { return Page(place: before, rows: rows) }
        }
    }

    // Copies that are made here

    /// Begins a copy: what another one has left is gone.
    func beginCopy(of partition: Partition) throws {
        var batch = Batch()
        clearStaged(partition, &batch)
        try store.write(batch, sync: false)
    }

    /// Keeps copied rows beside what counts.
    func stage(_ rows: [KeptRow], _ family: KeptFamily) throws {
        var batch = Batch()
        for (key, value) in rows { batch.put(staged(family), key, value) }
        try store.write(batch, sync: false)
    }

    /// Puts staged rows into the place of those that were kept, of which nothing counts until
    /// `batch` is written: with it the copy's place is known, and before it nothing is kept.
    func takeStaged(of partition: Partition, place: [UInt8], _ batch: inout Batch) throws {
        try clear(partition)
        for family in KeptFamily.allCases {
            var from = Self.bigEndian(partition)
            while true {
                let rows = try store.scan(
                    staged(family),
                    from: from,
                    prefix: Self.bigEndian(partition),
                    limit: Self.batchRows
                )
                guard let last = rows.last else { break }
                var part = Batch()
                for (key, value) in rows { part.put(self.family(family), key, value) }
                try store.write(part, sync: false)
                from = last.key + [0]
            }
        }
        clearStaged(partition, &batch)
        batch.put(live, Self.key(partition, Self.place), place)
    }

    /// Forgets rows of a partition of which no place is known: of a copy that came to no end.
    func clearUnfinished(_ partition: Partition) throws {
        guard try next(of: partition) == nil else { return }
        let prefix = Self.bigEndian(partition)
        let isEmpty = try KeptFamily.allCases.allSatisfy { family in
            try store.scan(self.family(family), prefix: prefix, limit: 1).isEmpty
        }
        if !isEmpty { try clear(partition) }
    }

    /// Forgets all that is kept of a partition.
    func clear(_ partition: Partition) throws {
        let prefix = Self.bigEndian(partition)
        var batch = Batch()
        batch.delete(live, Self.key(partition, Self.place))
        for family in KeptFamily.allCases {
            batch.deleteRange(self.family(family), from: prefix, to: Self.behind(prefix))
        }
        try store.write(batch, sync: false)
    }

    private func clearStaged(_ partition: Partition, _ batch: inout Batch) {
        let prefix = Self.bigEndian(partition)
        for family in KeptFamily.allCases {
            batch.deleteRange(staged(family), from: prefix, to: Self.behind(prefix))
        }
    }

    private func family(_ family: KeptFamily) -> Family { family == .live ? live : records }

    private func staged(_ family: KeptFamily) -> Family {
        family == .live ? stagedLive : stagedRecords
    }
}

/// Looks at rows that another evaluator sends: whether they are this partition's, in order, can be
/// read, and whether none is missing of what was told.
struct KeptAudit {
    let partition: Partition
    private var last: [KeptFamily: [UInt8]] = [:]
    private var ends: [FeedID: FeedEnd] = [:]
    private var told: [FeedID: UInt64] = [:]

    init(_ partition: Partition) { self.partition = partition }

    /// Takes the next rows.
    ///
    /// - Throws: at the first that cannot be.
    mutating func take(_ rows: [KeptRow], _ family: KeptFamily) throws {
        for (key, value) in rows {
            guard key.starts(with: FeedShelf.bigEndian(partition)),
                last[family]?.lexicographicallyPrecedes(key) ?? true
            else { throw Self.refused("a row of another partition, or out of order") }
            last[family] = key
            switch family {
            case .live: try take(live: key, value)
            case .feed: try take(record: key, value)
            }
        }
    }

    /// - Throws: when a feed has not as many records as its end says.
    func finish() throws {
        let isWhole = ends.allSatisfy { told[$0.key] ?? $0.value.first - 1 == $0.value.sequence }
        guard isWhole, told.keys.allSatisfy({ ends[$0] != nil }) else {
            throw Self.refused("a feed that does not reach its end")
        }
    }

    private mutating func take(live key: [UInt8], _ value: [UInt8]) throws {
        guard key.count > 3 else { throw Self.refused("a key of \(key.count) bytes") }
        let rest = key.dropFirst(3)
        switch key[2] {
        case FeedShelf.feed:
            let feed = try FeedShelf.feed(rest)
            ends[feed] = try FeedEnd.read(value, feed).0
        case FeedShelf.user:
            guard ends[try FeedShelf.feed(rest)] != nil else {
                throw Self.refused("a user of a feed that is none")
            }
            _ = try LiveUser(bytes: value)
        case FeedShelf.timer:
            guard ends[try FarTimer(key: rest).feed] != nil else {
                throw Self.refused("a timer of a feed that is none")
            }
        case FeedShelf.moved:
            guard try FeedShelf.project(rest).1.count == 4 else {
                throw Self.refused("moved records of nobody")
            }
            _ = try MovedRecords(bytes: value)
        case FeedShelf.document: _ = try FeedShelf.project(rest)
        default: throw Self.refused("a row of kind \(key[2])")
        }
    }

    private mutating func take(record key: [UInt8], _ value: [UInt8]) throws {
        let feed = try FeedShelf.feed(key.dropFirst(2))
        let sequence = FeedShelf.bigEndian(key.suffix(8))
        let last = told[feed] ?? (ends[feed]?.first ?? 1) - 1
        let first = try FeedRow.records(value, feed, last: sequence).first?.sequence
        guard first == last + 1 else {
            throw Self.refused("records up to \(sequence) behind \(last)")
        }
        told[feed] = sequence
    }

    private static func refused(_ what: String) -> EvaluatorError {
        EvaluatorError(
            .store,
            "copy live segments",
            place: "another evaluator's rows",
            hint: "\(what); the log is read"
        )
    }
}
