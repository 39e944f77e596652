// A drawing as SVG 1.1: paths, rectangles and texts, nothing else.

/// Writes drawings as SVG.
enum ChartSVG {
    /// The document.
    static func text(_ drawing: ChartDrawing) -> String {
        let (width, height) = (drawing.width, drawing.height)
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" font-family="monospace" fill="\(name(.ink))">
            <rect width="\(width)" height="\(height)" fill="\(name(.paper))"/>

            """
        for mark in drawing.marks { text += element(mark) + "\n" }
        return text + "</svg>\n"
    }

    private static func element(_ mark: ChartDrawing.Mark) -> String {
        switch mark {
        case .line(let places, let colour, let width):
            let points = places.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
            return "<polyline points=\"\(points)\" fill=\"none\" stroke=\"\(name(colour))\" "
                + "stroke-width=\"\(number(width))\" stroke-linejoin=\"round\"/>"
        case .box(let place, let width, let height, let colour):
            return "<rect x=\"\(number(place.x))\" y=\"\(number(place.y))\" "
                + "width=\"\(number(width))\" height=\"\(number(height))\" "
                + "fill=\"\(name(colour))\"/>"
        case .text(let text, let place, let anchor, let size):
            return "<text x=\"\(number(place.x))\" y=\"\(number(place.y))\" "
                + "text-anchor=\"\(anchor)\" dominant-baseline=\"central\" "
                + "font-size=\"\(size)\">\(escaped(text))</text>"
        }
    }

    /// What XML takes for markup or does not take at all is written otherwise.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func number(_ value: Double) -> String { Quantity.fixed(value, places: 1) }

    private static func name(_ colour: ChartDrawing.Colour) -> String {
        "rgb(\(colour.red),\(colour.green),\(colour.blue))"
    }
}
