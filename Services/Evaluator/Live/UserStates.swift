// What a segment remembers of users, side by side in memory: no object for each of a million.

import Basics

/// Bytes by user number: a table of places in blocks.
///
/// A state costs its own bytes, one for their count, and 10 to 15 of the table's; those of states
/// that were replaced or forgotten are won back when they are a quarter of all. For one thread.
struct UserStates: Sendable {
    /// A block's bytes: large beside a state, small beside what a growing array would copy.
    private static let blockBytes = 1 << 16
    /// Bytes of dead states that are not worth winning back.
    private static let deadBytesMin = 4_096
    /// The table grows beyond so many filled of ten.
    private static let filledOfTen = 8
    /// No state is kept here; a user number is always smaller.
    private static let nowhere = UInt64.max

    /// User number in the upper half, place in the lower: block × 65,536 + offset, so up to 4 GiB;
    /// open addressing, the next free one is taken.
    private var table: [UInt64] = []
    private var blocks: [[UInt8]] = []
    private var liveBytes = 0
    private var deadBytes = 0
    /// What the states take, dead ones too.
    var blockBytes: Int { liveBytes + deadBytes }
    /// How many users something is remembered of.
    private(set) var count = 0

    /// The users of whom something is remembered, by number.
    var numbers: [UserNumber] {
        table.lazy.filter { $0 != Self.nowhere }.map { UInt32($0 >> 32) }.sorted()
            .map { UserNumber($0) }
    }

    /// Lends a user's state; nil: there is none.
    func reading<Value>(
        _ user: UserNumber,
        _ body: (ByteReader) throws(BytesError) -> Value
    ) throws(BytesError) -> Value? {
        guard let index = index(of: user.value) else { return nil }
        let place = table[index]
        let block = blocks[Self.block(place)]
        return try body(try ByteReader(block, in: Self.range(of: place, in: block)))
    }

    /// A user's state; nil: there is none.
    func bytes(of user: UserNumber) -> [UInt8]? {
        guard let index = index(of: user.value) else { return nil }
        let block = blocks[Self.block(table[index])]
        return Array(block[Self.range(of: table[index], in: block)])
    }

    /// Whether a user's state is this one.
    func holds(_ bytes: [UInt8], of user: UserNumber) -> Bool {
        guard let index = index(of: user.value) else { return false }
        let block = Self.block(table[index])
        return blocks[block][Self.range(of: table[index], in: blocks[block])] == bytes[...]
    }

    /// Remembers a state; nil: nothing.
    mutating func set(_ bytes: [UInt8]?, of user: UserNumber) {
        guard let bytes else { return forget(user.value) }
        let index = index(of: user.value)
        if let index {
            let place = table[index]
            let range = Self.range(of: place, in: blocks[Self.block(place)])
            if range.count == bytes.count {
                blocks[Self.block(place)].replaceSubrange(range, with: bytes)
                return
            }
            bury(range)
        }
        let place = append(bytes)
        if let index {
            table[index] = Self.entry(user.value, place)
        } else {
            insert(Self.entry(user.value, place))
        }
        winBack()
    }

    private mutating func forget(_ user: UInt32) {
        guard var hole = index(of: user) else { return }
        bury(Self.range(of: table[hole], in: blocks[Self.block(table[hole])]))
        count -= 1
        // Those behind it that could not stand nearer to their own places move up.
        var next = hole
        while true {
            next = next + 1 == table.count ? 0 : next + 1
            guard table[next] != Self.nowhere else { break }
            let home = home(of: UInt32(table[next] >> 32))
            let isBetween = hole < next ? hole < home && home <= next : hole < home || home <= next
            guard !isBetween else { continue }
            table[hole] = table[next]
            hole = next
        }
        table[hole] = Self.nowhere
        winBack()
    }

    // The table

    private func home(of user: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(user &* 0x9E37_79B9) * UInt64(table.count)) >> 32)
    }

    /// How many entries a look-up passes over at most.
    var longestWay: Int {
        table.indices.lazy.filter { table[$0] != Self.nowhere }.map {
            let way = $0 - home(of: UInt32(table[$0] >> 32))
            return way < 0 ? way + table.count : way
        }.max() ?? 0
    }

    private func index(of user: UInt32) -> Int? {
        guard !table.isEmpty else { return nil }
        var index = home(of: user)
        while table[index] != Self.nowhere {
            if UInt32(table[index] >> 32) == user { return index }
            index = index + 1 == table.count ? 0 : index + 1
        }
        return nil
    }

    private mutating func insert(_ entry: UInt64) {
        if (count + 1) * 10 > table.count * Self.filledOfTen { grow() }
        count += 1
        place(entry)
    }

    private mutating func place(_ entry: UInt64) {
        var index = home(of: UInt32(entry >> 32))
        while table[index] != Self.nowhere { index = index + 1 == table.count ? 0 : index + 1 }
        table[index] = entry
    }

    private mutating func grow() {
        let old = table
        table = Array(repeating: Self.nowhere, count: max(8, old.count + old.count / 2))
        for entry in old where entry != Self.nowhere { place(entry) }
    }

    private static func entry(_ user: UInt32, _ place: UInt32) -> UInt64 {
        UInt64(user) << 32 | UInt64(place)
    }

    // The blocks

    private static func block(_ entry: UInt64) -> Int { Int(entry >> 16 & 0xFFFF) }

    /// A state's bytes, behind their count: one byte, or five that begin with 255.
    private static func range(of entry: UInt64, in block: [UInt8]) -> Range<Int> {
        let offset = Int(entry & 0xFFFF)
        let short = Int(block[offset])
        guard short == 255 else { return offset + 1..<offset + 1 + short }
        let count = (1...4).reduce(0) { $0 << 8 | Int(block[offset + $1]) }
        return offset + 5..<offset + 5 + count
    }

    private static func headBytes(_ count: Int) -> Int { count < 255 ? 1 : 5 }

    private mutating func append(_ bytes: some Collection<UInt8>) -> UInt32 {
        let size = Self.headBytes(bytes.count) + bytes.count
        // One that is larger than a block has one of its own.
        if blocks.last.map({ $0.count + size > Self.blockBytes }) ?? true { blocks.append([]) }
        let last = blocks.count - 1
        let offset = blocks[last].count
        precondition(last <= 0xFFFF, "4 GiB of states in one segment of one partition")
        // The first grows as an array does, for most segments concern few; full ones are exact.
        if offset + size > Self.blockBytes / 2 || last > 0 {
            blocks[last].reserveCapacity(max(Self.blockBytes, offset + size))
        }
        if bytes.count < 255 {
            blocks[last].append(UInt8(bytes.count))
        } else {
            blocks[last].append(255)
            for shift in [24, 16, 8, 0] {
                blocks[last].append(UInt8(truncatingIfNeeded: bytes.count >> shift))
            }
        }
        blocks[last] += bytes
        liveBytes += size
        return UInt32(last << 16 | offset)
    }

    private mutating func bury(_ range: Range<Int>) {
        let size = Self.headBytes(range.count) + range.count
        liveBytes -= size
        deadBytes += size
    }

    /// Writes the states anew when too many bytes are dead ones'.
    private mutating func winBack() {
        guard deadBytes > max(liveBytes / 3, Self.deadBytesMin) else { return }
        let old = blocks
        (blocks, liveBytes, deadBytes) = ([], 0, 0)
        for index in table.indices where table[index] != Self.nowhere {
            let entry = table[index]
            let block = old[Self.block(entry)]
            let place = append(block[Self.range(of: entry, in: block)])
            table[index] = Self.entry(UInt32(entry >> 32), place)
        }
    }
}
