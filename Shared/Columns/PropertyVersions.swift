// The versions of one user property over all pieces, and the one in force at an instant.

public import Basics

/// All versions of one user property.
///
/// Any thread may read.
///
/// In force at an instant is the version with the greatest (from-instant, log offset) whose
/// from-instant is not after it; of one offset the last given. It may be "unset".
public struct PropertyVersions: Sendable {
    /// One table per piece that has versions, in log order.
    let pieces: [EventTable]

    /// The value of a user's property in force at an instant; nil when unset or never set.
    public func value(of user: UserNumber, at instant: Timestamp) -> PropertyValue? {
        var best = Version.none
        for (index, piece) in pieces.enumerated() {
            for row in piece.rows(of: user) where piece.times[row] <= instant.ms {
                best.take(piece.times[row], piece.offsets[row], piece: index, row: row)
            }
        }
        guard best.piece >= 0 else { return nil }
        return pieces[Int(best.piece)].versionValues?.value(Int(best.row))
    }

    /// All versions of a user's property in the order in which they come into force.
    public func all(of user: UserNumber) -> [PropertyVersion] {
        var places: [(version: Version, time: Int64, offset: UInt64)] = []
        for (index, piece) in pieces.enumerated() {
            for row in piece.rows(of: user) {
                var version = Version.none
                let (time, offset) = (piece.times[row], piece.offsets[row])
                version.take(time, offset, piece: index, row: row)
                // Of one offset the last given stands alone.
                if let last = places.last, (last.time, last.offset) == (time, offset) {
                    places.removeLast()
                }
                places.append((version, time, offset))
            }
        }
        places.sort { ($0.time, $0.offset) < ($1.time, $1.offset) }
        return places.map { place in
            PropertyVersion(
                value: pieces[Int(place.version.piece)].versionValues?
                    .value(Int(place.version.row)),
                since: place.time == .min ? nil : Timestamp(ms: place.time),
                offset: LogOffset(place.offset)
            )
        }
    }

    /// The users below `universe` whose value in force at an instant `narrow` keeps.
    ///
    /// `narrow` is called once per piece with the values of all versions there and the rows of
    /// those in force, and narrows them as it would for an event's property. Users without a
    /// value are never in. Where later pieces have later versions, as they mostly have, no
    /// version is looked up user by user.
    public func users(
        at instant: Timestamp,
        universe: Int,
        where narrow: (PropertyColumn, inout RowMask) -> Void
    ) -> UserBitset {
        guard supersedeInOrder else {
            return latest(at: instant, universe: universe).users(where: narrow)
        }
        var users = UserBitset(universe: universe)
        for (index, piece) in pieces.enumerated() {
            guard let column = piece.versionValues else { continue }
            precondition(Int(piece.zone.maxUser) < universe, "users of the universe")
            guard var rows = piece.rowsInForce(at: instant, universe) else { continue }
            if index > 0 { users.remove(piece, rows) }
            rows.dropAbsent(column)
            narrow(column, &rows)
            users.insert(piece, rows)
        }
        return users
    }

    /// Whether no version comes into force after an instant.
    public func areInForce(at instant: Timestamp) -> Bool {
        pieces.allSatisfy { $0.zone.maxTime <= instant.ms }
    }

    /// Whether each piece's versions come into force no earlier than those of the piece before, so
    /// that the last piece with a row of a user decides.
    private var supersedeInOrder: Bool {
        pieces.allSatisfy { $0.isTimeOrdered && !$0.isPartlyUndone }
            && zip(pieces, pieces.dropFirst()).allSatisfy { $0.zone.maxTime <= $1.zone.minTime }
    }

    /// For each user below `universe` the version in force at an instant: one pass over all.
    ///
    /// Takes 24 bytes per user of the universe.
    public func latest(at instant: Timestamp, universe: Int) -> LatestValues {
        var best = Array(repeating: Version.none, count: universe)
        for (index, piece) in pieces.enumerated() {
            precondition(Int(piece.zone.maxUser) < universe, "users of the universe")
            guard let known = piece.rows(TimeWindow(nil, instant + 1), nil) else { continue }
            for row in 0..<piece.rowCount where known.mask?[row] ?? true {
                let (user, time) = (Int(piece.users[row]), piece.times[row])
                best[user].take(time, piece.offsets[row], piece: index, row: row)
            }
        }
        return LatestValues(pieces: pieces, versions: best)
    }
}

extension PartitionColumns {
    /// When the last version of a user's property comes into force; nil: not after an instant.
    ///
    /// A look-up per piece, and one of the user in those that have later versions than the instant.
    public func lastVersion(
        of property: String,
        of user: UserNumber,
        after instant: Timestamp
    ) -> Timestamp? {
        var last = instant.ms
        for table in sealed.lazy.compactMap({ $0.versions(of: property) })
        where table.zone.maxTime > last {
            last = table.rows(of: user).reduce(last) { max($0, table.times[$1]) }
        }
        if let open = tail.property(property), open.zone.maxTime > last {
            last = open.rows(of: user.value).reduce(last) { max($0, open.times[$1]) }
        }
        return last > instant.ms ? Timestamp(ms: last) : nil
    }
}

/// One write to a property of one user.
public struct PropertyVersion: Sendable, Hashable {
    /// The value from then on; nil: it has none any more.
    public let value: PropertyValue?
    /// From when on; nil: from the beginning of time.
    public let since: Timestamp?
    /// The record's place in the log.
    public let offset: LogOffset
}

/// Where a version stands; later ones replace earlier ones.
struct Version: Sendable {
    private var time: Int64
    private var offset: UInt64
    /// The piece, -1 for none.
    private(set) var piece: Int32
    private(set) var row: UInt32

    static let none = Version(time: .min, offset: 0, piece: -1, row: 0)

    /// Takes a version unless the one it has is later.
    ///
    /// Pieces and their rows come in log order
    /// for one (time, offset).
    mutating func take(_ time: Int64, _ offset: UInt64, piece: Int, row: Int) {
        guard (time, offset) >= (self.time, self.offset) else { return }
        self = Version(
            time: time,
            offset: offset,
            piece: Int32(truncatingIfNeeded: piece),
            row: UInt32(truncatingIfNeeded: row)
        )
    }
}

/// Per user the value of one property in force at one instant.
///
/// Any thread may read.
public struct LatestValues: Sendable {
    private let pieces: [EventTable]
    private let versions: [Version]

    init(pieces: [EventTable], versions: [Version]) {
        self.pieces = pieces
        self.versions = versions
    }

    /// The users it was asked about: numbers below it.
    public var universe: Int { versions.count }

    /// A user's value; nil when unset, never set or outside the universe.
    public subscript(user: UserNumber) -> PropertyValue? {
        guard Int(user.value) < universe else { return nil }
        let version = versions[Int(user.value)]
        guard version.piece >= 0 else { return nil }
        return pieces[Int(version.piece)].versionValues?.value(Int(version.row))
    }

    /// The users that have a value which `narrow` keeps; see `PropertyVersions.users`.
    func users(where narrow: (PropertyColumn, inout RowMask) -> Void) -> UserBitset {
        let masks = pieces.map { piece in
            var mask = RowMask(rowCount: piece.rowCount)
            guard let column = piece.versionValues else {
                return RowMask(rowCount: piece.rowCount, all: false)
            }
            mask.dropAbsent(column)
            narrow(column, &mask)
            return mask
        }
        var users = UserBitset(universe: universe)
        for (number, version) in versions.enumerated() where version.piece >= 0 {
            if masks[Int(version.piece)][Int(version.row)] {
                users.insert(UserNumber(UInt32(truncatingIfNeeded: number)))
            }
        }
        return users
    }
}

extension EventTable {
    /// The last version of each user that is in force at an instant; nil: of nobody.
    ///
    /// A user's rows are in the order of time, so those that hold already come first.
    fileprivate func rowsInForce(at instant: Timestamp, _ universe: Int) -> RowMask? {
        guard let known = rows(TimeWindow(nil, instant + 1), nil) else { return nil }
        guard isSorted else { return lastOfEach(known.mask, universe) }
        if isRowPerUser { return known.mask ?? RowMask(rowCount: rowCount) }
        var last = runs?.ends ?? users.lastOfEach
        guard let known = known.mask else { return last }
        last.or(known.notFollowed())
        last.and(known)
        return last
    }

    /// The last of each user's rows among those wanted, in any order of users.
    private func lastOfEach(_ wanted: RowMask?, _ universe: Int) -> RowMask {
        var last = RowMask(rowCount: rowCount, all: false)
        var met = UserBitset(universe: universe)
        for row in (0..<rowCount).reversed() where wanted?[row] ?? true {
            let user = UserNumber(users[row])
            if !met[user] {
                met.insert(user)
                last[row] = true
            }
        }
        return last
    }
}
