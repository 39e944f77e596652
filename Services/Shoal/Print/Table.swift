// Rows under headings, columns as wide as their widest cell.

/// A table of texts.
struct Table: Sendable {
    /// Where the cells of a column stand.
    enum Side: Sendable { case left, right }

    private let headings: [(text: String, side: Side)]
    private var rows: [[String]] = []

    /// A table with these columns.
    init(_ headings: [(text: String, side: Side)]) { self.headings = headings }

    /// Adds a row; missing cells are empty, further ones are left out.
    mutating func add(_ cells: [String]) {
        rows.append(headings.indices.map { $0 < cells.count ? Self.line(cells[$0]) : "" })
    }

    /// The lines, each ended.
    var text: String {
        let all = [headings.map(\.text)] + rows
        let widths = headings.indices.map { column in
            all.reduce(0) { max($0, $1[column].count) }
        }
        return all.map { row in
            let cells = zip(row, zip(headings, widths)).map { cell, form in
                let blanks = String(repeating: " ", count: form.1 - cell.count)
                return form.0.side == .left ? cell + blanks : blanks + cell
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// A cell without line breaks and other things that would break the table.
    private static func line(_ cell: String) -> String {
        String(cell.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }
}
