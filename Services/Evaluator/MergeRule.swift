// Which neighbouring chunks are worth making one: a decision over their rows, and nothing else.

/// When chunks are merged.
///
/// Each older chunk is kept larger than all younger ones together, so that a partition of n seals
/// has about log2(n) chunks, and a row is written about log2(n) times in its life.
struct MergeRule: Sendable, Hashable {
    /// Rows of a chunk that is merged no more: merging it takes seconds and 100 MB, and with its
    /// months of history a question about the last weeks skips it as a whole.
    var rowsMax = 4_000_000

    /// The run of chunks to merge, by their rows from the oldest to the youngest; nil: none.
    ///
    /// With nothing else to do (`isQuiet`) all that may be are made one.
    func run(_ rows: [Int], isQuiet: Bool = false) -> Range<Int>? {
        var younger = 0
        var first: Int?
        var total = 0
        for index in rows.indices.reversed() {
            total += rows[index]
            guard total <= rowsMax else { break }
            if index < rows.count - 1, isQuiet || rows[index] <= younger { first = index }
            younger += rows[index]
        }
        return first.map { $0..<rows.count }
    }
}
