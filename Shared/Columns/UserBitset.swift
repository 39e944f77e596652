// A set of users of one (project, partition): one bit per user number.

public import Basics

/// Users by number, below a universe of all users.
///
/// A value type for one thread at a time.
///
/// Takes a bit for every user of the universe, in or out: 125 kB for a million.
public struct UserBitset: Sendable, Hashable {
    /// How many users there are; numbers are below it.
    public private(set) var universe: Int
    /// 64 users a word, the lowest bit first; bits behind the last user are 0.
    public private(set) var words: [UInt64]

    /// All users, or none.
    public init(universe: Int, all: Bool = false) {
        self.universe = universe
        words = BitWords.filled(universe, with: all)
    }

    /// The users whose count, at their number's place, lies in a range.
    public init(counts: [UInt8], in range: ClosedRange<UInt8>) {
        var mask = RowMask(rowCount: counts.count)
        mask.and(counts.span, in: range)
        universe = counts.count
        words = mask.words
    }

    /// The users whose number, at their own's place, lies in a range.
    init(numbers: [Int64], in range: ClosedRange<Int64>) {
        var mask = RowMask(rowCount: numbers.count)
        mask.and(numbers.span, in: range)
        universe = numbers.count
        words = mask.words
    }

    /// The users of a universe whose number satisfies.
    @inline(__always)
    @inlinable
    public init(universe: Int, where satisfies: (Int) -> Bool) {
        self.init(universe: universe)
        for (index, start) in stride(from: 0, to: universe, by: 64).enumerated() {
            var word: UInt64 = 0
            for user in start..<min(start + 64, universe) where satisfies(user) {
                word |= UInt64(1) << UInt64(user & 63)
            }
            setWord(index, to: word)
        }
    }

    /// The users whose count, at their number's place, satisfies; the universe is the counts'.
    @inlinable
    public init(counts: [UInt32], where satisfies: (UInt32) -> Bool) {
        self.init(universe: counts.count) { satisfies(counts[$0]) }
    }

    /// Users in the set.
    public var count: Int { WideLanes.count(words.span) }
    /// Whether no user is in it.
    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Whether a user is in it.
    ///
    /// Reading gives false outside the universe; writing there is refused
    /// as our mistake.
    public subscript(user: UserNumber) -> Bool {
        get {
            guard Int(user.value) < universe else { return false }
            return words[Int(user.value >> 6)] >> UInt64(user.value & 63) & 1 == 1
        }
        set {
            precondition(Int(user.value) < universe, "user outside the universe")
            let bit = UInt64(1) << UInt64(user.value & 63)
            if newValue {
                words[Int(user.value >> 6)] |= bit
            } else {
                words[Int(user.value >> 6)] &= ~bit
            }
        }
    }

    /// Puts a user of the universe in.
    public mutating func insert(_ user: UserNumber) { self[user] = true }

    /// Puts the users of the rows a mask wants in (nil: of all), who must be of the universe.
    mutating func insert(_ table: EventTable, _ rows: RowMask?) {
        if table.isRowPerUser {
            let rows = rows ?? RowMask(rowCount: table.rowCount)
            return combine(rows, from: table.zone.minUser) { $0 | $1 }
        }
        // Of sorted rows one a user is enough.
        if let runs = table.runs {
            return insert(table, ends: rows?.ends(withAtLeast: 1, of: runs.ends) ?? runs.ends, runs)
        }
        insertEach(table, rows)
    }

    /// Puts the users in whose runs of rows end there.
    mutating func insert(_ table: EventTable, ends: RowMask, _ runs: UserRuns) {
        var places = words.mutableSpan
        let isDone = WideLanes.putUsers(
            &places,
            from: runs.firstWord,
            known: runs.users.span,
            found: ends.words.span,
            ends: runs.ends.words.span
        )
        if !isDone { insertEach(table, ends) }
    }

    /// The same, by one store a row; the bounds are checked by the span.
    private mutating func insertEach(_ table: EventTable, _ rows: RowMask?) {
        var places = words.mutableSpan
        table.users.forEach(of: rows) { _, user in
            places[Int(user >> 6)] |= UInt64(1) << UInt64(user & 63)
        }
    }

    /// Takes the users of the rows a mask wants out, who must be of the universe.
    mutating func remove(_ table: EventTable, _ rows: RowMask) {
        if table.isRowPerUser {
            return combine(rows, from: table.zone.minUser) { $0 & ~$1 }
        }
        var places = words.mutableSpan
        table.users.forEach(of: rows) { _, user in
            places[Int(user >> 6)] &= ~(UInt64(1) << UInt64(user & 63))
        }
    }

    /// Combines with the rows of a table in which the row of a user is that of its number.
    @inline(__always)
    private mutating func combine(
        _ rows: RowMask,
        from first: UInt32,
        _ combine: (UInt64, UInt64) -> UInt64
    ) {
        let (start, shift) = (Int(first >> 6), UInt64(first & 63))
        guard shift != 0 else {
            var users = words.mutableSpan
            let rows = rows.words.span
            for index in rows.indices {
                users[start + index] = combine(users[start + index], rows[index])
            }
            return
        }
        for (index, word) in rows.words.enumerated() where word != 0 {
            words[start + index] = combine(words[start + index], word << shift)
            let rest = word >> (64 - shift)
            if rest != 0 { words[start + index + 1] = combine(words[start + index + 1], rest) }
        }
    }

    /// Makes room for more users, who are out.
    public mutating func grow(to universe: Int) {
        guard universe > self.universe else { return }
        self.universe = universe
        let lacking = (universe + 63) / 64 - words.count
        if lacking > 0 { words.append(contentsOf: repeatElement(0, count: lacking)) }
    }

    /// Keeps users that are in both; the universes must be one.
    public mutating func and(_ other: UserBitset) {
        precondition(universe == other.universe, "sets of one universe")
        for index in words.indices { words[index] &= other.words[index] }
    }

    /// Adds the users of another set of the same universe.
    public mutating func or(_ other: UserBitset) {
        precondition(universe == other.universe, "sets of one universe")
        for index in words.indices { words[index] |= other.words[index] }
    }

    /// Takes out the users of another set of the same universe.
    public mutating func andNot(_ other: UserBitset) {
        precondition(universe == other.universe, "sets of one universe")
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    /// Holds exactly the users of the universe that it did not hold.
    public mutating func invert() {
        for index in words.indices { words[index] = ~words[index] }
        BitWords.clearTail(&words, count: universe)
    }

    /// Visits the users in the order of their numbers.
    @inlinable
    public func forEach(_ body: (UserNumber) -> Void) {
        for index in words.indices {
            var rest = words[index]
            while rest != 0 {
                body(UserNumber(UInt32(truncatingIfNeeded: index << 6 | rest.trailingZeroBitCount)))
                rest &= rest - 1
            }
        }
    }

    /// The lowest user from a number on; nil when there is none.
    ///
    /// For pages and samples.
    public func first(from user: UserNumber) -> UserNumber? {
        var index = Int(user.value >> 6)
        guard index < words.count else { return nil }
        var word = words[index] & UInt64.max << UInt64(user.value & 63)
        while word == 0 {
            index += 1
            guard index < words.count else { return nil }
            word = words[index]
        }
        return UserNumber(UInt32(truncatingIfNeeded: index << 6 | word.trailingZeroBitCount))
    }

    @usableFromInline
    mutating func setWord(_ index: Int, to word: UInt64) { words[index] = word }
}
