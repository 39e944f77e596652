// Sticky skews: what a device's clock was off by stays until it differs by more than 5 minutes.

import Basics
import Testing

@testable import Ingestion

@Suite("The skews of clocks")
struct SkewTableTests {
    private let user = UserID("u")!

    @Test("a skew is rounded to 5 min and stays until it differs by more")
    func sticky() {
        var table = SkewTable()
        // Each line: the skew that a sending shows, and the shift that follows, in order.
        for (skew, shift) in [
            (12 * minute, 10), (15 * minute, 10), (5 * minute, 10), (15 * minute + 1, 15),
            (10 * minute, 15), (10 * minute - 1, 10), (4 * minute, 5), (0, 5), (-1, 0),
            (-5 * minute, 0), (-5 * minute - 1, -5), (-10 * minute - 1, -10), (30_000, 0),
            (-hour, -60),
        ] as [(Int64, Int64)] {
            let found = table.shift(for: user, project: shop, skewMs: skew)
            #expect(found == shift * minute, "a skew of \(skew) ms")
        }
    }

    @Test("60 s are a skew, less is delay; no skew is remembered as well")
    func small() {
        for (skew, shift) in [
            (0, 0), (59_999, 0), (-59_999, 0), (60_000, 0), (149_999, 0), (150_000, 5),
            (-150_000, 0), (-150_001, -5), (4 * minute, 5),
        ] as [(Int64, Int64)] {
            var table = SkewTable()
            #expect(
                table.shift(for: user, project: shop, skewMs: skew) == shift * minute,
                "\(skew)"
            )
        }
        // One slow sending of a right clock moves no event before those sent earlier.
        var table = SkewTable()
        #expect(table.shift(for: user, project: shop, skewMs: 100) == 0)
        #expect(table.shift(for: user, project: shop, skewMs: 4 * minute) == 0)
        #expect(table.shift(for: user, project: shop, skewMs: 6 * minute) == 5 * minute)
    }

    @Test("users and projects do not share their skews")
    func apart() throws {
        var table = SkewTable()
        #expect(table.shift(for: user, project: shop, skewMs: hour) == hour)
        #expect(table.shift(for: user, project: music, skewMs: 0) == 0)
        let other = try #require(UserID("v"))
        #expect(table.shift(for: other, project: shop, skewMs: 0) == 0)
        #expect(table.shift(for: user, project: shop, skewMs: hour + 4 * minute) == hour)
    }

    @Test("the table is bounded: the longest unseen users are forgotten first")
    func bounded() throws {
        var table = SkewTable(usersMax: 4)
        for name in ["a", "b", "c", "a", "d", "e"] {
            _ = table.shift(for: try #require(UserID(name)), project: shop, skewMs: hour)
        }
        // "a" was seen again; "b" was not, and its skew is fresh.
        let again = hour + 4 * minute
        #expect(table.shift(for: try #require(UserID("a")), project: shop, skewMs: again) == hour)
        let fresh = table.shift(for: try #require(UserID("b")), project: shop, skewMs: again)
        #expect(fresh == hour + 5 * minute)
    }

    @Test("the farthest skews there are do no harm", arguments: [Int64.min, .max, .min + 1])
    func extremes(_ skew: Int64) {
        var table = SkewTable()
        let shift = table.shift(for: user, project: shop, skewMs: skew)
        #expect((shift < 0) == (skew < 0))
        // And the other end after it.
        let other = table.shift(for: user, project: shop, skewMs: skew < 0 ? .max : .min)
        #expect((other < 0) == (shift > 0))
    }
}
