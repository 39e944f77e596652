// Rows of comma-separated values after RFC 4180, with a bound on each row.

/// A cell of a row.
struct CSVCell: Sendable, Hashable {
    var bytes: [UInt8] = []
    /// Whether it stood in quotes: an empty one is then an empty text, not nothing.
    var isQuoted = false
}

/// A row with the line it begins on.
struct CSVRow: Sendable, Hashable {
    var line: Int
    var cells: [CSVCell]
}

/// Cuts pieces into rows; ends of line are `\n` or `\r\n`, quotes are doubled inside quotes.
struct CSVReader {
    /// The longest row; an unclosed quote would otherwise take the rest of the file.
    static let rowBytesMax = 1 << 20
    /// The most columns: one per property an event may have, and the named ones.
    static let columnsMax = 300

    private enum Place { case cellStart, plain, quoted, afterQuote }

    private var piece: [UInt8] = []
    private var at = 0
    private var line = 1
    private var isFirstByte = true
    private let next: () throws -> [UInt8]?

    /// Rows of what `next` gives, piece by piece, until nil.
    init(_ next: @escaping () throws -> [UInt8]?) { self.next = next }

    /// The next row that is not empty; nil at the end.
    mutating func row() throws -> CSVRow? {
        while true {
            guard let row = try anyRow() else { return nil }
            if row.cells.count > 1 || row.cells[0].isQuoted || !row.cells[0].bytes.isEmpty {
                return row
            }
        }
    }

    private mutating func anyRow() throws -> CSVRow? {
        var row = CSVRow(line: line, cells: [CSVCell()])
        var place = Place.cellStart
        var count = 0
        while let byte = try nextByte() {
            count += 1
            guard count <= Self.rowBytesMax else {
                throw FileProblem(
                    line: row.line,
                    message: "the row is longer than 1 MiB",
                    hint: "is a quote missing that should close a cell?"
                )
            }
            let last = row.cells.count - 1
            switch (place, byte) {
            case (.cellStart, 0x22):
                row.cells[last].isQuoted = true
                place = .quoted
            case (.quoted, 0x22): place = .afterQuote
            case (.quoted, _):
                if byte == 0x0A { line += 1 }
                row.cells[last].bytes.append(byte)
            case (.afterQuote, 0x22):
                row.cells[last].bytes.append(byte)
                place = .quoted
            case (_, UInt8(ascii: ",")):
                try addCell(&row)
                place = .cellStart
            case (_, 0x0A):
                line += 1
                if place == .plain, row.cells[last].bytes.last == 0x0D {
                    row.cells[last].bytes.removeLast()
                }
                return row
            case (.afterQuote, 0x0D): continue
            case (.afterQuote, _), (.plain, 0x22):
                throw FileProblem(
                    line: row.line,
                    message: "a quote stands inside a cell",
                    hint: "put the cell in quotes and write the quote twice"
                )
            default:
                row.cells[last].bytes.append(byte)
                place = .plain
            }
        }
        guard place != .quoted else {
            throw FileProblem(
                line: row.line,
                message: "the file ends inside quotes",
                hint: "the row that begins on line \(row.line) opens them"
            )
        }
        return count == 0 ? nil : row
    }

    private func addCell(_ row: inout CSVRow) throws {
        guard row.cells.count < Self.columnsMax else {
            throw FileProblem(
                line: row.line,
                message: "the row has more than \(Self.columnsMax) cells",
                hint: "leave columns out"
            )
        }
        row.cells.append(CSVCell())
    }

    private mutating func nextByte() throws -> UInt8? {
        while at == piece.count {
            guard let more = try next() else { return nil }
            piece = more
            at = 0
            if isFirstByte, piece.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
            if !piece.isEmpty { isFirstByte = false }
        }
        at += 1
        return piece[at - 1]
    }
}
