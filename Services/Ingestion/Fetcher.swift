// Reads the durable log for those who follow it: many partitions in one answer, waiting for news.

import Basics
import Chassis
import Log
import Messages

/// Serves Fetch. Reads block on the disk, so they run on threads of their own.
final class Fetcher: Sendable {
    /// Most bytes of records in one answer. Unit: bytes.
    static let bytesMax: UInt32 = 8 << 20
    /// Longest wait. Unit: ms.
    static let waitMsMax: UInt32 = 30_000
    /// Most records of one partition in one answer.
    static let recordsMax = 50_000
    /// What a partition's head and a record's tag cost in an answer beside the records. Unit: bytes.
    static let overheadBytes = 64

    private let reader: LogReader
    private let partitions: PartitionCount
    private let durable: RisingNumber
    private let clock: any Clock
    private let desk: ReadingDesk

    init(
        reader: LogReader, partitions: PartitionCount, durable: RisingNumber, clock: any Clock,
        desk: ReadingDesk
    ) {
        self.reader = reader
        self.partitions = partitions
        self.durable = durable
        self.clock = clock
        self.desk = desk
    }

    /// Answers at once when there are records behind a cursor, else when some come or at the end of
    /// the wait with watermarks only.
    func fetch(
        _ request: IngestionV1.FetchRequest, epochs: [Partition: Epoch], untilNs: UInt64
    ) async throws(Fault) -> IngestionV1.StoredFetchResponse {
        let cursors = try cursors(request)
        let waitNs = UInt64(min(request.waitMs, Self.waitMsMax)) * 1_000_000
        let until = min(clock.monotonicNs + waitNs, untilNs)
        let bytes = min(request.maxBytes, Self.bytesMax)
        while true {
            let seen = durable.value
            if try !hasNews(cursors), clock.monotonicNs < until, !Task.isCancelled {
                _ = await durable.wait(above: seen, untilNs: until)
                continue
            }
            do {
                return try await desk.run {
                    try self.read(cursors, bytes: Int(bytes), epochs: epochs)
                }
            } catch let error as IngestionError {
                throw error.fault
            } catch {
                throw IngestionError.log("fetch", error).fault
            }
        }
    }

    /// The ends of logs, durable; of all partitions when none is named.
    func positions(_ wanted: [UInt32]) throws(Fault) -> [LogV1.Position] {
        let named = try wanted.map { (index) throws(Fault) in try partition(index) }
        return try (named.isEmpty ? partitions.all : named).map { partition throws(Fault) in
            let end = try end(of: partition)
            return LogV1.Position(
                partition: UInt32(partition.index), nextOffset: end.next.value,
                watermarkMs: end.watermark.ms)
        }
    }

    private func cursors(_ request: IngestionV1.FetchRequest) throws(Fault)
        -> [(Partition, LogOffset)]
    {
        var cursors: [(Partition, LogOffset)] = []
        for cursor in request.cursors {
            let partition = try partition(cursor.partition)
            let end = try end(of: partition).next
            guard cursor.nextOffset <= end.value else {
                throw Fault.outOfRange(
                    "the cursor is behind the end of the log",
                    place: "partition \(partition), offset \(cursor.nextOffset) of \(end)",
                    hint: "the reader's state is of another log; let it begin anew")
            }
            cursors.append((partition, LogOffset(cursor.nextOffset)))
        }
        return cursors
    }

    private func partition(_ index: UInt32) throws(Fault) -> Partition {
        guard let index = UInt16(exactly: index), index < partitions.count else {
            throw Fault.invalidArgument(
                "there is no partition \(index)", place: "partition",
                hint: "the deployment has \(partitions.count), from 0")
        }
        return Partition(index: index)
    }

    private func hasNews(_ cursors: [(Partition, LogOffset)]) throws(Fault) -> Bool {
        for (partition, next) in cursors where next < (try end(of: partition).next) { return true }
        return false
    }

    private func end(of partition: Partition) throws(Fault) -> PartitionEnd {
        do {
            return try reader.end(of: partition)
        } catch {
            throw IngestionError.log("find the end of the log", error).fault
        }
    }

    private func read(
        _ cursors: [(Partition, LogOffset)], bytes: Int, epochs: [Partition: Epoch]
    ) throws(IngestionError) -> IngestionV1.StoredFetchResponse {
        var response = IngestionV1.StoredFetchResponse()
        var left = bytes - cursors.count * Self.overheadBytes
        for (partition, next) in cursors {
            var part = IngestionV1.StoredPartitionRecords(
                partition: UInt32(partition.index), nextOffset: next.value,
                epoch: epochs[partition]?.value ?? 0)
            if left > 0 || response.partitions.allSatisfy(\.records.isEmpty) {
                let page = try page(partition, from: next, bytes: max(left, 1))
                part.records = page.records.map { Array($0.payload) }
                left -= part.records.reduce(0) { $0 + $1.count + 8 }
                part.nextOffset = page.next.value
                part.endOffset = page.durable.next.value
                if page.isAtEnd { part.watermarkMs = page.watermark.ms }
            } else {
                part.endOffset = try page(partition, from: next, bytes: 1).durable.next.value
            }
            response.partitions.append(part)
        }
        return response
    }

    private func page(_ partition: Partition, from next: LogOffset, bytes: Int)
        throws(IngestionError) -> LogPage
    {
        do {
            return try reader.read(
                partition, from: next, limit: ReadLimit(bytes: bytes, records: Self.recordsMax))
        } catch {
            throw .log("read", error)
        }
    }
}
