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
        var events: [(event: UserHistory.Event, importID: String?)] = []
        var versions: [(version: UserHistory.PropertyVersion, importID: String?)] = []
        /// The same as machines hear it, in the order of the log.
        var heard: [Heard] = []
        /// The log time of the last record that may be told a little later: of an import.
        var importedAt: Timestamp?
    }

    /// A record about a user.
    typealias Heard = (record: LiveCourse.Record, at: Timestamp, importID: String?)

    /// A version of a segment, from the record on that brought it.
    private struct Segment {
        let document: SegmentV1.SegmentDocument
        let since: Timestamp
        var courses: [UInt32: ReferenceCourse] = [:]
        var told: [UInt32: [LiveChange]] = [:]
        var isOver = false
    }

    private var users: [UInt32: User] = [:]
    private var undone: Set<String> = []
    /// By the catalogue revision at which they began.
    private var segments: [UInt64: Segment] = [:]

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
        settled: Set<String>, open: Set<String>
    ) {
        guard let sent = segments[revision]?.document.definition else { return ([], []) }
        let oracle = Oracle(try DefinitionCoding.decode(sent), at: now)
        var (settled, open): (Set<String>, Set<String>) = ([], [])
        for user in users.values {
            // "told at the next whole second of log time"
            if let at = user.importedAt, now <= at + 1_000 {
                open.insert(user.name)
            } else if let history = history(of: user), oracle.isMember(history) {
                settled.insert(user.name)
            }
        }
        return (settled, open)
    }

    /// What a live segment has told of each user once an instant has passed.
    func told(by revision: UInt64, through now: Timestamp) -> [String: [LiveChange]] {
        guard let segment = segments[revision] else { return [:] }
        var told: [String: [LiveChange]] = [:]
        for (number, course) in segment.courses {
            var (course, changes) = (course, segment.told[number] ?? [])
            if !segment.isOver { changes += course.pass(before: now + 1) }
            if !changes.isEmpty { told[users[number]?.name ?? ""] = changes }
        }
        return told
    }

    /// What is recorded of a user, and what a segment is, for people.
    func story(of name: String, _ revision: UInt64) -> String {
        let heard = users.values.first { $0.name == name }?.heard ?? []
        let lines = heard.map { record, at, importID in
            let what: String
            switch record {
            case .event(let event): what = "\(event.name.text) of \(event.at.ms % 10_000_000)"
            case .properties(let versions): what = "\(versions.map(\.property.text))"
            }
            return "\(at.ms % 10_000_000) \(what)\(importID.map { " by \($0)" } ?? "")"
        }
        let segment = segments[revision]
        return "since \(segment.map { $0.since.ms % 10_000_000 } ?? 0), "
            + "\(segment.map { "\($0.document)" } ?? "?"): " + lines.joined(separator: ", ")
    }

    /// Nil: no record of the user stands.
    private func history(of user: User) -> UserHistory? {
        let events = user.events.filter { !isUndone($0.importID) }.map(\.event)
        let versions = user.versions.filter { !isUndone($0.importID) }.map(\.version)
        guard !events.isEmpty || !versions.isEmpty else { return nil }
        return UserHistory(of: UserID(user.name), events: events, versions: versions)
    }

    private func isUndone(_ id: String?) -> Bool { id.map(undone.contains) ?? false }

    // The log

    private mutating func take(_ record: LogV1.LogRecord) throws {
        let now = Timestamp(ms: record.logTimeMs)
        let position = LogOffset(record.offset)
        switch record.body {
        case .newUser(let new): users[new.number] = User(name: new.userID)
        case .catalogue(let change): try take(change, at: now)
        case .importUndone(let undoing):
            undone.insert(undoing.importID)
            for revision in segments.keys {
                for number in segments[revision]?.courses.keys.sorted() ?? [] {
                    segments[revision]?.courses[number]?.forget(import: undoing.importID)
                }
            }
        case .event(let event):
            let heard = UserHistory.Event(
                ExactName(event.name),
                at: Timestamp(ms: event.atMs),
                position: position,
                clientSequence: event.clientSequence
            )
            users[event.userNumber]?.events.append((heard, record.importID))
            note(event.userNumber, record, now)
            hear((.event(heard), now, record.importID), of: event.userNumber)
        case .profile(let profile):
            let since = profile.atMs.map(Timestamp.init(ms:))
            var versions = try profile.set.map { property in
                let (name, value) = try ValueCoding.decode(property)
                return UserHistory.PropertyVersion(
                    ExactName(name),
                    value,
                    since: since,
                    position: position
                )
            }
            versions += profile.unset.map {
                .init(ExactName($0), nil, since: since, position: position)
            }
            write(versions, of: profile.userNumber, record, now)
        case .listChange(let change):
            let version = UserHistory.PropertyVersion(
                InList(ExactName(change.list)).property,
                change.listed ? InList.listed : nil,
                since: Timestamp(ms: change.atMs),
                position: position
            )
            write([version], of: change.userNumber, record, now)
        // Tenures say nothing of users, and nobody is erased or renamed in a run.
        default: break
        }
    }

    private mutating func write(
        _ versions: [UserHistory.PropertyVersion],
        of number: UInt32,
        _ record: LogV1.LogRecord,
        _ now: Timestamp
    ) {
        users[number]?.versions += versions.map { ($0, record.importID) }
        note(number, record, now)
        hear((.properties(versions), now, record.importID), of: number)
    }

    private mutating func note(_ number: UInt32, _ record: LogV1.LogRecord, _ now: Timestamp) {
        if record.importID != nil { users[number]?.importedAt = now }
    }

    private mutating func hear(_ heard: Heard, of number: UInt32) {
        for (revision, segment) in segments where segment.document.live != nil && !segment.isOver {
            guard var course = segment.courses[number] ?? course(of: number, in: segment) else {
                continue
            }
            segments[revision]?.told[number, default: []] += course.hear(heard)
            segments[revision]?.courses[number] = course
        }
        users[number]?.heard.append(heard)
    }

    /// The machine of a user, who has heard all that was before the segment.
    private func course(of number: UInt32, in segment: Segment) -> ReferenceCourse? {
        guard let plan = Self.plan(of: segment) else { return nil }
        var course = ReferenceCourse(plan)
        for heard in users[number]?.heard ?? [] where !isUndone(heard.importID) {
            _ = course.hear(heard)
        }
        course.hasBegun = true
        return course
    }

    private static func plan(of segment: Segment) -> LivePlan? {
        do {
            return try segment.document.live.map { try LivePlan(LiveCoding.decode($0)) }
        } catch {
            return nil
        }
    }

    private mutating func take(_ change: LogV1.CatalogueChange, at now: Timestamp) throws {
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
            segments[change.revision] = Segment(document: document, since: now)
        }
    }
}
