// A chunk gives back exactly what its tail held, and the same tail gives the same bytes.

import Basics
import Foundation
import Kit
import Testing

@testable import Columns

@Suite struct ChunkTests {
    @Test(
        "a sealed tail reads as the rows that were given, whatever their values",
        arguments: 1...20
    )
    func roundTrip(seed: Int) throws {
        var chance = SeededRandom(seed: UInt64(seed))
        let history = History.random(chance.below(300), &chance)
        let chunk = try sealed(try history.tail())
        #expect(chunk.summary.eventRows == history.events.count)
        #expect(chunk.summary.propertyRows == history.versions.count)
        for name in History.eventNames {
            let given = history.events.filter { $0.name.hasBytes(of: name) }.map(Content.init)
            #expect(
                chunk.table(of: name)?.contents ?? [] == given.ordered(),
                "seed \(seed) \(name)"
            )
        }
        for name in ["plan", "age"] {
            let given = history.versions.filter { $0.name == name }.map(Content.init)
            #expect(chunk.versions(of: name)?.contents ?? [] == given.ordered(), "seed \(seed)")
        }
        for (number, id) in history.ids.enumerated() {
            #expect(UserID(chunk.ids.text(number)) == id)
        }
    }

    @Test("the tail and its chunk hold the same rows and the same zones", arguments: 1...10)
    func tailAndChunk(seed: Int) throws {
        var chance = SeededRandom(seed: UInt64(seed))
        let tail = try History.random(200, &chance).tail()
        let chunk = try sealed(tail)
        for open in tail.events.map({ EventTable($0, of: tail) }) {
            let table = try #require(chunk.table(of: open.name))
            #expect(open.contents.ordered() == table.contents)
            #expect(open.zone == table.zone)
            #expect(open.propertyNames == table.propertyNames)
            for name in open.propertyNames {
                #expect(open.property(name)?.numbers == table.property(name)?.numbers)
            }
        }
    }

    @Test("a tail without rows or users, which only covers offsets, is a chunk")
    func empty() throws {
        var tail = Tail(from: LogOffset(5), firstUser: UserNumber(3))
        tail.advance(to: LogOffset(9))
        let chunk = try sealed(tail)
        #expect(chunk.from == LogOffset(5) && chunk.to == LogOffset(9))
        #expect(chunk.summary.firstUser == UserNumber(3) && chunk.summary.userCount == 0)
        #expect(chunk.events.isEmpty && chunk.table(of: "charged") == nil)
    }

    @Test("an event with a hundred properties, each in one row only, comes back")
    func manyProperties() throws {
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for row in 0..<100 {
            try tail.append(
                event: "wide",
                user: UserNumber(0),
                at: Timestamp(ms: Int64(row)),
                offset: LogOffset(UInt64(row)),
                properties: [(name: "p\(row)", value: PropertyValue.text("v\(row)"))]
            )
        }
        let table = try #require(try sealed(tail).table(of: "wide"))
        #expect(table.propertyNames.count == 100)
        for row in 0..<100 {
            #expect(table.property("p\(row)")?.value(row) == .text("v\(row)"))
            #expect(table.property("p\(row)")?.value((row + 1) % 100) == nil)
        }
    }

    @Test("the same rows give the same bytes, and other rows another fingerprint")
    func deterministic() throws {
        func content(seed: UInt64) throws -> ([UInt8], UInt32) {
            var chance = SeededRandom(seed: seed)
            let disk = ForgetfulDisk(folder: "/c")
            let chunk = try sealed(try History.random(100, &chance).tail(), on: disk)
            let path = "/c/" + chunk.summary.name.fileName
            return (try #require(disk.content(path)), chunk.summary.fingerprint)
        }
        #expect(try content(seed: 1) == content(seed: 1))
        #expect(try content(seed: 1).1 != content(seed: 2).1)
    }

    @Test("columns are as narrow as their values allow")
    func narrow() throws {
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for row in 0..<1_000 {
            try tail.append(
                event: "e",
                user: UserNumber(UInt32(row % 10)),
                at: Timestamp(ms: Int64(row)),
                offset: LogOffset(UInt64(1 << 40 + row)),
                properties: [
                    (name: "code", value: PropertyValue.text("c\(row % 200)")),
                    (name: "same", value: .bool(true)),
                ]
            )
        }
        let table = try #require(try sealed(tail).table(of: "e"))
        let code = try #require(table.property("code"))
        guard case .mapped8 = code.payloads.form else {
            Issue.record("200 texts fit a byte, not \(code.payloads.form)")
            return
        }
        guard case .constant = try #require(table.property("same")).payloads.form,
            case .split(let times) = table.times.form, case .constant = times.fine.form,
            case .mapped16 = table.offsets.form, case .mapped16 = table.users.form
        else {
            Issue.record("constant payloads, 16-bit times, offsets and users")
            return
        }
        #expect(code.uniformTag == .text && code.dictionary.count == 200)
        #expect(code.dictionary.code(of: "c7").map(code.dictionary.text) == "c7")
        #expect(code.dictionary.code(of: "true") == nil)
    }

    @Test("numbers a step apart are as narrow as their steps, and found by every range")
    func steps() throws {
        // 18, 21, 24 … 93, without a value in every seventh row, and -5.25 … in steps of 0.75.
        func age(_ row: Int) -> Int64? { row % 7 == 0 ? nil : Int64(18 + row % 26 * 3) * 10_000 }
        func change(_ row: Int) -> Int64 { Int64(row % 200) * 7_500 - 52_500 }
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for row in 0..<1_000 {
            var properties = [
                (name: "change", value: PropertyValue.number(Number(e4: change(row))))
            ]
            if let age = age(row) { properties.append(("age", .number(Number(e4: age)))) }
            try tail.append(
                event: "e",
                user: UserNumber(UInt32(row)),
                at: Timestamp(ms: 5),
                offset: LogOffset(UInt64(row)),
                properties: properties
            )
        }
        let table = try #require(try sealed(tail).table(of: "e"))
        for (name, number, step) in [("age", age, 30_000 as UInt64), ("change", change, 7_500)] {
            let column = try #require(table.property(name))
            guard case .mapped8(let steps, _) = column.payloads.form, steps.step == step else {
                Issue.record("\(name) in bytes, not \(column.payloads.form)")
                return
            }
            for row in 0..<1_000 {
                #expect(column.number(row) == number(row).map { Number(e4: $0) })
            }
            let bounds = [Int64.min, -52_501, -52_500, 0, 180_000, 180_001, 209_999, 930_000, .max]
            for low in bounds {
                for high in bounds where low <= high {
                    var mask = RowMask(rowCount: 1_000)
                    mask.and(column, decimals: low...high) { _ in false }
                    let right = (0..<1_000).filter { row in
                        number(row).map { (low...high).contains($0) } ?? false
                    }
                    #expect((0..<1_000).filter { mask[$0] } == right, "\(name) in \(low)...\(high)")
                }
            }
        }
    }

    @Test("offsets and fine times take three bytes where these are enough", arguments: [0, 1])
    func threeBytes(more: Int) throws {
        let offsets = [7, 8, 70_000, 70_007, 1 << 24 + 6 + more].map(UInt64.init)
        // Above 2^33 ms the fine part has 18 bits, above 2^41 26.
        let times = [3, 200_000, 262_146, 262_147, 1 << (more == 0 ? 34 : 42)].map(Int64.init)
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for row in offsets.indices {
            try tail.append(
                event: "e",
                user: UserNumber(UInt32(row)),
                at: Timestamp(ms: times[row]),
                offset: LogOffset(offsets[row]),
                properties: []
            )
        }
        let table = try #require(try sealed(tail).table(of: "e"))
        guard case .split(let split) = table.times.form else {
            Issue.record("times in two parts")
            return
        }
        for column in [split.fine, table.offsets] {
            switch (column.form, more) {
            case (.mapped24, 0), (.mapped32, 1): break
            default: Issue.record("three bytes, or four for one more, not \(column.form)")
            }
        }
        var decoded = Array(repeating: 0 as UInt64, count: 5)
        table.offsets.decode(rows: 1..<5, into: &decoded)
        #expect(offsets.indices.map { table.offsets[$0] } == offsets)
        #expect(Array(decoded.prefix(4)) == Array(offsets.dropFirst()))
        #expect(times.indices.map { table.times[$0] } == times)
    }

    @Test("a chunk on a real disk is mapped and outlives its name")
    func realDisk() throws {
        let folder = NSTemporaryDirectory() + "columns-\(UUID().uuidString)"
        try RealDisk().createDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var chance = SeededRandom(seed: 4)
        let tail = try History.random(200, &chance).tail()
        let writer = ChunkWriter(disk: RealDisk(), folder: folder, owner: owner)
        let summary = try writer.seal(tail)
        let chunk = try Chunk.open(summary.name, in: folder, on: RealDisk(), of: owner)
        #expect(chunk.summary == summary)
        #expect(try RealDisk().list(folder) == [summary.name.fileName])
        try RealDisk().remove(folder + "/" + summary.name.fileName)
        let table = try #require(chunk.table(of: "charged"))
        #expect(
            table.contents
                == EventTable(try #require(tail.event("charged")), of: tail)
                .contents.ordered()
        )
    }

    @Test("many threads read one chunk")
    func threads() async throws {
        var chance = SeededRandom(seed: 5)
        let chunk = try sealed(try History.random(300, &chance).tail())
        let expected = chunk.events.map(\.contents)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 { group.addTask { chunk.events.map(\.contents) == expected } }
            for await equal in group { #expect(equal) }
        }
    }
}
