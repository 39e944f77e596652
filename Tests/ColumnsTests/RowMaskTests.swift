// Masks narrowed by columns keep the same rows in the tail and in its chunk, and the right ones.

import Basics
import Testing

@testable import Columns

@Suite struct RowMaskTests {
    private typealias Predicate = (
        what: String, matches: @Sendable (PropertyValue?) -> Bool,
        narrow: @Sendable (PropertyColumn?, inout RowMask) -> Void
    )

    /// Predicates over values, in the general form and by the masks' own forms.
    private static let predicates: [Predicate] = [
        (
            "a number above zero",
            { if case .number(let n)? = $0 { n > .zero } else { false } },
            { $1.and($0, number: { $0 > .zero }) }
        ),
        (
            "a text ending in 7",
            { if case .text(let t)? = $0 { t.hasSuffix("7") } else { false } },
            { $1.and($0, text: { $0.hasSuffix("7") }) }
        ),
        ("exactly this text", { $0 == .text("caf\u{E9}") }, { $1.and($0, equals: "caf\u{E9}") }),
        ("a text nobody has", { $0 == .text("none") }, { $1.and($0, equals: "none") }),
        ("missing", { $0 == nil }, { $1.and($0, matches: { tag, _ in tag == .absent }) }),
        ("not this text", { $0 != .text("IN") }, { $1.and($0, value: { $0 != .text("IN") }) }),
        (
            "true", { $0 == .bool(true) },
            { $1.and($0, matches: { tag, payload in tag == .bool && payload == 1 }) }
        ),
        (
            "a list that has IN",
            { if case .list(let l)? = $0 { l.contains(.text("IN")) } else { false } },
            { column, mask in
                mask.and(column) { tag, payload in
                    tag == .list && column?.list(payload).contains(.text("IN")) == true
                }
            }
        ),
        (
            "every second of many codes",
            { if case .text(let text)? = $0 { text.utf8.count % 2 == 0 } else { false } },
            { column, mask in
                guard let column else { return mask.clear() }
                let codes = (0..<UInt32(column.dictionary.count)).map { code in
                    column.dictionary.text(code).utf8.count % 2 == 0
                }
                mask.and(column, codes: PassingCodes(codes))
            }
        ),
        (
            "a range of decimals and doubles",
            { value in
                guard case .number(let number)? = value else { return false }
                return number >= Number(e4: -200_000) && number <= Number(e4: 700_000)
            },
            { column, mask in
                guard let column else { return mask.clear() }
                mask.and(column, decimals: -200_000...700_000) { (-20.0...70.0).contains($0) }
            }
        ),
        (
            "by codes",
            { $0 == .text("IN") || $0 == .text("BR") },
            { column, mask in
                guard let column else { return mask.clear() }
                let codes = (0..<UInt32(column.dictionary.count)).map { code in
                    ["IN", "BR"].contains(column.dictionary.text(code))
                }
                mask.and(column, codes: PassingCodes(codes))
            }
        ),
    ]

    @Test("a mask keeps exactly the rows whose value matches, in tail and chunk", arguments: 1...8)
    func predicates(seed: Int) throws {
        var chance = SeededRandom(seed: UInt64(seed))
        let tail = try History.random(seed == 8 ? 6_000 : 400, &chance).tail()
        let chunk = try sealed(tail)
        for table in chunk.events + tail.events.map({ EventTable($0, of: tail) }) {
            for name in ["p0", "p3", "nobody has it"] {
                let column = table.property(name)
                for (what, matches, narrow) in Self.predicates {
                    var mask = RowMask(rowCount: table.rowCount)
                    for row in stride(from: 0, to: table.rowCount, by: 3) { mask[row] = false }
                    narrow(column, &mask)
                    let right = (0..<table.rowCount).filter {
                        $0 % 3 != 0 && matches(column?.value($0))
                    }
                    var kept: [Int] = []
                    mask.forEach { kept.append($0) }
                    #expect(kept == right, "\(what) of \(name), seed \(seed)")
                    #expect(mask.count == right.count && mask.isEmpty == right.isEmpty)
                }
            }
        }
    }

    @Test("a predicate on texts is asked once per distinct text")
    func onceEach() throws {
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for row in 0..<1_000 as Range<UInt64> {
            try tail.append(
                event: "e",
                user: UserNumber(0),
                at: Timestamp(ms: 0),
                offset: LogOffset(row),
                properties: [(name: "p", value: PropertyValue.text("t\(row % 10)"))]
            )
        }
        let table = try #require(try sealed(tail).table(of: "e"))
        var asked = 0
        var mask = RowMask(rowCount: table.rowCount)
        mask.and(
            table.property("p"),
            text: {
                asked += 1
                return $0 == "t3"
            }
        )
        #expect(asked == 10 && mask.count == 100)
    }

    @Test("masks of one table are joined, cut and turned round")
    func algebra() {
        var even = RowMask(rowCount: 130, all: false)
        for row in stride(from: 0, to: 130, by: 2) { even[row] = true }
        var odd = even
        odd.invert()
        #expect(odd.count == 65 && odd[129] && !odd[128])
        var both = even
        both.or(odd)
        #expect(both == RowMask(rowCount: 130))
        both.and(odd)
        #expect(both == odd)
        #expect(RowMask(rowCount: 0).isEmpty)
    }
}
