// Before a lane takes a partition up: records that have ended this evaluator three times are set
// aside in the log, so that nobody else ends by them.

import Basics
import Chassis
import Logging
import Messages
import Synchronization

/// Has ingestion set aside what this instance tries no more.
final class SettingAside: Sendable {
    private let care: RecordCare
    private let client: IngestionV1_QuarantineClient
    private let instance: InstanceID
    /// The instance's name, for people.
    private let name: String
    private let clock: any Clock
    private let logger: Logger
    /// When ingestion was last asked about each partition, by the monotonic clock.
    private let askedNs = Mutex<[Partition: UInt64]>([:])

    private static let timeoutMs: UInt32 = 10_000
    /// Shortest time between two questions about a partition.
    private static let pauseNs: UInt64 = 1_000_000_000

    init(
        care: RecordCare,
        client: IngestionV1_QuarantineClient,
        instance: InstanceID,
        name: String,
        clock: any Clock,
        logger: Logger
    ) {
        self.care = care
        self.client = client
        self.instance = instance
        self.name = name
        self.clock = clock
        self.logger = logger
    }

    /// Whether a lane may take a partition up now: nothing in it is tried no more, or it is set
    /// aside by now.
    ///
    /// A standby waits for what the owner does: it may be alone with its troubles.
    func isDone(_ partition: Partition) async -> Bool {
        let condemned = care.condemned(partition)
        guard !condemned.isEmpty else { return true }
        guard isTurn(of: partition) else { return false }
        for (offset, attempts) in condemned {
            let metadata: Logger.Metadata = [
                LogKeys.partition: "\(partition)", LogKeys.offset: "\(offset)",
                LogKeys.count: "\(attempts)",
            ]
            do {
                _ = try await client.setAside(
                    IngestionV1.SetAsideRequest(
                        partition: UInt32(partition.index),
                        offset: offset.value,
                        attempts: attempts,
                        by: name,
                        instance: instance.bytes,
                        reason: "\(name) ended while it handled the record, \(attempts) times"
                    ),
                    CallOptions(timeoutMs: Self.timeoutMs)
                )
                logger.error("a record is set aside: its handling ended us", metadata: metadata)
                try care.forget(of: partition, below: offset.next)
            } catch let fault as Fault where !fault.isRetriable {
                // It is tried as ever: there is no other way on.
                logger.error("a record cannot be set aside: \(fault)", metadata: metadata)
            } catch {
                logger.notice("a record is not set aside yet: \(error)", metadata: metadata)
                return false
            }
        }
        return true
    }

    private func isTurn(of partition: Partition) -> Bool {
        let nowNs = clock.monotonicNs
        return askedNs.withLock { asked in
            if let last = asked[partition], nowNs - last < Self.pauseNs { return false }
            asked[partition] = nowNs
            return true
        }
    }
}
