// The lines of an import that is told one record at a time.

import Synchronization

/// Counts lines from 1.
final class RisingLine: Sendable {
    private let last = Atomic<UInt64>(0)

    /// The next line.
    func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
