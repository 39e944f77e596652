// What must hold of the log and of what was acked, looked at after every step.

import Basics
import Log
import Messages

/// Sees what every process and every client sees, and remembers it beyond all crashes.
final class Judge {
    /// The property by which an event is known wherever it stands.
    static let number = "n"

    weak var ingestion: IngestionNode?
    /// What has been read of each partition's log: all of it durable, so that it must stay.
    private(set) var logs: [[LogV1.LogRecord]]
    /// The highest watermark ever told of each partition.
    private(set) var watermarks: [Timestamp]
    /// Where each event stands, by its number.
    private var places: [UInt64: Place] = [:]
    /// What was acked, and where it is said to stand.
    private var acked: [UInt64: Place?] = [:]
    private var senders: [UInt64: String] = [:]
    private var names: [[UInt32: String]]
    /// The number of each user's last tracked event.
    private var last: [String: UInt64] = [:]
    private(set) var recordCount = 0

    struct Place: Hashable, CustomStringConvertible {
        let partition: Int
        let offset: UInt64

        var description: String { "\(partition):\(offset)" }
    }

    init() {
        let count = Int(Simulation.partitions.count)
        logs = Array(repeating: [], count: count)
        watermarks = Array(repeating: .earliest, count: count)
        names = Array(repeating: [:], count: count)
    }

    // What clients say

    /// A number for an event that is going to be sent.
    func expect(from sender: String) -> UInt64 {
        let number = UInt64(senders.count) + 1
        senders[number] = sender
        return number
    }

    /// A client was told what became of its records.
    func acked(_ records: [IngestionV1.TrackRecord], _ verdicts: [IngestionV1.Verdict]) throws {
        guard records.count == verdicts.count else {
            throw Broken(.i9, "\(records.count) records have \(verdicts.count) verdicts")
        }
        for (record, verdict) in zip(records, verdicts) {
            guard let number = record.number else { continue }
            guard [.accepted, .duplicate].contains(verdict.kind) else {
                throw Broken(.i9, "event \(number) is \(verdict.kind): \(verdict.message ?? "")")
            }
            var place: Place?
            if let partition = verdict.partition, let offset = verdict.offset {
                place = Place(partition: Int(partition), offset: offset)
            }
            acked[number] = place
            if let place, places[number] != place {
                let stands = places[number].map { "\($0)" } ?? "nowhere"
                throw Broken(.i1, "event \(number) is acked at \(place), and stands \(stands)")
            }
        }
    }

    /// A client was told that all of these were taken.
    func acked(_ records: [IngestionV1.TrackRecord]) {
        for number in records.compactMap(\.number) { acked[number] = .some(nil) }
    }

    // What the log says

    /// After a start: all that was durable is there.
    func read(again log: any Log) throws {
        for partition in Simulation.partitions.all {
            let known = logs[Int(partition.index)]
            let end = try log.end(of: partition).next.value
            guard end >= UInt64(known.count) else {
                throw Broken(
                    .i1,
                    "partition \(partition) ends at \(end) and had \(known.count) durable records"
                )
            }
            let page = try log.read(partition, from: .zero, limit: ReadLimit(bytes: .max))
            for (stored, record) in zip(page.records, known) {
                guard try LogV1.LogRecord.decode(Array(stored.payload)) == record else {
                    throw Broken(.i1, "record \(stored.offset) of \(partition) is another now")
                }
            }
        }
        try read(log)
        // Nothing that is acked may be missing now.
        for (number, place) in acked.sorted(by: { $0.key < $1.key }) where places[number] == nil {
            throw Broken(.i1, "event \(number), acked at \(place.map { "\($0)" } ?? "?"), is gone")
        }
    }

    /// Reads what is new.
    func read(_ log: any Log) throws {
        for partition in Simulation.partitions.all {
            let index = Int(partition.index)
            let from = LogOffset(UInt64(logs[index].count))
            let end = try log.end(of: partition)
            if from < end.next {
                let page = try log.read(partition, from: from, limit: ReadLimit(bytes: .max))
                for stored in page.records {
                    try take(try LogV1.LogRecord.decode(Array(stored.payload)), of: index)
                }
            }
            watermarks[index] = max(watermarks[index], end.watermark)
        }
    }

    private func take(_ record: LogV1.LogRecord, of index: Int) throws {
        let place = Place(partition: index, offset: record.offset)
        guard record.offset == UInt64(logs[index].count) else {
            throw Broken(.i3, "\(place) comes behind \(logs[index].count) records")
        }
        let logTime = Timestamp(ms: record.logTimeMs)
        if let before = logs[index].last, record.logTimeMs < before.logTimeMs {
            throw Broken(.i3, "the log time of \(place) is before that of the record before")
        }
        guard logTime > watermarks[index] else {
            throw Broken(
                .i7,
                "\(place) comes at \(logTime.ms), and \(watermarks[index].ms) was told to be over"
            )
        }
        logs[index].append(record)
        recordCount += 1
        switch record.body {
        case .newUser(let new):
            guard names[index].updateValue(new.userID, forKey: new.number) == nil else {
                throw Broken(.i1, "user number \(new.number) of \(index) is given twice")
            }
        case .event(let event): try take(event, at: place, isImported: record.importID != nil)
        default: break
        }
    }

    private func take(_ event: LogV1.Event, at place: Place, isImported: Bool) throws {
        guard let number = event.number else { return }
        if let other = places.updateValue(place, forKey: number) {
            throw Broken(.i1, "event \(number) stands at \(other) and at \(place)")
        }
        guard let user = names[place.partition][event.userNumber] else {
            throw Broken(.i1, "\(place) names a user whom nobody knows")
        }
        guard !isImported else { return }
        if let before = last.updateValue(number, forKey: user), before > number {
            throw Broken(.i3, "event \(number) of \(user) stands behind \(before)")
        }
    }

    // Looking

    /// After every step.
    func look() throws {}

    /// When all is over.
    func finish() throws {
        if let log = ingestion?.log { try read(again: log) }
    }
}

extension IngestionV1.TrackRecord {
    /// The event's number; nil: it is none, or has none.
    var number: UInt64? {
        if case .event(let event) = kind { event.properties.judged } else { nil }
    }
}

extension LogV1.Event {
    var number: UInt64? { properties.judged }
}

extension [LogV1.Property] {
    fileprivate var judged: UInt64? {
        guard case .number(let number) = first(where: { $0.name == Judge.number })?.value?.kind
        else { return nil }
        return UInt64(exactly: number)
    }
}
