// Tables of the time reserve and of the highest watermark that may be told.

import Basics
import Log
import Testing

@Suite struct TimeReserveTests {
    private func at(_ ms: Int64) -> Timestamp { Timestamp(ms: ms) }

    @Test("a watermark waits for a reserve above it, and a short reserve is renewed in time")
    func directives() {
        let rule = TimeReserve()
        let table: [(watermark: Int64, reserved: Int64?, directive: TimeReserve.Directive)] = [
            (1000, nil, .needsReserve(upTo: at(4_000))),
            (1000, 999, .needsReserve(upTo: at(4_000))),
            (1000, 1000, .needsReserve(upTo: at(4_000))),
            (1000, 1001, .renewSoon(upTo: at(4_000))),
            (1000, 2499, .renewSoon(upTo: at(4_000))),
            (1000, 2500, .enough),
            (1000, 4_000, .enough),
            (.max, .max, .needsReserve(upTo: at(.max))),
        ]
        for line in table {
            let got = rule.directive(
                forTelling: at(line.watermark),
                reserved: line.reserved.map(at)
            )
            #expect(got == line.directive, "\(line)")
        }
    }

    @Test("the highest watermark lies below now, below what is unsynced and below the reserve")
    func highest() {
        let table: [(now: Int64, unsynced: Int64?, reserved: Int64?, watermark: Int64?)] = [
            (1000, nil, 9000, 999),
            (1000, 990, 9000, 989),
            (1000, nil, 500, 499),
            (1000, 400, 500, 399),
            (1000, nil, nil, nil),
            (.min, nil, .min, .min),
        ]
        for line in table {
            let got = WatermarkRule.highest(
                now: at(line.now),
                firstUnsynced: line.unsynced.map(at),
                reserved: line.reserved.map(at)
            )
            #expect(got == line.watermark.map(at), "\(line)")
        }
    }

    @Test("an answer that stops early tells a watermark below its last record")
    func partial() {
        #expect(WatermarkRule.partial(last: at(700), of: at(900)) == at(699))
        #expect(WatermarkRule.partial(last: at(950), of: at(900)) == at(900))
    }
}
