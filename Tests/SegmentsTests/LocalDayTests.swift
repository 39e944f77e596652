// Local days and places: on which side of midnight, in which year, how far.

import Basics
import Testing

@testable import Segments

@Suite struct LocalDayTests {
    private func passes(
        _ op: FilterOperator,
        _ operands: [Operand],
        _ value: PropertyValue,
        at: String = "2025-07-01",
        zone: String = "UTC"
    ) throws -> Bool {
        let compiled = CompiledFilter(
            PropertyFilter("p", op, operands),
            zone: try #require(Zone(zone))
        )
        return compiled.matches(value, at: try #require(Timestamp.rfc3339(at)))
    }

    @Test("on a day from its local midnight to before the next, in the definition's zone")
    func onDay() throws {
        for (zone, text, expected) in [
            ("UTC", "2025-05-01T00:00:00Z", true), ("UTC", "2025-05-01T23:59:59.999Z", true),
            ("UTC", "2025-05-02T00:00:00Z", false), ("UTC", "2025-05-01", true),
            ("Europe/Berlin", "2025-04-30T22:00:00Z", true),
            ("Europe/Berlin", "2025-05-01T22:00:00Z", false),
            ("America/New_York", "2025-05-01T03:59:00Z", false),
            ("America/New_York", "2025-05-01", true), ("UTC", "soon", false),
        ] {
            let day = [Operand.text("2025-05-01")]
            #expect(try passes(.onDay, day, .text(text), zone: zone) == expected, "\(zone) \(text)")
        }
        #expect(try !passes(.onDay, [.text("2025-05-01")], .number(Number(5))))
        let today = [Operand.text("today")]
        #expect(try passes(.onDay, today, .text("2025-05-01"), at: "2025-05-01T23:00:00Z"))
        #expect(
            try !passes(
                .onDay,
                today,
                .text("2025-05-01"),
                at: "2025-05-01T23:00:00Z",
                zone: "Europe/Berlin"
            )
        )
    }

    @Test(
        "29 February counts as 28 in other years, and 28 February is no other day than itself",
        arguments: [
            ("2000-02-29", "2024-02-29", true), ("2000-02-29", "2024-02-28", false),
            ("2000-02-29", "2025-02-28", true), ("2000-02-29", "2025-03-01", false),
            ("2001-02-28", "2024-02-28", true), ("2001-02-28", "2024-02-29", false),
            ("1990-07-01", "2025-07-01", true), ("1990-07-02", "2025-07-01", false),
        ]
    )
    func leapDays(_ row: (value: String, today: String, expected: Bool)) throws {
        let found = try passes(.sameDayOfYear, [.text("today")], .text(row.value), at: row.today)
        #expect(found == row.expected)
    }

    @Test("a day of every year is asked in the value's own year")
    func yearly() throws {
        for (day, value, expected) in [
            ("12-24", "1999-12-24", true), ("12-24", "1999-12-25", false),
            ("02-29", "2024-02-29", true), ("02-29", "2023-02-28", true),
            ("02-29", "2024-02-28", false), ("02-28", "2024-02-29", false),
        ] {
            #expect(try passes(.sameDayOfYear, [.text(day)], .text(value)) == expected, "\(day)")
        }
    }

    @Test("an anniversary comes and goes at local midnights, as far as eight years ahead")
    func turns() throws {
        let filter = PropertyFilter("p", .sameDayOfYear, [.text("today")])
        let compiled = CompiledFilter(filter, zone: try #require(Zone("Europe/Berlin")))
        let value = PropertyValue.text("2000-02-29")
        let at = try #require(Timestamp.rfc3339("2025-02-01"))
        let turns = compiled.turns(for: value, after: at).filter { $0 > at }.map(\.rfc3339)
        #expect(turns.prefix(2) == ["2025-02-27T23:00:00.000Z", "2025-02-28T23:00:00.000Z"])
        #expect(turns.contains("2028-02-28T23:00:00.000Z"))
        #expect(compiled.horizon(for: value, after: at)?.rfc3339 == "2032-12-31T23:00:00.000Z")
        #expect(compiled.horizon(for: .text("no day"), after: at) == nil)
        #expect(compiled.dependsOnInstant)
        let fixed = PropertyFilter("p", .sameDayOfYear, [.text("02-29")])
        #expect(!CompiledFilter(fixed, zone: .utc).dependsOnInstant)
    }

    @Test("a place is a text of latitude and longitude, and the distance itself is inside")
    func places() throws {
        func circle(_ latitude: Double, _ longitude: Double, _ km: Double) -> [Operand] {
            [latitude, longitude, km].map { .number(Number($0) ?? .zero) }
        }
        // Berlin to Hamburg: 255 km; across the date line at the equator: 22.2 km.
        for (operands, text, expected) in [
            (circle(52.52, 13.405, 256), "53.55,9.99", true),
            (circle(52.52, 13.405, 254), "53.55,9.99", false),
            (circle(0, 179.9, 23), " 0 , -179.9 ", true), (circle(0, 179.9, 22), "0,-179.9", false),
            (circle(90, 0, 12), "89.9,123", true), (circle(0, 0, 20_016), "0,180", true),
            (circle(0, 0, 20_016), "0,181", false), (circle(0, 0, 20_016), "here", false),
            (circle(0, 0, 20_016), "0", false), (circle(5, 6, 0.001), "5,6", true),
        ] {
            #expect(try passes(.withinKm, operands, .text(text)) == expected, "\(text)")
        }
        #expect(try !passes(.withinKm, circle(0, 0, 100), .list([.number(.zero), .number(.zero)])))
    }
}
