// The open tail keeps order, refuses what it must whole, and knows its size.

import Basics
import Testing

@testable import Columns

@Suite struct TailTests {
    private let anna = UserNumber(0)

    private func code(_ body: () throws -> Void) -> ColumnsError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ColumnsError)?.code
        }
    }

    private func add(_ tail: inout Tail, _ offset: UInt64) throws(ColumnsError) {
        try tail.append(
            event: "e",
            user: anna,
            at: Timestamp(ms: 1),
            offset: LogOffset(offset),
            properties: [(name: "p", value: PropertyValue.bool(true))]
        )
    }

    @Test("offsets may repeat and skip, and never go back")
    func offsets() throws {
        var tail = Tail(from: LogOffset(10), firstUser: anna)
        #expect(code { try add(&tail, 9) } == .outOfOrder)
        try add(&tail, 10)
        try add(&tail, 10)
        try add(&tail, 15)
        #expect(tail.to == LogOffset(16))
        #expect(code { try add(&tail, 14) } == .outOfOrder)
        tail.advance(to: LogOffset(20))
        #expect(tail.to == LogOffset(20) && tail.rowCount == 3)
        tail.advance(to: LogOffset(12))
        #expect(tail.to == LogOffset(20))
    }

    @Test("a list inside a list is refused and nothing of its event is kept")
    func nestedList() throws {
        var tail = Tail(from: .zero, firstUser: anna)
        let values = [
            (name: "a", value: PropertyValue.text("kept?")),
            (name: "b", value: .list([.list([])])),
        ]
        #expect(
            code {
                try tail.append(
                    event: "e",
                    user: anna,
                    at: Timestamp(ms: 1),
                    offset: .zero,
                    properties: values
                )
            } == .invalidValue
        )
        #expect(tail.isEmpty && tail.event("e") == nil && tail.texts.count == 0)
    }

    @Test("users come in the order of their numbers")
    func users() throws {
        var tail = Tail(from: .zero, firstUser: UserNumber(3))
        let id = try #require(UserID("x"))
        #expect(code { try tail.append(user: UserNumber(4), id: id, offset: .zero) } == .outOfOrder)
        try tail.append(user: UserNumber(3), id: id, offset: .zero)
        try tail.append(user: UserNumber(4), id: id, offset: LogOffset(1))
        #expect(tail.userCount == 2)
    }

    @Test("of a property named twice in one event the last value counts")
    func twice() throws {
        var tail = Tail(from: .zero, firstUser: anna)
        try tail.append(
            event: "e",
            user: anna,
            at: Timestamp(ms: 1),
            offset: .zero,
            properties: [
                (name: "p", value: PropertyValue.bool(true)), (name: "p", value: .text("t")),
            ]
        )
        let table = EventTable(try #require(tail.event("e")), of: tail)
        #expect(table.property("p")?.value(0) == .text("t"))
    }

    @Test("texts that only Unicode calls equal stay apart, as values and as names")
    func bytesExact() throws {
        var tail = Tail(from: .zero, firstUser: anna)
        for (index, name) in ["\u{E9}", "e\u{301}"].enumerated() {
            try tail.append(
                event: name,
                user: anna,
                at: Timestamp(ms: 1),
                offset: LogOffset(UInt64(index)),
                properties: [(name: name, value: PropertyValue.text(name))]
            )
        }
        #expect(tail.events.count == 2 && tail.texts.count == 2)
        let table = EventTable(try #require(tail.event("\u{E9}")), of: tail)
        #expect(table.property("e\u{301}") == nil)
        #expect(table.property("\u{E9}")?.value(0) == .text("\u{E9}"))
    }

    @Test("a copy keeps what it had while the tail goes on")
    func snapshot() throws {
        var tail = Tail(from: .zero, firstUser: anna)
        try add(&tail, 0)
        let snapshot = tail
        let table = EventTable(try #require(tail.event("e")), of: tail)
        try add(&tail, 1)
        #expect(snapshot.rowCount == 1 && table.contents.count == 1 && tail.rowCount == 2)
    }

    @Test(
        "its size in bytes grows with rows, values, texts and users, and starts at almost nothing"
    )
    func size() throws {
        var tail = Tail(from: .zero, firstUser: anna)
        #expect(tail.approximateBytes < 64)
        var before = tail.approximateBytes
        for offset in 0..<1_000 as Range<UInt64> { try add(&tail, offset) }
        #expect(tail.approximateBytes - before >= 29_000)
        before = tail.approximateBytes
        try tail.append(
            event: "e",
            user: anna,
            at: Timestamp(ms: 1),
            offset: LogOffset(1_000),
            properties: [(name: "q", value: PropertyValue.text(String(repeating: "x", count: 500)))]
        )
        #expect(tail.approximateBytes - before >= 500 + 9 * 1_000)
        before = tail.approximateBytes
        try tail.append(user: anna, id: #require(UserID("someone")), offset: LogOffset(1_001))
        #expect(tail.approximateBytes - before >= 7)
    }
}
