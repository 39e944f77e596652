// Where every feed ends that this instance tells of, for those who read feeds and wait for them.

import Basics
import Chassis
import Synchronization

/// The ends of the feeds of the partitions held here, as far as they are durable.
///
/// Lanes write, doors read; from any thread.
final class FeedBoard: Sendable {
    /// One partition's feeds.
    struct Page: Sendable {
        /// By feed.
        var ends: [FeedID: FeedEnd] = [:]
        /// Those of versions that are over, oldest first.
        var over: [FeedEnd] = []
        /// How far the log has been evaluated.
        var next = LogOffset.zero
        var watermark = Timestamp.earliest
        /// When the next timer falls due, or earlier; nil: none runs.
        var nextDue: Timestamp?
        /// Under which epoch the partition is owned here.
        var epoch = Epoch(0)

        /// A version of a feed's segment that is over.
        func over(_ version: UInt32, before end: FeedEnd) -> FeedEnd? {
            over.last { $0.isOfSegment(end) && $0.version == version }
        }

        /// The versions of a segment that are over, oldest first.
        func versions(before end: FeedEnd) -> [FeedEnd] { over.filter { $0.isOfSegment(end) } }

        /// The version of a segment that follows one that is over.
        func next(after over: FeedEnd, upTo end: FeedEnd) -> FeedEnd {
            self.over.first { $0.isOfSegment(end) && $0.version > over.version } ?? end
        }
    }

    /// When the next timer of any partition falls due, or earlier; nil: none runs.
    var nextDue: Timestamp? {
        pages.withLock { pages in pages.values.lazy.compactMap(\.nextDue).min() }
    }

    /// Whether any feed runs, so that timers may come with every record.
    var isFollowing: Bool { pages.withLock { $0.values.contains { !$0.ends.isEmpty } } }

    private let pages = Mutex<[Partition: Page]>([:])
    /// Rises with every feed that grows, begins or ends, and with every partition that goes.
    let news: RisingNumber

    init(clock: any Clock) { news = RisingNumber(clock: clock) }

    /// What is known of a partition; nil: it is not held here.
    subscript(partition: Partition) -> Page? { pages.withLock { $0[partition] } }

    /// Tells of a partition's feeds anew; of none while its columns do not know all their users.
    func post(_ state: PartitionState, isNew: Bool) {
        let live = state.live
        let told = state.isBehindFeeds ? [] : live.ends
        let ends = Dictionary(uniqueKeysWithValues: told.map { ($0.feed, $0) })
        let page = Page(
            ends: ends,
            over: state.isBehindFeeds ? [] : live.over,
            next: live.next,
            watermark: live.watermark,
            nextDue: live.nextDue,
            epoch: state.tenure.epoch
        )
        let before = pages.withLock { $0.updateValue(page, forKey: live.partition) }
        // The last feed that ends is waited for, too.
        let hadFeeds = before.map { !$0.ends.isEmpty } ?? false
        if isNew || hadFeeds || !ends.isEmpty { news.raise() }
    }

    /// A partition's log has been evaluated further, and nothing came of it.
    func advance(_ live: LivePartition) {
        pages.withLock { pages in
            pages[live.partition]?.next = live.next
            pages[live.partition]?.watermark = live.watermark
            pages[live.partition]?.nextDue = live.nextDue
        }
    }

    /// A partition is held here no more.
    func drop(_ partition: Partition) {
        pages.withLock { $0[partition] = nil }
        news.raise()
    }
}

extension FeedEnd {
    /// Whether it is of another version of the same segment.
    fileprivate func isOfSegment(_ other: FeedEnd) -> Bool {
        feed.project == other.feed.project && segment == other.segment
            && origin == other.origin
    }
}
