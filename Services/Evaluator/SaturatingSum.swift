// Sums of what other evaluators say.

extension UInt64 {
    /// The sum, or the largest number: what a peer says must not end the process.
    func saturating(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension [UInt64] {
    /// The sums of those of one place, or these where there are no others, and the reverse.
    func saturating(_ others: [UInt64]) -> [UInt64] {
        isEmpty ? others : zip(self, others).map { $0.saturating($1) }
    }
}
