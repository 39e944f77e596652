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
    /// Where each stands in its file.
    var places: [RecordPlace] = []
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
        places.append(source.place)
        if !source.raw.isEmpty {
            while raws.count < places.count - 1 { raws.append([]) }
            raws.append(source.raw)
        }
        self.bytes += bytes
    }
}

/// Cuts a stream of records into batches.
///
/// Batches travel at the same time, so that a later one may be written first. Order matters
/// between events of one instant and between changes of one user: a batch therefore ends where
/// the instant changes if that is in its second half, and one that cannot, or that changes
/// users, waits for those before it.
struct Batcher {
    /// Bytes of a batch at most; the rest of 4 MiB is for what the estimate misses.
    static let bytesMax = 3 << 20

    private let recordsMax: Int
    private let bytesMax: Int
    /// Read already, for the next batch.
    private var waiting: [SourceRecord] = []
    private var count = 0
    /// Why the file cannot be read on; told once what stands before it was given.
    private var failure: (any Error)?
    /// Whether the last batch parted events of this instant from those to come.
    private var partedInstant: Int64?

    init(recordsMax: Int, bytesMax: Int = Batcher.bytesMax) {
        precondition(recordsMax > 0 && bytesMax > 0, "a batch holds at least one record")
        self.recordsMax = recordsMax
        self.bytesMax = bytesMax
    }

    /// The next batch of what `next` gives; nil at the end.
    ///
    /// - Throws: what `next` threw, after the batches of what it gave before.
    mutating func batch(_ next: () throws -> SourceRecord?) throws -> ImportBatch? {
        var gathered = waiting
        waiting = []
        gathered.reserveCapacity(recordsMax + 1)
        var bytes = gathered.reduce(0) { $0 + Self.estimate($1.content) }
        var isAtEnd = false
        while gathered.count <= recordsMax, bytes <= bytesMax || gathered.count < 2 {
            guard let record = read(next) else {
                isAtEnd = true
                break
            }
            gathered.append(record)
            bytes += Self.estimate(record.content)
        }
        guard !gathered.isEmpty else {
            if let failure { throw failure }
            return nil
        }
        // Unless the file ends here, the last one read shows where the batch may end.
        let end = isAtEnd ? gathered.count : cut(gathered)
        waiting = Array(gathered[end...])
        var batch = ImportBatch(index: count)
        batch.records.reserveCapacity(end)
        for record in gathered[..<end] {
            batch.add(record, bytes: Self.estimate(record.content))
            if Self.isChange(record.content) { batch.mustFollow = true }
        }
        if let partedInstant, Self.instant(gathered[0].content) == partedInstant {
            batch.mustFollow = true
        }
        let last = Self.instant(gathered[end - 1].content)
        let follower = waiting.first.flatMap { Self.instant($0.content) }
        partedInstant = last == follower ? last : nil
        count += 1
        return batch
    }

    /// The next record; nil at the end, and where the file cannot be read on.
    private mutating func read(_ next: () throws -> SourceRecord?) -> SourceRecord? {
        guard failure == nil else { return nil }
        do {
            return try next()
        } catch {
            failure = error
            return nil
        }
    }

    /// How many of the records, of which there is one too many, make the batch.
    private func cut(_ records: [SourceRecord]) -> Int {
        let most = records.count - 1
        guard most > 1 else { return 1 }
        for end in stride(from: most, through: (most + 1) / 2, by: -1) {
            let before = Self.instant(records[end - 1].content)
            if before == nil || before != Self.instant(records[end].content) { return end }
        }
        return most
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
