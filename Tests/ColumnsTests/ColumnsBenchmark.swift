// How fast columns are filled, sealed, opened and counted. SHOAL_BENCH=1 runs the full size.

import Basics
import Columns
import Foundation
import Kit
import Testing

@Suite(.serialized) struct ColumnsBenchmark {
    private static let isFull = ProcessInfo.processInfo.environment["SHOAL_BENCH"] != nil
    private static let rows = isFull ? 1_000_000 : 2_000
    private static let users = isFull ? 50_000 : 100

    private func measure<Value>(_ what: String, _ body: () throws -> Value) rethrows -> Value {
        let time = SystemClock()
        let (start, cpuStart) = (time.monotonicNs, clock())
        let value = try body()
        let ms = Double(time.monotonicNs - start) / 1e6
        let cpuMs = Double(clock() - cpuStart) / Double(CLOCKS_PER_SEC) * 1e3
        if Self.isFull { print("columns: \(what): wall \(ms) ms, cpu \(cpuMs) ms") }
        return value
    }

    private func filled(_ chance: inout SeededRandom) throws -> Tail {
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for row in 0..<Self.rows {
            try tail.append(
                event: "Charged",
                user: UserNumber(UInt32(chance.below(Self.users))),
                at: Timestamp(ms: 1_735_776_000_000 + Int64(row) * 15_000),
                offset: LogOffset(UInt64(row)),
                properties: [
                    (name: "amount", value: PropertyValue.number(Number(e4: Int64(row % 90_000)))),
                    (name: "city", value: .text(row % 3 == 0 ? "Pune" : "Lima")),
                ]
            )
        }
        return tail
    }

    @Test("a million rows are filled, sealed, opened and counted, with equal answers")
    func million() throws {
        var chance = SeededRandom(seed: 1)
        let folder = NSTemporaryDirectory() + "columns-bench-\(UUID().uuidString)"
        try RealDisk().createDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tail = try measure("fill") { try filled(&chance) }
        let writer = ChunkWriter(disk: RealDisk(), folder: folder, owner: owner)
        let summary = try measure("seal") { try writer.seal(tail) }
        let chunk = try measure("open") {
            try Chunk.open(summary.name, in: folder, on: RealDisk(), of: owner)
        }
        let table = try #require(chunk.table(of: "Charged"))
        let middle = Timestamp(ms: 1_735_776_000_000 + Int64(Self.rows / 2) * 15_000)
        var counts = Array(repeating: 0 as UInt32, count: Self.users)
        measure("count half by time") {
            countPerUser(table, from: middle, to: nil, into: &counts)
        }
        let mask = measure("mask by city and amount") {
            var mask = RowMask(rowCount: table.rowCount)
            mask.and(table.property("city"), equals: "Pune")
            mask.and(table.property("amount"), number: { $0 > Number(4) })
            return mask
        }
        var masked = Array(repeating: 0 as UInt32, count: Self.users)
        measure("count by the mask") {
            countPerUser(table, from: nil, to: nil, mask: mask, into: &masked)
        }
        #expect(counts.reduce(0, +) == UInt32(Self.rows - Self.rows / 2))
        let right = (0..<Self.rows).filter { $0 % 3 == 0 && $0 % 90_000 > 40_000 }.count
        #expect(masked.reduce(0, +) == UInt32(right))
        if Self.isFull { print("columns: \(summary.fileBytes / Self.rows) bytes a row") }
    }
}
