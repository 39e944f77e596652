// Before a lane takes a partition up: records that have ended this evaluator three times are set
// aside in the log, so that nobody else ends by them.

import Basics
import Chassis
import Logging
import Messages

/// Has ingestion set aside what this instance tries no more.
struct SettingAside: Sendable {
    let care: RecordCare
    let client: IngestionV1_QuarantineClient
    let instance: InstanceID
    /// The instance's name, for people.
    let name: String
    let logger: Logger

    private static let timeoutMs: UInt32 = 10_000

    /// Whether a lane may take a partition up now: nothing in it is tried no more, or it is set
    /// aside by now.
    ///
    /// A standby waits for what the owner does: it may be alone with its troubles.
    func isDone(_ partition: Partition) async -> Bool {
        for (offset, attempts) in care.condemned(partition) {
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
}
