// Checkpoints that are forgotten, so that no byte of who was erased is left in them.

import Basics
import Chassis
import KeyValue

extension Checkpoints {
    /// The key beside the manifests' of two bytes: how often they were forgotten.
    private static let rewritings: [UInt8] = [0]

    /// Rewrites where that was ordered; one that was cut off is done anew.
    func follow(_ order: StartOrder) throws {
        guard try order.isGiven() else { return }
        try rewrite()
        try order.take()
    }

    /// Forgets all columns, which the log then tells again, and writes what is kept of feeds anew:
    /// no byte is left of users who are gone, where the log has none.
    func rewrite() throws(EvaluatorError) {
        do {
            var batch = Batch()
            for (key, _) in try store.scan(manifests, limit: .max) { batch.delete(manifests, key) }
            note(rewritings: try rewritings() + 1, &batch)
            try store.write(batch, sync: true)
            try files.removeAll()
            try store.compact()
        } catch {
            throw EvaluatorError(error, "rewrite the checkpoints")
        }
    }

    /// How often the columns were forgotten so, here or where they were copied from: copies of
    /// those who did it less often may hold what is to be gone.
    func rewritings() throws(EvaluatorError) -> UInt32 {
        do {
            guard let bytes = try store.get(manifests, Self.rewritings) else { return 0 }
            var reader = ByteReader(bytes)
            return try reader.u32()
        } catch {
            throw EvaluatorError(error, "read how often the checkpoints were rewritten")
        }
    }

    /// Notes how often, with what it was done by.
    func note(rewritings: UInt32, _ batch: inout Batch) {
        var writer = ByteWriter()
        writer.u32(rewritings)
        batch.put(manifests, Self.rewritings, writer.bytes)
    }
}
