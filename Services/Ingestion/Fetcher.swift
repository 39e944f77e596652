// Reads the durable log for those who follow it: many partitions in one answer, waiting for news.

import Basics
import Chassis
import Log
import Messages

/// Serves Fetch.
///
/// Reads block on the disk, so they run on threads of their own.
final class Fetcher: Sendable {
    /// Longest wait.
    ///
    /// Unit: ms.
    static let waitMsMax: UInt32 = 30_000

    private let pages: FetchedPages
    private let durable: RisingNumber
    private let clock: any Clock
    private let desk: ReadingDesk

    init(
        log: any Log,
        partitions: PartitionCount,
        asides: Asides,
        durable: RisingNumber,
        clock: any Clock,
        desk: ReadingDesk
    ) {
        pages = FetchedPages(log: log, partitions: partitions, asides: asides)
        self.durable = durable
        self.clock = clock
        self.desk = desk
    }

    /// Answers at once when there are records behind a cursor, else when some come or at the end of
    /// the wait with watermarks only.
    ///
    /// - Parameter epochs: under which logs and states are owned, asked when the answer is made.
    func fetch(
        _ request: IngestionV1.FetchRequest,
        epochs: @escaping @Sendable () -> Ownership.Epochs,
        _ call: CallContext
    ) async throws(Fault) -> IngestionV1.StoredFetchResponse {
        let cursors = try pages.cursors(request)
        let until = call.waitUntilNs(min(request.waitMs, Self.waitMsMax), clock: clock)
        let bytes = pages.room(for: request, call)
        while true {
            let seen = durable.value
            if try !pages.hasNews(cursors), clock.monotonicNs < until, !Task.isCancelled {
                _ = await durable.wait(above: seen, untilNs: until)
                continue
            }
            do {
                return try await desk.run {
                    try self.pages.read(cursors, bytes: bytes, epochs: epochs())
                }
            } catch let error as IngestionError {
                throw error.fault
            } catch {
                throw IngestionError.log("fetch", error).fault
            }
        }
    }

    /// The ends of logs, durable; of all partitions when none is named.
    func positions(_ wanted: [UInt32]) throws(Fault) -> [LogV1.Position] {
        try pages.positions(wanted)
    }
}
