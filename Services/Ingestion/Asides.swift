// Records that are set aside: known to those who fetch the log, kept in the index, made again from
// the log.

import Basics
import KeyValue
import Log
import Messages
import Metrics
import Synchronization

/// What is set aside, for any thread.
///
/// A record is: in the log → set aside → in once more, at another place; there is no way back.
final class Asides: Sendable {
    /// Records of a partition that are set aside at a time; more are no single bad records, and
    /// answers without them would be none.
    static let partitionMax = 64

    private let table: Mutex<[Partition: [LogOffset: IngestionV1.QuarantinedRecord]]>
    /// How many are set aside.
    private let gauge: Gauge
    /// Segments' versions that are quarantined.
    let segments: QuarantinedVersions

    /// As the index has them.
    init(_ index: IndexStore, metrics: any MetricsFactory = NOOPMetricsHandler.instance)
        throws(IngestionError)
    {
        segments = try QuarantinedVersions(index, metrics: metrics)
        var known: [Partition: [LogOffset: IngestionV1.QuarantinedRecord]] = [:]
        for record in try IndexReader(index).asides() {
            known[record.place.partition, default: [:]][record.place.offset] = record
        }
        table = Mutex(known)
        gauge = Gauge(label: "shoal_quarantined_records", dimensions: [], factory: metrics)
        gauge.record(count)
    }

    /// What is known of a record; nil: it was never set aside.
    subscript(place: LogPlace) -> IngestionV1.QuarantinedRecord? {
        table.withLock { $0[place.partition]?[place.offset] }
    }

    /// Notes one that stands in the log by now.
    func note(_ record: IngestionV1.QuarantinedRecord) {
        table.withLock { $0[record.place.partition, default: [:]][record.place.offset] = record }
        gauge.record(count)
    }

    /// How many are set aside still.
    var count: Int {
        table.withLock { table in table.values.reduce(0) { $0 + $1.values.count(where: \.isAside) }
        }
    }

    /// How many of a partition are set aside still.
    func count(of partition: Partition) -> Int {
        table.withLock { $0[partition]?.values.count(where: \.isAside) ?? 0 }
    }

    /// Those behind a place, by partition and offset.
    func list(after place: LogPlace?, limit: Int, withRetried: Bool)
        -> [IngestionV1.QuarantinedRecord]
    {
        let all = table.withLock { table in table.values.flatMap(\.values) }
        let wanted = all.filter { record in
            (withRetried || record.isAside) && place.map { $0 < record.place } ?? true
        }
        return Array(wanted.sorted { $0.place < $1.place }.prefix(limit))
    }

    /// Records of a partition as those are told them who fetch the log: of what is set aside only
    /// that it is, with which import it came and where it was moved from.
    func told(_ records: [StoredRecord], of partition: Partition) throws(IngestionError)
        -> [[UInt8]]
    {
        let aside = table.withLock { $0[partition] } ?? [:]
        return try records.map { stored throws(IngestionError) in
            guard !aside.isEmpty, let known = aside[stored.offset] else {
                return Array(stored.payload)
            }
            let record = try LogV1.LogRecord.stored(Array(stored.payload))
            var told = LogV1.LogRecord(
                offset: record.offset,
                logTimeMs: record.logTimeMs,
                project: record.project,
                body: .leftOut(LogV1.LeftOut(userNumber: known.userNumber)),
                importID: record.importID
            )
            // A moved record is heard with the one behind it, whatever it says.
            if let origin = record.origin, let offset = origin.offset {
                told.origin = LogV1.Origin(partition: origin.partition, offset: offset)
            }
            do throws(MessageError) {
                return try told.encode()
            } catch {
                throw .log("tell a record that is set aside", error)
            }
        }
    }
}

extension IngestionV1.QuarantinedRecord {
    /// What a record of the log says of one; all of it, so that an index is made again from it.
    ///
    /// - Parameter place: where that record stands.
    init(_ aside: LogV1.Aside, of project: ProjectName, at place: LogPlace) {
        self.init(
            partition: UInt32(place.partition.index),
            offset: aside.offset,
            project: project.text,
            userNumber: aside.userNumber,
            what: aside.names.map(Self.what) ?? "",
            attempts: aside.attempts,
            by: aside.by,
            reason: aside.reason,
            logTimeMs: aside.takenInAtMs,
            setAsideAtMs: aside.setAsideAtMs,
            // It stands just before.
            retriedOffset: aside.retried ? place.offset.value - 1 : nil
        )
    }

    private static func what(_ names: LogV1.MovedNames) -> String {
        names.events.first.map { "event \($0)" } ?? names.lists.first.map { "list \($0)" }
            ?? "profile"
    }

    /// Where it stands.
    var place: LogPlace {
        LogPlace(
            partition: Partition(index: UInt16(truncatingIfNeeded: partition)),
            offset: LogOffset(offset)
        )
    }

    /// Whether it is set aside still.
    var isAside: Bool { retriedOffset == nil }
}

extension LogPlace: Comparable {
    static func < (one: LogPlace, other: LogPlace) -> Bool {
        (one.partition, one.offset) < (other.partition, other.offset)
    }
}

extension IndexKey {
    fileprivate static let asides = Array("aside\0".utf8)
}

extension IndexReader {
    /// All records that were set aside.
    func asides() throws(IngestionError) -> [IngestionV1.QuarantinedRecord] {
        let rows = try facts(from: IndexKey.asides, prefix: IndexKey.asides, limit: .max)
        return try rows.map { row throws(IngestionError) in
            do throws(MessageError) {
                return try IngestionV1.QuarantinedRecord.decode(row.value)
            } catch {
                throw damaged("a record that is set aside (\(error.message))")
            }
        }
    }
}

extension IndexWriter {
    /// What is known of a record that was set aside.
    func put(_ record: IngestionV1.QuarantinedRecord, _ batch: inout Batch) throws(IngestionError) {
        do throws(MessageError) {
            batch.put(index.facts, IndexKey.asides + record.place.bytes, try record.encode())
        } catch {
            throw .index("keep a record that is set aside", error)
        }
    }
}
