// Which rows of the open tail are whose, kept up as rows come in.

/// Chains of rows by the hash of their users, the newest first; 8 to 12 bytes a row.
///
/// A live segment reads one user's rows with each event, and the tail is not sorted: going through
/// all of it took longer than everything else. Of few rows there are no chains.
struct UserChains: Sendable {
    /// Rows that are gone through as fast as they are looked up.
    private static let rowsMin = 64
    /// Behind the last of a chain; a row number is always smaller.
    private static let end = UInt32.max

    /// The newest row of a chain, a power of two of them, at least as many as rows.
    private var heads: [UInt32] = []
    /// By row, the one before it in its chain.
    private var before: [UInt32] = []

    /// Takes in the last of the rows' users.
    mutating func add(lastOf users: [UInt32]) {
        guard users.count >= Self.rowsMin else { return }
        if before.count + 1 == users.count, users.count <= heads.count {
            link(users[users.count - 1])
            return
        }
        var size = max(heads.count, Self.rowsMin)
        while size < users.count { size *= 2 }
        heads = Array(repeating: Self.end, count: size)
        before.removeAll(keepingCapacity: true)
        before.reserveCapacity(size)
        for user in users { link(user) }
    }

    /// The rows of a user, in the order in which they came.
    func rows(of user: UInt32, in users: [UInt32]) -> [Int] {
        guard !heads.isEmpty else { return users.indices.filter { users[$0] == user } }
        var rows: [Int] = []
        var row = heads[chain(of: user)]
        while row != Self.end {
            if users[Int(row)] == user { rows.append(Int(row)) }
            row = before[Int(row)]
        }
        rows.reverse()
        return rows
    }

    private mutating func link(_ user: UInt32) {
        let chain = chain(of: user)
        before.append(heads[chain])
        heads[chain] = UInt32(before.count - 1)
    }

    /// By multiplication, so that users whose numbers follow each other spread out.
    private func chain(of user: UInt32) -> Int {
        Int((user &* 0x9E37_79B9) >> UInt32(32 - heads.count.trailingZeroBitCount))
    }
}
