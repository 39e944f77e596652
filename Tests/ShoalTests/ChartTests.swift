// Charts: scales with round numbers, a line and bars in characters, SVG and PNG that hold together.

import Basics
import Compression
import Segments
import Testing

@testable import ShoalCommand

@Suite struct ChartTests {
    private static let dayMs: Int64 = 86_400_000

    private func line(_ values: [UInt64], title: String = "payers") -> Chart {
        let points = values.enumerated().map { day, value in
            Chart.Point(at: Timestamp(ms: Int64(day) * Self.dayMs), value: value)
        }
        return Chart(title: title, content: .line(points, .utc))
    }

    @Test(
        "a scale has round steps and reaches the greatest number",
        arguments: [
            (0, [0, 1]), (1, [0, 1]), (5, [0, 1, 2, 3, 4, 5]), (6, [0, 2, 4, 6]),
            (99, [0, 20, 40, 60, 80, 100]), (1_201, [0, 500, 1_000, 1_500]),
        ] as [(UInt64, [UInt64])]
    )
    func scales(greatest: UInt64, marks: [UInt64]) {
        #expect(ValueScale(greatest: greatest).marks == marks)
    }

    @Test("any number has a scale, also the greatest there is")
    func anyScale() {
        var random = SeededRandom(seed: 5)
        for shift in 0..<64 {
            let greatest = random.next() >> UInt64(shift)
            let scale = ValueScale(greatest: greatest)
            #expect(scale.end >= greatest && (2...7).contains(scale.marks.count), "\(greatest)")
            #expect(scale.marks == scale.marks.sorted() && scale.share(greatest) <= 1)
        }
    }

    @Test("a line is drawn in dots between axes with numbers and dates")
    func text() {
        var drawer = ChartText()
        (drawer.width, drawer.height) = (20, 6)
        #expect(
            drawer.text(line([0, 10, 20, 30, 40])) == """
                payers
                40 ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⡠⠔⠊
                   │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⡠⠒⠉
                   │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⡠⠒⠁
                20 ┤⠀⠀⠀⠀⠀⠀⢀⡠⠔⠊⠁
                   │⠀⠀⠀⣀⠤⠊⠁
                 0 ┤⡠⠔⠊
                   └──────────┬─────────
                         1970-01-03

                """
        )
        #expect(drawer.text(line([])).hasPrefix("payers\n1 ┤\n"))
        #expect(drawer.text(line([7])).contains { ("\u{2801}"..."\u{28FF}").contains($0) })
    }

    @Test("bars are as long as their numbers, to an eighth of a character")
    func bars() {
        var drawer = ChartText()
        drawer.width = 8
        let bars = [("a", 8), ("long", 3), ("b", 0)] as [(String, UInt64)]
        let chart = Chart(title: "t", content: .bars(bars.map(Chart.Bar.init)))
        #expect(
            drawer.text(chart) == """
                t
                a    │████████ 8
                long │███ 3
                b    │ 0

                """
        )
    }

    @Test("SVG has what is drawn, and no markup from names")
    func svg() {
        let text = ChartSVG.text(ChartDrawing(line([1, 2, 3, 4, 5], title: "<a & \"b\">\u{1}")))
        #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
        #expect(text.contains("&lt;a &amp; &quot;b&quot;&gt;\u{FFFD}</text>"))
        #expect(text.contains("<polyline") && text.contains(">1970-01-02</text>"))
        let opened = text.split(separator: "<").filter { $0.hasPrefix("text ") }.count
        #expect(opened == text.split(separator: "<").filter { $0.hasPrefix("/text>") }.count)
    }

    @Test("PNG's chunks have right lengths and sums, and its pixels are the canvas'")
    func png() throws {
        let drawing = ChartDrawing(line([0, 5, 3, 9]))
        let file = try ChartPNG.bytes(drawing)
        #expect(Array(file.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        var chunks: [(name: String, content: [UInt8])] = []
        var at = 8
        while at < file.count {
            let length = number(file, at)
            let body = Array(file[(at + 4)..<(at + 8 + length)])
            #expect(number(file, at + 8 + length) == Int(crc(body)))
            chunks.append(
                (String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4)))
            )
            at += 12 + length
        }
        #expect(chunks.map(\.name) == ["IHDR", "IDAT", "IEND"])
        #expect(number(chunks[0].content, 0) == 960 && number(chunks[0].content, 4) == 480)
        var canvas = Canvas(width: drawing.width, height: drawing.height)
        for mark in drawing.marks { canvas.draw(mark) }
        let packed = chunks[1].content
        #expect(packed.count < 30_000 && packed[0] == 0x78)
        #expect(number(packed, packed.count - 4) == adler(canvas.rows))
    }

    @Test("a thick line covers its pixels and shades its edges; nothing is drawn outside")
    func canvas() {
        var canvas = Canvas(width: 20, height: 10)
        let ends = [ChartDrawing.Place(x: -5, y: 5), ChartDrawing.Place(x: 40, y: 5)]
        canvas.draw(.line(ends, .ink, width: 2))
        #expect(canvas[10, 4] == [51, 51, 51] && canvas[10, 5] == [51, 51, 51])
        #expect(canvas[10, 1] == [255, 255, 255] && canvas[10, 8] == [255, 255, 255])
        canvas.draw(.box(ChartDrawing.Place(x: 15, y: 8), width: 90, height: 90, .data))
        #expect(canvas[19, 9] == [31, 119, 180] && canvas[14, 9] == [255, 255, 255])
        canvas.draw(.text("i", ChartDrawing.Place(x: 0, y: 100), .start, size: 7))
        #expect(PixelFont.columns("I") == [0, 0x41, 0x7F, 0x41, 0])
        #expect(PixelFont.columns("~") == [2, 1, 2, 4, 2])
        #expect(PixelFont.columns("é") == [0x7F, 0x41, 0x41, 0x41, 0x7F])
    }

    private func number(_ bytes: [UInt8], _ at: Int) -> Int {
        bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
    }

    /// CRC-32 bit by bit, as the standard writes it.
    private func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
                sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
            }
        }
    }

    private func adler(_ bytes: [UInt8]) -> Int {
        let sums = bytes.reduce((1, 0)) { sums, byte in
            let one = (sums.0 + Int(byte)) % 65_521
            return (one, (sums.1 + one) % 65_521)
        }
        return sums.1 << 16 | sums.0
    }
}
