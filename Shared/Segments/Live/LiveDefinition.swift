// A live segment: a trigger that lets users in, a filter, how long they stay, how often it counts.

import Basics

/// A segment that users enter at the exact instant at which something happens, or fails to happen.
///
/// Past-behaviour conditions stand inside it: as the filter, as what a user must go on being, as
/// what comes true. A definition from outside may be anything: `LiveValidation` says whether it is
/// one, `LivePlan` refuses it otherwise.
public struct LiveDefinition: Sendable, Hashable {
    /// What lets a user in.
    public var trigger: Trigger
    /// What must hold of the user at that place in the log; nil: nothing.
    public var filter: Definition?
    /// Which state the filter sees.
    public var filterReads: FilterReads
    /// When the user leaves.
    public var stay: Stay
    /// Which firings count.
    public var limit: FiringLimit
    /// The IANA zone of dates, days and calendar windows; nil: the project's, else UTC.
    public var zone: String?

    /// A live segment; by default users stay for ever and every firing counts.
    public init(
        _ trigger: Trigger,
        filter: Definition? = nil,
        filterReads: FilterReads = FilterReads(),
        stay: Stay = .forever,
        limit: FiringLimit = .everyTime,
        zone: String? = nil
    ) {
        self.trigger = trigger
        self.filter = filter
        self.filterReads = filterReads
        self.stay = stay
        self.limit = limit
        self.zone = zone
    }

    /// The conditions inside it, with the place each stands at; their zone is the segment's.
    public var conditions: [(place: String, definition: Definition)] {
        var conditions: [(String, Definition)] = []
        if case .becomes(let becomes) = trigger {
            conditions.append(("trigger.becomes", becomes.condition))
        }
        if let filter { conditions.append(("filter", filter)) }
        if case .while(let condition) = stay { conditions.append(("stay.while", condition)) }
        return conditions
    }

    /// The segments that its conditions use.
    public var segmentsUsed: Set<ExactName> {
        Set(conditions.flatMap { $0.definition.segmentsUsed.map(\.name) })
    }
}

/// Which state a filter sees of what the triggering record changes.
public struct FilterReads: Sendable, Hashable {
    /// Before the record, or with it.
    public enum Moment: String, Sendable, Hashable, CaseIterable {
        /// Without the triggering record.
        case before
        /// With it.
        case after
    }

    /// What the user did: by default without the event that fires, so that "for the first time" and
    /// "had done before" go together.
    public var events: Moment
    /// What the user is: by default with the change that fires.
    public var properties: Moment

    /// These two moments.
    public init(events: Moment = .before, properties: Moment = .after) {
        self.events = events
        self.properties = properties
    }
}

/// When a user who has entered leaves again.
public enum Stay: Sendable, Hashable {
    /// Never.
    case forever
    /// So long after the last firing, whose instant is included and the end not.
    ///
    /// Unit: ms.
    case duration(ms: Int64)
    /// When this holds no more; at once where it does not hold at the firing.
    case `while`(Definition)
}

/// Which firings count; one that does not is as if it never was.
public enum FiringLimit: Sendable, Hashable {
    /// All.
    case everyTime
    /// The first of a user.
    case once
    /// The first of a user and a value of the inaction's key.
    case oncePerKey
    /// So many in any time so long, (t - d, t].
    ///
    /// Unit: ms.
    case times(Int, perMs: Int64)
    /// None for so long after one that counted.
    ///
    /// Unit: ms.
    case coolDown(ms: Int64)
}

/// What a live segment may not exceed beside `DefinitionLimits`, each with its reason.
public enum LiveLimits {
    /// The shortest wait of an inaction: below a second the log's own clock would show.
    ///
    /// Unit: ms.
    public static let waitMsMin: Int64 = 1_000
    /// The longest wait, two years with a leap day.
    ///
    /// Unit: ms.
    public static let waitMsMax: Int64 = 731 * CivilDate.dayMs
    /// The longest grace: later than that is a correction, not a wait.
    ///
    /// Unit: ms.
    public static let graceMsMax: Int64 = 7 * CivilDate.dayMs
    /// Timers of one user in one segment: carts, orders or appointments of one person.
    ///
    /// A further one takes the place of that which is due last.
    public static let armedMax = 1_000
    /// Different keys that a user's `oncePerKey` remembers, the latest.
    public static let keysMax = 1_000
    /// The highest count of `times`: what a user's firings in the window are remembered for.
    public static let timesMax = 1_000
    /// How long after its instant a firing can be taken back, and a late event still fires.
    ///
    /// Unit: ms.
    public static let correctionMs: Int64 = 7 * CivilDate.dayMs
    /// What a segment reads of a user whose history is counted anew, events and writes: more would
    /// hold up the lane.
    public static let recountedMax = 5_000
    /// The pause that ends a session of page views when the definition names none.
    ///
    /// Unit: ms.
    public static let sessionGapMs: Int64 = 30 * 60_000
}
