// Where a chart goes: the terminal, an SVG file, a PNG file.

import ArgumentParser
import Basics

/// `--plot`, `--svg` and `--png`.
struct PlotOptions: ParsableArguments {
    @Flag(help: "Draw a chart instead of the table.")
    var plot = false
    @Option(help: "Write the chart to this file as SVG.")
    var svg: String?
    @Option(help: "Write the chart to this file as PNG.")
    var png: String?

    /// Draws the chart wherever it is wanted.
    ///
    /// - Returns: whether it stands in the place of the table.
    func draw(_ chart: Chart, _ desk: Desk) throws -> Bool {
        let drawing = ChartDrawing(chart)
        if let svg { try write(Array(ChartSVG.text(drawing).utf8), svg, desk) }
        if let png { try write(try ChartPNG.bytes(drawing), png, desk) }
        if plot { desk.printRaw(ChartText().text(chart)) }
        return plot
    }

    /// The file is there as a whole or as it was.
    private func write(_ bytes: [UInt8], _ path: String, _ desk: Desk) throws {
        let path = desk.absolute(path)
        let next = path + ".next"
        let file = try desk.disk.open(next, .create)
        try file.append(bytes)
        try file.sync()
        try file.close()
        try desk.disk.rename(next, to: path)
        desk.say("\(path): \(Quantity.bytes(bytes.count))")
    }
}
