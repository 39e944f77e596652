// Tests of SchemaBook: what it counts, over the bus and in whatever order the log is read.

import Basics
import Kit
import Messages
import Testing

@testable import Ingestion

@Suite struct SchemaBookTests {
    @Test("Schema counts records by type, between the instants at which they happened, if asked to")
    func schemaSeen() async throws {
        func event(_ value: LogV1.Value.Kind, at atMs: Int64) -> IngestionV1.TrackRecord {
            IngestionV1.TrackRecord(
                userID: "a",
                kind: .event(
                    IngestionV1.TrackedEvent(
                        name: "B",
                        occurredAtMs: atMs,
                        properties: [Sent.property("x", value)]
                    )
                )
            )
        }
        try await ServiceRig().running { client in
            let records = [
                event(.integer(1), at: 3_000), event(.text("1"), at: 2_000),
                event(.decimalE4(1), at: 1_000), Sent.event("a", "C"),
                Sent.profile("a", set: [Sent.property("born", .instantMs(0))]),
            ]
            let imported = try await client.import(
                IngestionV1.ImportRequest(importID: "i", records: records),
                shopCall
            )
            #expect(imported.accepted == 5)
            _ = try await client.import(
                IngestionV1.ImportRequest(importID: "i", records: records),
                shopCall
            )
            let asked = IngestionV1.SchemaRequest(event: "B", seen: true)
            let schema = try await client.schema(asked, shopCall)
            let only = try #require(schema.events.first)
            #expect(schema.events.count == 1 && schema.userProperties.isEmpty)
            #expect(only.count == 3 && only.firstAtMs == 1_000 && only.lastAtMs == 3_000)
            let types = try #require(only.properties.first?.seen)
            #expect(types.map(\.type) == [.text, .number] && types.map(\.count) == [1, 2])
            #expect(types.map(\.firstAtMs) == [2_000, 1_000])
            #expect(types.map(\.lastAtMs) == [2_000, 3_000])
            let all = try await client.schema(IngestionV1.SchemaRequest(seen: true), shopCall)
            // History of users holds from the beginning of time.
            let born = try #require(all.userProperties.first?.seen.first)
            #expect(born.count == 1 && born.firstAtMs == nil && born.lastAtMs == nil)
            let plain = try await client.schema(IngestionV1.SchemaRequest(event: "B"), shopCall)
            #expect(plain.events.first?.count == 0)
            #expect(plain.events.first?.properties.first?.seen.isEmpty == true)
        }
    }

    @Test("a book learned in another order is the same: the log is read by partition")
    func order() {
        var random = SeededRandom(seed: 17)
        let kinds: [LogV1.Value.Kind] = [
            .text("a"), .integer(1), .decimalE4(1), .flag(true), .instantMs(0),
        ]
        func body(_ number: Int) -> CheckedRecord.Body {
            let properties = (0..<random.below(4)).map {
                Sent.property("p\($0)", kinds[random.below(kinds.count)])
            }
            guard number % 3 > 0 else {
                let atMs = number % 2 == 0 ? nil : Int64(random.below(1_000))
                return .profile(LogV1.ProfileChange(atMs: atMs, set: properties))
            }
            return .event(
                LogV1.Event(
                    name: "E\(random.below(3))",
                    atMs: Int64(random.below(1_000)),
                    properties: properties
                )
            )
        }
        var bodies = (0..<500).map(body)
        func learned() -> SchemaBook.Vocabulary {
            let book = SchemaBook()
            for body in bodies { #expect(book.admit(body, in: shop) == nil) }
            return book.vocabulary(of: shop)
        }
        let first = learned()
        #expect(first.events.values.reduce(0) { $0 + $1.seen.count } == 333)
        for _ in 0..<5 {
            for place in bodies.indices { bodies.swapAt(place, random.below(bodies.count)) }
            #expect(learned() == first, "seed 17")
        }
    }
}
