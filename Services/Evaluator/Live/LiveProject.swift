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
    private(set) var documents: [ExactName: [UInt8]]
    private var byEvent: [ExactName: [FollowedSegment]] = [:]
    private var byProperty: [ExactName: [FollowedSegment]] = [:]
    private var ofAnyEvent: [FollowedSegment] = []
    private var becoming: [FollowedSegment] = []

    /// A project without segments, or with documents that were kept.
    init(_ name: ProjectName, documents: [ExactName: [UInt8]] = [:]) {
        self.name = name
        self.documents = documents
    }

    /// Takes a document as it was kept.
    mutating func keep(_ body: [UInt8], named name: ExactName) { documents[name] = body }

    /// The segments that an event of a user concerns, in order.
    func hearing(event: ExactName, of user: UserNumber) -> [FollowedSegment] {
        let new = awaiting(user)
        guard let named = byEvent[event] else {
            return new.isEmpty ? ofAnyEvent : Self.merged(ofAnyEvent + new)
        }
        return ofAnyEvent.isEmpty && new.isEmpty ? named : Self.merged(named + ofAnyEvent + new)
    }

    /// The segments that writes to a user's properties concern, in order.
    func hearing(properties: [ExactName], of user: UserNumber) -> [FollowedSegment] {
        let new = awaiting(user)
        guard !(byProperty.isEmpty && new.isEmpty) else { return [] }
        return Self.merged(properties.flatMap { byProperty[$0] ?? [] } + new)
    }

    /// Those whose condition may hold of a user by the user's being there: whom they do not know
    /// yet, they hear whatever is recorded.
    private func awaiting(_ user: UserNumber) -> [FollowedSegment] {
        becoming.isEmpty ? [] : becoming.filter { !$0.knows(user) }
    }

    private static func merged(_ segments: [FollowedSegment]) -> [FollowedSegment] {
        var merged: [FollowedSegment] = []
        for segment in segments.sorted(by: { $0.slot < $1.slot })
        where merged.last !== segment {
            merged.append(segment)
        }
        return merged
    }

    /// A document of a segment becomes active.
    ///
    /// - Returns: the segment that is over by it, and the one that begins.
    mutating func hear(_ change: LogV1.CatalogueChange, at position: LogOffset, slot: Int)
        -> (over: FollowedSegment?, begun: FollowedSegment?)
    {
        let name = ExactName(change.name)
        documents[name] = change.body
        let document = change.body.flatMap(Self.document)
        let standing = segments.first { $0.end.segment == name }
        if let standing, let document, !document.archived,
            document.version == standing.end.version
        {
            return (nil, nil)
        }
        segments.removeAll { $0 === standing }
        standing?.end.isOver = true
        var begun: FollowedSegment?
        if let document, !document.archived, let live = document.live, let plan = plan(of: live) {
            let end = FeedEnd(
                feed: FeedID(project: self.name, revision: change.revision),
                segment: name,
                version: document.version,
                generation: 1
            )
            let segment = FollowedSegment(plan, slot: slot, since: position.next, end: end)
            segments.append(segment)
            begun = segment
        }
        index()
        return (standing, begun)
    }

    /// Takes a segment up again, as it was kept.
    mutating func resume(
        _ end: FeedEnd,
        slot: Int,
        since: LogOffset,
        users: [UInt32: [UInt8]]
    ) -> FollowedSegment? {
        guard let body = documents[end.segment], let document = Self.document(body),
            let live = document.live, let plan = plan(of: live)
        else { return nil }
        let segment = FollowedSegment(plan, slot: slot, since: since, end: end, users: users)
        segments.append(segment)
        index()
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
    private func plan(of live: SegmentV1.LiveDefinition) -> LivePlan? {
        do {
            let definition = try LiveCoding.decode(live)
            return try LivePlan(definition, nested: try nested(in: definition))
        } catch {
            return nil
        }
    }

    private func nested(in live: LiveDefinition) throws -> [NestedSegment] {
        var nested: [NestedSegment] = []
        for (_, condition) in live.conditions {
            let found = try Nesting(of: condition) { (name) throws(DefinitionProblem) in
                guard let body = documents[name], let document = Self.document(body) else {
                    throw DefinitionProblem(.segment, place: "", message: "no segment \(name.text)")
                }
                do throws(WireError) {
                    return try DefinitionCoding.decode(document.definition ?? .init())
                } catch {
                    throw DefinitionProblem(.segment, place: "", message: error.message)
                }
            }
            nested += found.segments.filter { new in !nested.contains { $0.name == new.name } }
        }
        return nested
    }

    private mutating func index() {
        (byEvent, byProperty, ofAnyEvent) = ([:], [:], [])
        becoming = segments.filter { $0.plan.becoming != nil }
        for segment in segments {
            let hears = segment.plan.hears
            if hears.anyEvent { ofAnyEvent.append(segment) }
            for event in hears.events.keys { byEvent[event, default: []].append(segment) }
            for property in hears.userProperties.union(hears.pastUserProperties) {
                byProperty[property, default: []].append(segment)
            }
        }
    }
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
