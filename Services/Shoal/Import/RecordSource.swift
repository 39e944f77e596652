// A file as numbered records: NDJSON and peers' exports by line, CSV by row.

import Basics
import Messages

/// How a file is spelled.
enum FileFormat: String, Sendable, Hashable, CaseIterable {
    case ndjson
    case csv
    /// Calls after Segment's spec, a line each.
    case segment
    /// Mixpanel's raw export and profiles, a line each.
    case mixpanel
}

/// One record of a file, or what is wrong with it.
struct SourceRecord: Sendable {
    /// What stands there.
    enum Content: Sendable {
        case record(IngestionV1.TrackRecord)
        case problem(LineProblem)
        /// An empty line, which has a number and nothing else.
        case blank
    }

    /// Its number in the import: the line, or the row of a table.
    var number: UInt64
    /// The line it begins on, for people.
    var line: Int
    var content: Content
    /// Its own bytes, where rejected lines are written to a file.
    var raw: [UInt8] = []
}

/// What a file is read by.
struct SourceSettings: Sendable {
    var format: FileFormat
    var kind = RecordKind.told
    /// Columns of a table whose cells stay texts.
    var texts: [String] = []
    /// Records up to this number are passed over without a look: they are in.
    var skipThrough: UInt64 = 0
    /// Whether `SourceRecord.raw` is wanted.
    var keepsRaw = false
}

/// The records of a file one after the other.
///
/// For one thread at a time.
struct RecordSource {
    private let settings: SourceSettings
    private let records: RecordReader
    private var lines: LineReader
    private var rows: CSVReader
    private var table: TableReader?
    private var number: UInt64 = 0

    /// Records of what `next` gives, piece by piece, until nil.
    init(_ settings: SourceSettings, _ next: @escaping () throws -> [UInt8]?) {
        self.settings = settings
        records = RecordReader(kind: settings.kind)
        lines = LineReader(next)
        rows = CSVReader(next)
    }

    /// The next record that is not passed over; nil at the end.
    mutating func next() throws -> SourceRecord? {
        switch settings.format {
        case .ndjson, .segment, .mixpanel: try nextLine()
        case .csv: try nextRow()
        }
    }

    private mutating func nextLine() throws -> SourceRecord? {
        while let line = try lines.line() {
            number += 1
            guard number > settings.skipThrough else { continue }
            var record = SourceRecord(number: number, line: lines.number, content: .blank)
            guard case .whole(let range) = line else {
                let most = LineReader.lineBytesMax >> 20
                record.content = .problem(
                    LineProblem(
                        "",
                        "the line is longer than \(most) MiB",
                        hint: "an event has at most \(Limits.eventBytes >> 10) KiB"
                    )
                )
                return record
            }
            if settings.keepsRaw { record.raw = Array(lines.buffer[range]) }
            let isBlank = lines.buffer[range].allSatisfy { $0 == 0x20 || $0 == 0x09 }
            guard !isBlank else { return record }
            do throws(LineProblem) {
                record.content = .record(try read(range))
            } catch {
                record.content = .problem(error)
            }
            return record
        }
        return nil
    }

    /// The record of a line that stands in the buffer.
    private func read(_ range: Range<Int>) throws(LineProblem) -> IngestionV1.TrackRecord {
        switch settings.format {
        case .segment: try SegmentReader().read(lines.buffer, range)
        case .mixpanel: try MixpanelReader().read(lines.buffer, range)
        case .ndjson, .csv: try records.read(lines.buffer, range)
        }
    }

    private mutating func nextRow() throws -> SourceRecord? {
        if table == nil {
            guard let header = try rows.row() else { return nil }
            table = try TableReader(header: header, texts: settings.texts, kind: settings.kind)
        }
        while let row = try rows.row() {
            number += 1
            guard number > settings.skipThrough, let table else { continue }
            var record = SourceRecord(number: number, line: row.line, content: .blank)
            if settings.keepsRaw {
                record.raw = Array(row.cells.map(\.bytes).joined(separator: [0x2C]))
            }
            do throws(LineProblem) {
                record.content = .record(try table.read(row))
            } catch {
                record.content = .problem(error)
            }
            return record
        }
        return nil
    }
}
