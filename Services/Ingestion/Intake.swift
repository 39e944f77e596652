// The one writer of the log: takes orders from a queue, decides, makes a whole group durable with
// one
// sync, then answers.

import Basics
import Chassis
import KeyValue
import Log
import Messages
import Synchronization

/// What the intake needs from the world.
struct IntakeParts: Sendable {
    /// What log time follows.
    let clock: any Clock
    let index: IndexStore
    let log: any Log
    let partitions: PartitionCount
    /// Raised after every commit that added records.
    let durable: RisingNumber
    /// What is known of events and properties, by project.
    let schema: SchemaBook
    /// Records that are set aside.
    let asides: Asides
    let settings: IntakeSettings
}

extension IntakeParts {
    /// Where log time goes on: above all that was told before the log was opened, and since, as a
    /// restored log is told of.
    func earliest() throws(IngestionError) -> Timestamp {
        do throws(LogError) {
            var earliest = log.earliest
            for partition in partitions.all {
                earliest = max(earliest, try log.end(of: partition).watermark + 1)
            }
            return earliest
        } catch {
            throw .log("begin log time", error)
        }
    }
}

/// The intake's own limits.
struct IntakeSettings: Sendable {
    /// Orders that may wait; the next is refused.
    var queueMax = 256
    /// What the waiting orders may write; the next one is refused.
    ///
    /// Unit: bytes.
    var queueBytesMax = 128 << 20
    /// Records of one group: a sync is shared by many callers, yet none waits for long.
    var groupRecordsMax = 20_000
    /// What one group writes at most: what the journal takes, without the heads of its runs.
    ///
    /// A single order must fit. Unit: bytes.
    var groupBytesMax = 30 << 20
    /// How often a watermark is told when nothing comes: so late a timer may fall due.
    ///
    /// Unit: ms.
    var tickMs: UInt64 = 20
    /// How far ahead of the log's time a catalogue change counts, so that all partitions have it.
    var activationAheadMs: Int64 = 50
    /// Users' numbers kept in memory; the others are looked up.
    var numbersMax = 400_000
}

/// Owns journal and index on one thread.
final class Intake: Sendable {
    private let parts: IntakeParts
    private let queue: BoundedQueue<IntakeOrder>
    /// What the waiting orders may write.
    private let waitingBytes = Atomic<Int>(0)
    private let failure = Mutex<IngestionError?>(nil)
    private let standings: Mutex<[ProjectName: CatalogueStanding]>
    /// The edition of the newest roster whose tenures stand in the logs.
    private let tenures = Atomic<UInt64>(0)

    /// Prepares the intake; `run` does the work.
    ///
    /// The index must have been brought up to the log.
    init(_ parts: IntakeParts, standings: [ProjectName: CatalogueStanding]) {
        self.parts = parts
        queue = BoundedQueue(capacity: parts.settings.queueMax)
        self.standings = Mutex(standings)
    }

    /// The newest catalogue revision that stands in every log.
    func standing(of project: ProjectName) -> CatalogueStanding? {
        standings.withLock { $0[project] }
    }

    /// Whether the project stands in the log, whatever the registry says.
    func knows(_ project: ProjectName) -> Bool { standing(of: project) != nil }

    /// Projects that stand in the log, whatever the registry says.
    var projects: [ProjectName] { standings.withLock { Array($0.keys) } }

    /// Hands records over and waits until they are durable.
    func write(_ batch: RecordBatch) async throws -> [Outcome] {
        try await order(bytes: batch.bytesMax) { .records(batch, $0) }
    }

    /// Hands as many of the first documents over as one group holds, not counting those that stand
    /// there, and waits until they stand in every log.
    ///
    /// - Returns: where the catalogue stands then.
    func write(_ batch: CatalogueBatch) async throws -> CatalogueStanding {
        let revision = standing(of: batch.project)?.revision ?? 0
        let first = batch.suffix(behind: revision)
            .prefix(ofBytes: parts.settings.groupBytesMax, parts.partitions)
        return try await order(bytes: first.bytesMax(parts.partitions)) { .catalogue(first, $0) }
    }

    /// Takes an import back and waits until that stands in every log.
    ///
    /// - Returns: what it had brought.
    /// - Throws: when it never brought a record.
    func undo(_ undoing: ImportUndoing) async throws -> IngestionV1.ImportSummary {
        let bytes = ImportUndoing.recordBytes * Int(parts.partitions.count)
        return try await order(bytes: bytes) { .undoing(undoing, $0) }
    }

    /// Erases a user and waits until that is durable.
    ///
    /// - Returns: the receipt; of a repeat the first one.
    /// - Throws: when there is no such user.
    func erase(_ order: ErasureOrder) async throws -> ErasureOutcome {
        try await self.order(bytes: ErasureOrder.bytesMax) { .erasing(order, $0) }
    }

    /// Changes who is on a list and waits until that is durable, all of it at one instant.
    func change(_ list: ListOrder) async throws -> ListOutcome {
        try await order(bytes: list.bytesMax) { .listing(list, $0) }
    }

    /// Makes two identifiers one user and waits until that is durable.
    ///
    /// - Throws: when they cannot be one.
    func merge(_ order: MergeOrder) async throws -> MergeOutcome {
        try await self.order(bytes: order.bytesMax) { .merge(order, $0) }
    }

    /// Makes an identifier a user of its own again and waits until that is durable.
    ///
    /// - Throws: when nobody has heard of it.
    func unmerge(_ order: UnmergeOrder) async throws -> MergeOutcome {
        try await self.order(bytes: order.bytesMax) { .unmerge(order, $0) }
    }

    /// Sets a record aside, or takes it in again, and waits until that is durable.
    ///
    /// - Returns: what is known of it then.
    /// - Throws: when it cannot be.
    func change(_ order: AsideOrder) async throws -> IngestionV1.QuarantinedRecord {
        try await self.order(bytes: AsideOrder.recordBytes) { .aside(order, $0) }
    }

    /// Begins a tenure in every partition whose log does not carry this epoch yet.
    func begin(_ epochs: [Partition: Epoch], as instance: InstanceID) async throws {
        try await order(bytes: 0) { .tenure(epochs, instance, $0) }
    }

    /// Begins the tenures of a roster, unless they stand there: before any record under them.
    func begin(_ view: RosterView, as instance: InstanceID) async throws {
        guard view.edition > tenures.load(ordering: .acquiring) else { return }
        let owned = view.partitions(of: instance, .ingestion)
        try await begin(
            Dictionary(owned.map { ($0.partition, $0.epoch) }) { first, _ in first },
            as: instance
        )
        tenures.max(view.edition, ordering: .releasing)
    }

    /// Orders that wait now.
    var waitingCount: Int { queue.count }

    /// Ends the thread's loop after what is queued.
    func stop() { queue.close() }

    private func order<Value: Sendable>(
        bytes: Int,
        _ make: (Answer<Value>) -> IntakeOrder
    ) async throws -> Value {
        guard bytes <= parts.settings.groupBytesMax else {
            throw IngestionError(
                .tooLarge,
                "write",
                place: "intake",
                hint: "it takes \(bytes) bytes of a group of \(parts.settings.groupBytesMax)"
            )
        }
        return try await withCheckedThrowingContinuation { answer in
            hand(make(Answer(answer)), bytes: bytes)
        }
    }

    /// Hands an order over, or tells whoever waits for it why not.
    func hand(_ order: IntakeOrder, bytes: Int) {
        if let error = failure.withLock({ $0 }) {
            order.fail(error)
        } else if !push(order, bytes: bytes) {
            order.fail(
                IngestionError(
                    queue.isClosed ? .stopped : .busy,
                    "write",
                    place: "intake",
                    hint: "send the same batch again a little later"
                )
            )
        }
    }

    private func push(_ order: IntakeOrder, bytes: Int) -> Bool {
        let before = waitingBytes.add(bytes, ordering: .relaxed).oldValue
        // Whatever fits a group is taken by an empty queue.
        if before == 0 || before + bytes <= parts.settings.queueBytesMax, queue.tryPush(order) {
            return true
        }
        waitingBytes.subtract(bytes, ordering: .relaxed)
        return false
    }

    /// The thread's body: returns when stopped, throws when the log cannot go on.
    func run() throws(IngestionError) {
        var group = try IntakeGroup(parts)
        while try turn(&group, waitingAtMostNs: parts.settings.tickMs * 1_000_000) {}
    }

    /// Writes what waits, and tells a watermark in any case.
    ///
    /// - Returns: false: it was told to stop, and nothing waits any more.
    func turn(_ group: inout IntakeGroup, waitingAtMostNs: UInt64) throws(IngestionError) -> Bool {
        let orders = queue.popAll(
            upTo: parts.settings.queueMax,
            waitingAtMostNs: waitingAtMostNs
        )
        if orders.isEmpty, queue.isClosed { return false }
        var waiting = orders[...]
        repeat {
            let batch = nextGroup(&waiting)
            do {
                try commit(batch, &group)
            } catch {
                fail(error, batch + waiting)
                throw error
            }
        } while !waiting.isEmpty
        return true
    }

    private func commit(_ orders: [IntakeOrder], _ group: inout IntakeGroup)
        throws(IngestionError)
    {
        let answers = try group.commit(orders)
        if !group.newStandings.isEmpty {
            standings.withLock { $0.merge(group.newStandings) { $1 } }
        }
        // First, so that who is answered finds readers told.
        if group.hasWritten { parts.durable.raise() }
        for answer in answers { answer() }
    }

    /// Takes as many orders as one group holds; at least one.
    private func nextGroup(_ waiting: inout ArraySlice<IntakeOrder>) -> [IntakeOrder] {
        var group: [IntakeOrder] = []
        var (records, bytes) = (0, 0)
        while let order = waiting.first {
            let orderBytes = order.bytesMax(parts.partitions)
            records += order.recordCount(parts.partitions)
            bytes += orderBytes
            guard
                group.isEmpty
                    || records <= parts.settings.groupRecordsMax
                        && bytes <= parts.settings.groupBytesMax && !order.standsAlone
            else { break }
            group.append(order)
            waiting.removeFirst()
            waitingBytes.subtract(orderBytes, ordering: .relaxed)
            if order.standsAlone { break }
        }
        return group
    }

    private func fail(_ error: IngestionError, _ orders: [IntakeOrder]) {
        failure.withLock { $0 = error }
        queue.close()
        for order in orders { order.fail(error) }
        for order in queue.popAll(upTo: parts.settings.queueMax) { order.fail(error) }
    }
}
