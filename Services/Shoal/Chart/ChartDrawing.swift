// A chart as lines, rectangles and texts on a plane, which SVG and PNG are made of.

import Basics
import Segments

/// A drawing of a fixed size.
struct ChartDrawing: Sendable {
    /// A colour, each part 0 to 255.
    struct Colour: Sendable, Hashable {
        let red: UInt8
        let green: UInt8
        let blue: UInt8

        static let paper = Colour(red: 255, green: 255, blue: 255)
        static let ink = Colour(red: 51, green: 51, blue: 51)
        static let grid = Colour(red: 225, green: 225, blue: 225)
        static let data = Colour(red: 31, green: 119, blue: 180)
    }

    /// Where a text stands against its place.
    enum Anchor: Sendable { case start, middle, end }

    /// A place, from the upper left corner.
    struct Place: Sendable, Hashable {
        var x: Double
        var y: Double
    }

    /// Something drawn.
    enum Mark: Sendable {
        case line([Place], Colour, width: Double)
        case box(Place, width: Double, height: Double, Colour)
        /// The place is the middle of the text's height.
        case text(String, Place, Anchor, size: Int)
    }

    /// Height of small texts in units of the drawing.
    private static let small = 14
    private static let large = 21
    /// Most letters of a bar's name.
    private static let nameMax = 32

    let width: Int
    let height: Int
    private(set) var marks: [Mark] = []

    /// Draws a chart.
    init(_ chart: Chart) {
        width = 960
        switch chart.content {
        case .line(let points, let zone):
            height = 480
            draw(points, zone)
        case .bars(let bars):
            height = 110 + 30 * max(bars.count, 1)
            draw(bars)
        }
        marks.append(.text(chart.title, Place(x: 30, y: 28), .start, size: Self.large))
    }

    private mutating func draw(_ points: [Chart.Point], _ zone: Zone) {
        let (left, right, top, bottom) = (110.0, Double(width) - 40, 70.0, Double(height) - 60)
        let scale = ValueScale(greatest: points.map(\.value).max() ?? 0)
        let time = TimeScale(points, zone, marks: 6)
        func y(_ value: UInt64) -> Double { bottom - scale.share(value) * (bottom - top) }
        func x(_ at: Timestamp) -> Double { left + time.share(at) * (right - left) }
        for mark in scale.marks {
            let height = y(mark)
            let ends = [Place(x: left, y: height), Place(x: right, y: height)]
            marks.append(.line(ends, mark == 0 ? .ink : .grid, width: 1))
            let place = Place(x: left - 10, y: height)
            marks.append(.text(Quantity.count(mark), place, .end, size: Self.small))
        }
        for mark in time.marks {
            let place = Place(x: x(mark.at), y: bottom + 22)
            let ends = [Place(x: place.x, y: bottom), Place(x: place.x, y: bottom + 6)]
            marks.append(.line(ends, .ink, width: 1))
            marks.append(.text(mark.text, place, .middle, size: Self.small))
        }
        let places = points.map { Place(x: x($0.at), y: y($0.value)) }
        marks.append(.line(places, .data, width: 2.5))
        if let only = places.first, places.count == 1 {
            let corner = Place(x: only.x - 3, y: only.y - 3)
            marks.append(.box(corner, width: 6, height: 6, .data))
        }
    }

    private mutating func draw(_ bars: [Chart.Bar]) {
        let names = bars.map { bar in
            bar.name.count > Self.nameMax ? bar.name.prefix(Self.nameMax - 1) + "…" : bar.name
        }
        let longest = names.map(\.count).max() ?? 0
        let left = 40 + Double(longest * PixelFont.advance) * Double(Self.small) / 7
        let (right, top) = (Double(width) - 110, 60.0)
        let scale = ValueScale(greatest: bars.map(\.value).max() ?? 0)
        let bottom = top + 30 * Double(max(bars.count, 1))
        for mark in scale.marks {
            let x = left + scale.share(mark) * (right - left)
            marks.append(
                .line(
                    [Place(x: x, y: top), Place(x: x, y: bottom)],
                    mark == 0 ? .ink : .grid,
                    width: 1
                )
            )
            let place = Place(x: x, y: bottom + 20)
            marks.append(.text(Quantity.count(mark), place, .middle, size: Self.small))
        }
        for (index, (name, bar)) in zip(names, bars).enumerated() {
            let middle = top + 30 * Double(index) + 15
            let length = scale.share(bar.value) * (right - left)
            marks.append(
                .text(String(name), Place(x: left - 10, y: middle), .end, size: Self.small)
            )
            marks.append(.box(Place(x: left, y: middle - 10), width: length, height: 20, .data))
            let place = Place(x: left + length + 8, y: middle)
            marks.append(.text(Quantity.count(bar.value), place, .start, size: Self.small))
        }
    }
}
