// How many versions of a user property there are, for estimates.

extension PropertyVersions {
    /// Versions of all users, those that were taken back too.
    public var rowCount: Int { pieces.reduce(0) { $0 + $1.rowCount } }
}
