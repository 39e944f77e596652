// A thread that owns the state of some partitions: takes records in, answers questions about them.

import Basics
import Chassis
import Columns
import Messages
import Synchronization

/// One lane.
///
/// Its state is born on its thread and never leaves it, but as values.
final class Lane: Sendable {
    /// Questions that may wait; more are refused.
    static let questionsMax = 128
    /// Pages of records that may wait; more wait at their source.
    static let pagesMax = 64
    /// Merges that may be under way: of other partitions they begin later.
    static let mergesMax = 4
    /// Orders that may wait: those, and one to adopt or release, which its giver waits for.
    static let queueMax = questionsMax + pagesMax + mergesMax + 1
    /// Log without a record after which a partition is at rest: its tail is sealed and its chunks
    /// are made one.
    ///
    /// Unit: ns.
    static let quietNs: UInt64 = 10_000_000_000
    /// Rows of a tail that are worth a chunk when the partition is at rest.
    static let quietRows = 512

    /// When a partition's tail is sealed into a chunk.
    struct SealRule: Sendable {
        /// Rows of a tail.
        var rows: Int
        /// Bytes of a tail.
        var bytes: Int
    }

    private let queue = BoundedQueue<LaneOrder>(capacity: Lane.queueMax)
    let checkpoints: Checkpoints
    let catalogue: Catalogue
    private let applied: Applied
    private let board: FeedBoard
    private let rule: SealRule
    private let merging: Merging
    /// Notes records before they are handled; nil: nobody does.
    let care: RecordCare?
    private let clock: any Clock
    /// Questions that wait or are being answered, so that they never take the records' room.
    private let questions = Atomic<Int>(0)
    /// Pages taken in, or set aside where they are a watermark: the follower waits when it is too
    /// far ahead.
    ///
    /// Once the lane has ended it is above every number, as nobody may wait for it then.
    let pagesTaken: RisingNumber

    init(
        checkpoints: Checkpoints,
        catalogue: Catalogue,
        applied: Applied,
        board: FeedBoard,
        rule: SealRule,
        merging: Merging,
        care: RecordCare? = nil,
        clock: any Clock
    ) {
        self.checkpoints = checkpoints
        self.catalogue = catalogue
        self.applied = applied
        self.board = board
        self.rule = rule
        self.merging = merging
        self.care = care
        self.clock = clock
        pagesTaken = RisingNumber(clock: clock)
    }

    /// Takes a partition over, or changes the part in which it is held.
    ///
    /// - Returns: the next offset it wants.
    func adopt(_ partition: Partition, as tenure: Tenure = .owner(Epoch(0))) async throws
        -> LogOffset
    {
        try await withCheckedThrowingContinuation { answer in
            let isQueued = queue.tryPush(.adopt(partition, tenure, answer))
            if !isQueued { answer.resume(throwing: refusal) }
        }
    }

    /// Lets a partition go; it is not held any more when this returns.
    func release(_ partition: Partition) async throws {
        try await withCheckedThrowingContinuation {
            (answer: CheckedContinuation<Void, any Error>) in
            if !queue.tryPush(.release(partition, answer)) { answer.resume(throwing: refusal) }
        }
    }

    /// Hands a page of records over; the caller keeps to a bounded number of pages ahead.
    func apply(_ page: IngestionV1.PartitionRecords) throws(EvaluatorError) {
        guard queue.tryPush(.apply(page)) else { throw refusal }
    }

    /// Runs a question over partitions' states on the lane's thread.
    ///
    /// - Throws: when a partition is not held here, too much waits, or the lane has ended.
    func ask<Answer: Sendable>(
        _ partitions: [Partition],
        _ question: @escaping @Sendable (inout [PartitionState]) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            ask(partitions, question) { continuation.resume(with: $0) }
        }
    }

    /// The same; `receive` is called once, from whichever thread, and takes no time there.
    func ask<Answer: Sendable>(
        _ partitions: [Partition],
        _ question: @escaping @Sendable (inout [PartitionState]) throws -> Answer,
        _ receive: @escaping @Sendable (Result<Answer, any Error>) -> Void
    ) {
        let isQueued =
            questions.add(1, ordering: .relaxed).newValue <= Self.questionsMax
            && queue.tryPush(
                .ask(partitions) { states in
                    self.questions.subtract(1, ordering: .relaxed)
                    guard var held = states.take() else {
                        return receive(
                            .failure(
                                EvaluatorError(
                                    .notTheOwner,
                                    "answer",
                                    place: Gather.list(partitions),
                                    hint: "ask again: the partition map has changed"
                                )
                            )
                        )
                    }
                    receive(Result { try question(&held) })
                    states = held
                }
            )
        guard !isQueued else { return }
        questions.subtract(1, ordering: .relaxed)
        receive(.failure(refusal))
    }

    /// Orders that wait now.
    var queued: Int { queue.count }

    /// Ends the thread's loop after what is queued.
    func stop() { queue.close() }

    private var refusal: EvaluatorError {
        EvaluatorError(
            queue.isClosed ? .stopped : .busy,
            "ask a lane",
            place: "lane",
            hint: "ask again a little later"
        )
    }

    /// The thread's body: returns when stopped, throws when a partition cannot go on.
    func run() throws(EvaluatorError) {
        // Nobody may wait for a lane that has ended.
        defer { pagesTaken.raise(to: .max) }
        do {
            try work()
        } catch {
            queue.close()
            for order in queue.popAll(upTo: Self.queueMax) { order.refuse(error) }
            throw error
        }
    }

    private func work() throws(EvaluatorError) {
        var states: [Partition: PartitionState] = [:]
        var rest = Rest()
        var waiting = WaitingWatermarks()
        while true {
            let order = waiting.isEmpty ? queue.pop() : queue.pop(waitingAtMostNs: 0)
            if case .apply(let page) = order, page.records.isEmpty {
                waiting.add(page)
                pagesTaken.raise()
                continue
            }
            if let order {
                try hear(before: order, &waiting, &states, &rest)
                try follow(order, &states, &rest)
            } else if waiting.isEmpty {
                return
            }
            // One for each order, so that neither waits for all of the others; nobody waits for a
            // standby's.
            let next = waiting.takeFirst { states[$0]?.tenure.isOwner ?? false }
            if let next { try apply(next, &states, &rest) }
        }
    }

    /// What came before an order of its partitions is heard before it.
    private func hear(
        before order: LaneOrder,
        _ waiting: inout WaitingWatermarks,
        _ states: inout [Partition: PartitionState],
        _ rest: inout Rest
    ) throws(EvaluatorError) {
        do throws(EvaluatorError) {
            for partition in order.partitions {
                if let page = waiting.take(of: partition) { try apply(page, &states, &rest) }
            }
        } catch {
            // It is in the queue no more.
            order.refuse(error)
            throw error
        }
    }

    private func follow(
        _ order: LaneOrder,
        _ states: inout [Partition: PartitionState],
        _ rest: inout Rest
    ) throws(EvaluatorError) {
        switch order {
        case .adopt(let partition, let tenure, let answer):
            do throws(EvaluatorError) {
                let held = states.removeValue(forKey: partition)
                let next = try adopt(partition, held, as: tenure, &states)
                answer.resume(returning: next)
            } catch {
                answer.resume(throwing: error)
                throw error
            }
        case .release(let partition, let answer):
            states[partition] = nil
            care?.note(partition, isHeld: false)
            rest.forget(partition)
            applied.drop(partition)
            board.drop(partition)
            answer.resume()
        case .apply(let page):
            defer { pagesTaken.raise() }
            try apply(page, &states, &rest)
        case .merged(let merged): try take(merged, &states, &rest)
        case .ask(let partitions, let answer):
            // Moved out and back, so that nothing is copied when the question makes an index.
            // A standby's is as good as not held.
            var asked: [PartitionState]? = partitions.compactMap { partition in
                guard let index = states.index(forKey: partition),
                    states.values[index].tenure.isOwner
                else { return nil }
                return states.remove(at: index).value
            }
            let held = asked?.count == partitions.count
            var nothing: [PartitionState]?
            if held { answer(&asked) } else { answer(&nothing) }
            for state in asked ?? [] { states[state.partition] = state }
        }
    }

    /// A standby that becomes the owner goes on from where it is: what it has told nobody so far
    /// is what the owner told, as both are functions of one log.
    private func adopt(
        _ partition: Partition,
        _ held: PartitionState?,
        as tenure: Tenure,
        _ states: inout [Partition: PartitionState]
    ) throws(EvaluatorError) -> LogOffset {
        var state: PartitionState
        if let held {
            state = held
        } else {
            state = try load(partition)
            care?.note(partition, isHeld: true)
            // What the checkpoint has was handled, perhaps before its doubts were forgotten.
            try care?.forget(of: partition, below: state.next)
        }
        if !tenure.isOwner {
            applied.drop(partition)
            board.drop(partition)
        }
        state.tenure = tenure
        if tenure.isOwner { board.post(state, isNew: true) }
        applied.note(state)
        states[partition] = state
        return state.next
    }

    /// What a lane knows of its partitions beside their states.
    private struct Rest {
        /// Merges under way, by number, so that one begun in an earlier tenure is known as such.
        var merges: [Partition: Int] = [:]
        var mergesBegun = 0
        /// When the last record came.
        ///
        /// Unit: ns of the monotonic clock.
        var lastRecordNs: [Partition: UInt64] = [:]

        mutating func forget(_ partition: Partition) {
            merges[partition] = nil
            lastRecordNs[partition] = nil
        }
    }

    private func apply(
        _ page: IngestionV1.PartitionRecords,
        _ states: inout [Partition: PartitionState],
        _ rest: inout Rest
    ) throws(EvaluatorError) {
        let partition = page.index
        // A page for a partition that was let go meanwhile is of no use.
        guard var state = states.removeValue(forKey: partition) else { return }
        let wasBehindFeeds = state.isBehindFeeds
        try quarantine(in: &state)
        try take(page.records, &state)
        if let watermarkMs = page.watermarkMs { try pass(Timestamp(ms: watermarkMs), &state) }
        let isNews = !state.live.news.isEmpty
        if isNews { try checkpoints.remember(&state.live) }
        if state.tenure.isOwner {
            if isNews || wasBehindFeeds {
                board.post(state, isNew: false)
            } else {
                board.advance(state.live)
            }
        }
        let nowNs = clock.monotonicNs
        if !page.records.isEmpty || rest.lastRecordNs[partition] == nil {
            rest.lastRecordNs[partition] = nowNs
        }
        let isQuiet = nowNs - (rest.lastRecordNs[partition] ?? nowNs) >= Self.quietNs
        let isFull = state.tailRows >= rule.rows || state.tailBytes >= rule.bytes
        if isFull || isQuiet && state.tailRows >= min(Self.quietRows, rule.rows) {
            try checkpoints.seal(&state, catalogue: catalogue)
        }
        if isFull || isQuiet { merge(state, isQuiet: isQuiet, &rest) }
        applied.note(state)
        states[partition] = state
    }

    private func merge(_ state: PartitionState, isQuiet: Bool, _ rest: inout Rest) {
        let partition = state.partition
        guard rest.merges[partition] == nil, rest.merges.count < Self.mergesMax else { return }
        rest.mergesBegun += 1
        let number = rest.mergesBegun
        let isBegun = merging.begin(state, number: number, isQuiet: isQuiet) { [queue] merged in
            // There is room for it; a lane that has ended needs it no more.
            _ = queue.tryPush(.merged(merged))
        }
        if isBegun { rest.merges[partition] = number }
    }

    /// Publishes a merged chunk and reads it from now on.
    private func take(
        _ merged: Merging.Merged,
        _ states: inout [Partition: PartitionState],
        _ rest: inout Rest
    ) throws(EvaluatorError) {
        let partition = merged.owner.partition
        guard rest.merges[partition] == merged.number else { return }
        rest.merges[partition] = nil
        guard var state = states.removeValue(forKey: partition) else { return }
        switch merged.chunk {
        case .success(let chunk):
            if try checkpoints.replace(with: chunk, catalogue: catalogue) {
                try state.replace(with: chunk)
                merge(state, isQuiet: false, &rest)
            }
        case .failure(let error):
            // A disk without room costs speed only, and the next seal, which needs it, says so.
            guard error.code == .disk else { throw error }
        }
        states[partition] = state
    }
}
