// The texts of a column's dictionary: told apart from those of another chunk by their bytes.

import Basics
import Testing

@testable import Columns

@Suite struct TextDictionaryTests {
    /// The dictionary of a property with these values, in a chunk with others beside.
    private func dictionary(_ values: [String], beside others: [String]) throws -> TextDictionary {
        let table = try #require(try sealed(tail(values, beside: others)).events.first)
        return try #require(table.property("version")).dictionary
    }

    private func tail(_ values: [String], beside others: [String]) throws -> Tail {
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for row in 0..<max(values.count, others.count) {
            var properties: [(name: String, value: PropertyValue)] = []
            if row < values.count { properties.append(("version", .text(values[row]))) }
            if row < others.count { properties.append(("city", .text(others[row]))) }
            try tail.append(
                event: "e",
                user: UserNumber(UInt32(row)),
                at: Timestamp(ms: 5),
                offset: LogOffset(UInt64(row)),
                properties: properties
            )
        }
        return tail
    }

    @Test("texts are those of every dictionary with the same ones, whatever lies between them")
    func same() throws {
        let one = try dictionary(["5.2", "", "5.10"], beside: ["5.1", "Pune", "5.3"])
        let texts = try #require(DictionaryTexts(one, bytesMax: 7))
        #expect(DictionaryTexts(one, bytesMax: 6) == nil)
        #expect(one.holds(texts))
        #expect(try dictionary(["5.10", "5.2", "5.2", ""], beside: []).holds(texts))
    }

    @Test(
        "texts are not those of another dictionary",
        arguments: [
            ["5.2", ""], ["5.2", "5.10", "a"], ["", "5.2", "5.11"], ["5.", "25.10", ""],
        ]
    )
    func other(_ values: [String]) throws {
        let texts = try #require(
            DictionaryTexts(try dictionary(["5.2", "", "5.10"], beside: []), bytesMax: 9)
        )
        #expect(try !dictionary(values, beside: ["5.10"]).holds(texts))
    }

    @Test("a tail's texts, which change, are not taken out")
    func open() throws {
        let tail = try tail(["5.2"], beside: [])
        let table = EventTable(tail.events[0], of: tail)
        let own = try #require(table.property("version")).dictionary
        #expect(DictionaryTexts(own, bytesMax: 9) == nil)
        let texts = try #require(DictionaryTexts(try dictionary(["5.2"], beside: []), bytesMax: 9))
        #expect(!own.holds(texts))
    }
}
