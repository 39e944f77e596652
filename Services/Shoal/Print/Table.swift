// Rows under headings, columns as wide as their widest cell.

/// A table of texts.
struct Table: Sendable {
    /// Where the cells of a column stand.
    enum Side: Sendable {
        case left, right
        /// On the left, in the colour of what its word means.
        case state
    }

    private let headings: [(text: String, side: Side)]
    private var rows: [[String]] = []

    /// A table with these columns.
    init(_ headings: [(text: String, side: Side)]) { self.headings = headings }

    /// Adds a row; missing cells are empty, further ones are left out.
    mutating func add(_ cells: [String]) {
        rows.append(headings.indices.map { $0 < cells.count ? Self.line(cells[$0]) : "" })
    }

    /// The lines, each ended, without colours.
    var text: String { text(.none) }

    /// The lines, each ended: headings and states in their colours.
    func text(_ ink: Ink) -> String {
        let all = [headings.map(\.text)] + rows
        let widths = headings.indices.map { column in
            all.reduce(0) { max($0, $1[column].count) }
        }
        return all.enumerated().map { line, row in
            let cells = headings.indices.map { column in
                let cell = row[column]
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                let painted = ink.paint(cell, mark(line, column, cell))
                return headings[column].side == .right ? blanks + painted : painted + blanks
            }
            var text = cells.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }

    private func mark(_ line: Int, _ column: Int, _ cell: String) -> Ink.Mark? {
        if line == 0 { return .heading }
        return headings[column].side == .state ? Ink.mark(ofState: cell) : nil
    }

    /// A cell without line breaks and other things that would break the table.
    private static func line(_ cell: String) -> String {
        PlainText.line(String(cell.map { $0.isNewline || $0 == "\t" ? " " : $0 }))
    }
}
