// What must hold of the log and of what was acked, looked at after every step.

import Basics
import Chassis
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
    /// Where each event stood at any time, by its number.
    private var places: [UInt64: Set<Place>] = [:]
    /// What was acked, and where it is said to stand.
    private var acked: [UInt64: Place?] = [:]
    private var senders: [UInt64: String] = [:]
    /// With whom each event stands.
    private(set) var standing = Standing()
    /// The number of the last event that was tracked under each identifier in a partition.
    private var last: [String: UInt64] = [:]
    private(set) var recordCount = 0
    /// Who ever owned a partition's state under an epoch.
    private var tenures: [TenureKey: InstanceID] = [:]
    // Of feeds
    /// The segments that there are, in the order in which they were made.
    var segments: [String] = []
    /// Every change ever decided, by feed.
    var feeds: [FeedKey: [Told]] = [:]
    /// When each was decided.
    var decidedNs: [FeedKey: [UInt64]] = [:]
    /// Now.
    var nowNs: UInt64 = 0
    /// The segments that feeds belong to.
    var names: [FeedKey: String] = [:]
    /// Which versions of those they are.
    var versions: [FeedKey: UInt32] = [:]
    /// When each catalogue revision becomes active, and what it says: the same everywhere.
    private var activations: [UInt64: Activation] = [:]
    /// Feeds that are followed when all is over.
    var running: Set<FeedKey> = []
    /// How many changes have been seen of each feed, by evaluator, its life and feed.
    var seen: [String: UInt64] = [:]
    var looks = 0
    /// Whether what erased users left may be gone.
    var isRewritten = false
    /// How far each reader's log has been read by the reference.
    var references: [Reader: Reference] = [:]

    struct Place: Hashable, CustomStringConvertible {
        let partition: Int
        let offset: UInt64

        var description: String { "\(partition):\(offset)" }
    }

    private struct Activation: Equatable {
        let logTimeMs: Int64
        let change: LogV1.CatalogueChange
    }

    private struct TenureKey: Hashable {
        let partition: Partition
        let epoch: Epoch
    }

    init() {
        let count = Int(Simulation.partitions.count)
        logs = Array(repeating: [], count: count)
        watermarks = Array(repeating: .earliest, count: count)
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
            if let place, places[number]?.contains(place) != true {
                let stood = (places[number] ?? []).map { "\($0)" }
                throw Broken(.i1, "event \(number) is acked at \(place), and stood at \(stood)")
            }
        }
    }

    /// A client was told that all of these were taken.
    func acked(_ records: [IngestionV1.TrackRecord]) {
        for number in records.compactMap(\.number) { acked[number] = .some(nil) }
    }

    // What the registry says

    /// Somebody has a new view of the roster: an epoch has one owner for ever.
    func hear(_ view: RosterView) throws {
        for partition in Simulation.partitions.all {
            guard let owner = view.owner(of: partition, .evaluator) else { continue }
            let key = TenureKey(partition: partition, epoch: owner.epoch)
            let other = tenures.updateValue(owner.instance, forKey: key)
            guard other ?? owner.instance == owner.instance else {
                throw Broken(.ownership, "epoch \(owner.epoch) of \(partition) has two owners")
            }
        }
    }

    func owner(of partition: UInt32, under epoch: UInt64) -> InstanceID? {
        let partition = Partition(index: UInt16(truncatingIfNeeded: partition))
        return tenures[TenureKey(partition: partition, epoch: Epoch(epoch))]
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
                let now = try LogV1.LogRecord.decode(Array(stored.payload))
                let place = Place(partition: Int(partition.index), offset: record.offset)
                guard now == record || isRewritten && standing.mayBeLess(record, at: place) else {
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

    /// Reads what is new, in the order of log time.
    func read(_ log: any Log) throws {
        var news: [ArraySlice<LogV1.LogRecord>] = []
        var told = watermarks
        for partition in Simulation.partitions.all {
            let index = Int(partition.index)
            let from = LogOffset(UInt64(logs[index].count))
            let end = try log.end(of: partition)
            var records: [LogV1.LogRecord] = []
            if from < end.next {
                let page = try log.read(partition, from: from, limit: ReadLimit(bytes: .max))
                records = try page.records.map { try .decode(Array($0.payload)) }
            }
            news.append(records[...])
            told[index] = max(told[index], end.watermark)
        }
        while let instant = news.compactMap({ $0.first?.logTimeMs }).min() {
            try take(&news, of: instant)
            // Whatever is written together is of one instant.
            try standing.check()
        }
        watermarks = told
    }

    /// All records of an instant, what is moved behind what it was.
    private func take(_ news: inout [ArraySlice<LogV1.LogRecord>], of instant: Int64) throws {
        while true {
            let open = news.indices.filter { news[$0].first?.logTimeMs == instant }
            let due = open.first { index in
                news[index].first.map { isDue($0, among: news) } ?? false
            }
            // A request that came twice erases twice under one receipt. Where nothing may come
            // next, the first says what is wrong.
            let next = due ?? open.first { news[$0].first?.receipt != nil }
            guard let index = next ?? open.first, let record = news[index].popFirst() else {
                return
            }
            try take(record, at: Place(partition: index, offset: UInt64(logs[index].count)))
        }
    }

    /// An erasure comes behind all that is before any record of it.
    private func isDue(
        _ record: LogV1.LogRecord,
        among news: [ArraySlice<LogV1.LogRecord>]
    ) -> Bool {
        guard let receipt = record.receipt else { return standing.isDue(record) }
        return news.allSatisfy { records in
            records.first?.receipt == receipt || !records.contains { $0.receipt == receipt }
        }
    }

    private func take(_ record: LogV1.LogRecord, at place: Place) throws {
        let index = place.partition
        guard record.offset == place.offset else {
            throw Broken(.i3, "record \(record.offset) of \(index) stands at \(place)")
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
        if case .catalogue(let change) = record.body { try take(change, record, in: index) }
        // What is sent again after its user was erased is somebody new's, and stands in no order.
        let isAgain = record.event?.number.map(standing.isErased) ?? false
        try standing.take(record, at: place)
        if let event = record.event { try take(event, record, at: place, isAgain: isAgain) }
    }

    /// A definition takes effect in all partitions at one log time.
    private func take(
        _ change: LogV1.CatalogueChange,
        _ record: LogV1.LogRecord,
        in partition: Int
    ) throws {
        let key = FeedKey(partition: partition, revision: change.revision)
        names[key] = change.name
        versions[key] = try change.body.map { try SegmentV1.SegmentDocument.decode($0).version }
        let activation = Activation(logTimeMs: record.logTimeMs, change: change)
        let other = activations.updateValue(activation, forKey: change.revision)
        guard other ?? activation == activation else {
            throw Broken(.i3, "revision \(change.revision) is \(activation) in \(partition)")
        }
    }

    private func take(
        _ event: LogV1.Event,
        _ record: LogV1.LogRecord,
        at place: Place,
        isAgain: Bool
    ) throws {
        guard let number = event.number else { return }
        places[number, default: []].insert(place)
        // What was moved, or is history, stands in no order of its own.
        guard record.origin?.offset == nil, record.importID == nil, !isAgain else { return }
        let name = standing.name(event.userNumber, in: place.partition) ?? "?"
        let identifier = record.origin?.userID ?? name
        let key = "\(identifier) in \(place.partition)"
        if let before = last.updateValue(number, forKey: key), before > number {
            throw Broken(.i3, "event \(number) of \(identifier) stands behind \(before)")
        }
    }

    // Looking

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

extension LogV1.LogRecord {
    /// The event, where it is one.
    fileprivate var event: LogV1.Event? {
        if case .event(let event) = body { event } else { nil }
    }

    /// The receipt that it belongs to, of an erasure.
    fileprivate var receipt: [UInt8]? {
        if case .erasure(let erasure) = body { erasure.receipt } else { nil }
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
