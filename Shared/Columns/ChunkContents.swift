// What goes into one chunk file, whether it comes from the open tail or from other chunks.

import Basics

/// Tables, texts, lists and identifiers over a range of the log, in any order of rows.
struct ChunkContents {
    /// The first log offset covered.
    let from: LogOffset
    /// The log offset behind the last covered.
    let to: LogOffset
    /// The number of the first user with an identifier here.
    let firstUser: UserNumber
    var ids = BytesPool()
    var texts = StringPool()
    var lists = ListPool()
    var events: [TailTable] = []
    var properties: [TailTable] = []

    /// Everything of a tail.
    init(_ tail: Tail) {
        from = tail.from
        to = tail.to
        firstUser = tail.firstUser
        ids = tail.ids
        texts = tail.texts
        lists = tail.lists
        events = tail.events
        properties = tail.properties
    }

    /// Everything of some chunks, of which each begins where the one before ends.
    ///
    /// Also rows of imports taken back: they are gone from answers, not from files. Throws
    /// `.mismatch` when the chunks do not join, `.limit` when one file cannot address them all.
    init(joining chunks: [Chunk]) throws(ColumnsError) {
        guard let first = chunks.first, let last = chunks.last,
            zip(chunks, chunks.dropFirst()).allSatisfy({ $0.to == $1.from })
        else { throw ColumnsError(.mismatch, "merge", at: "chunks that do not join") }
        from = first.from
        to = last.to
        firstUser = first.summary.firstUser
        var events: [String: Int] = [:]
        var properties: [String: Int] = [:]
        for chunk in chunks {
            try checkRoom(for: chunk)
            ids.append(chunk.ids)
            let firstList = lists.append(chunk.lists, into: &texts)
            for table in chunk.events {
                let index = Self.table(named: table.name, in: &self.events, by: &events)
                self.events[index].append(table, lists: firstList, into: &texts)
            }
            for table in chunk.properties {
                let index = Self.table(named: table.name, in: &self.properties, by: &properties)
                self.properties[index].append(table, lists: firstList, into: &texts)
            }
        }
    }

    var eventRows: Int { events.reduce(0) { $0 + $1.rowCount } }
    var propertyRows: Int { properties.reduce(0) { $0 + $1.rowCount } }

    private func checkRoom(for chunk: Chunk) throws(ColumnsError) {
        let rows = eventRows + propertyRows + chunk.summary.eventRows + chunk.summary.propertyRows
        guard rows <= Format.elementsMax, ids.hasRoom(bytes: chunk.ids.heap.count),
            texts.hasRoom(bytes: chunk.textBytes), lists.hasRoom(values: chunk.lists.payloads.count)
        else { throw ColumnsError(.limit, "merge", at: chunk.summary.name.fileName) }
    }

    /// Names are told apart by their bytes, as everywhere.
    private static func table(
        named name: String,
        in tables: inout [TailTable],
        by indices: inout [String: Int]
    ) -> Int {
        if let index = indices[name], TextBytes.equal(tables[index].name, name) { return index }
        if let index = tables.firstIndex(where: { TextBytes.equal($0.name, name) }) { return index }
        indices[name] = tables.count
        tables.append(TailTable(name: name))
        return tables.count - 1
    }
}

extension BytesPool {
    /// Adds the texts of a chunk's column.
    mutating func append(_ column: BytesColumn) {
        for index in 0..<column.count { column.withBytes(index) { append($0) } }
    }
}

extension ListPool {
    /// Adds a chunk's lists, their texts to `texts`, and gives the index of the first.
    mutating func append(_ column: ListColumn, into texts: inout StringPool) -> UInt64 {
        let first = UInt64(count)
        for list in 0..<(column.starts.count - 1) {
            for place in Int(column.starts[list])..<Int(column.starts[list + 1]) {
                let tag = ValueTag(rawValue: column.tags[place]) ?? .absent
                let payload = column.payloads[place]
                add(tag, tag == .text ? UInt64(texts.intern(column.texts.text(payload))) : payload)
            }
            _ = close()
        }
        return first
    }
}

extension TailTable {
    /// Adds a chunk's rows behind those there are; `lists` is the index of the chunk's first list.
    mutating func append(_ table: EventTable, lists: UInt64, into texts: inout StringPool) {
        let firstRow = rowCount
        for row in 0..<table.rowCount {
            addRow(user: table.users[row], time: table.times[row], offset: table.offsets[row])
        }
        guard case .sorted(let columns) = table.properties else { return }
        for column in columns {
            let codes = (0..<UInt32(column.dictionary.count)).map {
                UInt64(texts.intern(column.dictionary.text($0)))
            }
            append(column, from: firstRow) { tag, payload in
                switch tag {
                case .text: codes[Int(payload)]
                case .list: lists + payload
                default: payload
                }
            }
        }
    }
}
