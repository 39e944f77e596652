// A file as numbered records: JSON by line or by element of a list, CSV by row.

import Basics
import Messages
import Segments

/// How a file is spelled.
enum FileFormat: String, Sendable, Hashable, CaseIterable {
    case ndjson
    case csv
    /// Calls after Segment's spec.
    case segment
    /// Mixpanel's raw export and profiles.
    case mixpanel
    /// CleverTap's uploads and exported events.
    case clevertap
    /// Amplitude's exported and uploaded events.
    case amplitude

    /// Whether a line or element may make several records.
    var makesSeveral: Bool { self == .amplitude }
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

    /// Its number in the import, counted from 1: the line's, element's or row's, unless one makes
    /// several records.
    var number: UInt64
    var place: RecordPlace
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
    /// The event of a peer's lines that name none.
    var event: String?
    /// Where a peer's instants without a zone were read off a clock.
    var zone = Zone.utc
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
    private let clevertap: CleverTapReader
    private var items: ItemReader
    private var rows: CSVReader
    private var table: TableReader?
    private var number: UInt64 = 0
    /// Items, or rows, read.
    private var count = 0
    /// Records of the last item that have not been given yet.
    private var waiting: [SourceRecord] = []

    /// Records of what `next` gives, piece by piece, until nil.
    init(_ settings: SourceSettings, _ next: @escaping () throws -> [UInt8]?) {
        self.settings = settings
        records = RecordReader(kind: settings.kind)
        clevertap = CleverTapReader(event: settings.event, zone: settings.zone)
        items = ItemReader(next)
        rows = CSVReader(next)
    }

    /// The next record that is not passed over; nil at the end.
    mutating func next() throws -> SourceRecord? {
        switch settings.format {
        case .csv: try nextRow()
        default: try nextOfItem()
        }
    }

    private mutating func nextOfItem() throws -> SourceRecord? {
        while waiting.isEmpty {
            guard let item = try items.item() else { return nil }
            count += 1
            // How many records an item makes may be known only when it was read.
            if number < settings.skipThrough, !settings.format.makesSeveral {
                number += 1
                continue
            }
            let place = RecordPlace(record: count, line: items.line)
            var record = SourceRecord(number: number, place: place, content: .blank)
            for content in contents(of: item, &record.raw) {
                number += 1
                record.number = number
                record.content = content
                if number > settings.skipThrough { waiting.append(record) }
            }
        }
        return waiting.removeFirst()
    }

    /// What the item that was read last makes; `raw` gets its bytes where they are wanted.
    private func contents(of item: Line, _ raw: inout [UInt8]) -> [SourceRecord.Content] {
        guard case .whole(let range) = item else {
            let most = LineReader.lineBytesMax >> 20
            return [
                .problem(
                    LineProblem(
                        "",
                        "the record is longer than \(most) MiB",
                        hint: "an event has at most \(Limits.eventBytes >> 10) KiB"
                    )
                )
            ]
        }
        if settings.keepsRaw { raw = Array(items.buffer[range]) }
        if items.buffer[range].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return [.blank] }
        do throws(LineProblem) {
            return try read(range)
        } catch {
            return [.problem(error)]
        }
    }

    /// The records of an item that stands in the buffer.
    private func read(_ range: Range<Int>) throws(LineProblem) -> [SourceRecord.Content] {
        switch settings.format {
        case .segment: [.record(try SegmentReader().read(items.buffer, range))]
        case .mixpanel: [.record(try MixpanelReader().read(items.buffer, range))]
        case .clevertap: [.record(try clevertap.read(items.buffer, range))]
        case .amplitude: try AmplitudeReader().read(items.buffer, range).map { .record($0) }
        case .ndjson, .csv: [.record(try records.read(items.buffer, range))]
        }
    }

    private mutating func nextRow() throws -> SourceRecord? {
        if table == nil {
            guard let header = try rows.row() else { return nil }
            table = try TableReader(header: header, texts: settings.texts, kind: settings.kind)
        }
        while let row = try rows.row() {
            number += 1
            count += 1
            guard number > settings.skipThrough, let table else { continue }
            let place = RecordPlace(record: count, line: row.line)
            var record = SourceRecord(number: number, place: place, content: .blank)
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
