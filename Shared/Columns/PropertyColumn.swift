// One property of a table's rows, read the same way from the tail and from a chunk.

public import Basics

/// The values of one property, row by row.
///
/// Any thread may read. One object, as its table.
public final class PropertyColumn: Sendable {
    /// The property; empty for the value column of a user property.
    public let name: String
    /// The rows of its table.
    public let rowCount: Int
    /// The least and the greatest number in it; nil when it has no number.
    public let numbers: ClosedRange<Number>?
    /// What the payloads of `text` rows are codes of.
    public let dictionary: TextDictionary
    /// The dictionary's texts, where they are few and a chunk's: what was found out about them
    /// holds for every column with equal ones.
    public let fewTexts: DictionaryTexts?
    /// How many texts the dictionary has.
    let textCount: Int
    let tags: TagColumn
    /// May be shorter than the table, as the tags.
    let payloads: NarrowColumn
    let lists: ListColumn

    init(
        name: String,
        rowCount: Int,
        numbers: ClosedRange<Number>?,
        dictionary: TextDictionary,
        tags: TagColumn,
        payloads: NarrowColumn,
        lists: ListColumn
    ) {
        self.name = name
        self.rowCount = rowCount
        self.numbers = numbers
        self.dictionary = dictionary
        fewTexts = DictionaryTexts(dictionary)
        textCount = dictionary.count
        self.tags = tags
        self.payloads = payloads
        self.lists = lists
    }

    /// The tag that every row has, if there is one.
    public var uniformTag: ValueTag? {
        guard case .uniform(let tag, _) = tags else { return nil }
        return ValueTag(rawValue: tag)
    }

    /// The type of a row's value; the row must be below `rowCount`.
    public func tag(_ row: Int) -> ValueTag {
        precondition(row >= 0 && row < rowCount, "row outside a column")
        return ValueTag(rawValue: tags[row]) ?? .absent
    }

    /// A row's payload, by its tag; 0 where the value is absent.
    public func payload(_ row: Int) -> UInt64 { tag(row) == .absent ? 0 : payloads[row] }

    /// A row's value; nil when absent.
    public func value(_ row: Int) -> PropertyValue? {
        let tag = tag(row)
        guard tag != .absent else { return nil }
        return value(tag, payloads[row])
    }

    /// The value of a tag and payload of this column.
    public func value(_ tag: ValueTag, _ payload: UInt64) -> PropertyValue? {
        PropertyValue(tag, payload) {
            dictionary.text(UInt32(truncatingIfNeeded: $0))
        } list: {
            lists[$0]
        }
    }

    /// A row's number; nil when it is absent or of another type.
    public func number(_ row: Int) -> Number? {
        let tag = tag(row)
        guard tag.isNumber else { return nil }
        return Payload.number(tag, payloads[row])
    }

    /// The values of the list that a `list` row's payload means.
    public func list(_ payload: UInt64) -> [PropertyValue] { lists[payload] }

    /// Copies tags and payloads of `rows` into the first places of the two buffers.
    ///
    /// The buffers must have room. The payload of an absent row means nothing.
    public func decode(rows: Range<Int>, tags: inout [UInt8], payloads: inout [UInt64]) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "rows of a column")
        self.tags.decode(rows: rows, into: &tags)
        let known = rows.clamped(to: 0..<self.payloads.count)
        self.payloads.decode(rows: known, into: &payloads)
    }
}
