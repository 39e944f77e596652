// What must be told and who must be in, by the log alone: written as plainly as can be.

import Basics
import Kit
import Messages
import Segments
import Wire

/// One partition's log, read from its first record up to a place.
struct Reference {
    /// A user, as the log tells of it.
    private struct User {
        let name: String
        /// The records that stand, in the order of the log.
        var records: [Heard] = []
        /// The log time of the last record that may be told a little later: of an import.
        var importedAt: Timestamp?
        /// Whether the number is nobody's any more.
        var isGone = false
    }

    /// A record about a user, as machines hear it.
    struct Heard {
        let record: LiveCourse.Record
        let at: Timestamp
        let position: LogOffset
        let importID: String?
        /// When it first came in, as another user's; nil: it came in here.
        let movedAt: Timestamp?
    }

    /// A version of a segment, from the record on that brought it.
    private struct Segment {
        let document: SegmentV1.SegmentDocument
        let plan: LivePlan?
        let since: Timestamp
        let begin: LogOffset
        var courses: [UInt32: ReferenceCourse] = [:]
        var told: [UInt32: [LiveChange]] = [:]
        var isOver = false
    }

    private var users: [UInt32: User] = [:]
    private var undone: Set<String> = []
    /// Whether any record was taken back with its import.
    private var hasUndone = false
    /// By the catalogue revision at which they began.
    private var segments: [UInt64: Segment] = [:]
    /// Who was given a number by the record before, but for moved ones.
    private var newcomer: UInt32?

    init(_ records: some Sequence<LogV1.LogRecord>) throws {
        for record in records { try take(record) }
    }

    /// The followed conditions, by the revisions that name their feeds.
    var conditions: [UInt64] {
        segments.filter { !$0.value.isOver && $0.value.document.definition != nil }.keys.sorted()
    }

    /// The live segments, those that are over too.
    var live: [UInt64] { segments.filter { $0.value.document.live != nil }.keys.sorted() }

    /// Who is in a followed condition at an instant; without those of whom imports are told later.
    func members(of revision: UInt64, at now: Timestamp) throws -> (
        settled: Set<UInt32>, open: Set<UInt32>
    ) {
        guard let sent = segments[revision]?.document.definition else { return ([], []) }
        let oracle = Oracle(try DefinitionCoding.decode(sent), at: now)
        var (settled, open): (Set<UInt32>, Set<UInt32>) = ([], [])
        for (number, user) in users where !user.isGone {
            // "told at the next whole second of log time"
            if let at = user.importedAt, now <= at + 1_000 {
                open.insert(number)
            } else if let history = history(of: user), oracle.isMember(history) {
                settled.insert(number)
            }
        }
        return (settled, open)
    }

    /// What a live segment has told of each user once an instant has passed.
    func told(by revision: UInt64, through now: Timestamp) -> [UInt32: [LiveChange]] {
        guard let segment = segments[revision] else { return [:] }
        var told = segment.told
        if !segment.isOver {
            for (number, course) in segment.courses {
                var course = course
                told[number, default: []] += course.pass(before: now + 1)
            }
        }
        return told.filter { !$0.value.isEmpty }
    }

    /// What is recorded of a user, and what a segment is, for people.
    func story(of number: UInt32, _ revision: UInt64) -> String {
        let lines = (users[number]?.records ?? []).map { heard in
            let what: String
            switch heard.record {
            case .event(let event): what = "\(event.name.text) of \(event.at.ms % 10_000_000)"
            case .properties(let versions): what = "\(versions.map(\.property.text))"
            }
            return "\(heard.at.ms % 10_000_000) \(what)\(heard.importID.map { " by \($0)" } ?? "")"
        }
        let segment = segments[revision]
        return "since \(segment.map { $0.since.ms % 10_000_000 } ?? 0), "
            + "\(segment.map { "\($0.document)" } ?? "?"): " + lines.joined(separator: ", ")
    }

    /// Nil: no record of the user stands.
    private func history(of user: User) -> UserHistory? {
        let records = user.records.filter { !isUndone($0.importID) }.map(\.record)
        guard !records.isEmpty else { return nil }
        return UserHistory(
            of: UserID(user.name),
            events: records.compactMap(\.event),
            versions: records.flatMap(\.versions)
        )
    }

    private func isUndone(_ id: String?) -> Bool { id.map(undone.contains) ?? false }

    // The log

    private mutating func take(_ record: LogV1.LogRecord) throws {
        let now = Timestamp(ms: record.logTimeMs)
        let position = LogOffset(record.offset)
        // Of what is moved is heard with the record that says whose it is.
        let isMoved = record.origin?.offset != nil
        let new = newcomer
        if !isMoved { newcomer = nil }
        switch record.body {
        case .newUser(let new):
            users[new.number] = User(name: new.userID)
            newcomer = new.number
        case .userKnown(let known) where isMoved: newcomer = known.userNumber
        case .catalogue(let change): try take(change, at: position, now)
        case .importUndone(let undoing):
            undone.insert(undoing.importID)
            let records = users.values.lazy.flatMap(\.records)
            if records.contains(where: { $0.importID == undoing.importID }) { hasUndone = true }
            forEachLive { segment, _ in
                for (number, course) in segment.courses {
                    var course = course
                    let told = course.forget(import: undoing.importID, at: position, now)
                    segment.told[number, default: []] += told
                    segment.courses[number] = course
                }
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
        case .mergeOut(let out): leave(out.userNumber, .corrected, at: now)
        case .erasure(let erasure): leave(erasure.userNumber, .erased, at: now)
        case .mergeIn(let merge):
            remove(merge.replaced, of: merge.userNumber)
            let isNew = new == merge.userNumber
            recount(merge.userNumber, merge.names, isNew: isNew, at: position, now)
        case .mergeUndone(let undone):
            remove(undone.moved, of: undone.userNumber)
            let isOver = isNobody(undone.userNumber)
            recount(undone.userNumber, undone.names, isNew: isOver, at: position, now)
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
        let now = Timestamp(ms: record.logTimeMs)
        let heard = Heard(
            record: said,
            at: now,
            position: LogOffset(record.offset),
            importID: record.importID,
            movedAt: isMoved ? record.origin?.logTimeMs.map(Timestamp.init(ms:)) : nil
        )
        if record.importID != nil { users[number]?.importedAt = now }
        let isNew = newcomer == number || isNobody(number)
        if isMoved, isNew { self.newcomer = number }
        if !isMoved {
            let undone = undone
            forEachLive { segment, users in
                guard var course = Self.course(of: number, in: segment, users, undone) else {
                    return
                }
                segment.told[number, default: []] += course.hear(heard, isNew: isNew)
                segment.courses[number] = course
            }
        }
        users[number]?.records.append(heard)
    }

    /// Whether nothing stands of a user, who is new again with the next record.
    ///
    /// Only since an import was taken back.
    private func isNobody(_ number: UInt32) -> Bool {
        hasUndone && !(users[number]?.records.contains { !isUndone($0.importID) } ?? false)
    }

    private mutating func forEachLive(_ body: (inout Segment, [UInt32: User]) -> Void) {
        for (revision, segment) in segments where segment.plan != nil && !segment.isOver {
            var segment = segment
            body(&segment, users)
            segments[revision] = segment
        }
    }

    /// The machine of a user, who has heard all that was before the segment.
    private static func course(
        of number: UInt32,
        in segment: Segment,
        _ users: [UInt32: User],
        _ undone: Set<String>
    ) -> ReferenceCourse? {
        if let course = segment.courses[number] { return course }
        guard let plan = segment.plan else { return nil }
        let before = (users[number]?.records ?? []).filter { heard in
            !(heard.importID.map(undone.contains) ?? false)
        }
        return ReferenceCourse(plan, from: segment.begin, at: segment.since, knowing: before)
    }

    // Who becomes one with whom

    /// A number is nobody's: whoever was in is not, and nothing is remembered.
    private mutating func leave(_ number: UInt32, _ kind: LiveChange.Kind, at now: Timestamp) {
        forEachLive { segment, _ in
            guard var course = segment.courses.removeValue(forKey: number) else { return }
            segment.told[number, default: []] += course.leave(kind, at: now)
        }
        users[number]?.isGone = true
        users[number]?.records = []
    }

    private mutating func remove(_ runs: [LogV1.RecordRun], of number: UInt32) {
        users[number]?.records.removeAll { heard in
            runs.contains {
                heard.position.value >= $0.from && heard.position.value < $0.from + $0.count
            }
        }
    }

    /// A user has another history from here on: machines that read what was moved run over it.
    private mutating func recount(
        _ number: UInt32,
        _ names: LogV1.MovedNames?,
        isNew: Bool,
        at position: LogOffset,
        _ now: Timestamp
    ) {
        let undone = undone
        forEachLive { segment, users in
            guard let plan = segment.plan, isNew || plan.reads.mentions(names),
                var course = Self.course(of: number, in: segment, users, undone)
            else { return }
            let records = (users[number]?.records ?? []).filter { heard in
                !(heard.importID.map(undone.contains) ?? false)
            }
            segment.told[number, default: []] += course.recount(records, at: position, now)
            segment.courses[number] = course
        }
    }

    private mutating func take(
        _ change: LogV1.CatalogueChange,
        at position: LogOffset,
        _ now: Timestamp
    ) throws {
        guard change.kind == "segment", let body = change.body else { return }
        let document = try SegmentV1.SegmentDocument.decode(body)
        let standing = segments.first {
            $0.value.document.name == document.name && !$0.value.isOver
        }
        if let (revision, segment) = standing {
            guard document.archived else { return }
            // What was due before has been told.
            for (number, course) in segment.courses {
                var course = course
                segments[revision]?.told[number, default: []] += course.pass(before: now)
            }
            segments[revision]?.isOver = true
        } else if !document.archived {
            var segment = Segment(
                document: document,
                plan: try document.live.map { try LivePlan(LiveCoding.decode($0)) },
                since: now,
                begin: position
            )
            if segment.plan?.watchesEverybody ?? false {
                for number in users.keys where users[number].flatMap(history) != nil {
                    segment.courses[number] = Self.course(of: number, in: segment, users, undone)
                    segment.courses[number]?.begin(at: position)
                }
            }
            segments[change.revision] = segment
        }
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
