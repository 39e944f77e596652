// An erasure within a group: the user's numbers are nobody's, the index forgets the identifiers.

import Basics
import KeyValue
import Log
import Messages

extension IntakeGroup {
    /// Writes that a user is gone, unless that was written before.
    ///
    /// The order stands alone in its group, so that the index has all that was before it.
    ///
    /// - Returns: the receipt, of a repeat the first one; or why there is nobody to erase.
    mutating func write(_ order: ErasureOrder, _ pending: inout Pending) throws(IngestionError)
        -> Result<ErasureOutcome, any Error>
    {
        let who = order.who
        let reader = IndexReader(parts.index)
        // Sent again, as a client does that had no answer, it is not about whoever came since.
        if let receipt = try reader.erasure(of: who, named: order.receipt) {
            return .success(ErasureOutcome(receipt: receipt, identifiers: [who.user]))
        }
        let found: WholeUser?
        do throws(IngestionError) {
            found = try WholeUser(who, parts)
        } catch  where error.code == .tooLarge {
            return .failure(error)
        }
        if let user = found { return .success(try erase(user, order.receipt, &pending)) }
        if let receipt = try reader.erasure(of: who) {
            return .success(ErasureOutcome(receipt: receipt, identifiers: [who.user]))
        }
        return .failure(
            IngestionError(
                .unknownUser,
                "erase the user",
                place: "user_id",
                hint: "nothing is kept of such a user of \(who.project)"
            )
        )
    }

    private mutating func erase(
        _ user: WholeUser,
        _ receipt: [UInt8],
        _ pending: inout Pending
    ) throws(IngestionError) -> ErasureOutcome {
        let (owner, project) = (user.number.owner, user.number.owner.project)
        let erasure = LogV1.Erasure(owner.number, of: user.number.user, receipt: receipt)
        let lists = try IndexReader(parts.index).lists(of: project)
        let place = try write(erasure, of: owner, lists: lists, &pending)
        for number in user.further {
            let isGone = user.identifiers.contains(number.user)
            let erasure = LogV1.Erasure(
                number.owner.number,
                of: isGone ? number.user : nil,
                receipt: receipt,
                further: true
            )
            _ = try write(erasure, of: number.owner, lists: lists, &pending)
        }
        for (owner, named) in user.copies {
            let copies = LogV1.ErasedCopies(
                userNumber: owner.number.value,
                receipt: receipt,
                named: RecordMove.runs(named)
            )
            try add(.erasedCopies(copies), to: owner.partition, project: project, &pending)
        }
        for identifier in user.identifiers {
            let who = ProjectUser(project: project, user: identifier)
            IndexWriter(parts.index).forget(who, &pending.batch)
            forget(who)
        }
        return ErasureOutcome(
            receipt: IngestionV1.ErasureReceipt(erasure, at: place, pending.now),
            identifiers: user.identifiers
        )
    }

    /// Writes that a number is nobody's, and forgets what the index has under it.
    private mutating func write(
        _ erasure: LogV1.Erasure,
        of owner: UserRecords.Owner,
        lists: [String],
        _ pending: inout Pending
    ) throws(IngestionError) -> LogPlace {
        let (partition, project) = (owner.partition, owner.project)
        let place = try add(.erasure(erasure), to: partition, project: project, &pending)
        let writer = IndexWriter(parts.index)
        try writer.put(erasure, of: project, at: place, pending.now, &pending.batch)
        let user = ListedUser(partition: partition, number: owner.number)
        writer.forget(user, of: project, lists: lists, &pending.batch)
        return place
    }
}
