// The whole log of the real suite, read back through Fetch.

import Chassis
import Messages
import Testing

/// Reads every partition's log up to its present end.
struct LogWalk {
    let client: IngestionV1_IngestionClient

    /// Calls `body` with each record, partition after partition, in the order of offsets.
    func forEach(_ body: (_ record: LogV1.LogRecord, _ partition: UInt32) throws -> Void)
        async throws
    {
        let ends = try await client.positions(
            IngestionV1.PositionsRequest(),
            CallOptions(project: RealSuite.project)
        )
        for end in ends.positions {
            var next: UInt64 = 0
            while next < end.nextOffset {
                let cursor = IngestionV1.FetchCursor(partition: end.partition, nextOffset: next)
                let page = try await client.fetch(
                    IngestionV1.FetchRequest(cursors: [cursor]),
                    CallOptions(maxReplyBytes: 1 << 20)
                )
                for record in page.partitions.flatMap(\.records) {
                    #expect(record.offset == next, "offsets are dense")
                    next = record.offset + 1
                    try body(record, end.partition)
                }
            }
        }
    }
}
