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
    /// How long one is kept that has been read to its end: its last page may be asked for again.
    ///
    /// Unit: ns.
    static let readNs: UInt64 = 5_000_000_000

    /// Who was in, and where the feed stood.
    struct Kept: Sendable {
        let partition: Partition
        let end: FeedEnd
        let members: UserBitset
        let position: LogV1.Position
    }

    private struct Entry {
        let kept: Kept
        var untilNs: UInt64
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var last: UInt64
    }

    private let clock: any Clock
    private let state: Mutex<State>

    /// Numbers of one process are not those of another, whom a consumer may have asked before.
    init(clock: any Clock) {
        self.clock = clock
        state = Mutex(State(last: UInt64(clamping: clock.now.ms) << 20))
    }

    /// Keeps a snapshot.
    ///
    /// - Returns: its number.
    /// - Throws: when too many are being read.
    func keep(_ kept: Kept) throws(Fault) -> UInt64 {
        let number: UInt64? = state.withLock { state in
            let nowNs = clock.monotonicNs
            state.entries = state.entries.filter { nowNs < $0.value.untilNs }
            guard state.entries.count < Self.keptMax else { return nil }
            state.last += 1
            state.entries[state.last] = Entry(kept: kept, untilNs: nowNs + Self.keptNs)
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
        state.withLock { state in
            let nowNs = clock.monotonicNs
            guard let entry = state.entries[number], nowNs < entry.untilNs else { return nil }
            state.entries[number]?.untilNs = nowNs + Self.keptNs
            return entry.kept
        }
    }

    /// A snapshot has been read to its end, and makes room for another one soon.
    func end(_ number: UInt64) {
        state.withLock { state in
            let untilNs = clock.monotonicNs + Self.readNs
            state.entries[number]?.untilNs = untilNs
        }
    }
}
