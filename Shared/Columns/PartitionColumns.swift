// Everything of one (project, partition): its chunks in log order and the open tail.

public import Basics

/// The columns of one (project, partition), read as a whole.
///
/// A value type owned by the partition's lane; a copy is a snapshot that any thread may read
/// (see `Tail`). The lane appends to `tail`, and now and then seals it and adopts the chunk.
public struct PartitionColumns: Sendable {
    /// Whose columns they are.
    public let owner: ChunkOwner
    /// What came after the chunks; append here.
    @inlinable public var tail: Tail {
        get { opened[0] }
        _modify { yield &opened[0] }
    }
    /// The tail alone: an array, so that copies of the columns share it until one is changed.
    @usableFromInline var opened: [Tail]
    /// Which records came with which import.
    public private(set) var imports: ImportBook
    private(set) var sealed: [SealedTables] = []
    private var index = UserIndex()
    /// The users of whom a record stands; nil while nothing was taken back: all.
    private var standing: UserBitset?
    /// The users who are gone, of a universe that may lack the newest.
    private var hidden = UserBitset(universe: 0)
    private var hiddenCount = 0
    /// How many users were erased since these columns were opened, and not for another reason gone.
    public var erasures = 0
    /// Records of the log that these columns lack, since they are set aside, and whose they are.
    public internal(set) var leftOut: [LogOffset: UserNumber] = [:]

    /// The sealed chunks in log order, with rows that were taken back.
    public var chunks: [Chunk] { sealed.map(\.chunk) }

    /// Chunks that join, each beginning where the one before ends, and an empty tail.
    ///
    /// `start` is the first log offset the columns cover, `imports` whose records they are: of
    /// those taken back no row is seen, nor of the users who are `gone`; `leftOut` is what is set
    /// aside. Throws `.mismatch` for a gap, an overlap or a chunk of another owner, in offsets or
    /// in users' numbers, and for one gone whose number was not given.
    public init(
        _ owner: ChunkOwner,
        chunks: [Chunk],
        start: LogOffset = .zero,
        imports: ImportBook = ImportBook(),
        gone: [UserNumber] = [],
        leftOut: [LogOffset: UserNumber] = [:]
    ) throws(ColumnsError) {
        self.owner = owner
        self.imports = imports
        opened = [Tail(from: start, firstUser: UserNumber(0))]
        for chunk in chunks {
            try join(chunk, to: chunk.to)
        }
        try hideAll(gone)
        self.leftOut = leftOut.filter { isKnown($0.value) }
        let undone = imports.undone
        if !undone.isEmpty { remove(undone) }
    }

    /// Puts the chunk that the tail was sealed into in its place; the tail is then empty.
    ///
    /// Throws `.mismatch` unless it covers exactly what the tail covers.
    public mutating func adopt(_ chunk: Chunk) throws(ColumnsError) {
        guard chunk.summary.userCount == tail.userCount,
            chunk.summary.eventRows == tail.eventRows,
            chunk.summary.propertyRows == tail.propertyRows
        else { throw mismatch(chunk, "its rows are not the tail's") }
        // What was taken back or is hidden is in no tail that is sealed, so in no chunk of one.
        try join(chunk, to: tail.to)
    }

    /// Puts a chunk in the place of those it was merged from.
    ///
    /// Answers stay as they are. Throws `.mismatch` unless it covers exactly a run of them.
    public mutating func replace(with merged: Chunk) throws(ColumnsError) {
        guard merged.owner == owner else { throw mismatch(merged, "it is another owner's") }
        guard let first = sealed.firstIndex(where: { $0.chunk.from == merged.from }),
            let last = sealed.firstIndex(where: { $0.chunk.to == merged.to }), first <= last
        else { throw mismatch(merged, "its offsets are not those of a run of chunks") }
        let parts = sealed[first...last].map(\.chunk.summary)
        guard merged.summary.firstUser == parts[0].firstUser,
            merged.summary.userCount == parts.reduce(0, { $0 + $1.userCount }),
            merged.summary.eventRows == parts.reduce(0, { $0 + $1.eventRows }),
            merged.summary.propertyRows == parts.reduce(0, { $0 + $1.propertyRows })
        else { throw mismatch(merged, "its rows are not those of the chunks in its place") }
        var tables = SealedTables(merged)
        let undone = imports.undone
        if !undone.isEmpty { tables.remove(undone) }
        if hiddenCount > 0 { tables.hide(hidden) }
        sealed.replaceSubrange(first...last, with: [tables])
    }

    private mutating func join(_ chunk: Chunk, to end: LogOffset) throws(ColumnsError) {
        guard chunk.owner == owner else { throw mismatch(chunk, "it is another owner's") }
        guard chunk.from == tail.from, chunk.to == end else {
            throw mismatch(chunk, "its offsets do not begin at \(tail.from) and end at \(end)")
        }
        guard chunk.summary.firstUser == tail.firstUser else {
            throw mismatch(chunk, "its users do not begin at number \(tail.firstUser)")
        }
        sealed.append(SealedTables(chunk))
        let next = tail.firstUser.value + UInt32(chunk.summary.userCount)
        tail = Tail(from: chunk.to, firstUser: UserNumber(next))
    }

    private func mismatch(_ chunk: Chunk, _ hint: String) -> ColumnsError {
        ColumnsError(.mismatch, "join", at: chunk.summary.name.fileName, hint: hint)
    }

    /// The first log offset covered.
    public var from: LogOffset { sealed.first?.chunk.from ?? tail.from }
    /// The log offset behind the last covered.
    public var to: LogOffset { tail.to }
    /// Users with a number, the universe of every set: numbers are below it.
    public var userCount: Int { Int(tail.firstUser.value) + tail.userCount }

    // Events

    /// The names of all events, sorted by bytes.
    public func eventNames() -> [String] {
        Self.distinct(sealed.flatMap { $0.events.map(\.name) } + tail.events.map(\.name))
    }

    /// The tables of an event name, one per piece that has any, in log order.
    public func tables(of event: String) -> [EventTable] {
        var tables = sealed.compactMap { $0.table(of: event) }
        if !tail.isEmpty, let open = tail.event(event) {
            tables.append(EventTable(open, of: tail))
        }
        return tables
    }

    /// A user's events in (instant, log offset) order; of these names, or of all.
    ///
    /// A binary search per chunk and name, and a look-up in the tail.
    public func events(of user: UserNumber, named names: [String]? = nil) -> UserHistory {
        UserHistory(of: user, in: (names ?? eventNames()).flatMap { tables(of: $0) })
    }

    // Users

    /// The names of all user properties, sorted by bytes; without those that begin with a zero
    /// byte, which stand for something else, such as who is on a list.
    public func propertyNames() -> [String] {
        let names = sealed.flatMap { $0.properties.map(\.name) } + tail.properties.map(\.name)
        return Self.distinct(names.filter { $0 != Format.bareProfile && !Format.isOwn($0) })
    }

    /// The versions of a user property over all pieces.
    public func versions(of property: String) -> PropertyVersions {
        var pieces = sealed.compactMap { $0.versions(of: property) }
        if !tail.isEmpty, let open = tail.property(property) {
            pieces.append(EventTable(open, of: tail))
        }
        return PropertyVersions(pieces: pieces)
    }

    /// A user's identifier; nil for a number that was not given, and for who is gone.
    public func id(of user: UserNumber) -> UserID? {
        guard Int(user.value) < userCount, !isGone(user) else { return nil }
        return UserID(withID(of: user.value) { UTF8Text.string($0) })
    }

    /// The number of an identifier; nil when it has none, no record of its user stands, or the user
    /// is gone.
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
            !isGone(UserNumber(number))
                && withID(of: number) { UTF8Text.order($0, wanted) == 0 }
        }
        guard let number = number.map({ UserNumber($0) }), standing?[number] ?? true else {
            return nil
        }
        return number
    }

    /// Lends the bytes of a user's identifier; nil for a number that was not given.
    ///
    /// Of who is gone they are empty, or what they were as long as that is kept.
    public func withID<Value>(of user: UserNumber, _ body: (Span<UInt8>) -> Value) -> Value? {
        Int(user.value) < userCount ? withID(of: user.value, body) : nil
    }

    private func hash(_ number: UInt32) -> UInt32? {
        isGone(UserNumber(number)) ? nil : withID(of: number) { ByteHash.of($0) }
    }

    /// Lends the bytes of a known user's identifier.
    private func withID<Value>(of number: UInt32, _ body: (Span<UInt8>) -> Value) -> Value {
        if number >= tail.firstUser.value {
            return tail.ids.withBytes(Int(number - tail.firstUser.value), body)
        }
        var low = 0
        var high = sealed.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if sealed[middle].chunk.summary.firstUser.value <= number {
                low = middle
            } else {
                high = middle
            }
        }
        let chunk = sealed[low].chunk
        return chunk.ids.withBytes(Int(number - chunk.summary.firstUser.value), body)
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

// MARK: Imports

extension PartitionColumns {
    /// The users of whom a record stands; nil: all below `userCount`.
    ///
    /// Only the taking back of an import leaves users without one, and who is gone has none.
    public var present: UserBitset? {
        guard var users = standing else { return hiddenCount == 0 ? nil : others }
        users.grow(to: userCount)
        return users
    }

    /// Whether a record of a user stands.
    public func isPresent(_ user: UserNumber) -> Bool { isKnown(user) && standing?[user] ?? true }

    /// How many users there are of whom a record stands.
    public var presentCount: Int { standing?.count ?? userCount - hiddenCount }

    /// Notes that a record about the user was appended, and which import it came with.
    ///
    /// `since` is the record's own offset, or that of the user's number before it.
    public mutating func note(
        _ user: UserNumber,
        at offset: LogOffset,
        since: LogOffset? = nil,
        from importID: String?
    ) {
        if let importID { imports.note(importID, (since ?? offset).value..<offset.next.value) }
        guard standing != nil, !isGone(user) else { return }
        let universe = userCount
        standing?.grow(to: universe)
        standing?.insert(user)
    }

    /// Takes an import back: from here on its records are absent, and so are the users of whom no
    /// other record stands.
    ///
    /// One pass over the rows; nothing when the import brought nothing here or was taken back
    /// before.
    public mutating func undo(import id: String) {
        guard let records = imports.undo(id) else { return }
        lackNoMore(records)
        remove(records)
    }

    /// Takes a user's records back, whatever they came with: from here on they are absent, as those
    /// of an import that is taken back.
    public mutating func takeBack(_ records: OffsetRuns, of user: UserNumber) {
        lackNoMore(records)
        remove(records, of: user)
    }

    /// Makes records absent; their user is there by others, and by what is set aside.
    mutating func remove(_ records: OffsetRuns, of user: UserNumber) {
        imports.takeBack(records)
        hide(records)
        guard standing != nil else { return }
        let universe = userCount
        let isThere = !isGone(user) && (leftOut.values.contains(user) || hasRecord(of: user))
        standing?.grow(to: universe)
        standing?[user] = isThere
    }

    /// Whether a record of a user stands; who is in a live segment is none.
    private func hasRecord(of user: UserNumber) -> Bool {
        sealed.contains { tables in
            (tables.events + tables.properties).contains {
                !Format.isMark($0.name) && !$0.rows(of: user).isEmpty
            }
        }
            || (tail.events + tail.properties).contains {
                !Format.isMark($0.name) && !EventTable($0, of: tail).rows(of: user).isEmpty
            }
    }

    private mutating func hide(_ records: OffsetRuns) {
        for index in sealed.indices { sealed[index].remove(records) }
        tail.remove(records)
    }

    private mutating func remove(_ records: OffsetRuns) {
        hide(records)
        var users = UserBitset(universe: userCount)
        // Who is in a live segment is no record.
        for table in sealed.flatMap({ $0.events + $0.properties })
        where !Format.isMark(table.name) {
            markUsers(table, from: nil, to: nil, in: &users)
        }
        for table in tail.events + tail.properties where !Format.isMark(table.name) {
            markUsers(EventTable(table, of: tail), from: nil, to: nil, in: &users)
        }
        for user in leftOut.values { users.insert(user) }
        standing = users
    }
}

// MARK: Users who are gone

extension PartitionColumns {
    /// The users who are gone, in the order of their numbers.
    public var gone: [UserNumber] {
        var users: [UserNumber] = []
        users.reserveCapacity(hiddenCount)
        hidden.forEach { users.append($0) }
        return users
    }

    /// Whether a user is gone.
    public func isGone(_ user: UserNumber) -> Bool { hidden[user] }

    /// From here on the user is absent as of every instant: no reader sees a row, the universe and
    /// the identifier, which another user may have from now on; the number stays given.
    ///
    /// A binary search a table of a chunk and a look-up in the tail; nothing when the user
    /// is gone or the number was not given.
    public mutating func hide(_ user: UserNumber) {
        let universe = userCount
        guard Int(user.value) < universe, !isGone(user) else { return }
        hidden.grow(to: universe)
        hidden.insert(user)
        hiddenCount += 1
        if standing?[user] == true { standing?[user] = false }
        leftOut = leftOut.filter { $0.value != user }
        for index in sealed.indices { sealed[index].hide(user) }
        tail.hide(user)
    }

    /// Adds a user of whom only the number is known any more, and who is gone; throws as the tail.
    public mutating func append(gone user: UserNumber, offset: LogOffset) throws(ColumnsError) {
        try tail.append(nameless: user, offset: offset)
        hide(user)
    }

    /// Takes out of the tail, before it is sealed, what nobody sees: rows of users who are gone and
    /// their identifiers.
    public mutating func tidyTail() {
        guard hiddenCount > 0 else { return }
        hidden.grow(to: userCount)
        tail.dropHidden(of: hidden)
    }

    /// The same as `hide` for each, of columns without a tail.
    private mutating func hideAll(_ gone: [UserNumber]) throws(ColumnsError) {
        guard !gone.isEmpty else { return }
        guard gone.allSatisfy({ Int($0.value) < userCount }) else {
            throw ColumnsError(.mismatch, "join", at: "users who are gone", hint: "no such number")
        }
        let universe = userCount
        hidden.grow(to: universe)
        for user in gone { hidden.insert(user) }
        hiddenCount = hidden.count
        for index in sealed.indices { sealed[index].hide(hidden) }
    }

    /// Everybody else.
    private var others: UserBitset {
        var users = hidden
        users.grow(to: userCount)
        users.invert()
        return users
    }
}
