// The one writer of the log: takes orders from a queue, decides, makes a whole group durable with one
// sync, then answers.

import Basics
import Chassis
import KeyValue
import Log
import Messages
import Synchronization

/// What the intake needs from the world.
struct IntakeParts: Sendable {
    let clock: any Clock
    let index: IndexStore
    let opened: OpenedLog
    let partitions: PartitionCount
    /// Raised after every commit and every new watermark.
    let durable: RisingNumber
    /// What is known of events and properties, by project.
    let schema: SchemaBook
    let settings: IntakeSettings
}

/// The intake's own limits.
struct IntakeSettings: Sendable {
    /// Orders that may wait; the next is refused. Each holds at most a batch of 4 MiB.
    var queueMax = 256
    /// Records of one group: a sync is shared by many callers, yet none waits for long.
    var groupRecordsMax = 20_000
    /// How often a watermark is told when nothing comes. Unit: ms.
    var tickMs: UInt64 = 100
    /// How far ahead of the log's time a catalogue change counts, so that all partitions have it.
    var activationAheadMs: Int64 = 50
    /// Users' numbers kept in memory; the others are looked up.
    var numbersMax = 400_000
}

/// Owns journal and index on one thread.
final class Intake: Sendable {
    private let parts: IntakeParts
    private let queue: BoundedQueue<IntakeOrder>
    private let failure = Mutex<IngestionError?>(nil)
    private let standings: Mutex<[ProjectName: CatalogueStanding]>

    /// Prepares the intake; `run` does the work. The index must have been brought up to the log.
    init(_ parts: IntakeParts, standings: [ProjectName: CatalogueStanding]) {
        self.parts = parts
        queue = BoundedQueue(capacity: parts.settings.queueMax)
        self.standings = Mutex(standings)
    }

    /// The newest catalogue revision that stands in every log.
    func standing(of project: ProjectName) -> CatalogueStanding? {
        standings.withLock { $0[project] }
    }

    /// Projects that stand in the log, whatever the registry says.
    var projects: [ProjectName] { standings.withLock { Array($0.keys) } }

    /// Hands records over and waits until they are durable.
    func write(_ batch: RecordBatch) async throws -> [Outcome] {
        try await order { .records(batch, $0) }
    }

    /// Hands catalogue documents over and waits until they stand in every log.
    func write(_ batch: CatalogueBatch) async throws -> CatalogueStanding {
        try await order { .catalogue(batch, $0) }
    }

    /// Begins a tenure in every partition whose log does not carry this epoch yet.
    func begin(_ epochs: [Partition: Epoch], as instance: InstanceID) async throws {
        try await order { .tenure(epochs, instance, $0) }
    }

    /// Ends the thread's loop after what is queued.
    func stop() { queue.close() }

    private func order<Value: Sendable>(
        _ make: (Answer<Value>) -> IntakeOrder
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { answer in
            let order = make(answer)
            if let error = failure.withLock({ $0 }) {
                order.fail(error)
            } else if !queue.tryPush(order) {
                order.fail(
                    IngestionError(
                        queue.isClosed ? .stopped : .busy, "write", place: "intake",
                        hint: "send the same batch again a little later"))
            }
        }
    }

    /// The thread's body: returns when stopped, throws when the log cannot go on.
    func run() throws(IngestionError) {
        var group = IntakeGroup(parts)
        while true {
            let orders = queue.popAll(
                upTo: parts.settings.queueMax, waitingAtMostNs: parts.settings.tickMs * 1_000_000)
            if orders.isEmpty, queue.isClosed { break }
            var waiting = orders[...]
            repeat {
                let batch = Self.nextGroup(&waiting, upTo: parts.settings.groupRecordsMax)
                do {
                    try commit(batch, &group)
                } catch {
                    fail(error, batch + waiting)
                    throw error
                }
            } while !waiting.isEmpty
        }
    }

    private func commit(_ orders: [IntakeOrder], _ group: inout IntakeGroup)
        throws(IngestionError)
    {
        let answers = try group.commit(orders)
        if !group.newStandings.isEmpty {
            standings.withLock { $0.merge(group.newStandings) { $1 } }
        }
        for answer in answers { answer() }
        parts.durable.raise()
    }

    private static func nextGroup(_ waiting: inout ArraySlice<IntakeOrder>, upTo records: Int)
        -> [IntakeOrder]
    {
        var group: [IntakeOrder] = []
        var weight = 0
        while let order = waiting.first, group.isEmpty || weight + order.weight <= records {
            weight += order.weight
            group.append(order)
            waiting.removeFirst()
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
