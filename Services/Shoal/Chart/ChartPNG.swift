// A drawing as PNG: a plane of pixels, smooth lines, letters of a small font, zlib around it.

import Basics
import Compression

/// Writes drawings as PNG.
enum ChartPNG {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The file: 8 bits a colour, not interlaced.
    static func bytes(_ drawing: ChartDrawing) throws(CompressionError) -> [UInt8] {
        var canvas = Canvas(width: drawing.width, height: drawing.height)
        for mark in drawing.marks { canvas.draw(mark) }
        var header = bigEndian(UInt32(drawing.width)) + bigEndian(UInt32(drawing.height))
        // Eight bits, red, green and blue; the one compression, filter set and order there is.
        header += [8, 2, 0, 0, 0]
        var file = signature + chunk("IHDR", header)
        file += chunk("IDAT", try Zlib.compress(canvas.rows)) + chunk("IEND", [])
        return file
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        return bigEndian(UInt32(content.count)) + body + bigEndian(Zlib.crc32(body))
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}

/// A plane of pixels.
struct Canvas {
    let width: Int
    let height: Int
    private var pixels: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = Array(repeating: 255, count: 3 * width * height)
    }

    /// Red, green and blue of a pixel.
    subscript(x: Int, y: Int) -> [UInt8] { Array(pixels[(3 * (y * width + x))...].prefix(3)) }

    /// The rows as PNG has them, each behind the number of its filter: none.
    var rows: [UInt8] {
        let length = 3 * width
        var rows: [UInt8] = []
        rows.reserveCapacity((length + 1) * height)
        for row in 0..<height {
            rows.append(0)
            rows += pixels[(row * length)..<((row + 1) * length)]
        }
        return rows
    }

    mutating func draw(_ mark: ChartDrawing.Mark) {
        switch mark {
        case .line(let places, let colour, let width):
            var cover: [Int: Double] = [:]
            for (one, other) in zip(places, places.dropFirst()) {
                self.cover(from: one, to: other, halfWidth: width / 2, &cover)
            }
            for (pixel, share) in cover { blend(pixel, colour, share) }
        case .box(let place, let width, let height, let colour):
            for y in Int(place.y.rounded())..<Int((place.y + height).rounded()) {
                let left = Int(place.x.rounded())
                for x in left..<max(Int((place.x + width).rounded()), left) {
                    blend(x, y, colour)
                }
            }
        case .text(let text, let place, let anchor, let size):
            draw(text, at: place, anchor, scale: max(size / 7, 1))
        }
    }

    /// How much of each pixel near the stretch it covers: by the pixel's distance from it.
    private func cover(
        from: ChartDrawing.Place,
        to: ChartDrawing.Place,
        halfWidth: Double,
        _ cover: inout [Int: Double]
    ) {
        let reach = halfWidth + 1
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        let square = dx * dx + dy * dy
        let columns =
            max(
                Int(min(from.x, to.x) - reach),
                0
            )...max(
                min(Int(max(from.x, to.x) + reach), width - 1),
                max(Int(min(from.x, to.x) - reach), 0)
            )
        let rows =
            max(
                Int(min(from.y, to.y) - reach),
                0
            )...max(
                min(Int(max(from.y, to.y) + reach), height - 1),
                max(Int(min(from.y, to.y) - reach), 0)
            )
        for y in rows {
            for x in columns {
                let (px, py) = (Double(x) + 0.5 - from.x, Double(y) + 0.5 - from.y)
                let along = square > 0 ? min(max((px * dx + py * dy) / square, 0), 1) : 0
                let (ex, ey) = (px - along * dx, py - along * dy)
                let share = min(max(halfWidth + 0.5 - (ex * ex + ey * ey).squareRoot(), 0), 1)
                guard share > 0, x < width, y < height else { continue }
                let pixel = y * width + x
                cover[pixel] = max(cover[pixel] ?? 0, share)
            }
        }
    }

    private mutating func draw(
        _ text: String,
        at place: ChartDrawing.Place,
        _ anchor: ChartDrawing.Anchor,
        scale: Int
    ) {
        let letters = text.unicodeScalars.map(PixelFont.columns)
        let length = Double(letters.count * PixelFont.advance * scale)
        let shift =
            switch anchor {
            case .start: 0.0
            case .middle: length / 2
            case .end: length
            }
        let left = Int((place.x - shift).rounded())
        let top = Int((place.y - Double(PixelFont.height * scale) / 2).rounded())
        for (index, columns) in letters.enumerated() {
            for (column, dots) in columns.enumerated() {
                for row in 0..<8 where dots >> row & 1 == 1 {
                    let x = left + (index * PixelFont.advance + column) * scale
                    for corner in 0..<(scale * scale) {
                        blend(x + corner % scale, top + row * scale + corner / scale, .ink)
                    }
                }
            }
        }
    }

    private mutating func blend(_ x: Int, _ y: Int, _ colour: ChartDrawing.Colour) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        blend(y * width + x, colour, 1)
    }

    private mutating func blend(_ pixel: Int, _ colour: ChartDrawing.Colour, _ share: Double) {
        for (part, new) in [colour.red, colour.green, colour.blue].enumerated() {
            let old = Double(pixels[3 * pixel + part])
            pixels[3 * pixel + part] = UInt8(
                min(max(old + (Double(new) - old) * share, 0), 255).rounded()
            )
        }
    }
}
