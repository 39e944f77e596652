// Records that the columns lack, since they are set aside: their users are there nevertheless.

public import Basics

extension PartitionColumns {
    /// Notes a record that is set aside, where it stands: its user is there, its import has it.
    ///
    /// The parameters are those of `note`. Nothing for a user who is gone or has no number.
    public mutating func lack(
        _ record: LogOffset,
        of user: UserNumber,
        since: LogOffset?,
        from importID: String?
    ) {
        guard isKnown(user) else { return }
        leftOut[record] = user
        note(user, at: record, since: since, from: importID)
    }

    /// A record that stands is set aside: from here on it is absent, its user is not.
    ///
    /// Nothing when the columns lack it already, or it is absent for another reason.
    public mutating func setAside(_ record: LogOffset, of user: UserNumber) {
        let place = record.value
        guard leftOut[record] == nil, isKnown(user), place < .max,
            !imports.undone.contains(place)
        else { return }
        leftOut[record] = user
        remove(OffsetRuns(CollectionOfOne(place..<place + 1)), of: user)
    }

    /// A record that was set aside has been taken in again, at another place.
    public mutating func lackNoMore(_ record: LogOffset) { leftOut[record] = nil }

    /// Records are absent from here on, set aside or not.
    mutating func lackNoMore(_ records: OffsetRuns) {
        leftOut = leftOut.filter { !records.contains($0.key.value) }
    }

    /// Whether a user has a number and is not gone.
    func isKnown(_ user: UserNumber) -> Bool { Int(user.value) < userCount && !isGone(user) }
}
