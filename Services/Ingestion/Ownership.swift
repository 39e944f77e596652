// Whether this instance may write, and for whom: what the registry says, as last heard.

import Basics
import Chassis
import Messages

/// The ingestion instance's view of its own rights.
///
/// May be asked from any thread.
struct Ownership: Sendable {
    let link: RegistryLink
    let instance: InstanceID
    /// Fixed when the deployment was created.
    let partitions: PartitionCount
    let diskGuard: DiskGuard

    /// Under which epochs partitions are owned, as last heard.
    struct Epochs: Sendable, Hashable {
        /// Of the logs this instance owns.
        var logs: [Partition: Epoch] = [:]
        /// Of every partition's state, whichever evaluator owns it.
        var states: [Partition: Epoch] = [:]
    }

    /// The epochs of the newest roster.
    var epochs: Epochs {
        let view = link.view
        var epochs = Epochs()
        for (partition, epoch) in view.partitions(of: instance, .ingestion) {
            epochs.logs[partition] = epoch
        }
        for partition in partitions.all {
            epochs.states[partition] = view.owner(of: partition, .evaluator)?.epoch
        }
        return epochs
    }

    /// The projects the registry knows.
    var projects: [ProjectName] { link.view.projects.map(\.name) }

    /// Makes sure that the tenures stand in the logs before anything else that is written under
    /// them.
    func begin(in intake: Intake) async throws {
        try await intake.begin(link.view, as: instance)
    }

    /// Refuses writes while the disk is nearly full or another instance owns the logs.
    func checkWritable() throws(IngestionError) {
        if let refusal = diskGuard.refusal {
            throw IngestionError(
                .diskFull,
                "write",
                place: refusal.place,
                hint: refusal.hint
            )
        }
        guard let owner = link.view.owner(of: Partition(index: 0), .ingestion) else {
            throw IngestionError(
                .notReady,
                "write",
                place: "the partition map",
                hint: "the registry has not given this instance its logs yet; try again"
            )
        }
        guard owner.instance == instance else {
            throw IngestionError(
                .notTheOwner,
                "write",
                place: "\(owner.name)",
                hint: owner.address.map { "send to \($0)" } ?? "send to that instance"
            )
        }
    }
}
