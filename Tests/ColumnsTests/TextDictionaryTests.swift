// The texts of a column's dictionary: told apart from those of another chunk by their bytes.

import Basics
import Testing

@testable import Columns

@Suite struct TextDictionaryTests {
    /// The texts of a property with these values, in a chunk with others beside.
    private func texts(_ values: [String], beside others: [String] = []) throws -> DictionaryTexts?
    {
        let table = try #require(try sealed(tail(values, beside: others)).events.first)
        return try #require(table.property("version")).fewTexts
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

    @Test("columns have equal texts that know the same ones, whatever lies between them")
    func same() throws {
        let one = try #require(try texts(["5.2", "", "5.10"], beside: ["5.1", "Pune", "5.3"]))
        #expect(try texts(["5.10", "5.2", "5.2", ""]) == one)
    }

    @Test(
        "columns that know others have other texts",
        arguments: [
            ["5.2", ""], ["5.2", "5.10", "a"], ["", "5.2", "5.11"], ["5.", "25.10", ""],
            ["\0", "5.10", "5.2"], ["", "5.10", "5.2", "a"], ["", "5.10", "5.2\0"],
        ]
    )
    func other(_ values: [String]) throws {
        let one = try #require(try texts(["5.2", "", "5.10"]))
        let other = try #require(try texts(values, beside: ["5.10"]))
        #expect(one != other)
    }

    @Test("too many bytes of texts are not compared, nor a tail's, which change")
    func unequal() throws {
        let longest = String(repeating: "x", count: DictionaryTexts.bytesMax - 2)
        #expect(try texts([longest]) != nil)
        #expect(try texts([longest + "x"]) == nil)
        #expect(try texts([longest, ""]) == nil)
        let tail = try tail(["5.2"], beside: [])
        #expect(EventTable(tail.events[0], of: tail).property("version")?.fewTexts == nil)
    }

    @Test("codes that pass stand in ranges as long as can be")
    func ranges() {
        #expect(PassingCodes([]).runs.isEmpty)
        #expect(PassingCodes([false, false]).runs.isEmpty)
        #expect(PassingCodes([true, true, false, true]).runs == [0...1, 3...3])
        #expect(PassingCodes([false, true, true]).runs == [1...2])
    }
}
