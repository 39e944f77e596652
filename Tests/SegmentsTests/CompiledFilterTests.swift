// What each operator says about each kind of value, as tables.

import Basics
import Segments
import Testing

@Suite struct CompiledFilterTests {
    private static let at = Timestamp(ms: 1_750_000_000_000)

    private func passes(
        _ op: FilterOperator,
        _ operands: [Operand],
        _ value: PropertyValue?,
        ignoreCase: Bool = false,
        zone: String = "UTC"
    ) throws -> Bool {
        let filter = PropertyFilter("p", op, operands, ignoreCase: ignoreCase)
        return CompiledFilter(filter, zone: try #require(Zone(zone))).matches(value, at: Self.at)
    }

    private static let ten = PropertyValue.number(Number(10))

    @Test("a comparison with an absent property is false, only `missing` is true")
    func absent() throws {
        for op in FilterOperator.allCases {
            let operands: [Operand] =
                op.operandCount.lowerBound == 2
                ? [.number(Number(1)), .number(Number(2))] : [.text("x")]
            #expect(try passes(op, operands, nil) == (op == .missing), "\(op)")
        }
    }

    @Test("types do not mix: 10 and \"10\" differ")
    func types() throws {
        #expect(try passes(.equals, [.number(Number(10))], Self.ten))
        #expect(try !passes(.equals, [.text("10")], Self.ten))
        #expect(try passes(.notEquals, [.text("10")], Self.ten))
        #expect(try !passes(.lessThan, [.number(Number(11))], .text("10")))
        #expect(try !passes(.equals, [.bool(true)], .text("true")))
        #expect(try !passes(.in, [.text("10"), .bool(true)], Self.ten))
        #expect(try passes(.notIn, [.text("10"), .bool(true)], Self.ten))
        #expect(try !passes(.contains, [.text("1")], Self.ten))
        #expect(try !passes(.equals, [.instant(Self.at)], .text(Self.at.rfc3339)))
    }

    @Test("an empty text is a value")
    func emptyText() throws {
        #expect(try passes(.exists, [], .text("")))
        #expect(try !passes(.missing, [], .text("")))
        #expect(try passes(.equals, [.text("")], .text("")))
        #expect(try passes(.notEquals, [.text("x")], .text("")))
    }

    @Test("texts compare by their bytes, not by canonical equivalence")
    func bytes() throws {
        let composed = "Caf\u{E9}"
        let decomposed = "Cafe\u{301}"
        #expect(composed == decomposed)
        #expect(try !passes(.equals, [.text(composed)], .text(decomposed)))
        #expect(try passes(.notIn, [.text(composed)], .text(decomposed)))
        #expect(try passes(.startsWith, [.text("Cafe")], .text(decomposed)))
        #expect(try !passes(.startsWith, [.text("Cafe")], .text(composed)))
        #expect(try passes(.contains, [.text("\u{301}")], .text(decomposed)))
        #expect(try !passes(.hasAny, [.text(composed)], .list([.text(decomposed)])))
    }

    @Test(
        "numbers in order",
        arguments: [
            (FilterOperator.lessThan, "9.9999 yes, 10 no, 10.0001 no"),
            (.atMost, "9.9999 yes, 10 yes, 10.0001 no"),
            (.greaterThan, "9.9999 no, 10 no, 10.0001 yes"),
            (.atLeast, "9.9999 no, 10 yes, 10.0001 yes"),
            (.equals, "9.9999 no, 10 yes, 10.00 yes, 10.00001 no"),
            (.notEquals, "9.9999 yes, 10 no"),
        ]
    )
    func numbers(_ row: (op: FilterOperator, table: String)) throws {
        for cell in row.table.split(separator: ", ") {
            let words = cell.split(separator: " ")
            let value = try #require(Number(text: words[0]))
            let filter = PropertyFilter("p", row.op, [.number(Number(10))])
            let compiled = CompiledFilter(filter, zone: .utc)
            let expected = words[1] == "yes"
            #expect(compiled.matches(.number(value), at: Self.at) == expected, "\(cell)")
            if let range = compiled.decimalRange, case .decimal(let e4) = value.form {
                #expect(range.contains(e4) == expected, "\(cell)")
            }
        }
    }

    @Test("between includes both ends")
    func between() throws {
        let ends: [Operand] = [.number(Number(30)), .number(Number(49))]
        for (age, expected) in [(29, false), (30, true), (49, true), (50, false)] {
            #expect(try passes(.between, ends, .number(Number(age))) == expected)
        }
        let compiled = CompiledFilter(PropertyFilter("p", .between, ends), zone: .utc)
        #expect(compiled.decimalRange == 300_000...490_000)
    }

    @Test(
        "versions in semantic order, as texts",
        arguments: [
            ("5.2", FilterOperator.atLeast, "5.10.0", true), ("5.2", .equals, "5.2.0", true),
            ("5.9", .lessThan, "5.10.0", false), ("5.10", .lessThan, "5.9.9", true),
            ("6.0.0", .lessThan, "6.0.0-rc", true), ("5.2", .atLeast, "garbage", false),
            ("5.2", .lessThan, "", false), ("5.2", .notEquals, "garbage", true),
            ("5.2", .equals, "5.2+build", true), ("5.2", .in, "5.2.0.0", true),
        ]
    )
    func versions(_ row: (operand: String, op: FilterOperator, value: String, yes: Bool)) throws {
        #expect(try passes(row.op, [.version(row.operand)], .text(row.value)) == row.yes)
    }

    @Test("a number is no version")
    func versionOfNumber() throws {
        #expect(try !passes(.atLeast, [.version("5.2")], Self.ten))
    }

    @Test(
        "pieces of texts, with and without case",
        arguments: [
            ("New York", FilterOperator.contains, "w Y", false, true),
            ("New York", .contains, "W y", false, false),
            ("New York", .contains, "W y", true, true),
            ("New York", .startsWith, "New", false, true),
            ("New", .startsWith, "New Y", false, false),
            ("New York", .endsWith, "ork", false, true), ("ΟΔΟΣ", .endsWith, "ος", true, true),
            ("Straße", .equals, "STRASSE", true, false), ("aab", .contains, "ab", false, true),
            ("İ", .equals, "i", true, false), ("\u{212A}", .equals, "k", true, true),
        ]
    )
    func pieces(
        _ row: (value: String, op: FilterOperator, piece: String, ignoreCase: Bool, yes: Bool)
    ) throws {
        #expect(
            try passes(row.op, [.text(row.piece)], .text(row.value), ignoreCase: row.ignoreCase)
                == row.yes
        )
    }

    @Test("before is strict, after is at or after; texts that are dates count, in the zone")
    func dates() throws {
        let may = Operand.instant(try instant("2025-05-01T00:00:00Z"))
        #expect(try !passes(.before, [may], .instant(try instant("2025-05-01"))))
        #expect(try passes(.after, [may], .instant(try instant("2025-05-01"))))
        #expect(try passes(.before, [may], .text("2025-04-30")))
        #expect(try passes(.after, [may], .text("2025-05-01")))
        #expect(try passes(.before, [may], .text("2025-05-01"), zone: "Europe/Berlin"))
        #expect(try passes(.before, [may], .text("2025-05-01T01:59"), zone: "Europe/Berlin"))
        #expect(try !passes(.before, [may], .text("2025-05-01T00:00Z"), zone: "Europe/Berlin"))
        #expect(try !passes(.before, [may], .text("yesterday")))
        #expect(try !passes(.before, [may], Self.ten))
        #expect(try passes(.lessThan, [may], .text("2025-04-30")))
    }

    @Test("within the last d is (t-d, t], within the next d is (t, t+d]")
    func within() throws {
        let table: [(Int64, Bool, Bool)] = [
            (-1000, false, false), (-999, true, false), (0, true, false), (1, false, true),
            (1000, false, true), (1001, false, false),
        ]
        for (offset, last, next) in table {
            let value = PropertyValue.instant(Self.at + offset)
            #expect(try passes(.withinLast, [.duration(ms: 1000)], value) == last, "\(offset)")
            #expect(try passes(.withinNext, [.duration(ms: 1000)], value) == next, "\(offset)")
        }
    }

    @Test(
        "lists: any, all, none; a plain value is no list, a list differs from every plain value",
        arguments: [
            (FilterOperator.hasAny, ["web", "email"], "web", true),
            (.hasAny, ["web"], "email", false), (.hasAll, ["web", "email"], "web", false),
            (.hasAll, ["web", "email"], "email web sms", true), (.hasNone, ["sms"], "web", true),
            (.hasNone, ["web"], "web sms", false), (.hasNone, ["web"], "", true),
            (.hasAny, ["web"], "", false), (.hasAll, ["web"], "", false),
        ]
    )
    func lists(_ row: (op: FilterOperator, operands: [String], value: String, yes: Bool)) throws {
        let operands = row.operands.map { Operand.text($0) }
        let list = row.value.split(separator: " ").map { PropertyValue.text(String($0)) }
        #expect(try passes(row.op, operands, .list(list)) == row.yes)
        #expect(try !passes(row.op, operands, .text("web")), "a plain value")
    }

    @Test("operators for plain values do not look into lists")
    func plainOperatorsOnLists() throws {
        let list = PropertyValue.list([.text("web")])
        #expect(try !passes(.equals, [.text("web")], list))
        #expect(try !passes(.in, [.text("web")], list))
        #expect(try !passes(.contains, [.text("web")], list))
        #expect(try passes(.notEquals, [.text("web")], list))
        #expect(try passes(.exists, [], .list([])))
    }

    @Test("a text that holds case folds as Unicode's simple folding says, for every scalar")
    func folding() {
        var changed = 0
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let folded = CaseFolding.fold(scalar)
            #expect(CaseFolding.fold(folded) == folded)
            guard folded != scalar else { continue }
            changed += 1
            // What changes must be known to change; U+1FBE is decomposed before that is asked.
            if value != 0x1FBE, !scalar.properties.changesWhenCaseFolded {
                Issue.record("U+\(value)")
            }
        }
        #expect(changed == 1454)
        for (from, to) in [
            ("ß", "ß"), ("ẞ", "ß"), ("Σ", "σ"), ("ς", "σ"), ("İ", "İ"), ("I", "i"),
            ("ſ", "s"), ("Ꭰ", "Ꭰ"), ("ꭰ", "Ꭰ"), ("𐐀", "𐐨"), ("Ǆ", "ǆ"), ("ǅ", "ǆ"),
        ] {
            #expect(CaseFolding.fold(from).utf8.elementsEqual(to.utf8), "\(from)")
        }
    }
}
