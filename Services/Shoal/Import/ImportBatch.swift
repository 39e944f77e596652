// Records gathered into the batches that an import sends.

import Basics
import Messages

/// Some records of an import whose numbers follow each other without gaps.
struct ImportBatch: Sendable {
    /// Its place among the batches, from 0.
    var index = 0
    /// The number of its first record.
    var firstNumber: UInt64 = 1
    /// The records; an empty one stands where a line is blank or was refused here.
    var records: [IngestionV1.TrackRecord] = []
    /// The line of each, for people.
    var lines: [Int] = []
    /// What is wrong with those refused here, by index.
    var problems: [Int: LineProblem] = [:]
    /// Indexes of blank lines.
    var blanks: Set<Int> = []
    /// The bytes of each, where wanted.
    var raws: [[UInt8]] = []
    /// Whether it must wait until all before it are in, to keep the order of the file.
    var mustFollow = false
    /// About how many bytes it takes on the wire.
    var bytes = 0
    /// Bytes of the file that were read when it was made, for the progress line.
    var bytesRead = 0

    /// The number of its last record.
    var lastNumber: UInt64 { firstNumber + UInt64(records.count) - 1 }
    /// Whether there is anything to send.
    var isWorthSending: Bool { records.count > problems.count + blanks.count }

    mutating func add(_ source: SourceRecord, bytes: Int) {
        if records.isEmpty { firstNumber = source.number }
        switch source.content {
        case .record(let record): records.append(record)
        case .problem(let problem):
            problems[records.count] = problem
            records.append(IngestionV1.TrackRecord())
        case .blank:
            blanks.insert(records.count)
            records.append(IngestionV1.TrackRecord())
        }
        lines.append(source.line)
        if !source.raw.isEmpty {
            while raws.count < lines.count - 1 { raws.append([]) }
            raws.append(source.raw)
        }
        self.bytes += bytes
    }
}

/// Cuts a stream of records into batches.
///
/// Batches travel at the same time, so that a later one may be written first. Order matters
/// between events of one instant and between changes of one user: a batch therefore ends where
/// the instant changes, and one that cannot, or that changes users, waits for those before it.
struct Batcher {
    /// Bytes of a batch at most; the rest of 4 MiB is for what the estimate misses.
    static let bytesMax = 3 << 20

    private let recordsMax: Int
    private let bytesMax: Int
    private var pending: SourceRecord?
    private var count = 0
    private var lastInstant: Int64?

    init(recordsMax: Int, bytesMax: Int = Batcher.bytesMax) {
        precondition(recordsMax > 0 && bytesMax > 0, "a batch holds at least one record")
        self.recordsMax = recordsMax
        self.bytesMax = bytesMax
    }

    /// The next batch of what `next` gives; nil at the end.
    mutating func batch(_ next: () throws -> SourceRecord?) throws -> ImportBatch? {
        var batch = ImportBatch(index: count)
        batch.records.reserveCapacity(recordsMax)
        while true {
            let record: SourceRecord
            if let waiting = pending {
                record = waiting
                pending = nil
            } else {
                guard let read = try next() else { break }
                record = read
            }
            let bytes = Self.estimate(record.content)
            let instant = Self.instant(record.content)
            if isFull(batch, bytes, isSameInstant: instant != nil && instant == lastInstant) {
                pending = record
                break
            }
            if batch.records.isEmpty { batch.mustFollow = instant != nil && instant == lastInstant }
            if Self.isChange(record.content) { batch.mustFollow = true }
            lastInstant = instant ?? lastInstant
            batch.add(record, bytes: bytes)
        }
        guard !batch.records.isEmpty else { return nil }
        count += 1
        return batch
    }

    private func isFull(_ batch: ImportBatch, _ bytes: Int, isSameInstant: Bool) -> Bool {
        if batch.records.isEmpty { return false }
        if batch.records.count >= recordsMax || batch.bytes + bytes > bytesMax { return true }
        let isNearlyFull =
            batch.records.count >= recordsMax - recordsMax / 10
            || batch.bytes + bytes > bytesMax - bytesMax / 10
        return isNearlyFull && !isSameInstant
    }

    private static func instant(_ content: SourceRecord.Content) -> Int64? {
        guard case .record(let record) = content, case .event(let event)? = record.kind else {
            return nil
        }
        return event.occurredAtMs
    }

    private static func isChange(_ content: SourceRecord.Content) -> Bool {
        guard case .record(let record) = content, case .profile? = record.kind else {
            return false
        }
        return true
    }

    /// About how many bytes a record takes, rather too many.
    static func estimate(_ content: SourceRecord.Content) -> Int {
        guard case .record(let record) = content else { return 2 }
        var bytes = record.userID.utf8.count + 16
        switch record.kind {
        case .event(let event)?:
            bytes += event.name.utf8.count + (event.eventID?.utf8.count ?? 0) + 24
            bytes += event.properties.reduce(0) { $0 + estimate($1) }
        case .profile(let profile)?:
            bytes += profile.set.reduce(24) { $0 + estimate($1) }
            bytes += profile.unset.reduce(0) { $0 + $1.utf8.count + 4 }
        case nil: break
        }
        return bytes
    }

    private static func estimate(_ property: LogV1.Property) -> Int {
        let name = property.name.utf8.count + 20
        switch property.value?.kind {
        case .text(let text)?: return name + text.utf8.count
        case .list(let list)?:
            return list.values.reduce(name) { sum, value in
                guard case .text(let text)? = value.kind else { return sum + 16 }
                return sum + text.utf8.count + 16
            }
        default: return name
        }
    }
}
