// Changes of a feed behind a consumer's cursors: own partitions' and, by their owners, others'.

import Basics
import Bus
import Chassis
import Columns
import Messages
import Segments
import Wire

extension FeedDoor {
    func changes(_ request: EvaluationV1.ChangesRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ChangesResponse
    {
        let project = try await segments.project(call)
        guard Set(request.cursors.map(\.partition)).count == request.cursors.count else {
            throw Fault.invalidArgument(
                "a partition has two cursors",
                place: "cursors",
                hint: "a feed has one place in a partition"
            )
        }
        let feed = try await feed(request.segment, project, call)
        var own: [EvaluationV1.FeedCursor] = []
        var others: [Endpoint: [EvaluationV1.FeedCursor]] = [:]
        for cursor in request.cursors {
            let partition = try partition(cursor.partition)
            if board[partition] != nil {
                own.append(cursor)
            } else {
                let address = try address(of: partition, isForwarded: request.forwarded)
                others[address, default: []].append(cursor)
            }
        }
        let waitMs = min(request.waitMs, Self.waitMsMax)
        let until = min(
            clock.monotonicNs + UInt64(waitMs) * 1_000_000,
            call.waitUntilNs(call.remainingMs(clock: clock) / 10 * 9, clock: clock)
        )
        let mine = own
        do {
            return try await withThrowingTaskGroup(of: EvaluationV1.ChangesResponse.self) { group in
                if !mine.isEmpty {
                    group.addTask {
                        try await changes(mine, of: feed, request, untilNs: until, call)
                    }
                }
                for (address, cursors) in others {
                    group.addTask {
                        var part = request
                        part.cursors = cursors
                        part.forwarded = true
                        part.waitMs = waitMs
                        return try await peer(at: address).changes(part, options(call))
                    }
                }
                defer { group.cancelAll() }
                // Who has something answers for all: the others' changes wait behind cursors.
                while let answer = try await group.next() {
                    if !answer.partitions.isEmpty { return answer }
                }
                return EvaluationV1.ChangesResponse()
            }
        } catch {
            throw Self.fault(error)
        }
    }

    /// Own partitions' changes, as soon as there are some.
    private func changes(
        _ cursors: [EvaluationV1.FeedCursor],
        of feed: FeedID,
        _ request: EvaluationV1.ChangesRequest,
        untilNs: UInt64,
        _ call: CallContext
    ) async throws -> EvaluationV1.ChangesResponse {
        let limit = Int(min(max(request.limit, 1), UInt32(Self.changesMax)))
        let room = min(Int(call.maxReplyBytes) / 2, Limits.pageBytes)
        while true {
            let seen = board.news.value
            var parts: [PartChanges] = []
            var (left, bytes) = (limit, 0)
            for cursor in cursors where left > 0 && bytes < room {
                let most = min(left, max((room - bytes) / (Self.changeBytes + 32), 1))
                guard let part = try changes(behind: cursor, of: feed, limit: most) else {
                    continue
                }
                left -= part.records.count
                bytes += 48 + part.records.count * (Self.changeBytes + 32)
                parts.append(part)
            }
            guard parts.isEmpty, clock.monotonicNs < untilNs, !Task.isCancelled else {
                return try await named(parts, feed.project)
            }
            _ = await board.news.wait(above: seen, untilNs: untilNs)
        }
    }

    /// One partition's changes whose users have no names yet.
    private struct PartChanges {
        let partition: Partition
        let records: [FeedRecord]
        var page: EvaluationV1.PartitionChanges
    }

    /// A partition's changes; nil: there are none.
    private func changes(
        behind cursor: EvaluationV1.FeedCursor,
        of feed: FeedID,
        limit: Int
    ) throws -> PartChanges? {
        let partition = try partition(cursor.partition)
        guard let page = board[partition] else {
            throw EvaluatorError(
                .notTheOwner,
                "read a feed",
                place: Gather.list([partition]),
                hint: "ask again: the partition map has changed"
            )
        }
        // A partition that has not read of the segment yet has nothing to tell.
        guard let end = page.ends[feed] else { return nil }
        let position = LogV1.Position(
            partition: cursor.partition,
            nextOffset: page.next.value,
            watermarkMs: page.watermark.ms
        )
        var told = end
        if !cursor.fits(end) {
            // What its version has told and the consumer has not comes before the next version.
            guard let over = page.over(cursor.version, before: end), cursor.fits(over),
                cursor.sequence < over.sequence
            else { return Self.stale(cursor, page, end, position) }
            told = over
        }
        return try changes(behind: cursor, of: told, partition, position, limit: limit)
    }

    /// A cursor is of no use: told which version follows, and where, if it goes on from there.
    private static func stale(
        _ cursor: EvaluationV1.FeedCursor,
        _ page: FeedBoard.Page,
        _ end: FeedEnd,
        _ position: LogV1.Position
    ) -> PartChanges {
        let partition = Partition(index: UInt16(truncatingIfNeeded: cursor.partition))
        var told = EvaluationV1.PartitionChanges(cursor: cursor, stale: true, position: position)
        if let over = page.over(cursor.version, before: end), cursor.version < end.version {
            let next = page.next(after: over, upTo: end)
            told.nextVersion = next.version
            if next.isCarried, cursor.fits(over), cursor.sequence == over.sequence {
                told.next = next.cursor(partition, at: 0)
            }
        }
        return PartChanges(partition: partition, records: [], page: told)
    }

    private func changes(
        behind cursor: EvaluationV1.FeedCursor,
        of end: FeedEnd,
        _ partition: Partition,
        _ position: LogV1.Position,
        limit: Int
    ) throws -> PartChanges? {
        guard cursor.sequence < end.sequence else { return nil }
        let records = try shelf.records(
            of: end.feed,
            in: partition,
            after: cursor.sequence,
            limit: limit
        ).filter { $0.sequence <= end.sequence }
        let last = records.last?.sequence ?? cursor.sequence
        return PartChanges(
            partition: partition,
            records: records,
            page: EvaluationV1.PartitionChanges(
                cursor: end.cursor(partition, at: last),
                stateHash: last == end.sequence ? end.stateHash : nil,
                members: last == end.sequence ? UInt64(end.members) : 0,
                position: position
            )
        )
    }

    /// The changes with their users' names: each lane is asked once, since it answers behind the
    /// pages of records that wait for it.
    private func named(_ parts: [PartChanges], _ project: ProjectName) async throws
        -> EvaluationV1.ChangesResponse
    {
        var pages = Dictionary(uniqueKeysWithValues: parts.map { ($0.partition, $0.page) })
        let told = parts.filter { !$0.records.isEmpty }
        let records = Dictionary(uniqueKeysWithValues: told.map { ($0.partition, $0.records) })
        for (lane, partitions) in lanes.grouped(told.map(\.partition)) {
            let changes = try await lane.ask(partitions) { states in
                states.map { state in
                    let columns = state.projects[project]
                    return (records[state.partition] ?? []).map {
                        $0.message(of: columns?.id(of: $0.user)?.text ?? "")
                    }
                }
            }
            for (partition, changes) in zip(partitions, changes) {
                pages[partition]?.changes = changes
                // Somebody is gone since, as the next changes tell: the sum still has the name.
                if changes.contains(where: { $0.userID.isEmpty && !$0.tellsWhoIsGone }) {
                    pages[partition]?.stateHash = nil
                }
            }
        }
        return EvaluationV1.ChangesResponse(partitions: parts.compactMap { pages[$0.partition] })
    }
}
