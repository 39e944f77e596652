// What must be told and who must be in, by the log alone: written as plainly as can be.

import Basics
import Kit
import Messages
import Segments
import Wire

/// One partition's log, read from its first record up to a place.
struct Reference {
    /// A record about a user, as machines hear it.
    struct Heard {
        let record: LiveCourse.Record
        let at: Timestamp
        let position: LogOffset
        let importID: String?
        /// When it first came in, as another user's; nil: it came in here.
        let movedAt: Timestamp?
    }

    private var users: [UInt32: ReferenceUser] = [:]
    private var undone: Set<String> = []
    /// Whether any record was taken back with its import.
    private var hasUndone = false
    private var catalogue = ReferenceCatalogue()
    /// Those that are followed, each behind those that it uses.
    private var segments: [ReferenceSegment] = []
    /// All that ever were.
    private(set) var live: [UInt64] = []
    /// The conditions that are followed, by the revisions that name their feeds.
    private var followed: [UInt64: SegmentV1.SegmentDocument] = [:]
    /// Who was given a number by the record before, but for moved ones.
    private var newcomer: UInt32?
    /// Where it stands in the log.
    private(set) var next = LogOffset.zero

    /// Reads on, up to the end of a log.
    mutating func read(_ log: some Collection<LogV1.LogRecord>) throws {
        for record in log.dropFirst(Int(next.value)) { try take(record) }
    }

    /// Time passes up to an instant, itself included.
    mutating func pass(through instant: Timestamp) { passAll(before: instant + 1) }

    /// The followed conditions, by the revisions that name their feeds.
    var conditions: [UInt64] { followed.keys.sorted() }

    /// Who is in a followed condition at an instant; without those of whom imports are told later.
    func members(of revision: UInt64, at now: Timestamp) throws -> (
        settled: Set<UInt32>, open: Set<UInt32>
    ) {
        guard let sent = followed[revision]?.definition else { return ([], []) }
        let definition = try DefinitionCoding.decode(sent)
        let nested = try catalogue.nested(in: [definition])
        let oracle = Oracle(definition, at: now, nested: nested)
        var (settled, open): (Set<UInt32>, Set<UInt32>) = ([], [])
        for (number, user) in users where !user.isGone {
            // "told at the next whole second of log time"
            if let at = user.importedAt, now <= at + 1_000 {
                open.insert(number)
            } else if let history = user.history, oracle.isMember(history) {
                settled.insert(number)
            }
        }
        return (settled, open)
    }

    /// Who is in a live segment.
    func members(of revision: UInt64) -> Set<UInt32> {
        Set(users.filter { $0.value.isIn(revision) }.keys)
    }

    /// What a live segment has told of each user.
    func told(by revision: UInt64) -> [UInt32: [LiveChange]] {
        users.compactMapValues { $0.told[revision] }.filter { !$0.value.isEmpty }
    }

    /// What is recorded of a user, and what segments are, for people.
    func story(of number: UInt32, _ revision: UInt64) -> String {
        let lines = (users[number]?.records ?? []).map { heard in
            let what: String
            switch heard.record {
            case .event(let event): what = "\(event.name.text) of \(event.at.ms % 10_000_000)"
            case .properties(let versions):
                what = versions.map {
                    "\($0.property.text)=\($0.value.map { "\($0)" } ?? "-")"
                }.joined(separator: " ")
            }
            return "\(heard.at.ms % 10_000_000) \(what)\(heard.importID.map { " by \($0)" } ?? "")"
        }
        let said = segments.map { segment in
            "\(segment.revision) since \(segment.begunAt.ms % 10_000_000), \(segment.begin): "
                + "\(segment.inFeed.segment.text): \(segment.plan.definition)"
        }
        let conditions = followed.map { "\($0.key): \($0.value)" }
        return "of \(revision), \((said + conditions).joined(separator: "; ")): "
            + lines.joined(separator: ", ") + "; told \(users[number]?.said ?? "")"
    }

    // The log

    private mutating func take(_ record: LogV1.LogRecord) throws {
        defer { next = LogOffset(record.offset).next }
        let now = Timestamp(ms: record.logTimeMs)
        let position = LogOffset(record.offset)
        let moment = LiveMoment(now: now, position: position)
        // Of what is moved is heard with the record that says whose it is.
        let isMoved = record.origin?.offset != nil
        let new = newcomer
        if !isMoved { newcomer = nil }
        switch record.body {
        case .newUser(let new):
            users[new.number] = ReferenceUser(name: new.userID)
            newcomer = new.number
        case .userKnown(let known) where isMoved: newcomer = known.userNumber
        case .catalogue(let change): try take(change, at: position, now)
        case .importUndone(let undoing):
            undone.insert(undoing.importID)
            hasUndone = hasUndone || users.values.contains { $0.has(import: undoing.importID) }
            forEachUser { user, next, segments in
                user.pass(before: now, at: next, segments)
                user.forget(import: undoing.importID, at: now, position, segments)
            }
        case .event(let event):
            let heard = UserHistory.Event(
                ExactName(event.name),
                at: Timestamp(ms: event.atMs),
                position: position,
                clientSequence: event.clientSequence,
                properties: try event.properties.map { property in
                    let (name, value) = try ValueCoding.decode(property)
                    return (name: ExactName(name), value: value)
                }
            )
            take(.event(heard), of: event.userNumber, record, isNew: new, isMoved: isMoved)
        case .profile(let profile):
            let versions = try Self.versions(profile, at: position)
            let said = LiveCourse.Record.properties(versions)
            take(said, of: profile.userNumber, record, isNew: new, isMoved: isMoved)
        case .listChange(let change):
            let version = UserHistory.PropertyVersion(
                InList(ExactName(change.list)).property,
                change.listed ? InList.listed : nil,
                since: Timestamp(ms: change.atMs),
                position: position
            )
            let said = LiveCourse.Record.properties([version])
            take(said, of: change.userNumber, record, isNew: new, isMoved: isMoved)
        case .mergeOut(let out):
            with(out.userNumber, now) { user, _ in user.leave(.corrected, at: now) }
        case .erasure(let erasure):
            with(erasure.userNumber, now) { user, _ in user.leave(.erased, at: now) }
        case .mergeIn(let merge):
            let isNew = new == merge.userNumber
            recount(merge.userNumber, without: merge.replaced, merge.names, isNew: isNew, moment)
        case .mergeUndone(let undone):
            recount(undone.userNumber, without: undone.moved, undone.names, isBack: true, moment)
            // One may stand before the merge that is heard of behind it.
            if new == undone.userNumber { newcomer = new }
        // Tenures say nothing of users, nor does in a run who is known.
        default: break
        }
    }

    private static func versions(_ profile: LogV1.ProfileChange, at position: LogOffset) throws
        -> [UserHistory.PropertyVersion]
    {
        let since = profile.atMs.map(Timestamp.init(ms:))
        let set = try profile.set.map { property in
            let (name, value) = try ValueCoding.decode(property)
            return UserHistory.PropertyVersion(
                ExactName(name),
                value,
                since: since,
                position: position
            )
        }
        return set
            + profile.unset.map { .init(ExactName($0), nil, since: since, position: position) }
    }

    private mutating func take(
        _ said: LiveCourse.Record,
        of number: UInt32,
        _ record: LogV1.LogRecord,
        isNew newcomer: UInt32?,
        isMoved: Bool
    ) {
        let heard = Heard(
            record: said,
            at: Timestamp(ms: record.logTimeMs),
            position: LogOffset(record.offset),
            importID: record.importID,
            movedAt: isMoved ? record.origin?.logTimeMs.map(Timestamp.init(ms:)) : nil
        )
        let isNew = newcomer == number || isNobody(number)
        if isMoved, isNew { self.newcomer = number }
        // What a merge brings of an import that was taken back is no record any more.
        guard !(record.importID.map(undone.contains) ?? false) else { return }
        with(number, heard.at) { user, segments in
            user.learn(heard)
            guard !isMoved else { return }
            user.hear(heard, isNew: isNew, segments)
        }
    }

    /// Whether nothing stands of a user, who is new again with the next record.
    ///
    /// Only since an import was taken back.
    private func isNobody(_ number: UInt32) -> Bool {
        hasUndone && users[number]?.records.isEmpty ?? true
    }

    /// A user, of whom every instant before one has passed.
    private mutating func with(
        _ number: UInt32,
        _ now: Timestamp,
        _ body: (inout ReferenceUser, [ReferenceSegment]) -> Void
    ) {
        guard var user = users.removeValue(forKey: number) else { return }
        user.pass(before: now, at: next, segments)
        body(&user, segments)
        users[number] = user
    }

    private mutating func forEachUser(
        _ body: (inout ReferenceUser, LogOffset, [ReferenceSegment]) -> Void
    ) {
        for number in users.keys {
            guard var user = users[number], !user.isGone else { continue }
            body(&user, next, segments)
            users[number] = user
        }
    }

    private mutating func passAll(before end: Timestamp) {
        forEachUser { user, next, segments in user.pass(before: end, at: next, segments) }
    }

    /// A user has another history from here on.
    private mutating func recount(
        _ number: UInt32,
        without runs: [LogV1.RecordRun],
        _ names: LogV1.MovedNames?,
        isNew: Bool = false,
        isBack: Bool = false,
        _ moment: LiveMoment
    ) {
        let hasUndone = hasUndone
        with(number, moment.now) { user, segments in
            user.remove { offset in
                runs.contains { offset.value >= $0.from && offset.value < $0.from + $0.count }
            }
            // Nobody is left of whom only that was taken back.
            let isOver = isBack && hasUndone && user.records.isEmpty
            user.recount(at: moment.now, moment.position, segments) { plan in
                isNew || isOver || plan.reads.mentions(names)
            }
        }
    }

    // The catalogue

    private mutating func take(
        _ change: LogV1.CatalogueChange,
        at position: LogOffset,
        _ now: Timestamp
    ) throws {
        guard change.kind == "segment", let body = change.body else { return }
        let document = try SegmentV1.SegmentDocument.decode(body)
        let name = ExactName(document.name)
        let before = catalogue.document(of: name)
        // What was due before is told by what stood then.
        passAll(before: now)
        catalogue.take(document, at: change.revision)
        guard document.archived || before?.version != document.version else { return }
        let old = segments.first { $0.inFeed.segment == name }
        segments.removeAll { $0.inFeed.segment == name }
        followed = followed.filter { $0.value.name != document.name }
        if !document.archived {
            if document.live != nil {
                try begin(document, change.revision, after: old, at: position, now)
            } else if document.follow {
                followed[change.revision] = document
            }
        }
        if let old { forEachUser { user, _, _ in user.end(old.revision) } }
        try changeOthers(using: name, isCondition: document.live == nil, at: position, now)
    }

    private mutating func begin(
        _ document: SegmentV1.SegmentDocument,
        _ revision: UInt64,
        after old: ReferenceSegment?,
        at position: LogOffset,
        _ now: Timestamp
    ) throws {
        guard let plan = try catalogue.plan(of: document) else { return }
        let goesOn = old.map { plan.carrying(from: $0.plan) != .ended } ?? false
        let segment = ReferenceSegment(
            document: document,
            revision: revision,
            inFeed: catalogue.inFeed(of: ExactName(document.name)),
            plan: plan,
            begunAt: goesOn ? old?.begunAt ?? now : now,
            begin: goesOn ? old?.begin ?? position : position,
            isCarried: old != nil
        )
        live.append(revision)
        segments.append(segment)
        order()
        guard let index = segments.firstIndex(where: { $0.revision == revision }) else { return }
        forEachUser { user, _, segments in
            if let old {
                user.carry(from: old, to: index, segments, at: now, position)
            } else if plan.watchesEverybody, user.history != nil {
                user.begin(index, segments, at: position)
            }
        }
    }

    /// Segments that use another mean what that means now.
    private mutating func changeOthers(
        using name: ExactName,
        isCondition: Bool,
        at position: LogOffset,
        _ now: Timestamp
    ) throws {
        var changed: Set<UInt64> = []
        for (index, segment) in segments.enumerated()
        where catalogue.means(segment.inFeed.segment, name) {
            guard let plan = try catalogue.plan(of: segment.document) else { continue }
            segments[index].plan = plan
            if isCondition, plan.watchesConditions { changed.insert(segment.revision) }
        }
        order()
        guard !changed.isEmpty else { return }
        forEachUser { user, _, segments in
            user.reconsider(changed, segments, at: now, position)
        }
    }

    private mutating func order() {
        let ranks = segments.map { catalogue.rank(of: $0.inFeed.segment) }
        segments = zip(ranks, segments).sorted {
            ($0.0, $0.1.revision) < ($1.0, $1.1.revision)
        }.map(\.1)
    }
}

extension Mentions {
    /// Whether any of what was moved is read.
    fileprivate func mentions(_ names: LogV1.MovedNames?) -> Bool {
        guard let names else { return false }
        let properties =
            names.properties.map { ExactName($0) }
            + names.lists.map { InList(ExactName($0)).property }
        return names.events.contains { concerns(event: ExactName($0)) }
            || properties.contains { concerns(property: $0) }
    }
}
