// Property values: equality by type and value, texts by bytes.

import Basics
import Testing

struct PropertyValueTests {
    @Test("values of different types are never equal")
    func types() {
        let ten = Number(10)
        let values: [PropertyValue] = [
            .number(ten), .text("10"), .bool(true), .instant(Timestamp(ms: 10)),
            .list([.number(ten)]), .list([]),
        ]
        for (i, left) in values.enumerated() {
            for (j, right) in values.enumerated() { #expect((left == right) == (i == j)) }
        }
        #expect(Set(values).count == values.count)
    }

    @Test("texts are equal when their bytes are, also as keys")
    func bytes() {
        #expect(PropertyValue.text("\u{E9}") != .text("e\u{301}"))
        #expect(
            Set<PropertyValue>([.text("\u{E9}"), .text("e\u{301}"), .text("\u{E9}")]).count == 2
        )
        #expect(PropertyValue.list([.text("a"), .text("b")]) != .list([.text("ab")]))
    }

    @Test("a value is written as a person reads it")
    func description() {
        #expect(PropertyValue.list([.number(Number(1)), .bool(false)]).description == "[1, false]")
        #expect(PropertyValue.instant(Timestamp(ms: 0)).description == "1970-01-01T00:00:00.000Z")
    }
}
