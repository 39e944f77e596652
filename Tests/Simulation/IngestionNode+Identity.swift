// Identities in the simulator: what ingestion's door does of users who become one, two again, and
// are erased.

import Basics
import Chassis
import Log
import Messages
import Wire

@testable import Ingestion

extension IngestionNode {
    /// Longest time between the reading of a user's records and the order to move them, in which
    /// more may be recorded.
    ///
    /// Unit: us.
    private static let readingUsMax = 40_000

    /// As the door's `identify` and `alias`.
    func merge(
        _ from: String,
        _ to: String,
        _ kind: MergeOrder.Kind,
        _ answering: Answering,
        _ response: @escaping (IngestionV1.Merged) -> any ProtoMessage
    ) throws {
        try checkWritable()
        let (old, known) = (try Self.user(from), try Self.user(to))
        let project = Simulation.project
        let records = try identities().records(of: old, in: project)
        let order = MergeOrder(
            project: project,
            kind: kind,
            old: old,
            known: known,
            records: records
        )
        read { [self] in
            hand(bytes: order.bytesMax, { .merge(order, $0) }, answering) { outcome in
                let merged = IngestionV1.Merged(
                    userID: outcome.user?.text ?? known.text,
                    records: UInt64(outcome.records),
                    before: outcome.isBefore
                )
                try answering.reply(response(merged))
            }
        }
    }

    /// As the door's `unmerge`.
    func unmerge(_ id: String, _ answering: Answering) throws {
        try checkWritable()
        let (user, project) = (try Self.user(id), Simulation.project)
        let records = try identities().records(mergedWith: user, in: project)
        let order = UnmergeOrder(project: project, user: user, records: records)
        let isHasty = stage.bug == .unmergeAckedBeforeSync
        if isHasty { try answering.reply(IngestionV1.UnmergeResponse(fromID: id, records: 1)) }
        read { [self] in
            hand(bytes: order.bytesMax, { .unmerge(order, $0) }, answering) { outcome in
                guard !isHasty else { return }
                try answering.reply(
                    IngestionV1.UnmergeResponse(
                        fromID: outcome.user?.text,
                        records: UInt64(outcome.records)
                    )
                )
            }
        }
    }

    /// As the door's `erase`, without the shelf of what was refused.
    func erase(_ id: String, _ call: CallContext, _ answering: Answering) throws {
        try checkWritable()
        guard stage.bug != .erasureTurnedAway else { throw Fault(.notFound, "nobody") }
        let who = ProjectUser(project: Simulation.project, user: try Self.user(id))
        let order = ErasureOrder(who: who, receipt: call.requestID)
        hand(bytes: ErasureOrder.bytesMax, { .erasing(order, $0) }, answering) { [self] outcome in
            for user in outcome.identifiers { skews.forget(user, of: Simulation.project) }
            let receipt = outcome.receipt
            try answering.reply(
                IngestionV1.EraseResponse(
                    receipt: receipt.receipt,
                    erasedAtMs: receipt.erasedAtMs,
                    positions: [receipt.position]
                )
            )
        }
    }

    /// Goes on once the disk has been read.
    private func read(_ done: @escaping () throws -> Void) {
        after(us: UInt64(random.below(Self.readingUsMax))) { try done() }
    }

    private func identities() throws(Fault) -> Identities {
        guard let parts else { throw Fault(.unavailable, "no log") }
        let partitions = Simulation.partitions
        guard stage.bug == .recordLeftBehind else {
            return Identities(index: parts.index, log: parts.log, partitions: partitions)
        }
        let log = BlindLog(log: parts.log)
        return Identities(index: parts.index, log: log, partitions: partitions)
    }

    private static func user(_ text: String) throws(Fault) -> UserID {
        guard let user = UserID(text) else { throw Fault.invalidArgument("no identifier") }
        return user
    }
}
