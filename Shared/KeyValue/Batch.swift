// Changes that a store makes all or none.

/// A family of keys inside a store; cheap to copy, and meaningful to its store only.
public struct Family: Sendable, Hashable {
    /// The name it was opened by.
    public let name: String
    let index: Int
    let owner: ObjectIdentifier
}

/// Puts and deletes, applied in their order and all at once by `Store.write`.
///
/// A plain value: it may be built on one thread and written on another.
public struct Batch: Sendable {
    enum Change {
        case put(Family, key: Range<Int>, value: Range<Int>)
        case delete(Family, key: Range<Int>)
        case deleteRange(Family, from: Range<Int>, to: Range<Int>)
    }

    private(set) var changes: [Change] = []
    /// Keys and values one after the other, behind one byte that gives empty ones an address.
    private(set) var bytes: [UInt8] = [0]

    /// No change.
    public init() {}

    /// The number of changes.
    public var count: Int { changes.count }
    /// Whether there is no change.
    public var isEmpty: Bool { changes.isEmpty }
    /// Bytes of all keys and values.
    public var byteCount: Int { bytes.count - 1 }

    /// Sets a key.
    public mutating func put(_ family: Family, _ key: [UInt8], _ value: [UInt8]) {
        changes.append(.put(family, key: keep(key), value: keep(value)))
    }

    /// Removes a key; no matter whether it is there.
    public mutating func delete(_ family: Family, _ key: [UInt8]) {
        changes.append(.delete(family, key: keep(key)))
    }

    /// Removes every key at or above `from` and below `to`.
    public mutating func deleteRange(_ family: Family, from: [UInt8], to: [UInt8]) {
        changes.append(.deleteRange(family, from: keep(from), to: keep(to)))
    }

    /// Forgets the changes and keeps the room.
    public mutating func removeAll() {
        changes.removeAll(keepingCapacity: true)
        bytes.removeLast(bytes.count - 1)
    }

    private mutating func keep(_ part: [UInt8]) -> Range<Int> {
        let start = bytes.count
        bytes += part
        return start..<bytes.count
    }
}
