// Snapshots of feeds that are being read page by page.

import Basics
import Columns
import Messages
import Synchronization

/// Keeps the snapshots that consumers are reading, so many and so long.
final class FeedSnapshots: Sendable {
    /// Most at a time: a consumer reads one partition after the other.
    static let keptMax = 256
    /// How long one is kept after its last page.
    ///
    /// Unit: ns.
    static let keptNs: UInt64 = 60_000_000_000

    /// Who was in, and where the feed stood.
    struct Kept: Sendable {
        let partition: Partition
        let end: FeedEnd
        let members: UserBitset
        let position: LogV1.Position
    }

    private struct Entry {
        let kept: Kept
        var usedNs: UInt64

        /// The clock may have been read before the last page's reader read it.
        func isOver(at nowNs: UInt64) -> Bool { nowNs - min(usedNs, nowNs) >= keptNs }
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var last: UInt64 = 0
    }

    private let clock: any Clock
    private let state = Mutex(State())

    init(clock: any Clock) { self.clock = clock }

    /// Keeps a snapshot.
    ///
    /// - Returns: its number.
    /// - Throws: when too many are being read.
    func keep(_ kept: Kept) throws(Fault) -> UInt64 {
        let nowNs = clock.monotonicNs
        let number: UInt64? = state.withLock { state in
            state.entries = state.entries.filter { !$0.value.isOver(at: nowNs) }
            guard state.entries.count < Self.keptMax else { return nil }
            state.last += 1
            state.entries[state.last] = Entry(kept: kept, usedNs: nowNs)
            return state.last
        }
        guard let number else {
            throw Fault.resourceExhausted(
                "\(Self.keptMax) snapshots are being read",
                place: "snapshot",
                hint: "ask again in a minute"
            )
        }
        return number
    }

    /// A snapshot that is kept, for its next page.
    subscript(number: UInt64) -> Kept? {
        let nowNs = clock.monotonicNs
        return state.withLock { state in
            guard let entry = state.entries[number], !entry.isOver(at: nowNs) else {
                return nil
            }
            state.entries[number]?.usedNs = nowNs
            return entry.kept
        }
    }
}
