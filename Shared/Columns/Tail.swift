// The open tail: what came in since the last chunk was sealed, in columns in memory.

public import Basics

/// Events, user properties and identifiers of one (project, partition), in log order.
///
/// A value type with one owner, the partition's lane. A copy is a snapshot that any thread may
/// read; while one is held, the next append copies the columns it touches.
public struct Tail: Sendable {
    /// The first log offset it covers.
    public let from: LogOffset
    /// The log offset behind the last it covers.
    public private(set) var to: LogOffset
    /// Rows of events.
    public private(set) var eventRows = 0
    /// Rows of user properties.
    public private(set) var propertyRows = 0
    /// The number of the first user whose identifier it keeps.
    public let firstUser: UserNumber

    private(set) var names = StringPool()
    private(set) var texts = StringPool()
    private(set) var lists = ListPool()
    private(set) var ids = BytesPool()
    private(set) var events: [TailTable] = []
    private(set) var properties: [TailTable] = []
    private var eventOfName: [UInt32: Int] = [:]
    private var propertyOfName: [UInt32: Int] = [:]
    private var cells = 0

    /// An empty tail from an offset on; `firstUser` is the next number to be given to a user.
    public init(from: LogOffset, firstUser: UserNumber) {
        self.from = from
        to = from
        self.firstUser = firstUser
    }

    /// Rows of both kinds, to decide about sealing.
    public var rowCount: Int { eventRows + propertyRows }
    /// Users whose identifiers it keeps.
    public var userCount: Int { ids.count }
    /// Whether a chunk of it would hold nothing.
    public var isEmpty: Bool { rowCount == 0 && userCount == 0 }
    /// About the bytes it holds: 20 a row, 9 a cell (also an absent one), and the texts.
    public var approximateBytes: Int {
        rowCount * 20 + cells * 9 + texts.byteCount + names.byteCount + ids.byteCount
            + lists.tags.count * 9 + lists.count * 4
    }

    /// Adds an event.
    ///
    /// Of a property named twice the last value counts.
    ///
    /// All or nothing. Throws `.outOfOrder` for an offset before the last one (equal ones are
    /// fine: one merge record brings many events), `.invalidValue` for a list in a list,
    /// `.limit` when the tail is full.
    @inlinable
    public mutating func append(
        event name: String,
        user: UserNumber,
        at: Timestamp,
        offset: LogOffset,
        properties: some Collection<(name: String, value: PropertyValue)>
    ) throws(ColumnsError) {
        let given = Array(properties)
        try append(event: name, user: user, at: at, offset: offset, given)
    }

    /// The same without a generic parameter; an array given as `properties` is not copied.
    @usableFromInline
    mutating func append(
        event name: String,
        user: UserNumber,
        at: Timestamp,
        offset: LogOffset,
        _ properties: [(name: String, value: PropertyValue)]
    ) throws(ColumnsError) {
        try check(offset, "append event")
        var room = Room(name)
        for property in properties { try room.add(property.name, property.value) }
        try check(room, "append event")
        let index = Self.table(names.intern(name), named: name, in: &events, by: &eventOfName)
        events[index].addRow(user: user.value, time: at.ms, offset: offset.value)
        var expected = 0
        for property in properties {
            let column =
                events[index].column(at: expected, named: property.name)
                ?? events[index].column(names.intern(property.name), named: property.name)
            let (tag, payload) = encode(property.value)
            cells += events[index].set(column, to: tag, payload)
            expected = column + 1
        }
        eventRows += 1
        to = offset.next
    }

    /// Adds versions of a user's properties, in force from `at` on (nil: always); nil = unset.
    ///
    /// A change of no property leaves a row all the same, of the property without a name: it tells
    /// that the user is there. All or nothing; throws as for an event.
    public mutating func append(
        profile: some Collection<(name: String, value: PropertyValue?)>,
        user: UserNumber,
        at: Timestamp?,
        offset: LogOffset
    ) throws(ColumnsError) {
        try check(offset, "append profile")
        let given =
            profile.isEmpty
            ? [(name: Format.bareProfile, value: .bool(true) as PropertyValue?)] : Array(profile)
        var room = Room("")
        for property in given { try room.add(property.name, property.value) }
        try check(room, "append profile")
        for property in given {
            let nameCode = names.intern(property.name)
            let index = Self.table(
                nameCode,
                named: property.name,
                in: &properties,
                by: &propertyOfName
            )
            let (tag, payload) = property.value.map { encode($0) } ?? (.absent, 0)
            properties[index].addRow(
                user: user.value,
                time: at?.ms ?? .min,
                offset: offset.value
            )
            let column = properties[index].column(0, named: "")
            cells += properties[index].set(column, to: tag, payload)
            propertyRows += 1
        }
        to = offset.next
    }

    /// Adds a user, who must have the next number (else `.outOfOrder`).
    public mutating func append(
        user: UserNumber,
        id: UserID,
        offset: LogOffset
    ) throws(ColumnsError) {
        try append(user, id.text, offset)
    }

    /// Adds a user without an identifier, who is to be hidden.
    mutating func append(nameless user: UserNumber, offset: LogOffset) throws(ColumnsError) {
        try append(user, "", offset)
    }

    private mutating func append(_ user: UserNumber, _ text: String, _ offset: LogOffset)
        throws(ColumnsError)
    {
        try check(offset, "append user")
        guard UInt64(user.value) == UInt64(firstUser.value) + UInt64(userCount) else {
            throw ColumnsError(.outOfOrder, "append user", at: "user \(user)")
        }
        guard ids.hasRoom(bytes: text.utf8.count) else {
            throw ColumnsError(.limit, "append user", at: "user \(user)")
        }
        ids.append(text)
        to = offset.next
    }

    /// Takes the rows of these records out; users keep their numbers.
    mutating func remove(_ records: OffsetRuns) {
        guard records.meets(from, to) else { return }
        keep { Format.isOwn($0.name) ? $0 : $0.without(records) }
    }

    /// Hides the rows of a user; the number stays given.
    mutating func hide(_ user: UserNumber) {
        for index in events.indices { events[index].hide(user.value) }
        for index in properties.indices { properties[index].hide(user.value) }
        let isOver = (events + properties).contains { $0.hidden.count == $0.rowCount }
        if isOver { dropHidden() }
    }

    /// Takes hidden rows out, and the identifiers of users who are gone.
    mutating func dropHidden(of gone: UserBitset? = nil) {
        keep { $0.withoutHidden() }
        guard let gone else { return }
        var left = BytesPool()
        for index in 0..<ids.count {
            if gone[UserNumber(firstUser.value + UInt32(index))] {
                left.append("")
            } else {
                ids.withBytes(index) { left.append($0) }
            }
        }
        ids = left
    }

    private mutating func keep(_ change: (TailTable) -> TailTable?) {
        (events, eventOfName) = kept(events, change)
        (properties, propertyOfName) = kept(properties, change)
        eventRows = events.reduce(0) { $0 + $1.rowCount }
        propertyRows = properties.reduce(0) { $0 + $1.rowCount }
        cells = (events + properties).reduce(0) { $0 + $1.cellCount }
    }

    private func kept(
        _ tables: [TailTable],
        _ change: (TailTable) -> TailTable?
    ) -> ([TailTable], [UInt32: Int]) {
        let left = tables.compactMap(change)
        var indices: [UInt32: Int] = [:]
        for (index, table) in left.enumerated() {
            if let code = names.code(of: table.name) { indices[code] = index }
        }
        return (left, indices)
    }

    /// Covers the log up to an offset: what lies before it and is not here left nothing here.
    public mutating func advance(to offset: LogOffset) { to = max(to, offset) }

    /// The table of an event name.
    func event(_ name: String) -> TailTable? {
        names.code(of: name).flatMap { eventOfName[$0] }.map { events[$0] }
    }

    /// The versions of a user property.
    func property(_ name: String) -> TailTable? {
        names.code(of: name).flatMap { propertyOfName[$0] }.map { properties[$0] }
    }

    private static func table(
        _ nameCode: UInt32,
        named name: String,
        in tables: inout [TailTable],
        by indices: inout [UInt32: Int]
    ) -> Int {
        if let index = indices[nameCode] { return index }
        indices[nameCode] = tables.count
        tables.append(TailTable(name: name))
        return tables.count - 1
    }

    private mutating func encode(_ value: PropertyValue) -> (ValueTag, UInt64) {
        guard case .list(let values) = value else { return encode(plain: value) }
        for value in values {
            let (tag, payload) = encode(plain: value)
            lists.add(tag, payload)
        }
        return (.list, lists.close())
    }

    private mutating func encode(plain value: PropertyValue) -> (ValueTag, UInt64) {
        switch value {
        case .number(let number): Payload.of(number)
        case .text(let text): (.text, UInt64(texts.intern(text)))
        case .bool(let bool): (.bool, bool ? 1 : 0)
        case .instant(let instant): (.instant, UInt64(bitPattern: instant.ms))
        case .list: preconditionFailure("a list inside a list has been refused before")
        }
    }

    private func check(_ offset: LogOffset, _ operation: String) throws(ColumnsError) {
        guard offset.next >= to, offset >= from else {
            throw ColumnsError(.outOfOrder, operation, at: "offset \(offset) of a tail up to \(to)")
        }
    }

    private func check(_ room: Room, _ operation: String) throws(ColumnsError) {
        guard rowCount + room.names <= Format.elementsMax, texts.hasRoom(bytes: room.textBytes),
            names.hasRoom(bytes: room.nameBytes), lists.hasRoom(values: room.listValues)
        else { throw ColumnsError(.limit, operation, at: "tail from offset \(from)") }
    }
}

/// What an append will need, known before anything is changed.
private struct Room {
    var names = 1
    var nameBytes: Int
    var textBytes = 0
    var listValues = 0

    init(_ name: String) { nameBytes = name.utf8.count }

    mutating func add(_ name: String, _ value: PropertyValue?) throws(ColumnsError) {
        names += 1
        nameBytes += name.utf8.count
        switch value {
        case .text(let text): textBytes += text.utf8.count
        case .list(let values):
            listValues += values.count
            for value in values {
                if case .list = value { throw ColumnsError(.invalidValue, "append", at: name) }
                if case .text(let text) = value { textBytes += text.utf8.count }
            }
        default: break
        }
    }
}

/// Texts one behind the other, by index, not told apart: the users' identifiers.
struct BytesPool: Sendable {
    private(set) var heap: [UInt8] = []
    private(set) var starts: [UInt32] = [0]

    var count: Int { starts.count - 1 }
    var byteCount: Int { heap.count + starts.count * 4 }

    func hasRoom(bytes: Int) -> Bool {
        count < Format.elementsMax && heap.count + bytes <= Format.elementsMax
    }

    mutating func append(_ text: String) { append(text.utf8Span.span) }

    mutating func append(_ bytes: Span<UInt8>) {
        for index in bytes.indices { heap.append(bytes[index]) }
        starts.append(UInt32(heap.count))
    }

    /// Lends the bytes of a text.
    func withBytes<Value>(_ index: Int, _ body: (Span<UInt8>) -> Value) -> Value {
        body(heap.span.extracting(Int(starts[index])..<Int(starts[index + 1])))
    }
}
