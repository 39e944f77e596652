// An erasure within a group: one record, and the index forgets the user.

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
        -> Result<IngestionV1.ErasureReceipt, any Error>
    {
        let who = order.who
        let reader = IndexReader(parts.index)
        guard let number = try reader.numbers(of: [who])[who] else {
            if let known = try reader.erasure(of: who) { return .success(known) }
            return .failure(
                IngestionError(
                    .unknownUser,
                    "erase the user",
                    place: "user_id",
                    hint: "nothing is kept of such a user of \(who.project)"
                )
            )
        }
        let partition = parts.partitions.home(
            project: who.project,
            identifier: who.user.text
        )
        let erasure = LogV1.Erasure(
            userNumber: number.value,
            receipt: order.receipt,
            witness: ErasureOrder.witness(order.receipt, who.user)
        )
        let place = try add(.erasure(erasure), to: partition, project: who.project, &pending)
        let receipt = IngestionV1.ErasureReceipt(erasure, at: place, pending.now)
        let writer = IndexWriter(parts.index)
        let user = ListedUser(partition: partition, number: number)
        try writer.put(receipt, of: who.project, &pending.batch)
        writer.forget(who, &pending.batch)
        try writer.forget(user, of: who.project, &pending.batch)
        forget(who)
        return .success(receipt)
    }
}
