// Reads the tables of a chunk's directory and checks that what they claim is so.

import Basics

/// What all tables of a chunk share, and the way to read a table.
struct ChunkPieces {
    let dictionary: BytesColumn
    let lists: ListColumn
    private let listCount: Int

    /// Reads dictionary and lists.
    init(reading sections: inout SectionReader) throws(ColumnsError) {
        dictionary = try sections.texts("dictionary")
        guard Self.isSorted(dictionary) else { throw sections.corrupt("dictionary") }
        listCount = try sections.count("lists")
        let starts = try sections.narrow(count: listCount + 1, "lists starts")
        let tags = try sections.section(of: UInt8.self, count: nil, "lists tags")
        let payloads = try sections.narrow(count: tags.count, "lists payloads")
        try sections.checkStarts(starts, end: tags.count, "lists")
        lists = ListColumn(
            starts: starts,
            tags: .mapped(tags),
            payloads: payloads,
            texts: .sorted(dictionary)
        )
        for index in 0..<tags.count {
            switch ValueTag(rawValue: tags[index]) {
            case .text where payloads[index] < UInt64(dictionary.count): break
            case .decimal, .double, .bool, .instant: break
            default: throw sections.corrupt("lists")
            }
        }
    }

    private static func isSorted(_ texts: BytesColumn) -> Bool {
        (1..<max(texts.count, 1)).allSatisfy { index in
            texts.withBytes(index - 1) { before in
                texts.withBytes(index) { UTF8Text.order(before, $0) < 0 }
            }
        }
    }

    /// Reads the next table.
    func table(
        reading sections: inout SectionReader
    ) throws(ColumnsError) -> (TableKind, EventTable) {
        let (kindCode, name) = try sections.entry("table") { reader throws(BytesError) in
            (try reader.u8(), try reader.text())
        }
        guard let kind = TableKind(rawValue: kindCode) else {
            throw sections.corrupt("directory, table")
        }
        let what = "\(kind) \(name)"
        let rowCount = try sections.count(what)
        guard rowCount > 0 else { throw sections.corrupt("directory, \(what)") }
        let (minTime, maxTime) = try sections.entry(what) { reader throws(BytesError) in
            (try reader.zigzag(), try reader.zigzag())
        }
        let zone = TableZone(
            minTime: minTime,
            maxTime: maxTime,
            minUser: try sections.word(what),
            maxUser: try sections.word(what)
        )
        let users = try users(zone, rowCount, what, reading: &sections)
        let times = try times(zone, rowCount, what, reading: &sections)
        let offsets = try sections.narrow(count: rowCount, what + " offsets")
        var columns: [PropertyColumn] = []
        for _ in 0..<(try sections.count(what + " columns")) {
            columns.append(try column(rowCount, what, reading: &sections))
        }
        guard columns.isSorted(by: \.name), kind == .event || columns.count == 1 else {
            throw sections.corrupt("directory, \(what)")
        }
        guard Self.isOrdered(users, times, offsets, zone) else {
            throw sections.corrupt(what + " rows")
        }
        let table = EventTable(
            name: name,
            rowCount: rowCount,
            zone: zone,
            users: users,
            times: times,
            offsets: offsets,
            columns: columns
        )
        return (kind, table)
    }

    private func times(
        _ zone: TableZone,
        _ rowCount: Int,
        _ what: String,
        reading sections: inout SectionReader
    ) throws(ColumnsError) -> TimeColumn {
        let form = try sections.entry(what) { reader throws(BytesError) in try reader.u8() }
        guard form == 1 else {
            guard form == 0 else { throw sections.corrupt("directory, \(what) times") }
            return TimeColumn(.same(zone.minTime, count: rowCount))
        }
        let shift = try sections.entry(what) { reader throws(BytesError) in try reader.u8() }
        guard shift <= SplitTimes.shiftMax else { throw sections.corrupt("directory, \(what)") }
        let times = SplitTimes(
            base: zone.minTime,
            shift: UInt64(shift),
            coarse: try sections.section(of: UInt16.self, count: rowCount, what + " times"),
            fine: try sections.narrow(count: rowCount, what + " fine times")
        )
        guard (0..<rowCount).allSatisfy({ times.fine[$0] >> times.shift == 0 }) else {
            throw sections.corrupt(what + " fine times")
        }
        return TimeColumn(.split(times))
    }

    private func users(
        _ zone: TableZone,
        _ rowCount: Int,
        _ what: String,
        reading sections: inout SectionReader
    ) throws(ColumnsError) -> UserColumn {
        let width = try sections.entry(what) { reader throws(BytesError) in try reader.u8() }
        switch width {
        case 2:
            let users = try sections.section(of: UInt16.self, count: rowCount, what + " users")
            return UserColumn(.mapped16(base: zone.minUser, users))
        case 4:
            let users = try sections.section(of: UInt32.self, count: rowCount, what + " users")
            return UserColumn(.mapped32(users))
        default: throw sections.corrupt("directory, \(what) users")
        }
    }

    /// Rows rise by (user, time, offset), and the zone is that of the rows.
    private static func isOrdered(
        _ users: UserColumn,
        _ times: TimeColumn,
        _ offsets: NarrowColumn,
        _ zone: TableZone
    ) -> Bool {
        var places = Array(repeating: 0 as UInt64, count: BlockRows.count)
        var before: (user: UInt32, time: Int64, offset: UInt64) = (0, .min, 0)
        var found = TableZone.empty
        var rises = true
        users.forEach(of: nil) { row, user in
            let place = row % BlockRows.count
            if place == 0 {
                let end = min(row + BlockRows.count, users.count)
                offsets.decode(rows: row..<end, into: &places)
            }
            let time = times[row]
            if (user, time, places[place]) < before { rises = false }
            before = (user, time, places[place])
            found.include(user: user, time: time)
        }
        return rises && found == zone
    }

    private func column(
        _ rowCount: Int,
        _ table: String,
        reading sections: inout SectionReader
    ) throws(ColumnsError) -> PropertyColumn {
        let (name, tag) = try sections.entry(table + " column") { reader throws(BytesError) in
            (try reader.text(), try reader.u8())
        }
        let what = name.isEmpty ? table + " values" : "\(table) \(name)"
        let tags: TagColumn
        if tag == Format.mixedTags {
            tags = .mapped(try sections.section(of: UInt8.self, count: rowCount, what + " tags"))
        } else {
            tags = .uniform(tag, count: rowCount)
        }
        let payloads = try sections.narrow(count: rowCount, what + " payloads")
        let textCount = try sections.count(what + " texts")
        let codes =
            textCount == 0
            ? NarrowColumn(.constant(0, count: 0))
            : try sections.narrow(count: textCount, what + " codes")
        guard areRising(codes) else { throw sections.corrupt(what) }
        let column = PropertyColumn(
            name: name,
            rowCount: rowCount,
            numbers: try numbers(what, reading: &sections),
            dictionary: TextDictionary(form: .sorted(dictionary, codes: codes)),
            tags: tags,
            payloads: payloads,
            lists: lists
        )
        guard hasSoundRows(column) else { throw sections.corrupt(what) }
        return column
    }

    private func areRising(_ codes: NarrowColumn) -> Bool {
        for index in 0..<codes.count {
            guard codes[index] < UInt64(dictionary.count),
                index == 0 || codes[index - 1] < codes[index]
            else { return false }
        }
        return true
    }

    /// Every tag is known, every text's code and every list's index is there.
    private func hasSoundRows(_ column: PropertyColumn) -> Bool {
        let textCount = UInt64(column.dictionary.count)
        let listCount = UInt64(listCount)
        var tags = Array(repeating: 0 as UInt8, count: BlockRows.count)
        var payloads = Array(repeating: 0 as UInt64, count: BlockRows.count)
        for rows in BlockRows.of(column.rowCount) {
            column.decode(rows: rows, tags: &tags, payloads: &payloads)
            for place in 0..<rows.count {
                switch ValueTag(rawValue: tags[place]) {
                case nil: return false
                case .text where payloads[place] >= textCount: return false
                case .list where payloads[place] >= listCount: return false
                default: break
                }
            }
        }
        return true
    }

    private func numbers(
        _ what: String,
        reading sections: inout SectionReader
    ) throws(ColumnsError) -> ClosedRange<Number>? {
        let flag = try sections.entry(what) { reader throws(BytesError) in try reader.u8() }
        guard flag != 0 else { return nil }
        let (least, greatest) = try sections.entry(what) { reader throws(BytesError) in
            (
                (tag: try reader.u8(), payload: try reader.u64()),
                (tag: try reader.u8(), payload: try reader.u64())
            )
        }
        guard flag == 1,
            let low = ValueTag(rawValue: least.tag).flatMap({ Payload.number($0, least.payload) }),
            let high = ValueTag(rawValue: greatest.tag)
                .flatMap({ Payload.number($0, greatest.payload) }),
            low <= high
        else { throw sections.corrupt("directory, \(what) numbers") }
        return low...high
    }
}
