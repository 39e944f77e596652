// The lists of a tail or a chunk: plain values one behind the other, addressed by index.

import Basics

/// Lists as they come in; an index per list.
struct ListPool: Sendable {
    private(set) var starts: [UInt32] = [0]
    private(set) var tags: [UInt8] = []
    private(set) var payloads: [UInt64] = []

    /// Lists so far.
    var count: Int { starts.count - 1 }

    /// Whether a list of so many values still fits.
    func hasRoom(values: Int) -> Bool { tags.count + values <= Format.elementsMax }

    /// Adds one value to the list that `close` will end.
    mutating func add(_ tag: ValueTag, _ payload: UInt64) {
        tags.append(tag.rawValue)
        payloads.append(payload)
    }

    /// Ends the list and gives its index.
    mutating func close() -> UInt64 {
        starts.append(UInt32(tags.count))
        return UInt64(starts.count - 2)
    }
}

/// Lists by index, in either form.
///
/// Any thread may read.
struct ListColumn: Sendable {
    let starts: NarrowColumn
    let tags: TagColumn
    let payloads: NarrowColumn
    /// What the lists' texts are codes of.
    let texts: ListTexts

    enum ListTexts: Sendable {
        case pool(StringPool)
        case sorted(BytesColumn)

        func text(_ code: UInt64) -> String {
            switch self {
            case .pool(let pool): pool.text(UInt32(truncatingIfNeeded: code))
            case .sorted(let texts): texts.text(Int(code))
            }
        }
    }

    /// The values of a list; the index must come from a column of the same piece.
    subscript(index: UInt64) -> [PropertyValue] {
        let range = Int(starts[Int(index)])..<Int(starts[Int(index) + 1])
        return range.compactMap { place in
            let tag = ValueTag(rawValue: tags[place]) ?? .absent
            return PropertyValue(tag, payloads[place]) {
                texts.text($0)
            } list: { _ in
                []
            }
        }
    }
}

/// One tag per row: the same for all, or a byte each.
///
/// Any thread may read.
enum TagColumn: Sendable {
    case uniform(UInt8, count: Int)
    /// May be shorter than its table; the rows behind are absent.
    case array([UInt8])
    case mapped(MappedArray<UInt8>)

    subscript(row: Int) -> UInt8 {
        switch self {
        case .uniform(let tag, _): tag
        case .array(let tags): row < tags.count ? tags[row] : ValueTag.absent.rawValue
        case .mapped(let tags): tags[row]
        }
    }

    /// Copies the tags of `rows` into the first places of `buffer`.
    func decode(rows: Range<Int>, into buffer: inout [UInt8]) {
        precondition(rows.count <= buffer.count, "room for the tags of a block")
        switch self {
        case .uniform(let tag, _):
            for place in 0..<rows.count { buffer[place] = tag }
        case .array(let tags):
            let known = max(min(rows.upperBound, tags.count) - rows.lowerBound, 0)
            for place in 0..<known { buffer[place] = tags[rows.lowerBound + place] }
            for place in known..<rows.count { buffer[place] = ValueTag.absent.rawValue }
        case .mapped(let tags):
            tags.withSpan { span in
                for place in 0..<rows.count { buffer[place] = span[rows.lowerBound + place] }
            }
        }
    }
}

extension PropertyValue {
    /// The value of a tag and payload; nil when absent.
    init?(
        _ tag: ValueTag,
        _ payload: UInt64,
        text: (UInt64) -> String,
        list: (UInt64) -> [PropertyValue]
    ) {
        switch tag {
        case .absent: return nil
        case .decimal, .double:
            guard let number = Payload.number(tag, payload) else { return nil }
            self = .number(number)
        case .text: self = .text(text(payload))
        case .bool: self = .bool(payload != 0)
        case .instant: self = .instant(Payload.instant(payload))
        case .list: self = .list(list(payload))
        }
    }
}
