// The runs of rows, one a user, that a table sorted by users is.

import Basics

/// Where each user's rows end, and whose they are; any thread may read.
///
/// Takes a bit a row and a bit a user.
struct UserRuns: Sendable {
    /// The last row of each user.
    let ends: RowMask
    /// The users with rows, from the word of the least on.
    let users: [UInt64]
    /// The place of that word among those of all users.
    let firstWord: Int

    /// The runs of rows that end there.
    init(_ ends: RowMask, of column: UserColumn, in zone: TableZone) {
        self.ends = ends
        let first = Int(zone.minUser >> 6)
        firstWord = first
        var users = Array(repeating: 0 as UInt64, count: Int(zone.maxUser >> 6) - first + 1)
        column.forEach(of: ends) { _, user in
            users[Int(user >> 6) - first] |= UInt64(1) << UInt64(user & 63)
        }
        self.users = users
    }
}
