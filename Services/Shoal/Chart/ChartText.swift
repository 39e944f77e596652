// A chart for a terminal: a line of braille dots over axes, or bars of block characters.

import Basics
import Segments

/// Draws charts in characters.
struct ChartText: Sendable {
    /// Characters of the drawing, without the axis' numbers.
    var width = 64
    /// Lines of the drawing.
    var height = 14

    /// The lines, each ended.
    func text(_ chart: Chart) -> String {
        switch chart.content {
        case .line(let points, let zone): line(points, zone, title: chart.title)
        case .bars(let bars): self.bars(bars, title: chart.title)
        }
    }

    private func line(_ points: [Chart.Point], _ zone: Zone, title: String) -> String {
        let scale = ValueScale(greatest: points.map(\.value).max() ?? 0, steps: height / 3)
        let time = TimeScale(points, zone, marks: width / 16)
        var dots = BrailleDots(width: width, height: height)
        let places = points.map { point in
            (
                x: Int((time.share(point.at) * Double(dots.columns - 1)).rounded()),
                y: Int(((1 - scale.share(point.value)) * Double(dots.rows - 1)).rounded())
            )
        }
        for (one, other) in zip(places, places.dropFirst()) { dots.line(from: one, to: other) }
        if let only = places.first, places.count == 1 { dots.set(only.x, only.y) }
        // The line of characters that each mark of the axis stands beside.
        var labels: [Int: String] = [:]
        for mark in scale.marks {
            let row = Int(((1 - scale.share(mark)) * Double(dots.rows - 1)).rounded()) / 4
            labels[row] = Quantity.count(mark)
        }
        let labelWidth = labels.values.map(\.count).max() ?? 1
        var text = title + "\n"
        for (row, dotted) in dots.lines.enumerated() {
            let label = labels[row] ?? ""
            let blanks = String(repeating: " ", count: labelWidth - label.count)
            text += blanks + label + (label.isEmpty ? " │" : " ┤") + Self.trimmed(dotted) + "\n"
        }
        let indent = String(repeating: " ", count: labelWidth + 1)
        return text + indent + "└" + ticks(time) + "\n"
            + Self.trimmed(indent + " " + names(time)) + "\n"
    }

    private func column(_ time: TimeScale, _ at: Timestamp) -> Int {
        Int((time.share(at) * Double(width - 1)).rounded())
    }

    private func ticks(_ time: TimeScale) -> String {
        var axis = Array(repeating: Character("─"), count: width)
        for mark in time.marks { axis[column(time, mark.at)] = "┬" }
        return String(axis)
    }

    /// The marks' names, each centred below its mark, as far as they do not touch.
    private func names(_ time: TimeScale) -> String {
        var line: [Character] = []
        for mark in time.marks {
            let start = max(column(time, mark.at) - mark.text.count / 2, 0)
            guard line.isEmpty || start > line.count, start + mark.text.count <= width else {
                continue
            }
            line += Array(repeating: " ", count: start - line.count) + Array(mark.text)
        }
        return String(line)
    }

    private func bars(_ bars: [Chart.Bar], title: String) -> String {
        let nameWidth = bars.map(\.name.count).max() ?? 0
        let greatest = Double(max(bars.map(\.value).max() ?? 0, 1))
        var text = title + "\n"
        for bar in bars {
            let name = PlainText.line(bar.name)
            let blanks = String(repeating: " ", count: max(nameWidth - name.count, 0))
            let length = Self.blocks(Double(bar.value) / greatest * Double(width))
            text += "\(name)\(blanks) │\(length) \(Quantity.count(bar.value))\n"
        }
        return text
    }

    /// A bar of so many characters, to an eighth.
    private static func blocks(_ length: Double) -> String {
        let eighths = Int((length * 8).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " || line.last == "\u{2800}" { line.removeLast() }
        return line
    }
}

/// A field of dots, two columns and four rows to a character.
struct BrailleDots {
    private let width: Int
    private var patterns: [[UInt32]]

    init(width: Int, height: Int) {
        self.width = width
        patterns = Array(repeating: Array(repeating: 0, count: width), count: height)
    }

    /// Dots in a row.
    var columns: Int { 2 * width }
    /// Rows of dots.
    var rows: Int { 4 * patterns.count }

    /// The lines of characters.
    var lines: [String] {
        patterns.map { row in
            var line = ""
            for pattern in row {
                line.unicodeScalars.append(Unicode.Scalar(0x2800 + pattern) ?? " ")
            }
            return line
        }
    }

    /// Sets a dot; outside nothing is set.
    mutating func set(_ x: Int, _ y: Int) {
        guard (0..<columns).contains(x), (0..<rows).contains(y) else { return }
        // Braille counts its dots down the left, then down the right; the fourth row came later.
        let bit: UInt32 =
            switch (x % 2, y % 4) {
            case (0, 3): 0x40
            case (1, 3): 0x80
            case (0, let row): 1 << UInt32(row)
            case (_, let row): 8 << UInt32(row)
            }
        patterns[y / 4][x / 2] |= bit
    }

    /// Sets the dots of a straight line.
    mutating func line(from: (x: Int, y: Int), to: (x: Int, y: Int)) {
        let steps = max(abs(to.x - from.x), abs(to.y - from.y), 1)
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            set(
                from.x + Int((Double(to.x - from.x) * share).rounded()),
                from.y + Int((Double(to.y - from.y) * share).rounded())
            )
        }
    }
}
