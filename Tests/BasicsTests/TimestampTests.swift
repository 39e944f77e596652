// Instants: their text both ways, what is refused, and arithmetic at the ends.

import Basics
import Testing

struct TimestampTests {
    @Test(
        "every accepted spelling gives its instant",
        arguments: [
            ("2025-01-02", 1_735_776_000_000),
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2025-07-01T12:34", 1_751_373_240_000),
            ("2025-07-01 12:34:56", 1_751_373_296_000),
            ("2025-07-01T12:34:56.7891234Z", 1_751_373_296_789),
            ("2025-07-01T12:34:56.7+02:00", 1_751_366_096_700),
            ("2025-07-01T12:34:56-05:30", 1_751_393_096_000),
            ("2024-02-29T00:00:00z", 1_709_164_800_000),
            ("0001-01-01", -62_135_596_800_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] as [(String, Int64)]
    )
    func accepted(text: String, ms: Int64) {
        #expect(Timestamp.rfc3339(text)?.ms == ms)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "2025", "2025-1-2", "2025-13-01", "2025-00-10", "2025-02-29", "2025-04-31",
            "0000-01-01", "2025-01-02T", "2025-01-02T24:00:00Z", "2025-01-02T12:60",
            "2025-01-02T12:00:60Z", "2025-01-02T12:00:00.Z", "2025-01-02T12:00:00+0200",
            "2025-01-02T12:00:00+24:00", "2025-01-02T12:00:00Zx", " 2025-01-02", "2025-01-02 ",
            "2025/01/02", "10000-01-01", "-2025-01-01", "０２５-01-01",
            "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
            "2025-01-02T12:00:00." + String(repeating: "1", count: 100) + "Z",
        ]
    )
    func refused(text: String) {
        #expect(Timestamp.rfc3339(text) == nil)
    }

    @Test("the text of an instant reads back as the same instant")
    func roundTrip() {
        var chance = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            let span = Timestamp.latest.ms - Timestamp.earliest.ms
            let instant = Timestamp.earliest + Int64(chance.below(Int(span)))
            #expect(Timestamp.rfc3339(instant.rfc3339) == instant)
        }
        #expect(Timestamp(ms: 1_751_373_296_007).rfc3339 == "2025-07-01T12:34:56.007Z")
        #expect(Timestamp(ms: .max).rfc3339 == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(ms: .min).rfc3339 == "0001-01-01T00:00:00.000Z")
    }

    @Test("sums and differences stop at the ends of time")
    func saturates() {
        #expect(Timestamp(ms: .max) + 1 == Timestamp(ms: .max))
        #expect(Timestamp(ms: .min) + -1 == Timestamp(ms: .min))
        #expect(Timestamp(ms: .min) - 1 == Timestamp(ms: .min))
        #expect(Timestamp(ms: .max) - -1 == Timestamp(ms: .max))
        #expect(Timestamp(ms: .max).msSince(Timestamp(ms: -1)) == .max)
        #expect(Timestamp(ms: .min).msSince(Timestamp(ms: 1)) == .min)
        #expect(Timestamp(ms: 5).msSince(Timestamp(ms: 7)) == -2)
    }

    @Test("the day of an instant before 1970 is the day that had begun")
    func day() {
        #expect(Timestamp(ms: -1).day.daysSince1970 == -1)
        #expect(Timestamp(ms: 0).day.daysSince1970 == 0)
        #expect(Timestamp(ms: 86_399_999).day.daysSince1970 == 0)
    }
}
