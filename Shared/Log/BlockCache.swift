// Checked bytes of groups and blocks that readers may want again, bounded in bytes.

import Synchronization

/// Groups and blocks by (source, position); the ones least lately used go first, roughly.
final class BlockCache: Sendable {
    /// What a piece is known by.
    struct Key: Hashable, Sendable {
        /// A number given to one journal file or volume of this process, never reused.
        let source: UInt64
        let position: Int
    }

    private struct Piece {
        let bytes: [UInt8]
        var isWanted: Bool
    }

    private struct State {
        var pieces: [Key: Piece] = [:]
        /// Keys in the order they came; a wanted one goes to the back once instead of out.
        var queue: [Key] = []
        var head = 0
        var byteCount = 0
    }

    private let byteCountMax: Int
    private let state = Mutex(State())
    private let numbers = Atomic<UInt64>(0)

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// A number for a source.
    func newSource() -> UInt64 { numbers.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Bytes held.
    var byteCount: Int { state.withLock { $0.byteCount } }

    func find(_ key: Key) -> [UInt8]? {
        state.withLock { state in
            guard let bytes = state.pieces[key]?.bytes else { return nil }
            state.pieces[key]?.isWanted = true
            return bytes
        }
    }

    /// Keeps bytes; larger than a quarter of the cache they are not kept.
    func keep(_ bytes: [UInt8], as key: Key) {
        guard bytes.count <= byteCountMax / 4 else { return }
        state.withLock { state in
            guard state.pieces[key] == nil else { return }
            state.pieces[key] = Piece(bytes: bytes, isWanted: false)
            state.queue.append(key)
            state.byteCount += bytes.count
            while state.byteCount > byteCountMax { Self.evict(&state) }
        }
    }

    private static func evict(_ state: inout State) {
        let key = state.queue[state.head]
        state.head += 1
        if state.head > 1024, state.head > state.queue.count / 2 {
            state.queue.removeFirst(state.head)
            state.head = 0
        }
        guard let piece = state.pieces[key] else { return }
        if piece.isWanted {
            state.pieces[key]?.isWanted = false
            state.queue.append(key)
        } else {
            state.pieces[key] = nil
            state.byteCount -= piece.bytes.count
        }
    }
}
