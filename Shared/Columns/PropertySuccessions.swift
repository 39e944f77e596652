// The versions of one user property put in order, for many questions about past instants.

public import Basics

/// For each user the versions of one property in the order in which they came into force.
///
/// Any thread may read. Takes 32 bytes per version.
public struct PropertySuccessions: Sendable {
    private struct Entry {
        let user: UInt32
        let time: Int64
        let offset: UInt64
        let piece: Int32
        let row: UInt32
    }

    /// Per piece the column of the values.
    private let values: [PropertyColumn?]
    private var entries: [Entry] = []

    init(_ pieces: [EventTable]) {
        values = pieces.map(\.versionValues)
        for (index, piece) in pieces.enumerated() {
            let offsets = piece.offsets
            forEachRow(piece, TimeWindow(nil, nil), mask: nil) { row, user, time in
                entries.append(
                    Entry(
                        user: user,
                        time: time,
                        offset: offsets[row],
                        piece: Int32(truncatingIfNeeded: index),
                        row: UInt32(truncatingIfNeeded: row)
                    )
                )
            }
        }
        // Of one offset the last given counts; pieces and their rows come in log order for it.
        entries.sort {
            ($0.user, $0.time, $0.offset, $0.piece, $0.row)
                < ($1.user, $1.time, $1.offset, $1.piece, $1.row)
        }
    }

    /// The value of a user's property in force at an instant; nil when unset or never set.
    public func value(of user: UserNumber, at instant: Timestamp) -> PropertyValue? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            let entry = entries[middle]
            if (entry.user, entry.time) <= (user.value, instant.ms) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low > 0, entries[low - 1].user == user.value else { return nil }
        let entry = entries[low - 1]
        return values[Int(entry.piece)]?.value(Int(entry.row))
    }
}

extension PropertyVersions {
    /// All versions in order: one pass and a sort.
    public func successions() -> PropertySuccessions { PropertySuccessions(pieces) }
}
