// A row of a table to a record of an import, by the columns the header names.

import Basics
import Messages

/// What the columns of a table mean.
struct TableReader: Sendable {
    /// What one column holds.
    enum Column: Sendable, Hashable {
        case userID, event, ts, eventID
        case property(String, isText: Bool)
    }

    private static let named: [(name: String, column: Column)] = [
        ("user_id", .userID), ("event", .event), ("ts", .ts), ("event_id", .eventID),
    ]

    let columns: [Column]
    let kind: RecordKind

    /// Reads a header; `texts` are columns whose cells stay texts.
    init(header: CSVRow, texts: [String], kind: RecordKind) throws(FileProblem) {
        var columns: [Column] = []
        var names: Set<String> = []
        for cell in header.cells {
            guard let name = String(validating: cell.bytes, as: UTF8.self), !name.isEmpty else {
                throw Self.problem(header, "a column has no name", "give it one, or take it out")
            }
            guard names.insert(name).inserted else {
                throw Self.problem(
                    header,
                    "the column `\(name)` stands there twice",
                    "rename one of them"
                )
            }
            let named = Self.named.first { $0.name == name }?.column
            columns.append(named ?? .property(name, isText: texts.contains(name)))
        }
        for text in texts where !names.contains(text) {
            let near = NearestName.nearest(to: text, in: names)
            throw Self.problem(
                header,
                "--text names the column `\(text)`, which is not there",
                near.map { "did you mean `\($0)`?" } ?? "the header is the first row"
            )
        }
        guard columns.contains(.userID) else {
            let near = NearestName.nearest(to: "user_id", in: names)
            throw Self.problem(
                header,
                "there is no column `user_id`",
                near.map { "rename `\($0)`" } ?? "the first row names the columns"
            )
        }
        if columns.contains(.event) {
            guard kind == .told else {
                throw Self.problem(header, "users have no column `event`", "leave --users out")
            }
            guard columns.contains(.ts) else {
                throw Self.problem(
                    header,
                    "there is no column `ts`",
                    "events need the instant they happened at"
                )
            }
        }
        self.columns = columns
        self.kind = columns.contains(.event) ? .told : .users
    }

    private static func problem(
        _ header: CSVRow,
        _ message: String,
        _ hint: String
    ) -> FileProblem {
        FileProblem(line: header.line, message: message, hint: hint)
    }

    /// The record of a row.
    func read(_ row: CSVRow) throws(LineProblem) -> IngestionV1.TrackRecord {
        guard row.cells.count == columns.count else {
            throw LineProblem(
                "",
                "the row has \(row.cells.count) cells, the header \(columns.count)",
                hint: "put cells with commas in quotes"
            )
        }
        var found = FoundFields()
        var properties = FoundProperties()
        for (column, cell) in zip(columns, row.cells) {
            // An empty cell says nothing; in quotes it is an empty text.
            if cell.bytes.isEmpty, !cell.isQuoted { continue }
            guard let text = String(validating: cell.bytes, as: UTF8.self) else {
                throw LineProblem(Self.name(column), "the cell is not valid UTF-8")
            }
            switch column {
            case .userID: found.userID = text
            case .event: found.event = text
            case .eventID: found.eventID = text
            case .ts:
                guard let instant = Timestamp.rfc3339(text) else {
                    throw LineProblem.noInstant("ts", text)
                }
                found.ts = instant
            case .property(let name, let isText):
                properties.present.append((name, isText ? .text(text) : Self.value(text)))
            }
        }
        found.properties = properties
        return try found.record(kind)
    }

    /// What a cell means: `true`, `false`, a number as JSON writes it, or a text.
    static func value(_ text: String) -> PropertyValue {
        if text == "true" { return .bool(true) }
        if text == "false" { return .bool(false) }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, first == 0x2D || (0x30...0x39).contains(first) else {
            return .text(text)
        }
        var scanner = JSONScanner(bytes, 0..<bytes.count)
        do throws(LineProblem) {
            let number = try scanner.number("")
            return scanner.at == bytes.count ? .number(number) : .text(text)
        } catch {
            // 007, 1-2 and other things that only begin like numbers.
            return .text(text)
        }
    }

    private static func name(_ column: Column) -> String {
        if case .property(let name, _) = column { return "properties.\(name.prefix(128))" }
        return named.first { $0.column == column }?.name ?? ""
    }
}
