// In which part an evaluator of the simulator holds its partitions, as `Follower` decides it.

import Basics
import Chassis
import Messages

@testable import Evaluator

extension EvaluatorNode {
    /// Holds what the map gives this one, as its owner or as a standby that reads along.
    func hold() throws(EvaluatorError) {
        guard let now = parts else { return }
        let wanted = wanted(now)
        for partition in now.states.keys.sorted() where wanted[partition] == nil {
            parts?.states[partition] = nil
            now.board.drop(partition)
            stage.note("\(name) lets \(partition) go")
        }
        for (partition, tenure) in wanted.sorted(by: { $0.key < $1.key })
        where parts?.states[partition]?.tenure != tenure {
            try adopt(partition, as: tenure, now)
            guard isUp else { return }
        }
    }

    private func wanted(_ now: Parts) -> [Partition: Tenure] {
        let (view, instance) = (membership.view, membership.instance)
        let owned = view.partitions(of: instance, .evaluator)
        // An empty fence has heard of no newer owner.
        let fence = stage.bug == .newerOwnerIgnored ? TenureFence() : now.fence
        var wanted = fence.allowed(owned).mapValues { Tenure.owner($0) }
        for partition in view.standbys(of: instance) where wanted[partition] == nil {
            wanted[partition] = .standby
        }
        return wanted
    }

    /// A standby that becomes the owner goes on from where it is.
    private func adopt(_ partition: Partition, as tenure: Tenure, _ now: Parts)
        throws(EvaluatorError)
    {
        var held = parts?.states.removeValue(forKey: partition)
        if held == nil {
            try copyCheckpoint(of: partition, now)
            guard isUp else { return }
            held = try now.checkpoints.load(partition, isFollowing: now.catalogue.isFollowing)
        }
        guard var state = held else { return }
        state.tenure = tenure
        if isTelling(tenure) {
            now.board.post(state, isNew: true)
        } else {
            now.board.drop(partition)
        }
        parts?.states[partition] = state
        adopted.insert(partition)
        let part = tenure.isOwner ? "under \(tenure.epoch)" : "as a standby"
        stage.note("\(name) holds \(partition) \(part) from \(state.next) on")
    }

    /// Whether feeds are told in that part.
    func isTelling(_ tenure: Tenure) -> Bool { tenure.isOwner || stage.bug == .standbyTells }

    /// Nobody owns what it has heard to be another's.
    func checkTenures() throws {
        for state in states where state.tenure.isOwner {
            guard let newer = heard[state.partition], newer > state.tenure.epoch else { continue }
            throw Broken(
                .ownership,
                "\(name) owns \(state.partition) under epoch \(state.tenure.epoch), and has heard "
                    + "of \(newer)"
            )
        }
    }
}
