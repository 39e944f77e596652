// Everything the log holds about one user, page by page.

import Basics
import KeyValue
import Log
import Messages

/// Reads single users' records and the receipts of erasures; reads block on the disk, so they run
/// on threads of their own.
struct UserExport: Sendable {
    /// Receipts, or refused records, in one answer at most.
    static let receiptsMax = 500
    /// What a cursor among what was refused takes; another has the user's number, too.
    ///
    /// Unit: bytes.
    private static let refusedCursorBytes = 8
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
    /// What was refused and is kept.
    let shelf: RejectShelf

    /// The records about a user from a place in the log on, one read of the user's partition in
    /// all; then what was refused of the user.
    func page(of who: ProjectUser, _ cursor: [UInt8]?, bytesMax: Int) async throws
        -> IngestionV1.ExportUserResponse
    {
        let export = self
        return try await desk.run { try export.read(who, cursor, bytesMax) }
    }

    /// All identifiers of a user; none of one that nobody knows.
    func identifiers(of who: ProjectUser) async throws -> [UserID] {
        let export = self
        return try await desk.run {
            try WholeUser(who, export.index, export.log, export.partitions)?.identifiers ?? []
        }
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
        let reader = IndexReader(index)
        if let cursor, cursor.count == Self.refusedCursorBytes {
            return try refused(of: who, after: IndexKey.number(cursor[...]) ?? 0, bytesMax)
        }
        guard let (user, since) = try WholeUser.counted(who, reader, partitions) else {
            return try refused(of: who, after: 0, bytesMax)
        }
        let (number, partition) = (user.owner.number, user.owner.partition)
        var next = try place(cursor, of: user) ?? since
        let taken = try taken(from: user, since)
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
        if next < end {
            answer.nextCursor = Self.cursor(next, of: number)
        } else if try !refused(of: who, after: 0, 1).refused.isEmpty {
            answer.nextCursor = IndexKey.bigEndian(0, bytes: Self.refusedCursorBytes)
        }
        return answer
    }

    /// What was refused of a user, behind one of the records; of one that nobody knows it is all.
    private func refused(of who: ProjectUser, after id: UInt64, _ bytesMax: Int) throws
        -> IngestionV1.ExportUserResponse
    {
        let user = try WholeUser(who, index, log, partitions)
        let names = Set((user?.identifiers ?? [who.user]).map(\.text))
        let page = try shelf.page(
            of: who.project,
            after: id,
            limit: Self.receiptsMax,
            bytesMax: bytesMax
        ) { $0.isAbout(names) }
        guard user != nil || !page.records.isEmpty else { throw Self.unknown(who) }
        return IngestionV1.ExportUserResponse(
            nextCursor: page.more
                ? IndexKey.bigEndian(page.through, bytes: Self.refusedCursorBytes) : nil,
            refused: page.records
        )
    }

    /// Where records of the user stand that are another's again, since a merge was taken back.
    private func taken(from user: WholeUser.Number, _ since: LogOffset) throws -> Set<UInt64> {
        let owner = user.owner
        let who = ProjectUser(project: owner.project, user: user.user)
        guard try !IndexReader(index).merges(of: who).isEmpty else { return [] }
        var taken: Set<UInt64> = []
        var next = since
        while true {
            let page = try log.read(
                owner.partition,
                from: next,
                limit: ReadLimit(bytes: Self.readBytes, records: IndexReplay.pageRecords)
            )
            for stored in page.records {
                let glance = RecordGlance(stored.payload)
                guard glance.kind == .mergeUndone, glance.user == owner.number.value else {
                    continue
                }
                let record = try LogV1.LogRecord.decode(Array(stored.payload))
                guard record.project == owner.project.text,
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

    private static func unknown(_ who: ProjectUser) -> IngestionError {
        IngestionError(
            .unknownUser,
            "export the user",
            place: "user_id",
            hint: "nothing is kept of such a user of \(who.project)"
        )
    }

    /// Where a cursor goes on; it is of no use for another user, nor for one who came again.
    private func place(_ cursor: [UInt8]?, of user: WholeUser.Number) throws -> LogOffset? {
        guard let cursor else { return nil }
        guard cursor.count == 12, let next = IndexKey.number(cursor[..<8]),
            IndexKey.number(cursor[8...]) == UInt64(user.owner.number.value)
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
        case .userKnown(let known): known.userNumber
        case .event(let event): event.userNumber
        case .profile(let change): change.userNumber
        case .listChange(let change): change.userNumber
        case .erasure(let erasure): erasure.userNumber
        case .mergeOut(let out): out.userNumber
        case .mergeIn(let merge): merge.userNumber
        case .mergeUndone(let undone): undone.userNumber
        case .catalogue, .tenure, .importUndone, .erasedCopies, .stub, .aside, .leftOut, nil: nil
        }
    }
}
