// What a match asks of each user's own, read from the columns once: values then, zone, window.

import Basics
import Columns
import Segments

/// The part of a match that is not the same for all users.
struct UsersOwn {
    private let match: CompiledMatch
    private let filters: [(filter: CompiledFilter, values: PropertySuccessions)]
    private let zones: LatestValues?
    private let window: CompiledWindow?
    private let anchors: Anchors?
    private let at: Timestamp

    /// Nil when nothing of the kind is asked.
    init?(
        _ match: CompiledMatch,
        within window: CompiledWindow?,
        _ columns: PartitionColumns,
        at: Timestamp
    ) {
        let inUsersZone = match.times?.inUsersZone ?? false
        anchors = window.flatMap { Anchors($0, columns, at: at) }
        guard !match.userFilters.isEmpty || inUsersZone || anchors != nil else { return nil }
        self.match = match
        self.window = window
        self.at = at
        filters = match.userFilters.map { filter in
            (filter, columns.versions(of: filter.filter.property.text).successions())
        }
        let zone = LocalTimes.zoneProperty.text
        zones =
            inUsersZone
            ? columns.versions(of: zone).latest(at: at, universe: columns.userCount) : nil
    }

    /// Leaves the rows that pass, local times included.
    func narrow(_ table: EventTable, _ mask: inout RowMask) {
        var passing = mask
        // Neighbouring rows of a sealed table are one user's.
        var times: CompiledTimes? = match.times
        var user: UserNumber?
        var timesOfZone: [PropertyValue?: CompiledTimes] = [:]
        mask.forEach { row in
            let own = UserNumber(table.users[row])
            let instant = Timestamp(ms: table.times[row])
            if own != user, let zones, let asked = match.times {
                let zone = zones[own]
                times = timesOfZone[zone] ?? asked.inZone(named: zone)
                timesOfZone[zone] = times
            }
            user = own
            if !isInside(instant, own) || !passes(own, instant) {
                passing[row] = false
            } else if times?.contains(instant) == false {
                passing[row] = false
            }
        }
        mask = passing
    }

    private func passes(_ user: UserNumber, _ instant: Timestamp) -> Bool {
        filters.allSatisfy { filter, values in
            filter.matches(values.value(of: user, at: instant), at: instant)
        }
    }

    private func isInside(_ instant: Timestamp, _ user: UserNumber) -> Bool {
        guard let anchors, let window else { return true }
        return window.resolve(at: at, anchor: anchors[user]).contains(instant)
    }
}

/// Where each user's window begins.
struct Anchors {
    private var instants: [Timestamp?]

    /// Nil when the window begins with no event.
    init?(_ window: CompiledWindow, _ columns: PartitionColumns, at: Timestamp) {
        guard let anchor = window.anchor else { return nil }
        instants = [Timestamp?](repeating: nil, count: columns.userCount)
        let mask = MatchMask(anchor.match, columns, at: at)
        let names = anchor.match.events.map(\.text)
        for name in names.isEmpty ? columns.eventNames() : names {
            for table in columns.tables(of: name) where table.rowCount > 0 {
                forEachMatchingRow(table, from: nil, to: at + 1, mask: mask.rows(of: table)) {
                    user,
                    instant,
                    _,
                    _ in
                    let known = instants[Int(user.value)]
                    instants[Int(user.value)] = anchor.instant(known, or: instant)
                }
            }
        }
    }

    /// Nil: the user has no such event.
    subscript(user: UserNumber) -> Timestamp? { instants[Int(user.value)] }
}
