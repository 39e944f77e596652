// Timers of dates: armed by a value, given up with it, every year anew where it is a birthday.

import Basics

extension LiveDecision {
    /// The user's property may have another value: its timer is that of the value in force.
    ///
    /// Nothing fires for an instant before `earliest`, or that had passed when the value came.
    mutating func rearm(_ date: DateTrigger, from earliest: Timestamp = .earliest) {
        let now = moment.now
        let history = past.history(plan.triggerReads)
        let version = history.version(of: date.property, at: now)
        user.recheckAt = history.nextWrite(of: date.property, after: now)
        let value = version?.value.flatMap { DateTrigger.instant(in: $0, zone: plan.zone) }
        if let value, user.newest == value { return }
        user.newest = value
        user.armed = []
        guard let value else { return }
        arm(date, at: value, from: max(now, earliest))
    }

    /// An event brings a date.
    mutating func arm(_ date: DateTrigger, _ value: PropertyValue?) {
        guard let value, let instant = DateTrigger.instant(in: value, zone: plan.zone) else {
            return
        }
        arm(date, at: instant, from: moment.now)
    }

    /// What had passed when the value was heard of is no reason to fire, whenever it is said to
    /// have come into force: it may be imported, or older than the segment.
    private mutating func arm(_ date: DateTrigger, at value: Timestamp, from earliest: Timestamp) {
        guard let due = date.due(of: value, from: earliest, zone: plan.zone) else { return }
        let timer = LiveUser.Armed(key: nil, anchor: value, due: due)
        guard !user.settled.contains(where: { $0.timer == timer }) else { return }
        user.arm(timer)
    }
}

extension DateTrigger {
    /// The instant a value says, as the filters of dates read it.
    static func instant(in value: PropertyValue, zone: Zone) -> Timestamp? {
        switch value {
        case .instant(let instant): instant
        case .text(let text): InstantText.read(text, zone: zone)
        default: nil
        }
    }

    /// The first instant behind another at which a value's timer is due again; nil: never.
    func due(of value: Timestamp, after: Timestamp, zone: Zone) -> Timestamp? {
        due(of: value, from: after + 1, zone: zone)
    }

    /// The first instant from another on at which a value's timer is due; nil: there is none.
    func due(of value: Timestamp, from earliest: Timestamp, zone: Zone) -> Timestamp? {
        guard isYearly else {
            let due = value + offsetMs
            return due >= earliest ? due : nil
        }
        let local = zone.local(value)
        let timeOfDayMs = local.msSince(local.day.midnight)
        // The anniversary whose timer it is may lie a year or two from the timer itself.
        let year = zone.local(earliest - offsetMs).day.year
        for candidate in max(local.day.year, year - 1)...max(local.day.year, year) + 1 {
            guard let day = LocalDay.anniversary(of: local.day, in: candidate) else { continue }
            let due = zone.instant(ofLocal: day.midnight + timeOfDayMs) + offsetMs
            if due >= earliest { return due }
        }
        return nil
    }
}

extension UserHistory {
    /// When the next write to a property that is known already comes into force; nil: none does.
    func nextWrite(of property: ExactName, after instant: Timestamp) -> Timestamp? {
        versions.lazy.filter { $0.property == property }.compactMap(\.since)
            .filter { $0 > instant }.min()
    }
}
