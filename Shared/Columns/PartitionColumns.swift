// Everything of one (project, partition): its chunks in log order and the open tail.

public import Basics

/// The columns of one (project, partition), read as a whole.
///
/// A value type owned by the partition's lane; a copy is a snapshot that any thread may read
/// (see `Tail`). The lane appends to `tail`, and now and then seals it and adopts the chunk.
public struct PartitionColumns: Sendable {
    /// Whose columns they are.
    public let owner: ChunkOwner
    /// The sealed chunks in log order.
    public private(set) var chunks: [Chunk]
    /// What came after them; append here.
    public var tail: Tail
    private var index = UserIndex()

    /// Chunks that join, each beginning where the one before ends, and an empty tail.
    ///
    /// `start` is the first log offset the columns cover. Throws `.mismatch` for a gap, an
    /// overlap or a chunk of another owner, in offsets or in users' numbers.
    public init(
        _ owner: ChunkOwner,
        chunks: [Chunk],
        start: LogOffset = .zero
    ) throws(ColumnsError) {
        self.owner = owner
        self.chunks = []
        tail = Tail(from: start, firstUser: UserNumber(0))
        for chunk in chunks {
            try join(chunk, to: chunk.to)
        }
    }

    /// Puts the chunk that the tail was sealed into in its place; the tail is then empty.
    ///
    /// Throws `.mismatch` unless it covers exactly what the tail covers.
    public mutating func adopt(_ chunk: Chunk) throws(ColumnsError) {
        guard chunk.summary.userCount == tail.userCount,
            chunk.summary.eventRows == tail.eventRows,
            chunk.summary.propertyRows == tail.propertyRows
        else { throw mismatch(chunk, "its rows are not the tail's") }
        try join(chunk, to: tail.to)
    }

    private mutating func join(_ chunk: Chunk, to end: LogOffset) throws(ColumnsError) {
        guard chunk.owner == owner else { throw mismatch(chunk, "it is another owner's") }
        guard chunk.from == tail.from, chunk.to == end else {
            throw mismatch(chunk, "its offsets do not begin at \(tail.from) and end at \(end)")
        }
        guard chunk.summary.firstUser == tail.firstUser else {
            throw mismatch(chunk, "its users do not begin at number \(tail.firstUser)")
        }
        chunks.append(chunk)
        let next = tail.firstUser.value + UInt32(chunk.summary.userCount)
        tail = Tail(from: chunk.to, firstUser: UserNumber(next))
    }

    private func mismatch(_ chunk: Chunk, _ hint: String) -> ColumnsError {
        ColumnsError(.mismatch, "join", at: chunk.summary.name.fileName, hint: hint)
    }

    /// The first log offset covered.
    public var from: LogOffset { chunks.first?.from ?? tail.from }
    /// The log offset behind the last covered.
    public var to: LogOffset { tail.to }
    /// Users with a number, the universe of every set: numbers are below it.
    public var userCount: Int { Int(tail.firstUser.value) + tail.userCount }

    // Events

    /// The names of all events, sorted by bytes.
    public func eventNames() -> [String] {
        Self.distinct(chunks.flatMap { $0.events.map(\.name) } + tail.events.map(\.name))
    }

    /// The tables of an event name, one per piece that has any, in log order.
    public func tables(of event: String) -> [EventTable] {
        chunks.compactMap { $0.table(of: event) }
            + (tail.event(event).map { [EventTable($0, of: tail)] } ?? [])
    }

    /// A user's events in (instant, log offset) order; of these names, or of all.
    ///
    /// A binary search per chunk and name, and a scan of the tail.
    public func events(of user: UserNumber, named names: [String]? = nil) -> UserHistory {
        UserHistory(of: user, in: (names ?? eventNames()).flatMap { tables(of: $0) })
    }

    // Users

    /// The names of all user properties, sorted by bytes.
    public func propertyNames() -> [String] {
        Self.distinct(chunks.flatMap { $0.properties.map(\.name) } + tail.properties.map(\.name))
    }

    /// The versions of a user property over all pieces.
    public func versions(of property: String) -> PropertyVersions {
        PropertyVersions(
            pieces: chunks.compactMap { $0.versions(of: property) }
                + (tail.property(property).map { [EventTable($0, of: tail)] } ?? [])
        )
    }

    /// A user's identifier; nil for a number that was not given.
    public func id(of user: UserNumber) -> UserID? {
        guard Int(user.value) < userCount else { return nil }
        return UserID(withID(of: user.value) { UTF8Text.string($0) })
    }

    /// The number of an identifier; nil when it has none.
    ///
    /// Through a hash table of 8 to 16 bytes per user, made at the first call and kept up to
    /// date by later ones. Of an identifier with two numbers the lower is given.
    public mutating func number(of id: UserID) -> UserNumber? {
        var index = index
        self.index = UserIndex()
        while index.count < userCount {
            index.enter(hash: hash(UInt32(index.count))) { hash($0) }
        }
        self.index = index
        let wanted = id.text.utf8Span.span
        let number = index.number(hash: ByteHash.of(wanted)) { number in
            withID(of: number) { UTF8Text.order($0, wanted) == 0 }
        }
        return number.map { UserNumber($0) }
    }

    private func hash(_ number: UInt32) -> UInt32 { withID(of: number) { ByteHash.of($0) } }

    /// Lends the bytes of a known user's identifier.
    private func withID<Value>(of number: UInt32, _ body: (Span<UInt8>) -> Value) -> Value {
        if number >= tail.firstUser.value {
            return tail.ids.withBytes(Int(number - tail.firstUser.value), body)
        }
        var low = 0
        var high = chunks.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if chunks[middle].summary.firstUser.value <= number {
                low = middle
            } else {
                high = middle
            }
        }
        return chunks[low].ids.withBytes(
            Int(number - chunks[low].summary.firstUser.value),
            body
        )
    }

    private static func distinct(_ names: [String]) -> [String] {
        var result: [String] = []
        for name in names.sorted(by: TextBytes.precedes) {
            if let last = result.last, TextBytes.equal(last, name) { continue }
            result.append(name)
        }
        return result
    }
}
