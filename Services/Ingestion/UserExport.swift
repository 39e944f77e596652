// Everything the log holds about one user, page by page.

import Basics
import KeyValue
import Log
import Messages

/// Reads single users' records and the receipts of erasures; reads block on the disk, so they run
/// on threads of their own.
struct UserExport: Sendable {
    /// Receipts in one answer at most.
    static let receiptsMax = 500
    /// Log read for one page at most, so that a page is told in time where a user's records are
    /// few.
    ///
    /// Unit: bytes.
    static let scannedMax = 64 << 20
    /// Log read at a time.
    ///
    /// Unit: bytes.
    private static let readBytes = 2 << 20

    let index: IndexStore
    let log: any Log
    let partitions: PartitionCount
    let desk: ReadingDesk

    /// The records about a user from a place in the log on: one read of the user's partition in
    /// all.
    func page(of who: ProjectUser, _ cursor: [UInt8]?, bytesMax: Int) async throws
        -> IngestionV1.ExportUserResponse
    {
        let export = self
        return try await desk.run { try export.read(who, cursor, bytesMax) }
    }

    /// The receipts behind a cursor.
    func receipts(of project: ProjectName, after cursor: [UInt8]?, limit: Int) async throws
        -> IngestionV1.ErasuresResponse
    {
        let index = index
        let limit = min(max(limit, 1), Self.receiptsMax)
        let found = try await desk.run {
            try IndexReader(index).erasures(of: project, after: cursor, limit: limit + 1)
        }
        let page = found.prefix(limit)
        return IngestionV1.ErasuresResponse(
            receipts: page.map(\.receipt),
            nextCursor: found.count > limit ? page.last?.key : nil
        )
    }

    private func read(_ who: ProjectUser, _ cursor: [UInt8]?, _ bytesMax: Int) throws
        -> IngestionV1.ExportUserResponse
    {
        guard let known = try IndexReader(index).users(of: [who])[who] else {
            throw IngestionError(
                .unknownUser,
                "export the user",
                place: "user_id",
                hint: "nothing is kept of such a user of \(who.project)"
            )
        }
        if let survivor = known.survivor {
            throw IngestionError(
                .wasMerged,
                "export the user",
                place: "user_id",
                hint: "what there is of it is held of \(survivor.text)"
            )
        }
        let number = known.number
        let partition = partitions.home(project: who.project, identifier: who.user.text)
        var next = try place(cursor, of: known)
        let taken = try taken(from: who, known, in: partition)
        var answer = IngestionV1.ExportUserResponse()
        var (bytes, scanned) = (0, 0)
        let end = try log.end(of: partition).next
        while next < end, scanned < Self.scannedMax {
            let page = try log.read(
                partition,
                from: next,
                limit: ReadLimit(bytes: Self.readBytes, records: IndexReplay.pageRecords)
            )
            for stored in page.records {
                scanned += stored.payload.count
                let glance = RecordGlance(stored.payload)
                guard glance.kind == nil || glance.user == number.value,
                    !taken.contains(stored.offset.value)
                else { continue }
                let record = try LogV1.LogRecord.decode(Array(stored.payload))
                guard record.project == who.project.text, record.userNumber == number.value
                else { continue }
                guard bytes == 0 || bytes + stored.payload.count <= bytesMax else {
                    answer.nextCursor = Self.cursor(stored.offset, of: number)
                    return answer
                }
                bytes += stored.payload.count + 8
                answer.records.append(record)
            }
            next = page.next
        }
        if next < end { answer.nextCursor = Self.cursor(next, of: number) }
        return answer
    }

    /// Where records of the user stand that are another's again, since a merge was taken back.
    private func taken(from who: ProjectUser, _ known: KnownUser, in partition: Partition) throws
        -> Set<UInt64>
    {
        guard try IndexReader(index).wasMerged(who) else { return [] }
        var taken: Set<UInt64> = []
        var next = known.since
        while true {
            let page = try log.read(
                partition,
                from: next,
                limit: ReadLimit(bytes: Self.readBytes, records: IndexReplay.pageRecords)
            )
            for stored in page.records {
                let glance = RecordGlance(stored.payload)
                guard glance.kind == .mergeUndone, glance.user == known.number.value else {
                    continue
                }
                let record = try LogV1.LogRecord.decode(Array(stored.payload))
                guard record.project == who.project.text,
                    case .mergeUndone(let undone) = record.body
                else { continue }
                for run in undone.moved {
                    for offset in 0..<run.count { taken.insert(run.from &+ offset) }
                }
            }
            next = page.next
            if page.isAtEnd { return taken }
        }
    }

    private static func cursor(_ next: LogOffset, of number: UserNumber) -> [UInt8] {
        IndexKey.bigEndian(next.value, bytes: 8)
            + IndexKey.bigEndian(UInt64(number.value), bytes: 4)
    }

    /// Where a cursor goes on; it is of no use for another user, nor for one who came again.
    private func place(_ cursor: [UInt8]?, of known: KnownUser) throws -> LogOffset {
        // No record under the number stands before it.
        guard let cursor else { return known.since }
        guard cursor.count == 12, let next = IndexKey.number(cursor[..<8]),
            IndexKey.number(cursor[8...]) == UInt64(known.number.value)
        else {
            throw Fault.invalidArgument(
                "the cursor is another user's",
                place: "cursor",
                hint: "send next_cursor of the page before, or none"
            )
        }
        return LogOffset(next)
    }
}

extension LogV1.LogRecord {
    /// Of which user's it is; nil: of nobody's.
    var userNumber: UInt32? {
        switch body {
        case .newUser(let new): new.number
        case .event(let event): event.userNumber
        case .profile(let change): change.userNumber
        case .listChange(let change): change.userNumber
        case .erasure(let erasure): erasure.userNumber
        case .mergeOut(let out): out.userNumber
        case .mergeIn(let merge): merge.userNumber
        case .mergeUndone(let undone): undone.userNumber
        case .catalogue, .tenure, .importUndone, .stub, nil: nil
        }
    }
}
