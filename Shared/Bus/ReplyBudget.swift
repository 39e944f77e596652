// How many bytes of replies one connection may have in flight, so that none is dropped silently.

/// The bytes a server can buffer for one connection, and how many are spoken for.
///
/// A raw REP socket drops a reply when the one before it is not yet whole in the kernel's buffer,
/// and says nothing. So each call reserves what its reply may need before it is sent.
struct ReplyBudget: Equatable {
    /// What the kernel keeps beside a reply's bytes in a UNIX socket's buffer, measured.
    static let frameOverheadBytes = 1_280

    /// What the server can buffer.
    private(set) var capacityBytes: Int
    /// What is reserved; above the capacity only after the capacity shrank.
    private(set) var usedBytes = 0

    init(capacityBytes: Int) {
        precondition(capacityBytes > 0, "a budget of nothing lets no call through")
        self.capacityBytes = capacityBytes
    }

    /// What a reply of so many bytes needs: all of the budget when it is larger, so that it
    /// travels alone.
    func costBytes(maxReplyBytes: Int) -> Int {
        let (sum, overflow) = max(maxReplyBytes, 0)
            .addingReportingOverflow(Self.frameOverheadBytes)
        return overflow ? capacityBytes : min(sum, capacityBytes)
    }

    /// Whether the cost can be reserved now.
    func fits(_ costBytes: Int) -> Bool {
        usedBytes == 0 || costBytes <= capacityBytes - usedBytes
    }

    /// Reserves.
    mutating func take(_ costBytes: Int) {
        precondition(fits(costBytes), "the budget was overdrawn")
        usedBytes += costBytes
    }

    /// Returns what was reserved.
    mutating func give(_ costBytes: Int) {
        precondition(costBytes <= usedBytes, "more was returned than was reserved")
        usedBytes -= costBytes
    }

    /// Takes over another capacity; what is reserved stays reserved.
    mutating func resize(capacityBytes: Int) {
        self.capacityBytes = max(capacityBytes, 1)
    }

    /// A new connection has nothing in flight and an unknown server behind it.
    mutating func reset(capacityBytesMax: Int) {
        usedBytes = 0
        capacityBytes = min(capacityBytes, capacityBytesMax)
    }
}
