// What a chart shows, whatever it is drawn with: a line over time or bars, with their scales.

import Basics
import Segments

/// A chart.
struct Chart: Sendable {
    /// A number at an instant.
    struct Point: Sendable, Hashable {
        let at: Timestamp
        let value: UInt64
    }

    /// A named number.
    struct Bar: Sendable, Hashable {
        let name: String
        let value: UInt64
    }

    /// What it shows.
    enum Content: Sendable {
        /// Numbers over time, oldest first, with the zone of its dates.
        case line([Point], Zone)
        /// Named numbers, in order.
        case bars([Bar])
    }

    let title: String
    let content: Content

    /// The greatest number shown.
    var greatest: UInt64 {
        switch content {
        case .line(let points, _): points.map(\.value).max() ?? 0
        case .bars(let bars): bars.map(\.value).max() ?? 0
        }
    }
}

/// Round numbers from 0 to at least the greatest.
struct ValueScale: Sendable, Hashable {
    /// The numbers at which the axis is marked.
    let marks: [UInt64]

    /// About so many steps of 1, 2 or 5 times a power of ten.
    init(greatest: UInt64, steps: Int = 5) {
        let wanted = max(greatest, 1)
        var step: UInt64 = 1
        let factors: [UInt64] = [2, 5, 10]
        var power: UInt64 = 1
        search: while true {
            for factor in factors {
                // Rounded up without an overflow.
                let marks = wanted / step + (wanted % step == 0 ? 0 : 1)
                if marks <= UInt64(max(steps, 1)) { break search }
                let (next, isTooLarge) = power.multipliedReportingOverflow(by: factor)
                if isTooLarge { break search }
                step = next
            }
            power *= 10
        }
        var marks: [UInt64] = [0]
        while let last = marks.last, last < wanted {
            let (next, isTooLarge) = last.addingReportingOverflow(step)
            marks.append(isTooLarge ? .max : next)
        }
        self.marks = marks
    }

    /// The number at the axis' end.
    var end: UInt64 { marks.last ?? 1 }

    /// How far along the axis a number is: 0 to 1.
    func share(_ value: UInt64) -> Double { Double(value) / Double(max(end, 1)) }
}

/// Instants from the first point to the last.
struct TimeScale: Sendable {
    let from: Timestamp
    let to: Timestamp
    /// The instants at which the axis is marked, with what a calendar of the zone says.
    let marks: [(at: Timestamp, text: String)]

    /// Marks at about so many of the points, which stand at midnights or full hours.
    init(_ points: [Chart.Point], _ zone: Zone, marks count: Int) {
        from = points.first?.at ?? Timestamp(ms: 0)
        to = points.last?.at ?? Timestamp(ms: 0)
        let hasHours = to.ms - from.ms < 3 * 86_400_000
        let inner = points.dropFirst().dropLast()
        let stride = max((inner.count + count - 1) / max(count, 1), 1)
        var marks: [(at: Timestamp, text: String)] = []
        for (index, point) in inner.enumerated() where index % stride == stride / 2 {
            let local = zone.local(point.at).rfc3339
            marks.append(
                (point.at, String(local.prefix(hasHours ? 16 : 10).map { $0 == "T" ? " " : $0 }))
            )
        }
        self.marks = marks
    }

    /// How far along the axis an instant is: 0 to 1.
    func share(_ at: Timestamp) -> Double {
        to.ms > from.ms ? Double(at.ms - from.ms) / Double(to.ms - from.ms) : 0.5
    }
}
