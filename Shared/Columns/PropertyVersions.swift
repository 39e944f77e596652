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

    /// For each user below `universe` the version in force at an instant: one pass over all.
    ///
    /// Takes 24 bytes per user of the universe.
    public func latest(at instant: Timestamp, universe: Int) -> LatestValues {
        var best = Array(repeating: Version.none, count: universe)
        for (index, piece) in pieces.enumerated() {
            precondition(Int(piece.zone.maxUser) < universe, "users of the universe")
            let offsets = piece.offsets
            forEachRow(piece, TimeWindow(nil, instant + 1), mask: nil) { row, user, time in
                best[Int(user)].take(time, offsets[row], piece: index, row: row)
            }
        }
        return LatestValues(pieces: pieces, versions: best)
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

    /// The users that have a value.
    public var present: UserBitset {
        users { column, mask in mask.and(column) { tag, _ in tag != .absent } }
    }

    /// The users that have a value which `narrow` keeps.
    ///
    /// `narrow` is called once per piece, with the values of all versions there and a mask of
    /// all rows, and narrows it as it would for an event's property. Users without a value are
    /// never in: for those take `present` out of the universe.
    public func users(where narrow: (PropertyColumn, inout RowMask) -> Void) -> UserBitset {
        let masks = pieces.map { piece in
            var mask = RowMask(rowCount: piece.rowCount)
            guard let column = piece.versionValues else {
                return RowMask(rowCount: piece.rowCount, all: false)
            }
            mask.and(column) { tag, _ in tag != .absent }
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
