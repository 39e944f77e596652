// Tables of the log's clock: each line is a reading of both clocks and the log time expected.

import Basics
import Log
import Testing

@Suite struct LogClockTests {
    /// One reading: monotonic and wall in milliseconds, and the log time it must give.
    private struct Line {
        let monotonic: UInt64
        let wall: Int64
        let log: Int64

        init(_ monotonic: UInt64, _ wall: Int64, _ log: Int64) {
            self.monotonic = monotonic
            self.wall = wall
            self.log = log
        }
    }

    private func run(earliest: Int64, wall: Int64, _ lines: [Line], _ title: Comment) {
        var clock = LogClock(
            earliest: Timestamp(ms: earliest),
            wall: Timestamp(ms: wall),
            monotonicNs: 0
        )
        for line in lines {
            let got = clock.tick(
                wall: Timestamp(ms: line.wall),
                monotonicNs: line.monotonic * 1_000_000
            )
            #expect(got.ms == line.log, "\(title): at \(line.monotonic)")
        }
    }

    @Test("log time goes with wall time when both clocks agree")
    func agree() {
        run(
            earliest: 0,
            wall: 1_000_000,
            [Line(0, 1_000_000, 1_000_000), Line(10, 1_000_010, 1_000_010)],
            "together"
        )
    }

    @Test(
        "what the wall clock says is never later than log time, wherever in a millisecond they are"
    )
    func fractions() {
        var clock = LogClock(earliest: .earliest, wall: Timestamp(ms: 1_000), monotonicNs: 900_000)
        // The wall clock shows whole milliseconds of what the other shows in nanoseconds.
        for step in 1...20_000 as ClosedRange<UInt64> {
            let nowNs = 900_000 + step * 333_333
            let wall = Timestamp(ms: 1_000 + Int64(nowNs / 1_000_000))
            let log = clock.tick(wall: wall, monotonicNs: nowNs)
            #expect(log >= wall && log <= wall + 1, "at \(nowNs) ns")
        }
    }

    @Test("a small difference is slewed by at most one hundredth of the elapsed time")
    func slew() {
        run(
            earliest: 0,
            wall: 1_000_000,
            [
                Line(1000, 1_001_500, 1_001_010), Line(2000, 1_002_500, 1_002_020),
                Line(51_000, 1_051_500, 1_051_500), Line(52_000, 1_052_500, 1_052_500),
            ],
            "ahead"
        )
        run(
            earliest: 0,
            wall: 1_000_000,
            [
                Line(1000, 1_000_500, 1_000_990), Line(2000, 1_001_500, 1_001_980),
                Line(51_000, 1_050_500, 1_050_500),
            ],
            "behind"
        )
    }

    @Test("a step forward is followed at once when it has been steady for a minute")
    func stepForward() {
        run(
            earliest: 0,
            wall: 1_000_000,
            [
                Line(1000, 4_601_000, 1_001_000), Line(30_000, 4_630_000, 1_030_000),
                Line(60_999, 4_660_999, 1_060_999), Line(61_000, 4_661_000, 4_661_000),
                Line(62_000, 4_662_000, 4_662_000),
            ],
            "an hour ahead"
        )
    }

    @Test("a step that goes back within the minute is never followed")
    func stepAndBack() {
        run(
            earliest: 0,
            wall: 1_000_000,
            [
                Line(1000, 4_601_000, 1_001_000), Line(50_000, 4_650_000, 1_050_000),
                Line(51_000, 1_051_000, 1_051_000), Line(90_000, 4_690_000, 1_090_000),
                Line(120_000, 4_720_000, 1_120_000), Line(121_000, 1_121_000, 1_121_000),
            ],
            "there and back, twice"
        )
    }

    @Test("a wall clock that keeps stepping is not followed")
    func unsteady() {
        run(
            earliest: 0,
            wall: 1_000_000,
            [
                Line(30_000, 4_630_000, 1_030_000), Line(60_000, 5_660_000, 1_060_000),
                Line(90_000, 4_690_000, 1_090_000), Line(120_000, 5_720_000, 1_120_000),
            ],
            "between two hours"
        )
    }

    @Test("a step back never turns log time back: it goes on, then one hundredth slower")
    func stepBack() {
        run(
            earliest: 0,
            wall: 10_000_000,
            [
                Line(1000, 6_401_000, 10_001_000), Line(60_000, 6_460_000, 10_060_000),
                Line(61_000, 6_461_000, 10_060_990), Line(161_000, 6_561_000, 10_159_990),
            ],
            "an hour back"
        )
    }

    @Test("a wall clock that goes back and forth by seconds leaves log time growing evenly")
    func jitter() {
        var clock = LogClock(earliest: .earliest, wall: Timestamp(ms: 5_000_000), monotonicNs: 0)
        var last = clock.now
        for step in 1...1000 as ClosedRange<Int64> {
            let shift: Int64 = step % 2 == 0 ? 5000 : -5000
            let now = clock.tick(
                wall: Timestamp(ms: 5_000_000 + step * 1000 + shift),
                monotonicNs: UInt64(step) * 1_000_000_000
            )
            #expect((990...1010).contains(now.msSince(last)))
            last = now
        }
        #expect(abs(last.ms - 6_000_000) <= 20)
    }

    @Test("a new tenure starts at the reserve when the wall clock is before it")
    func startsAtReserve() {
        run(
            earliest: 2_000_000,
            wall: 1_000_000,
            [
                Line(0, 1_000_000, 2_000_000), Line(1000, 1_001_000, 2_000_990),
                Line(2000, 1_002_000, 2_001_980),
            ],
            "far behind from the start: slower at once"
        )
        run(earliest: 1000, wall: 9_000_000, [Line(1, 9_000_001, 9_000_001)], "ahead: at once")
    }

    @Test("a monotonic clock that stands or goes back does not move log time back")
    func monotonicStands() {
        run(
            earliest: 0,
            wall: 1_000_000,
            [
                Line(5000, 1_005_000, 1_005_000), Line(4000, 1_004_000, 1_005_000),
                Line(5000, 1_005_000, 1_005_000), Line(6000, 1_006_000, 1_006_000),
            ],
            "back a second"
        )
    }

    @Test("the ends of time do not trap", arguments: [Int64.min, -1, 0, .max])
    func endsOfTime(wall: Int64) {
        var clock = LogClock(
            earliest: Timestamp(ms: .min),
            wall: Timestamp(ms: wall),
            monotonicNs: .max - 5
        )
        var last = clock.now
        for other in [Int64.max, .min, 0, .max] {
            let now = clock.tick(wall: Timestamp(ms: other), monotonicNs: .max)
            #expect(now >= last)
            last = now
        }
    }

    @Test("log time never goes back, whatever the clocks say")
    func neverBack() {
        for seed in 1...50 as ClosedRange<UInt64> {
            var chance = SeededRandom(seed: seed)
            var clock = LogClock(earliest: .earliest, wall: Timestamp(ms: 0), monotonicNs: 0)
            var monotonic: UInt64 = 0
            var last = clock.now
            for _ in 0..<500 {
                monotonic += UInt64.random(in: 0...5_000_000_000, using: &chance)
                let wall = Int64.random(in: -200_000...200_000, using: &chance)
                let now = clock.tick(wall: Timestamp(ms: wall), monotonicNs: monotonic)
                #expect(now >= last, "seed \(seed)")
                last = now
            }
        }
    }
}
