// Copies what another evaluator keeps of a partition's live segments: what was told is never told
// otherwise, and never thought out anew.

import Basics
import Chassis
import Messages

extension CheckpointCopy {
    /// Attempts to copy all rows as of one point: an owner that has been told to let go still
    /// writes for some ten milliseconds; of one that goes on, for a standby, there is one.
    static let attemptsMax = 20
    /// The pause between them.
    ///
    /// Unit: ms.
    private static let pauseMs: UInt64 = 100

    /// What is copied of live segments before it counts.
    struct StagedFeeds: Sendable {
        /// Where the partition stands by them, as it is kept.
        let place: [UInt8]
        let rows: Int
    }

    /// Stages a peer's rows; nil: what is kept here is as far as the columns that are copied.
    ///
    /// - Throws: whatever went wrong; what is kept here is as it was.
    func stageFeeds(
        of partition: Partition,
        upTo sealedTo: LogOffset,
        _ offer: Offer,
        attempts: Int
    ) async throws -> StagedFeeds? {
        let feeds = checkpoints.feeds
        if let own = try await threads.run({ try feeds.next(of: partition) }), own >= sealedTo {
            return nil
        }
        for attempt in 1...attempts {
            if let staged = try await stage(partition, offer) {
                // It seals columns and live segments together, and was asked for these later.
                guard try FeedShelf.next(in: staged.place) >= sealedTo else {
                    throw Self.refused("its live segments", "they are behind its columns")
                }
                return staged
            }
            if attempt < attempts { try await clock.sleep(forMs: Self.pauseMs) }
        }
        throw Self.refused("its live segments", "it goes on following them")
    }

    /// One attempt; nil: the peer wrote meanwhile.
    private func stage(_ partition: Partition, _ offer: Offer) async throws -> StagedFeeds? {
        let feeds = checkpoints.feeds
        try await threads.run { try feeds.beginCopy(of: partition) }
        var place: [UInt8]?
        var count = 0
        var audit = KeptAudit(partition)
        for family in KeptFamily.allCases {
            var after: [UInt8] = []
            while true {
                try Task.checkCancellation()
                let page = try await page(of: partition, family, after: after, offer)
                guard place ?? page.place == page.place else { return nil }
                place = page.place
                guard let last = page.rows.last else { break }
                try audit.take(page.rows, family)
                try await threads.run { try feeds.stage(page.rows, family) }
                count += page.rows.count
                after = last.key
            }
        }
        try audit.finish()
        return place.map { StagedFeeds(place: $0, rows: count) }
    }

    private func page(
        of partition: Partition,
        _ family: KeptFamily,
        after key: [UInt8],
        _ offer: Offer
    ) async throws -> FeedShelf.Page {
        let sent = try await offer.client.keptRows(
            EvaluationV1.KeptRowsRequest(
                partition: UInt32(partition.index),
                family: family.message,
                after: key
            ),
            CallOptions(timeoutMs: timeoutMs, maxReplyBytes: UInt32(Limits.serviceFrameBytes / 2))
        )
        let page = FeedShelf.Page(sent)
        guard page.crc32c == sent.crc32c else {
            throw Self.refused("its live segments", "a page has another checksum")
        }
        guard !page.place.isEmpty else { throw Self.refused("its live segments", "it keeps none") }
        return page
    }
}

extension FeedShelf.Page {
    /// A page as another evaluator tells it.
    init(_ message: EvaluationV1.KeptRowsResponse) {
        self.init(
            place: message.place ?? [],
            rows: message.rows.map { ($0.key ?? [], $0.value ?? []) }
        )
    }

    /// CRC32C of all that the page says: its place, and each row's key and value, each behind its
    /// length.
    var crc32c: UInt32 {
        var writer = ByteWriter()
        for part in [place] + rows.flatMap({ [$0.key, $0.value] }) {
            writer.u32(UInt32(clamping: part.count))
            writer.raw(part)
        }
        return Checksum.crc32c(writer.bytes)
    }

    /// As another evaluator is told of it.
    var message: EvaluationV1.KeptRowsResponse {
        EvaluationV1.KeptRowsResponse(
            place: place,
            rows: rows.map { EvaluationV1.KeptRow(key: $0.key, value: $0.value) },
            crc32c: crc32c
        )
    }
}

extension KeptFamily {
    fileprivate var message: EvaluationV1.KeptFamily {
        switch self {
        case .live: .live
        case .feed: .feed
        }
    }

    /// The family that another evaluator asks for; nil: it is unknown here.
    init?(_ message: EvaluationV1.KeptFamily) {
        switch message {
        case .live: self = .live
        case .feed: self = .feed
        default: return nil
        }
    }
}
