// Before a lane takes a partition up: what has ended this evaluator three times is set aside in the
// log, or quarantined in the catalogue, so that nobody else ends by it; or the partition is left.

import Basics
import Chassis
import Logging
import Messages
import Segments
import Synchronization

/// Has others do without what this instance tries no more.
final class SettingAside: Sendable {
    /// How a partition stands before it is taken up.
    enum Standing: Sendable, Hashable {
        /// Nothing in it is tried no more, or it is done without by now.
        case ready
        /// It is to be asked again.
        case waiting
        /// It cannot be done without: whoever takes the partition up ends by it, with all others.
        case left(because: String)
    }

    private let care: RecordCare
    private let client: IngestionV1_QuarantineClient
    private let segments: SegmentQuarantine
    private let instance: InstanceID
    /// The instance's name, for people.
    private let name: String
    private let clock: any Clock
    private let logger: Logger
    /// When others were last asked about each partition, by the monotonic clock.
    private let askedNs = Mutex<[Partition: UInt64]>([:])

    private static let timeoutMs: UInt32 = 10_000
    /// Shortest time between two questions about a partition.
    private static let pauseNs: UInt64 = 1_000_000_000

    init(
        care: RecordCare,
        client: IngestionV1_QuarantineClient,
        segments: SegmentQuarantine,
        instance: InstanceID,
        name: String,
        clock: any Clock,
        logger: Logger
    ) {
        self.care = care
        self.client = client
        self.segments = segments
        self.instance = instance
        self.name = name
        self.clock = clock
        self.logger = logger
    }

    /// Learns which segments are quarantined, from a page of the log.
    func learn(_ told: [IngestionV1.SegmentVersion]) throws(EvaluatorError) {
        try care.quarantined.learn(told)
    }

    /// Whether a lane may take a partition up now.
    ///
    /// A standby waits for what the owner does: it may be alone with its troubles.
    func standing(of partition: Partition, isOwner: Bool) async -> Standing {
        let verdicts = care.verdicts(of: partition).filter { verdict in
            if case .segment(let version) = verdict.culprit {
                !care.quarantined.contains(version)
            } else {
                true
            }
        }
        guard !verdicts.isEmpty else { return .ready }
        guard isTurn(of: partition) else { return .waiting }
        for verdict in verdicts {
            let metadata: Logger.Metadata = [
                LogKeys.partition: "\(partition)", LogKeys.part: "\(verdict.culprit)",
                LogKeys.count: "\(verdict.attempts)",
            ]
            do {
                guard try await isDone(verdict, partition, isOwner: isOwner) else {
                    return .waiting
                }
                logger.error("done without from here on: its handling ended us", metadata: metadata)
            } catch let fault as Fault where !fault.isRetriable {
                logger.critical("the partition is left: \(fault)", metadata: metadata)
                return .left(because: "\(told(verdict)), and cannot be done without: \(fault)")
            } catch {
                logger.notice("not done without yet: \(error)", metadata: metadata)
                return .waiting
            }
        }
        return .ready
    }

    /// - Throws: a fault that says whether it can be done at all.
    private func isDone(_ verdict: Blame.Verdict, _ partition: Partition, isOwner: Bool)
        async throws -> Bool
    {
        switch verdict.culprit {
        case .record(let offset):
            _ = try await client.setAside(
                IngestionV1.SetAsideRequest(
                    partition: UInt32(partition.index),
                    offset: offset.value,
                    attempts: verdict.attempts,
                    by: name,
                    instance: instance.bytes,
                    reason: told(verdict)
                ),
                CallOptions(timeoutMs: Self.timeoutMs)
            )
            try care.forget(of: partition, below: offset.next)
        case .segment(let version):
            if try await !segments.isDone(version) {
                guard isOwner else { return false }
                guard care.quarantined.count < Limits.quarantinedVersions else {
                    throw Fault.failedPrecondition(
                        "\(Limits.quarantinedVersions) segments' versions are quarantined"
                    )
                }
            }
            let reason = SegmentQuarantine.Reason(attempts: verdict.attempts, by: name)
            try care.quarantined.note(try await segments.quarantine(version, reason))
        case .instants:
            throw Fault.failedPrecondition("what time brings about is nobody's record")
        }
        return true
    }

    /// What came of a culprit, for people.
    private func told(_ verdict: Blame.Verdict) -> String {
        let times = "\(verdict.attempts) times"
        return switch verdict.culprit {
        case .record(let offset):
            "\(name) ended while it handled the record at \(offset), \(times)"
        case .segment(let version):
            "\(name) ended while it decided \(version.name.text), \(times)"
        case .instants: "\(name) ended while time passed, \(times)"
        }
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
