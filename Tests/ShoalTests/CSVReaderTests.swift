// Tests of CSVReader and TableReader: RFC 4180's rows, types of cells, refusals.

import Basics
import Messages
import Testing
import Wire

@testable import ShoalCommand

@Suite struct CSVReaderTests {
    private func rows(_ text: String, piece: Int = 3) throws -> [[String]] {
        var reader = CSVReader(pieces(Array(text.utf8), of: piece))
        var rows: [[String]] = []
        while let row = try reader.row() {
            rows.append(row.cells.map { String(decoding: $0.bytes, as: UTF8.self) })
        }
        return rows
    }

    @Test("rows are read as RFC 4180 writes them")
    func rfc() throws {
        let text = "a,b\r\n\"x,1\",\"say \"\"hi\"\"\"\r\n\n,\n\"two\nlines\",end"
        for piece in 1...9 {
            #expect(
                try rows(text, piece: piece) == [
                    ["a", "b"], ["x,1", "say \"hi\""], ["", ""], ["two\nlines", "end"],
                ]
            )
        }
    }

    @Test("a quote inside a cell, an open quote and a row without end are refused with their line")
    func refused() throws {
        for (text, line) in [("a\nb\"c\n", 2), ("a\n\"b\"c\n", 2), ("a\nb\n\"c", 3)] {
            do {
                _ = try rows(text)
                Issue.record("\(text) must be refused")
            } catch let problem as FileProblem { #expect(problem.line == line) }
        }
        let open = "\"" + String(repeating: "x", count: CSVReader.rowBytesMax + 1)
        #expect(throws: FileProblem.self) { try rows(open, piece: 1 << 16) }
    }

    @Test("lines are counted through cells with line breaks")
    func lineNumbers() throws {
        var reader = CSVReader(pieces(Array("a\n\"x\ny\"\nb\n".utf8), of: 2))
        var lines: [Int] = []
        while let row = try reader.row() { lines.append(row.line) }
        #expect(lines == [1, 2, 4])
    }

    @Test(
        "cells are numbers, true, false or texts, as JSON would have them",
        arguments: [
            ("10", .number(Number(10))), ("-1.25", .number(Number(e4: -12_500))),
            ("007", .text("007")), ("+1", .text("+1")), ("1-2", .text("1-2")),
            ("true", .bool(true)), ("False", .text("False")), ("1e999", .text("1e999")),
            ("2025-01-02", .text("2025-01-02")),
        ] as [(String, PropertyValue)]
    )
    func cells(_ text: String, _ value: PropertyValue) {
        #expect(TableReader.value(text) == value)
    }

    @Test("a table of events becomes events; empty cells say nothing, texts stay texts")
    func table() throws {
        var settings = SourceSettings(format: .csv)
        settings.texts = ["zip"]
        let text = "user_id,event,ts,zip,n,note\nu1,E,2025-01-02,01234,5,\nu2,E,2025-01-03,,,\"\"\n"
        let all = try records(text, settings)
        let first = try #require(all.first?.record?.event)
        #expect(first.name == "E" && first.occurredAtMs == 1_735_776_000_000)
        let values = try first.properties.map { try ValueCoding.decode($0) }
        #expect(values.map(\.name) == ["zip", "n"])
        #expect(values.map(\.value) == [.text("01234"), .number(Number(5))])
        let second = try #require(all.last?.record?.event).properties
        #expect(try second.map { try ValueCoding.decode($0).value } == [.text("")])
        #expect(
            all.map(\.number) == [1, 2]
                && all.map(\.place.description) == ["record 1, line 2", "record 2, line 3"]
        )
    }

    @Test("a table without events is one of users")
    func users() throws {
        let all = try records("user_id,age\nu1,33\n", SourceSettings(format: .csv))
        #expect(all.first?.record?.profile?.set.count == 1)
    }

    @Test(
        "a header that cannot be right is refused",
        arguments: [
            "userid,a\nx,1\n", "user_id,a,a\n1,2,3\n", "user_id,,b\n", "user_id,event\nu,E\n",
        ]
    )
    func header(_ text: String) {
        #expect(throws: FileProblem.self) { try records(text, SourceSettings(format: .csv)) }
    }

    @Test("a row of another length is refused alone")
    func length() throws {
        let all = try records("user_id,a\nu1\nu2,1\n", SourceSettings(format: .csv))
        #expect(all[0].problem != nil && all[1].record != nil)
    }
}
