// Trends that were just made: asked again over the same instants and records, they are read.

import Basics
import Messages
import Segments
import Synchronization

/// The newest trends of an evaluator, by question.
///
/// As a count, a trend is a function of the plan, its instants and the places in the log; it holds
/// as long as every partition is where it was. Any thread; calls are short.
final class KeptTrends: Sendable {
    /// Trends kept: a dashboard's worth.
    ///
    /// With 1,000 points each they take 512 KiB.
    static let trendsMax = 32

    /// The counts as of each instant; no universe where it does not change.
    struct Trend: Sendable, Hashable {
        let users: [UInt64]
        let universe: [UInt64]
    }

    private struct Kept: Sendable {
        let places: [UInt32: UInt64]
        let trend: Trend
        var asked: Int
    }

    private struct State: Sendable {
        var kept: [KeptCounts.Key: Kept] = [:]
        var asked = 0
    }

    private let state = Mutex(State())

    /// The trend, if it was counted at these places.
    func trend(_ key: KeptCounts.Key, at positions: [LogV1.Position]) -> Trend? {
        let places = Self.places(positions)
        return state.withLock { state in
            guard let kept = state.kept[key], kept.places == places else { return nil }
            state.asked += 1
            state.kept[key]?.asked = state.asked
            return kept.trend
        }
    }

    /// Keeps a trend; of too many the one not asked for longest goes.
    func keep(_ trend: Trend, at positions: [LogV1.Position], of key: KeptCounts.Key) {
        let places = Self.places(positions)
        state.withLock { state in
            if state.kept[key] == nil, state.kept.count >= Self.trendsMax,
                let oldest = state.kept.min(by: { $0.value.asked < $1.value.asked })?.key
            {
                state.kept[oldest] = nil
            }
            state.asked += 1
            state.kept[key] = Kept(places: places, trend: trend, asked: state.asked)
        }
    }

    private static func places(_ positions: [LogV1.Position]) -> [UInt32: UInt64] {
        Dictionary(positions.map { ($0.partition, $0.nextOffset) }) { $1 }
    }
}
