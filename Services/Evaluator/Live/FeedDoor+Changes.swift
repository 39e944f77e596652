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
        _ = try await feed(request.segment, project, call, isToBeRead: true)
        let (parts, absent) = try byOwner(request)
        var missing = absent
        let waitMs = min(request.waitMs, Self.waitMsMax)
        let until = min(
            clock.monotonicNs + UInt64(waitMs) * 1_000_000,
            call.waitUntilNs(call.remainingMs(clock: clock) / 10 * 9, clock: clock)
        )
        do {
            return try await withThrowingTaskGroup(of: Part.self) { group in
                for (owner, cursors) in parts {
                    group.addTask {
                        var part = request
                        (part.cursors, part.waitMs) = (cursors, waitMs)
                        return try await answer(part, of: project, at: owner, untilNs: until, call)
                    }
                }
                // Who asks for what there is by now has it of everybody who answers.
                let isWaiting = waitMs > 0
                if missing.fault != nil, isWaiting { group.addTask { try await patience() } }
                defer { group.cancelAll() }
                var (left, endedCount, ended) = (parts.count, 0, nil as Fault?)
                while left > 0, let part = try await group.next() {
                    switch part {
                    case .told(var answer):
                        // Who has something answers for all: the others' wait behind cursors.
                        answer.unavailable += missing.partitions
                        if !answer.partitions.isEmpty { return answer }
                        left -= 1
                    case .silent(let cursors, let fault):
                        if missing.fault == nil, isWaiting {
                            group.addTask { try await patience() }
                        }
                        missing.add(cursors, because: fault)
                        left -= 1
                    case .ended(let fault):
                        (ended, left) = (fault, left - 1)
                        endedCount += 1
                    case .moved(let cursors):
                        missing.add(cursors, because: Self.moved(cursors))
                        left = isWaiting ? 0 : left - 1
                    case .over: left = 0
                    }
                }
                if let ended {
                    // Of an archived segment all has been told; or the rest is of partitions that
                    // nobody owns now.
                    if endedCount == parts.count, missing.fault == nil { throw ended }
                    if missing.fault != nil { try await clock.sleep(forMs: Self.patienceMs) }
                }
                if let fault = missing.fault, missing.partitions.count == request.cursors.count {
                    throw fault
                }
                return EvaluationV1.ChangesResponse(unavailable: missing.partitions)
            }
        } catch {
            throw Self.fault(error)
        }
    }

    /// The cursors by the owners of their partitions, nil for this instance, and those of
    /// partitions that nobody owns.
    private func byOwner(_ request: EvaluationV1.ChangesRequest) throws(Fault)
        -> ([Endpoint?: [EvaluationV1.FeedCursor]], Missing)
    {
        var parts: [Endpoint?: [EvaluationV1.FeedCursor]] = [:]
        var missing = Missing()
        for cursor in request.cursors {
            let partition = try partition(cursor.partition)
            if board[partition] != nil {
                parts[nil, default: []].append(cursor)
                continue
            }
            do throws(Fault) {
                let address = try address(of: partition, isForwarded: request.forwarded)
                parts[address, default: []].append(cursor)
            } catch {
                missing.add([cursor], because: error)
            }
        }
        return (parts, missing)
    }

    /// How long is waited for others' changes when somebody does not answer: its partitions may
    /// have another owner soon, who is to be asked.
    ///
    /// Unit: ms.
    private static let patienceMs: UInt64 = 200

    private func patience() async throws -> Part {
        try await clock.sleep(forMs: Self.patienceMs)
        return .over
    }

    /// What became of asking one owner.
    private enum Part: Sendable {
        case told(EvaluationV1.ChangesResponse)
        /// It does not answer, or is not the owner any more.
        case silent([EvaluationV1.FeedCursor], Fault)
        /// The map gives them to others by now, who are to be asked.
        case moved([EvaluationV1.FeedCursor])
        /// The segment is archived, and its partitions have told everything.
        case ended(Fault)
        /// It is not waited for the others any longer.
        case over
    }

    /// Partitions of which nobody tells now, and why not of the first.
    private struct Missing {
        private(set) var partitions: [UInt32] = []
        private(set) var fault: Fault?

        mutating func add(_ cursors: [EvaluationV1.FeedCursor], because fault: Fault) {
            partitions += cursors.map(\.partition)
            self.fault = self.fault ?? fault
        }
    }

    /// Asks one owner, this instance or one at an address.
    private func answer(
        _ request: EvaluationV1.ChangesRequest,
        of project: ProjectName,
        at address: Endpoint?,
        untilNs: UInt64,
        _ call: CallContext
    ) async throws -> Part {
        do {
            guard let address else {
                return .told(try await ownChanges(request, of: project, untilNs: untilNs, call))
            }
            return try await forwarded(request, to: address, call)
        } catch {
            let fault = Self.fault(error)
            if fault.code == .failedPrecondition, isArchived(request.segment, project) {
                return .ended(fault)
            }
            if fault.code == .deadlineExceeded {
                return .silent(request.cursors, Self.silent(request.cursors))
            }
            guard fault.isRetriable else { throw fault }
            return .silent(request.cursors, fault)
        }
    }

    private func isArchived(_ name: String, _ project: ProjectName) -> Bool {
        let segments = segments.catalogue.project(project).segments
        return segments[ExactName(name)]?.document.archived ?? false
    }

    /// Asks another owner, and stops waiting when the map takes a partition from it: a dead one
    /// would be waited for until the call's end.
    private func forwarded(
        _ request: EvaluationV1.ChangesRequest,
        to address: Endpoint,
        _ call: CallContext
    ) async throws -> Part {
        let (link, cursors) = (segments.link, request.cursors)
        var request = request
        request.forwarded = true
        let asked = request
        return try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask { .told(try await peer(at: address).changes(asked, options(call))) }
            group.addTask {
                var view = link.view
                while !Task.isCancelled {
                    let stay = cursors.allSatisfy { cursor in
                        let partition = Partition(
                            index: UInt16(truncatingIfNeeded: cursor.partition)
                        )
                        return view.owner(of: partition, .evaluator)?.address == address
                    }
                    if !stay { break }
                    view = await link.next(after: view)
                }
                return .moved(cursors)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .over
        }
    }

    /// Own partitions' changes, as soon as there are some.
    ///
    /// The segment may be updated while they are waited for: its feed is then the next version's.
    private func ownChanges(
        _ request: EvaluationV1.ChangesRequest,
        of project: ProjectName,
        untilNs: UInt64,
        _ call: CallContext
    ) async throws -> EvaluationV1.ChangesResponse {
        let limit = Int(min(max(request.limit, 1), UInt32(Self.changesMax)))
        let room = min(Int(call.maxReplyBytes) / 2, Limits.pageBytes)
        while true {
            let seen = board.news.value
            // Before the pages are looked at: whatever comes between is news by then.
            let isArchived = isArchived(request.segment, project)
            let feed = try feed(request.segment, project, isToBeRead: true)
            var parts: [PartChanges] = []
            var (left, bytes) = (limit, 0)
            for cursor in request.cursors where left > 0 && bytes < room {
                let most = min(left, max((room - bytes) / (Self.changeBytes + 32), 1))
                guard let part = try changes(behind: cursor, of: feed, limit: most) else {
                    continue
                }
                left -= part.records.count
                bytes += 48 + part.records.count * (Self.changeBytes + 32)
                parts.append(part)
            }
            if isArchived, parts.isEmpty, request.cursors.allSatisfy({ isRead($0, of: feed) }) {
                throw EvaluatorError(
                    .archivedSegment,
                    "read a feed",
                    place: request.segment,
                    hint: "everything that it told has been read"
                )
            }
            guard parts.isEmpty, clock.monotonicNs < untilNs, !Task.isCancelled else {
                return try await named(parts, project)
            }
            _ = await board.news.wait(above: seen, untilNs: untilNs)
        }
    }

    /// Whether a feed is over in a partition, and a consumer has all that it told.
    private func isRead(_ cursor: EvaluationV1.FeedCursor, of feed: FeedID) -> Bool {
        let page = board[Partition(index: UInt16(truncatingIfNeeded: cursor.partition))]
        guard let page, page.ends[feed] == nil,
            let over = page.over.first(where: { $0.feed == feed })
        else { return false }
        return cursor.fits(over) && cursor.sequence >= over.sequence
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
        try refuseOlder(page.epoch, than: cursor.epoch, partition)
        // A partition that has not read of the segment yet has nothing to tell; of one that is
        // archived it tells what the consumer lacks.
        guard let end = page.ends[feed] ?? page.over.first(where: { $0.feed == feed }) else {
            return nil
        }
        let position = LogV1.Position(
            partition: cursor.partition,
            nextOffset: page.next.value,
            watermarkMs: page.watermark.ms,
            stateEpoch: page.epoch.value
        )
        var told = end
        if !cursor.fits(end) {
            // What its version has told and the consumer has not comes before the next version.
            guard let over = page.over(cursor.version, before: end), cursor.fits(over),
                cursor.sequence < over.sequence
            else { return Self.stale(cursor, page, end, position) }
            told = over
        }
        return try changes(behind: cursor, of: told, partition, position, page.epoch, limit: limit)
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
                told.next = next.cursor(partition, at: 0, under: page.epoch)
            }
        }
        return PartChanges(partition: partition, records: [], page: told)
    }

    private func changes(
        behind cursor: EvaluationV1.FeedCursor,
        of end: FeedEnd,
        _ partition: Partition,
        _ position: LogV1.Position,
        _ epoch: Epoch,
        limit: Int
    ) throws -> PartChanges? {
        guard cursor.sequence < end.sequence else { return nil }
        let records = try shelf.records(
            of: end.feed,
            in: partition,
            after: cursor.sequence,
            limit: limit
        ).filter { $0.sequence <= end.sequence }
        // They may have become too old to be kept this very moment.
        guard records.first?.sequence == cursor.sequence + 1 else {
            return PartChanges(
                partition: partition,
                records: [],
                page: .init(cursor: cursor, stale: true, position: position)
            )
        }
        let last = records.last?.sequence ?? cursor.sequence
        // The sum of what is over has the names of who is gone since: nobody can name them now.
        let isWhole = last == end.sequence && !end.isOver
        return PartChanges(
            partition: partition,
            records: records,
            page: EvaluationV1.PartitionChanges(
                cursor: end.cursor(partition, at: last, under: epoch),
                stateHash: isWhole ? end.stateHash : nil,
                members: isWhole ? UInt64(end.members) : 0,
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
                    let flagged = Set((columns?.leftOut ?? [:]).values)
                    return (records[state.partition] ?? []).map {
                        $0.message(
                            of: columns?.id(of: $0.user)?.text ?? "",
                            isFlagged: flagged.contains($0.user)
                        )
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
