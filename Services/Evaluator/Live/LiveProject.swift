// The live segments of one project in one partition, and which of them a record concerns.

import Basics
import Messages
import Segments
import Wire

/// Names a segment's document of one project.
struct LiveDocumentKey: Sendable, Hashable {
    let project: ProjectName
    let name: ExactName
}

/// One project's live segments, as the partition's log has told of them so far.
struct LiveProject {
    let name: ProjectName
    /// Those that are followed, in the order in which they began.
    private(set) var segments: [FollowedSegment] = []
    /// The segments' documents by name, as they stand in the log; those of all kinds, since
    /// conditions may use them.
    private(set) var documents: [ExactName: [UInt8]] = [:]
    /// The revisions at which live segments' first versions began.
    private var origins: [ExactName: UInt64] = [:]
    /// Versions that are quarantined, as the log has told so far or others have.
    private var quarantined: Set<SegmentVersion>
    private var byEvent: [ExactName: [FollowedSegment]] = [:]
    private var byProperty: [ExactName: [FollowedSegment]] = [:]
    private var ofAnyEvent: [FollowedSegment] = []
    private var forNewcomers: [FollowedSegment] = []
    /// When the first of those began that are no followed conditions; nil: it is found when asked.
    private var knownFirst: Timestamp??
    /// The users' records that were moved to them while live segments were followed.
    var moved: [UserNumber: MovedRecords] = [:]

    /// A project without segments.
    init(_ name: ProjectName, _ quarantined: Set<SegmentVersion> = []) {
        self.name = name
        self.quarantined = quarantined
    }

    /// Takes a document as it was kept.
    mutating func keep(_ body: [UInt8], named name: ExactName) { documents[name] = body }

    /// Takes the revision at which a segment's first version began as it was kept.
    ///
    /// Behind one that is quarantined another first version will come.
    mutating func keep(origin: UInt64, of name: ExactName) {
        guard document(of: name)?.quarantine == nil else { return }
        origins[name] = origin
    }

    /// The segments that an event of a user concerns, in order.
    func hearing(event: ExactName, isNew: Bool) -> [FollowedSegment] {
        let new = awaiting(isNew)
        guard let named = byEvent[event] else {
            return new.isEmpty ? ofAnyEvent : Self.merged(ofAnyEvent + new)
        }
        return ofAnyEvent.isEmpty && new.isEmpty ? named : Self.merged(named + ofAnyEvent + new)
    }

    /// The segments that writes to a user's properties concern, in order.
    func hearing(properties: [ExactName], isNew: Bool) -> [FollowedSegment] {
        let new = awaiting(isNew)
        guard !(byProperty.isEmpty && new.isEmpty) else { return [] }
        return Self.merged(properties.flatMap { byProperty[$0] ?? [] } + new)
    }

    /// When the first of the segments began that are no followed conditions; nil: there are none.
    ///
    /// Asked with each record that is moved, and found once.
    mutating func firstBegun() -> Timestamp? {
        if let knownFirst { return knownFirst }
        let first = segments.lazy.filter { !$0.plan.isFollowing }.compactMap(\.end.begunAt).min()
        knownFirst = .some(first)
        return first
    }

    /// Those whose condition may hold of a user by the user's being there: they hear the first that
    /// is recorded, whatever it is.
    private func awaiting(_ isNew: Bool) -> [FollowedSegment] { isNew ? forNewcomers : [] }

    private static func merged(_ segments: [FollowedSegment]) -> [FollowedSegment] {
        var merged: [FollowedSegment] = []
        for segment in segments.sorted(by: { $0.order < $1.order })
        where merged.last !== segment {
            merged.append(segment)
        }
        return merged
    }

    /// A document of a segment becomes active.
    mutating func hear(_ change: LogV1.CatalogueChange, at position: LogOffset, slot: Int)
        -> Change
    {
        let name = ExactName(change.name)
        let (before, meaning) = (document(of: name), knownMeaning(of: name))
        documents[name] = change.body
        let document = change.body.flatMap(Self.document)
        let dropped = quarantine(document?.quarantinedVersions(in: self.name) ?? [])
        let standing = segments.first { $0.end.segment == name }
        if let standing, let document, !document.archived,
            document.version == standing.end.version
        {
            return Change(dropped: dropped)
        }
        segments.removeAll { $0 === standing }
        standing?.end.isOver = true
        var result = Change(dropped: dropped, over: standing)
        if let before, standing == nil, before.isFollowed, before.quarantine == nil {
            result.isCut = isQuarantined(before) || usesQuarantined(before)
        }
        // What the columns have of its members is nothing where it was never followed.
        origins[name] =
            document?.quarantine == nil ? origins[name] ?? change.revision : nil
        if let document, !document.archived, let plan = plan(of: document) {
            let live = !plan.isFollowing ? standing.flatMap(\.ifLive) : nil
            var end = FeedEnd(
                feed: FeedID(project: self.name, revision: change.revision),
                segment: name,
                version: document.version,
                generation: 1,
                origin: origins[name] ?? change.revision
            )
            if let live {
                end.isCarried = true
                (end.members, end.stateHash) = (live.end.members, live.end.stateHash)
            }
            // A wait that goes on may have begun with an event of before.
            let goesOn = live.map { plan.carrying(from: $0.plan) != .ended } ?? false
            let since = goesOn ? live?.since ?? position.next : position.next
            let segment = FollowedSegment(plan, slot: slot, since: since, end: end)
            segments.append(segment)
            result.begun = segment
        }
        // Conditions that use it mean something else by now.
        let isAnother = knownMeaning(of: name) != meaning
        for segment in segments
        where isAnother && segment !== result.begun && uses(segment, name) {
            guard let document = self.document(of: segment.end.segment),
                let plan = plan(of: document)
            else { continue }
            segment.plan = plan
            result.changed.append(segment)
        }
        result.isReordered = index(besides: result.begun)
        return result
    }

    /// What a document does to the segments that are followed.
    struct Change {
        /// They are followed no more, as if they had never been.
        var dropped: [FollowedSegment] = []
        /// Whether what begins goes on, elsewhere, from a version that was not followed here.
        var isCut = false
        /// It is over by it.
        var over: FollowedSegment?
        /// It begins by it.
        var begun: FollowedSegment?
        /// They mean something else by it.
        var changed: [FollowedSegment] = []
        /// Others have another turn by it.
        var isReordered = false
    }

    /// Whether a segment's conditions use another, themselves or through others.
    private func uses(_ segment: FollowedSegment, _ name: ExactName) -> Bool {
        guard let document = document(of: segment.end.segment) else { return false }
        var (left, seen) = (document.used, Set<ExactName>())
        while let next = left.popLast() {
            if next == name { return true }
            guard seen.insert(next).inserted else { continue }
            left += self.document(of: next)?.used ?? []
        }
        return false
    }

    /// Versions are quarantined: they are followed no more, nor is what uses them.
    ///
    /// - Returns: those that were.
    mutating func quarantine(_ versions: some Sequence<SegmentVersion>) -> [FollowedSegment] {
        quarantined.formUnion(versions)
        guard !quarantined.isEmpty else { return [] }
        let dropped = segments.filter { isWithheld($0.end) }
        guard !dropped.isEmpty else { return [] }
        segments.removeAll { segment in dropped.contains { $0 === segment } }
        _ = index(besides: nil)
        return dropped
    }

    /// Whether a version is not followed, since it is quarantined or uses one that is.
    func isWithheld(_ end: FeedEnd) -> Bool {
        quarantined.contains(end.segmentVersion)
            || document(of: end.segment).map(usesQuarantined) ?? false
    }

    private func isQuarantined(_ document: SegmentV1.SegmentDocument) -> Bool {
        document.quarantine != nil
            || quarantined.contains(
                SegmentVersion(
                    project: name,
                    name: ExactName(document.name),
                    version: document.version
                )
            )
    }

    /// Whether it uses one that is quarantined now, itself or through others.
    private func usesQuarantined(_ document: SegmentV1.SegmentDocument) -> Bool {
        guard !quarantined.isEmpty else { return false }
        var (left, seen) = (document.used, Set<ExactName>())
        while let next = left.popLast() {
            guard seen.insert(next).inserted, let used = self.document(of: next) else { continue }
            if isQuarantined(used) { return true }
            left += used.used
        }
        return false
    }

    /// The version of a segment's document; 0 of one that cannot be read.
    static func version(of change: LogV1.CatalogueChange, in project: ProjectName)
        -> SegmentVersion
    {
        SegmentVersion(
            project: project,
            name: ExactName(change.name),
            version: change.body.flatMap(document)?.version ?? 0
        )
    }

    private func document(of name: ExactName) -> SegmentV1.SegmentDocument? {
        documents[name].flatMap(Self.document)
    }

    /// Takes a segment up again, as it was kept.
    mutating func resume(
        _ end: FeedEnd,
        slot: Int,
        since: LogOffset,
        users: UserStates
    ) -> FollowedSegment? {
        guard let document = document(of: end.segment), let plan = plan(of: document) else {
            return nil
        }
        let segment = FollowedSegment(plan, slot: slot, since: since, end: end, users: users)
        segments.append(segment)
        _ = index(besides: segment)
        return segment
    }

    private static func document(_ body: [UInt8]) -> SegmentV1.SegmentDocument? {
        do throws(MessageError) {
            return try SegmentV1.SegmentDocument.decode(body)
        } catch {
            // The catalogue tells of it where it is asked about.
            return nil
        }
    }

    /// A segment that this build cannot compile is not followed; who asks about it hears why.
    private func plan(of document: SegmentV1.SegmentDocument) -> LivePlan? {
        guard quarantined.isEmpty || !isQuarantined(document) else { return nil }
        do {
            if let live = document.live {
                let definition = try LiveCoding.decode(live)
                let conditions = definition.conditions.map(\.definition)
                return try LivePlan(definition, nested: try nested(in: conditions))
            }
            guard document.follow, let sent = document.definition else { return nil }
            let definition = try DefinitionCoding.decode(sent)
            let zone = document.followZone.flatMap(Zone.init)
            // Never another zone in its place: two evaluators would tell different feeds.
            guard zone != nil || document.followZone == nil else { return nil }
            return try LivePlan(
                following: definition,
                projectZone: zone,
                nested: try nested(in: [definition])
            )
        } catch {
            return nil
        }
    }

    private func nested(in conditions: [Definition]) throws -> [NestedSegment] {
        var nested: [NestedSegment] = []
        for condition in conditions {
            let found = try Nesting(of: condition) { (name) throws(DefinitionProblem) in
                try meaning(of: name)
            }
            nested += found.segments.filter { new in !nested.contains { $0.name == new.name } }
        }
        return nested
    }

    /// What a segment means as a condition: of a live one, that its feed has the user in.
    private func meaning(of name: ExactName) throws(DefinitionProblem) -> Definition {
        guard let document = document(of: name), !isQuarantined(document) else {
            throw DefinitionProblem(.segment, place: "", message: "no segment \(name.text)")
        }
        if document.live != nil, let origin = origins[name] {
            return Definition(.inFeed(InFeed(name, revision: origin)))
        }
        do {
            return try DefinitionCoding.decode(document.definition ?? .init())
        } catch {
            throw DefinitionProblem(.segment, place: "", message: error.message)
        }
    }

    /// The same; nil: there is no such segment, or it cannot be read.
    private func knownMeaning(of name: ExactName) -> Definition? {
        do {
            return try meaning(of: name)
        } catch {
            return nil
        }
    }

    /// - Returns: whether a segment besides a new one has another turn than before.
    private mutating func index(besides new: FollowedSegment?) -> Bool {
        knownFirst = nil
        var (heights, isReordered): ([ExactName: Int], Bool) = ([:], false)
        for segment in segments {
            let rank = rank(of: segment.end.segment, &heights)
            if rank != segment.rank, segment !== new { isReordered = true }
            segment.rank = rank
        }
        let segments = segments.sorted { $0.order < $1.order }
        (byEvent, byProperty, ofAnyEvent) = ([:], [:], [])
        forNewcomers = segments.filter(\.plan.holdsOfNewcomers)
        for segment in segments {
            let hears = segment.plan.hears
            if hears.anyEvent { ofAnyEvent.append(segment) }
            for event in hears.events.keys { byEvent[event, default: []].append(segment) }
            for property in hears.userProperties.union(hears.pastUserProperties) {
                byProperty[property, default: []].append(segment)
            }
        }
        return isReordered
    }

    /// How many live segments stand below each other in a segment's conditions.
    ///
    /// Calls itself once per segment on the way, which has a limit and no cycles; what was put by
    /// hand is cut off.
    private func rank(
        of name: ExactName,
        _ heights: inout [ExactName: Int],
        depth: Int = 0
    ) -> Int {
        guard depth <= DefinitionLimits.nestedDepth, let document = document(of: name) else {
            return 0
        }
        var rank = 0
        for used in document.used {
            if heights[used] == nil {
                let below = self.rank(of: used, &heights, depth: depth + 1)
                let isLive = self.document(of: used)?.live != nil
                heights[used] = min(below + (isLive ? 1 : 0), DefinitionLimits.nestedDepth)
            }
            rank = max(rank, heights[used] ?? 0)
        }
        return rank
    }
}

extension FollowedSegment {
    /// The segment, where it is a live one and no condition that is followed.
    fileprivate var ifLive: FollowedSegment? { !plan.isFollowing ? self : nil }
}

extension UserHistory.Event {
    /// An event as the log has it.
    init(_ event: LogV1.Event, at offset: LogOffset) throws {
        self.init(
            ExactName(event.name),
            at: Timestamp(ms: event.atMs),
            position: offset,
            clientSequence: event.clientSequence,
            properties: try event.properties.map { property in
                let (name, value) = try ValueCoding.decode(property)
                return (name: ExactName(name), value: value)
            }
        )
    }
}
