// A random history for the tests of columns: the rows as a plain list, and the way into a tail.

import Basics
import Columns
import Kit

let owner = ChunkOwner(
    project: given(ProjectName("shop")),
    partition: Partition(index: 7)
)

/// An event or a version of a user property, as it was given.
struct Row {
    var name: String
    var user: UInt32
    var at: Int64
    var offset: UInt64
    var values: [(name: String, value: PropertyValue)]
}

/// What a tail should hold.
struct History {
    var events: [Row] = []
    /// `values` holds one value, or none for "unset".
    var versions: [Row] = []
    var ids: [UserID] = []

    static let eventNames = ["charged", "launched", "caf\u{E9}", "cafe\u{301}", "view"]
    static let texts = [
        "", "IN", "BR", "caf\u{E9}", "cafe\u{301}", "a longer text than fifteen bytes",
    ]
    static let hours: Int64 = 3_600_000

    /// Any plain value; extremes are as likely as the ordinary.
    static func plain(_ chance: inout SeededRandom) -> PropertyValue {
        switch chance.below(8) {
        case 0: .number(Number(e4: Int64(chance.below(2_000_000)) - 1_000_000))
        case 1: .number(Number(e4: chance.chance(0.5) ? Number.e4Max : -Number.e4Max))
        case 2: .number(given(Number(chance.unit() * 1e300)))
        case 3: .number(given(Number(1.0 / Double(chance.below(1_000) + 3))))
        case 4: .text(texts[chance.below(texts.count)])
        case 5: .bool(chance.chance(0.5))
        case 6: .instant(Timestamp(ms: [.min, .max, 0, 1_751_328_000_000][chance.below(4)]))
        default: .text("text \(chance.below(500))")
        }
    }

    static func value(_ chance: inout SeededRandom) -> PropertyValue {
        guard chance.chance(0.1) else { return plain(&chance) }
        return .list((0..<chance.below(4)).map { _ in plain(&chance) })
    }

    /// `count` records from an offset on; every user up to the highest has an identifier.
    static func random(
        _ count: Int,
        users: Int = 20,
        from: UInt64 = 0,
        firstUser: UInt32 = 0,
        _ chance: inout SeededRandom
    ) -> History {
        var history = History()
        history.ids = (0..<users).map { given(UserID("user-\(Int(firstUser) + $0)-\u{E9}")) }
        let everyone = Int(firstUser) + users
        for step in 0..<count {
            let user = UInt32(chance.below(everyone))
            let at = 1_735_776_000_000 + Int64(chance.below(500)) * hours
            let offset = from + UInt64(users + step - (step % 7 == 3 ? 1 : 0))
            if chance.chance(0.7) {
                let values = (0..<chance.below(5)).map { _ in
                    (name: "p\(chance.below(6))", value: value(&chance))
                }
                let name = eventNames[chance.below(eventNames.count)]
                history.events.append(
                    Row(name: name, user: user, at: at, offset: offset, values: values)
                )
            } else {
                history.versions.append(
                    Row(
                        name: ["plan", "age"][chance.below(2)],
                        user: user,
                        at: chance.chance(0.3) ? .min : at,
                        offset: offset,
                        values: chance.chance(0.2) ? [] : [(name: "", value: value(&chance))]
                    )
                )
            }
        }
        return history
    }

    /// Appends everything in the order of the log.
    func append(to tail: inout Tail) throws {
        let first = tail.firstUser.value + UInt32(tail.userCount)
        for (index, id) in ids.enumerated() {
            let offset = LogOffset(tail.to.value)
            try tail.append(user: UserNumber(first + UInt32(index)), id: id, offset: offset)
        }
        var rest = versions[...]
        for event in events {
            while let version = rest.first, version.offset <= event.offset {
                try Self.append(version, to: &tail)
                rest.removeFirst()
            }
            try tail.append(
                event: event.name,
                user: UserNumber(event.user),
                at: Timestamp(ms: event.at),
                offset: LogOffset(event.offset),
                properties: event.values
            )
        }
        for version in rest { try Self.append(version, to: &tail) }
    }

    private static func append(_ version: Row, to tail: inout Tail) throws {
        try tail.append(
            profile: [(name: version.name, value: version.values.first?.value)],
            user: UserNumber(version.user),
            at: version.at == .min ? nil : Timestamp(ms: version.at),
            offset: LogOffset(version.offset)
        )
    }

    /// A tail of it from its first offset on.
    func tail(from: UInt64 = 0, firstUser: UInt32 = 0) throws -> Tail {
        var tail = Tail(from: LogOffset(from), firstUser: UserNumber(firstUser))
        try append(to: &tail)
        return tail
    }
}

/// Seals a tail on a disk in memory and opens the chunk.
func sealed(_ tail: Tail, on disk: ForgetfulDisk = ForgetfulDisk(folder: "/c")) throws -> Chunk {
    let summary = try ChunkWriter(disk: disk, folder: "/c", owner: owner).seal(tail)
    return try Chunk.open(
        summary.name,
        in: "/c",
        on: disk,
        of: owner,
        fingerprint: summary.fingerprint
    )
}

/// A row's content in a form that compares by bytes.
struct Content: Hashable, CustomStringConvertible {
    var user: UInt32
    var at: Int64
    var offset: UInt64
    var values: [[UInt8]: PropertyValue]

    init(_ row: Row) {
        (user, at, offset) = (row.user, row.at, row.offset)
        values = [:]
        for (name, value) in row.values { values[Array(name.utf8)] = value }
    }

    init(_ table: EventTable, _ row: Int) {
        (user, at, offset) = (table.users[row], table.times[row], table.offsets[row])
        values = [:]
        for name in table.propertyNames {
            values[Array(name.utf8)] = table.property(name)?.value(row)
        }
    }

    var key: (UInt32, Int64, UInt64) { (user, at, offset) }
    var description: String {
        let texts = values.map { "\(String(decoding: $0.key, as: UTF8.self))=\($0.value)" }
        return "\(user) \(at) \(offset) \(texts.sorted())"
    }
}

extension [Content] {
    /// By (user, time, offset), rows of one offset in the order they came.
    func ordered() -> [Content] {
        enumerated().sorted {
            let (left, right) = ($0.element.key, $1.element.key)
            return left == right ? $0.offset < $1.offset : left < right
        }.map(\.element)
    }
}

extension EventTable {
    var contents: [Content] { (0..<rowCount).map { Content(self, $0) } }
}

extension String {
    func hasBytes(of other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

/// What a test has written down itself and so is never nil.
func given<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("the test gave a value that is none") }
    return value
}
