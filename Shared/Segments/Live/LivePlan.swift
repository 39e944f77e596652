// A live segment compiled: what it must be told of, and how its trigger, filter and stay are asked.

public import Basics

/// A live segment made ready to follow users, one at a time: it never changes, and
/// knows no clock and no disk.
///
/// `hear` and `pass` (in `LiveUser+Hear.swift`) move a user's state on and answer what changed;
/// the same machine follows the log, plays a story and answers a backtest. An object, since it is
/// handed on several times for every event.
public final class LivePlan: Sendable {
    /// What fires, ready to be asked.
    indirect enum CompiledTrigger: Sendable {
        /// `counted` are those among which the n-th is found.
        case action(Action, counted: CompiledMatch, firing: CompiledMatch)
        case inaction(Inaction, did: CompiledMatch, didNot: CompiledMatch)
        /// Without a match the property is the user's.
        case date(DateTrigger, of: CompiledMatch?)
        case page(PageTrigger, views: CompiledMatch, firing: CompiledMatch, [CompiledFilter])
        case propertyChanged(PropertyChange, from: CompiledFilter?, to: CompiledFilter?)
        case becomes(Plan)
        /// Nothing fires: users are in while it holds.
        case holds(Plan)
    }

    /// The segment; it is valid.
    public let definition: LiveDefinition
    /// The zone of its dates and calendar windows.
    public let zone: Zone
    /// What it must be told of: records that mention nothing of this change nothing.
    public let hears: Mentions
    let trigger: CompiledTrigger
    let filter: Plan?
    /// What a user must go on being to stay.
    let staysWhile: Plan?
    /// What the trigger reads of a user's past.
    let triggerReads: Mentions
    /// All that is read of a user's past.
    public var reads: Mentions { hears.union(filter?.mentions.whole).whole }
    /// The events without one of which nothing happens; nil: there are no such events.
    public var beginsWith: EventMatch? {
        switch definition.trigger {
        case .action(let action): EventMatch(action.match.events)
        case .inaction(let inaction): EventMatch(inaction.did.events)
        case .page(let page): EventMatch(page.match.events)
        case .date(let date):
            if case .event(let match) = date.source { EventMatch(match.events) } else { nil }
        case .propertyChanged, .becomes: nil
        }
    }

    /// Compiles a live segment; throws its first error when it is not valid.
    ///
    /// `projectZone` counts when it names no zone; `nested` are the segments that its conditions
    /// use, each behind those it uses itself (`Nesting`).
    public init(
        _ definition: LiveDefinition,
        projectZone: Zone? = nil,
        nested: [NestedSegment] = []
    ) throws(DefinitionProblem) {
        try LiveValidation.require(definition)
        let zone = try definition.zone(projectZone: projectZone)
        func plan(_ condition: Definition) throws(DefinitionProblem) -> Plan {
            try Plan(condition, projectZone: zone, nested: nested)
        }
        self.definition = definition
        self.zone = zone
        trigger = try Self.compile(definition.trigger, zone: zone, plan)
        filter = try definition.filter.map(plan)
        if case .while(let condition) = definition.stay {
            staysWhile = try plan(condition)
        } else {
            staysWhile = nil
        }
        triggerReads = Self.reads(of: trigger)
        hears = triggerReads.union(staysWhile?.mentions)
    }

    /// Compiles a condition whose members are followed: a user is in exactly while it holds.
    ///
    /// What an import brings is looked at when the log time has come to a whole second.
    public init(
        following condition: Definition,
        projectZone: Zone? = nil,
        nested: [NestedSegment] = []
    ) throws(DefinitionProblem) {
        let plan = try Plan(condition, projectZone: projectZone, nested: nested)
        definition = LiveDefinition(.becomes(Becomes(condition)))
        zone = plan.zone
        trigger = .holds(plan)
        filter = nil
        staysWhile = nil
        triggerReads = plan.mentions.whole
        hears = triggerReads
    }

    private static func compile(
        _ trigger: Trigger,
        zone: Zone,
        _ plan: (Definition) throws(DefinitionProblem) -> Plan
    ) throws(DefinitionProblem) -> CompiledTrigger {
        switch trigger {
        case .action(let action):
            let firing = CompiledMatch(action.match, zone: zone)
            let names = EventMatch(action.match.events)
            let counted = action.mode == .ever ? CompiledMatch(names, zone: zone) : firing
            return .action(action, counted: counted, firing: firing)
        case .inaction(let inaction):
            return .inaction(
                inaction,
                did: CompiledMatch(inaction.did, zone: zone),
                didNot: CompiledMatch(inaction.didNot, zone: zone)
            )
        case .date(let date):
            guard case .event(let match) = date.source else { return .date(date, of: nil) }
            return .date(date, of: CompiledMatch(match, zone: zone))
        case .page(let page):
            return .page(
                page,
                views: CompiledMatch(EventMatch(page.match.events), zone: zone),
                firing: CompiledMatch(page.match, zone: zone),
                page.referrer.map { CompiledFilter($0, zone: zone) }
            )
        case .propertyChanged(let change):
            return .propertyChanged(
                change,
                from: change.from.map { CompiledFilter($0, zone: zone) },
                to: change.to.map { CompiledFilter($0, zone: zone) }
            )
        case .becomes(let becomes): return .becomes(try plan(becomes.condition))
        }
    }

    private static func reads(of trigger: CompiledTrigger) -> Mentions {
        var reads = Mentions()
        switch trigger {
        case .action(_, let counted, let firing):
            reads.note(counted)
            reads.note(firing)
        case .inaction(let inaction, let did, let didNot):
            let key = inaction.key.map { [$0] } ?? []
            reads.note(did, key)
            reads.note(didNot, key)
        case .date(let date, let match):
            if let match {
                reads.note(match, [date.property])
            } else {
                reads.userProperties.insert(date.property)
                reads.pastUserProperties.insert(date.property)
            }
        case .page(let page, let views, let firing, _):
            reads.note(views, page.referrer.map(\.property))
            reads.note(firing)
        case .propertyChanged(let change, _, _):
            reads.userProperties.insert(change.property)
            reads.pastUserProperties.insert(change.property)
        case .becomes(let plan), .holds(let plan): reads = plan.mentions.whole
        }
        return reads
    }

    /// Whether users are watched from the beginning, whoever they are and whatever they do: those
    /// for whom a condition holds already, or whose property has a date.
    public var watchesEverybody: Bool {
        switch trigger {
        case .becomes, .holds, .date(_, of: nil): true
        default: false
        }
    }

    /// The condition that is watched of everybody; nil where there is none.
    public var becoming: Plan? {
        switch trigger {
        case .becomes(let plan), .holds(let plan): plan
        default: nil
        }
    }

    /// Whether some condition is watched of users.
    public var watchesConditions: Bool { becoming != nil || staysWhile != nil }

    /// Whether it follows a condition's members; a live segment does not.
    public var isFollowing: Bool {
        if case .holds = trigger { true } else { false }
    }

    /// The condition whose members are followed; nil of a live segment.
    public var following: Plan? {
        if case .holds(let plan) = trigger { plan } else { nil }
    }
}

extension Mentions {
    /// These and those.
    func union(_ other: Mentions?) -> Mentions {
        guard let other else { return self }
        var all = self
        all.anyEvent = anyEvent || other.anyEvent
        all.events.merge(other.events) { $0.union($1) }
        all.propertiesOfAnyEvent.formUnion(other.propertiesOfAnyEvent)
        all.userProperties.formUnion(other.userProperties)
        all.pastUserProperties.formUnion(other.pastUserProperties)
        return all
    }

    /// The same, with every write to the properties: who reads as of several instants, or looks
    /// ahead, needs them.
    var whole: Mentions {
        var all = self
        all.pastUserProperties.formUnion(userProperties)
        return all
    }

    /// Whether a record of this event is to be told of.
    public func concerns(event name: ExactName) -> Bool { anyEvent || events[name] != nil }

    /// Whether a write to this property is to be told of.
    public func concerns(property name: ExactName) -> Bool {
        userProperties.contains(name) || pastUserProperties.contains(name)
    }

    fileprivate mutating func note(_ match: CompiledMatch, _ others: [ExactName] = []) {
        let properties = match.filters.map(\.filter.property) + others
        pastUserProperties.formUnion(match.userFilters.map(\.filter.property))
        if match.times?.inUsersZone ?? false { pastUserProperties.insert(LocalTimes.zoneProperty) }
        if match.events.isEmpty {
            anyEvent = true
            propertiesOfAnyEvent.formUnion(properties)
        }
        for event in match.events { events[event, default: []].formUnion(properties) }
    }
}

/// What is recorded about a user, as a live segment hears it.
public enum LiveRecord: Sendable {
    /// Something the user did; of imported history nothing fires.
    case event(UserHistory.Event, isHistory: Bool)
    /// Properties of the user that were written.
    case properties([ExactName], isHistory: Bool)
    /// The user has come into segments that are used, or gone, by what brought that about.
    case members(because: LiveChange.Cause, isHistory: Bool)
}

/// What a live segment may read of the user it is told of.
public protocol LivePast {
    /// What was recorded up to now, the record being heard included.
    func history(_ reads: Mentions) -> UserHistory
    /// Whether an event's record was imported, or stands before the segment's beginning: such an
    /// event fires nothing.
    func isSilent(_ position: LogOffset) -> Bool
}

/// A change that a live segment tells of a user.
public struct LiveChange: Sendable, Hashable {
    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// The trigger fired; the user was in already where the one before is not `left`.
        case entered
        /// The stay has ended.
        case left
        /// A firing that was told should not have been.
        case retracted
        /// The user became one with another, who is told of elsewhere.
        case corrected
        /// The user was erased.
        case erased
    }

    /// What brought it about.
    public enum Cause: Sendable, Hashable {
        /// The record that was heard.
        case record
        /// Time alone.
        case timer
        /// A record that came late, or in another order than it happened, or with an import.
        case correction
        /// What the segment means has changed.
        case definition
    }

    /// What happened.
    public var kind: Kind
    /// When: the log time of the record, the instant of the timer, or of what is taken back.
    public var at: Timestamp
    /// Which firing of the user it is about, from 1; of `left` the latest.
    public var occurrence: Int
    /// Whether the user is in the segment now.
    public var isMember: Bool
    /// What brought it about.
    public var cause: Cause

    /// A change.
    public init(_ kind: Kind, at: Timestamp, occurrence: Int, isMember: Bool, cause: Cause) {
        self.kind = kind
        self.at = at
        self.occurrence = occurrence
        self.isMember = isMember
        self.cause = cause
    }
}
