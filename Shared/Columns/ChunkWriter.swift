// Writes a chunk file, of the open tail or of other chunks: sorted, narrowed and checksummed.

public import Basics

/// Writes chunks into one folder.
///
/// Blocks on the disk: for threads that may, one at a time.
public struct ChunkWriter: Sendable {
    private let disk: any Disk
    private let folder: String
    private let owner: ChunkOwner

    /// A writer for one (project, partition); the folder must exist.
    public init(disk: any Disk, folder: String, owner: ChunkOwner) {
        self.disk = disk
        self.folder = folder
        self.owner = owner
    }

    /// Writes everything of a tail into a durable file and says what to publish.
    ///
    /// The same tail gives the same bytes. A file of the same name is replaced. The tail must
    /// cover at least one offset and end with a whole record. Throws `.storage`; the unfinished
    /// file is then removed where the disk allows.
    public func seal(_ tail: Tail) throws(ColumnsError) -> ChunkSummary {
        precondition(tail.to > tail.from, "a chunk covers at least one offset")
        return try write(ChunkContents(tail), "seal")
    }

    /// Writes everything of chunks that join into one durable file and says what to publish.
    ///
    /// Holds their rows in memory: 20 bytes a row and 9 a cell. Throws `.mismatch` for chunks
    /// that do not join, `.limit` for more than one file can address, and `.storage`.
    public func merge(_ chunks: [Chunk]) throws(ColumnsError) -> ChunkSummary {
        try write(ChunkContents(joining: chunks), "merge")
    }

    private func write(_ contents: ChunkContents, _ operation: String) throws(ColumnsError)
        -> ChunkSummary
    {
        let name = ChunkName(from: contents.from, to: contents.to)
        let unfinished = folder + "/" + name.unfinishedFileName
        do {
            let (fileBytes, fingerprint) = try write(contents, to: unfinished)
            try disk.rename(unfinished, to: folder + "/" + name.fileName)
            try disk.syncDirectory(folder)
            return ChunkSummary(
                name: name,
                fileBytes: fileBytes,
                fingerprint: fingerprint,
                eventRows: contents.eventRows,
                propertyRows: contents.propertyRows,
                firstUser: contents.firstUser,
                userCount: contents.ids.count
            )
        } catch {
            removeUnfinished(unfinished)
            throw ColumnsError(error, operation)
        }
    }

    /// The first error is the one to tell; what stays behind is deleted on the next start.
    private func removeUnfinished(_ path: String) {
        do { try disk.remove(path) } catch {}
    }

    private func write(_ contents: ChunkContents, to path: String) throws(DiskError) -> (
        Int, UInt32
    ) {
        var writer = try SectionWriter(disk.open(path, .create))
        let ranks = TextRanks(contents.texts)
        writer.directory.text(owner.project.text)
        writer.directory.varint(UInt64(owner.partition.index))
        writer.directory.varint(contents.from.value)
        writer.directory.varint(contents.to.value)
        writer.directory.varint(UInt64(contents.firstUser.value))
        try writer.texts(contents.ids.heap, starts: contents.ids.starts)
        try writer.texts(ranks.heap, starts: ranks.starts)
        try write(contents.lists, ranks, into: &writer)
        let events = contents.events.sorted { TextBytes.precedes($0.name, $1.name) }
        let properties = contents.properties.sorted { TextBytes.precedes($0.name, $1.name) }
        writer.directory.count(events.count + properties.count)
        for table in events { try write(table, .event, ranks, into: &writer) }
        for table in properties { try write(table, .userProperty, ranks, into: &writer) }
        let fingerprint = try writer.finish()
        return (writer.fileBytes, fingerprint)
    }

    private func write(
        _ lists: ListPool,
        _ ranks: TextRanks,
        into writer: inout SectionWriter
    ) throws(DiskError) {
        let text = ValueTag.text.rawValue
        writer.directory.count(lists.count)
        try writer.narrow(lists.starts.map(UInt64.init))
        try writer.bytes(lists.tags)
        try writer.narrow(
            lists.payloads.indices.map {
                lists.tags[$0] == text ? ranks.rank(lists.payloads[$0]) : lists.payloads[$0]
            }
        )
    }

    private func write(
        _ table: TailTable,
        _ kind: TableKind,
        _ ranks: TextRanks,
        into writer: inout SectionWriter
    ) throws(DiskError) {
        let order = Self.sortedRows(table)
        let zone = table.zone
        writer.directory.u8(kind.rawValue)
        writer.directory.text(table.name)
        writer.directory.count(table.rowCount)
        writer.directory.zigzag(zone.minTime)
        writer.directory.zigzag(zone.maxTime)
        writer.directory.varint(UInt64(zone.minUser))
        writer.directory.varint(UInt64(zone.maxUser))
        try writer.users(order.map { table.users[$0] }, least: zone.minUser, zone.maxUser)
        try writer.times(
            order.map { table.times[$0] },
            least: zone.minTime,
            greatest: zone.maxTime
        )
        try writer.narrow(order.map { table.offsets[$0] }, readByFew: true)
        let columns = table.columns.sorted { TextBytes.precedes($0.name, $1.name) }
        writer.directory.count(columns.count)
        for column in columns { try write(column, order, ranks, into: &writer) }
    }

    /// Rows by (user, time, offset); rows of one offset stay in the order they came.
    private static func sortedRows(_ table: TailTable) -> [Int] {
        struct Key {
            let user: UInt32
            let row: UInt32
            let time: Int64
            let offset: UInt64
        }
        var keys = table.users.indices.map { row in
            Key(
                user: table.users[row],
                row: UInt32(row),
                time: table.times[row],
                offset: table.offsets[row]
            )
        }
        keys.sort { left, right in
            if left.user != right.user { return left.user < right.user }
            if left.time != right.time { return left.time < right.time }
            if left.offset != right.offset { return left.offset < right.offset }
            return left.row < right.row
        }
        return keys.map { Int($0.row) }
    }

    private func write(
        _ column: TailColumn,
        _ order: [Int],
        _ ranks: TextRanks,
        into writer: inout SectionWriter
    ) throws(DiskError) {
        let absent = ValueTag.absent.rawValue
        let text = ValueTag.text.rawValue
        let tags = order.map { $0 < column.tags.count ? column.tags[$0] : absent }
        let codes = ColumnCodes(column, ranks)
        let payloads = order.indices.map { place -> UInt64 in
            guard tags[place] != absent else { return 0 }
            let payload = column.payloads[order[place]]
            return tags[place] == text ? codes.code(payload) : payload
        }
        writer.directory.text(column.name)
        let first = tags[0]
        if tags.allSatisfy({ $0 == first }) {
            writer.directory.u8(first)
        } else {
            writer.directory.u8(Format.mixedTags)
            try writer.bytes(tags)
        }
        try writer.narrow(payloads) { tags[$0] != absent }
        writer.directory.count(codes.ranks.count)
        if !codes.ranks.isEmpty { try writer.narrow(codes.ranks) }
        write(column.numbers, into: &writer)
    }

    private func write(_ numbers: ClosedRange<Number>?, into writer: inout SectionWriter) {
        writer.directory.u8(numbers == nil ? 0 : 1)
        guard let numbers else { return }
        for number in [numbers.lowerBound, numbers.upperBound] {
            let (tag, payload) = Payload.of(number)
            writer.directory.u8(tag.rawValue)
            writer.directory.u64(payload)
        }
    }
}

/// The tail's texts in the order of their bytes: the chunk's dictionary.
private struct TextRanks {
    private(set) var heap: [UInt8] = []
    private(set) var starts: [UInt32] = [0]
    private var rankOfCode: [UInt32]

    init(_ pool: StringPool) {
        let bytes = pool.heap.span
        let sorted = (0..<UInt32(pool.count)).sorted { left, right in
            UTF8Text.order(
                bytes.extracting(pool.range(of: left)),
                bytes.extracting(pool.range(of: right))
            ) < 0
        }
        rankOfCode = Array(repeating: 0, count: pool.count)
        heap.reserveCapacity(pool.heap.count)
        starts.reserveCapacity(pool.count + 1)
        for (rank, code) in sorted.enumerated() {
            rankOfCode[Int(code)] = UInt32(rank)
            heap.append(contentsOf: pool.heap[pool.range(of: code)])
            starts.append(UInt32(heap.count))
        }
    }

    /// The place in the chunk's dictionary of one of the tail's codes.
    func rank(_ code: UInt64) -> UInt64 { UInt64(rankOfCode[Int(code)]) }
}

/// The texts one column uses, renumbered densely so that its codes are narrow.
private struct ColumnCodes {
    /// The dictionary's indices, rising; a column's code is an index into them.
    let ranks: [UInt64]
    private let rankOfCode: TextRanks

    init(_ column: TailColumn, _ all: TextRanks) {
        var used = Set<UInt64>()
        let text = ValueTag.text.rawValue
        for row in column.tags.indices where column.tags[row] == text {
            used.insert(column.payloads[row])
        }
        ranks = used.map { all.rank($0) }.sorted()
        rankOfCode = all
    }

    /// The column's code for one of the tail's.
    func code(_ tailCode: UInt64) -> UInt64 {
        let rank = rankOfCode.rank(tailCode)
        var low = 0
        var high = ranks.count
        while low < high {
            let middle = (low + high) / 2
            if ranks[middle] < rank { low = middle + 1 } else { high = middle }
        }
        return UInt64(low)
    }
}
