// One user's records written once more as another's, within one group.

import Basics
import KeyValue
import Log
import Messages

/// Records on their way to another user.
struct RecordMove {
    /// Whose they are from here on.
    let to: UserRecords.Owner
    /// From where.
    let from: Partition
    /// Under which identifier a record came in, as its new user sees it; nil: the user's own.
    let origin: (String?) -> String?
    /// Whether the user they go to was unknown before, so that no event id of it was seen.
    let isToNewUser: Bool
    /// How many were written.
    private(set) var count = 0
    /// The new user's own records that are absent from here on.
    private(set) var replaced: [LogOffset] = []
    /// The new user's events by the keys of their ids, so far as those that come have the same.
    private var own: [[UInt8]: SeenEvent] = [:]
    private var events: Set<String> = []
    private var properties: Set<String> = []
    private var lists: Set<String> = []

    init(
        from: Partition,
        to: UserRecords.Owner,
        isNew: Bool,
        under origin: @escaping (String?) -> String?
    ) {
        isToNewUser = isNew
        self.from = from
        self.to = to
        self.origin = origin
    }

    /// Looks up at once which event ids of those that come the new user has.
    mutating func lookUp(_ records: [LogV1.LogRecord], _ reader: IndexReader)
        throws(IngestionError)
    {
        guard !isToNewUser else { return }
        let keys = records.compactMap { $0.eventKey(of: to) }
        for (seen, key) in try reader.events(of: keys.map { (key: $0, record: $0) }) {
            own[key] = seen
        }
    }

    /// Where the new user has an event with that key.
    func seen(_ key: [UInt8]) -> SeenEvent? { own[key] }

    /// An own event with the same id was received later.
    mutating func replace(_ event: LogV1.Event, at offset: LogOffset) {
        replaced.append(offset)
        // Who read it is to be told as well.
        events.insert(event.name)
    }

    /// The record as the new user's.
    mutating func moved(_ record: LogV1.LogRecord) -> LogV1.LogRecord {
        var moved = record
        switch record.body {
        case .event(var event):
            events.insert(event.name)
            event.userNumber = to.number.value
            moved.body = .event(event)
        case .profile(var profile):
            properties.formUnion(profile.set.map(\.name) + profile.unset)
            profile.userNumber = to.number.value
            moved.body = .profile(profile)
        case .listChange(var change):
            lists.insert(change.list)
            change.userNumber = to.number.value
            moved.body = .listChange(change)
        default: break
        }
        moved.origin = LogV1.Origin(
            userID: origin(record.origin?.userID),
            partition: UInt32(from.index),
            offset: record.offset,
            logTimeMs: record.firstLogTimeMs
        )
        count += 1
        return moved
    }

    /// What they are about.
    var names: LogV1.MovedNames {
        LogV1.MovedNames(
            events: events.sorted(by: TextBytes.precedes),
            properties: properties.sorted(by: TextBytes.precedes),
            lists: lists.sorted(by: TextBytes.precedes)
        )
    }

    /// What one record names of runs that are absent from here on.
    static let runsMax = 10_000
    /// How many records tell of so many runs.
    static func pieces(_ runs: Int) -> Int { (runs + runsMax - 1) / runsMax }
    /// Names of events, of properties and of lists that one record tells of.
    private static let namesMax = 4_096

    /// Refuses records about more names than a record tells of, before any of them is written.
    ///
    /// - Throws: `.tooLarge`.
    static func require(_ records: [LogV1.LogRecord]) throws(IngestionError) {
        var (events, properties, lists): (Set<String>, Set<String>, Set<String>) = ([], [], [])
        for record in records {
            switch record.body {
            case .event(let event): events.insert(event.name)
            case .profile(let change): properties.formUnion(change.set.map(\.name) + change.unset)
            case .listChange(let change): lists.insert(change.list)
            default: break
            }
        }
        // Those it replaces may have as many other names.
        guard max(2 * events.count, properties.count, lists.count) <= namesMax else {
            throw IngestionError(
                .tooLarge,
                "move a user's records",
                place: "user_id",
                hint:
                    "they are about more than \(namesMax) properties or lists, or half as many "
                    + "kinds of events"
            )
        }
    }

    /// Offsets in rising order as runs.
    static func runs(_ offsets: [LogOffset]) -> [LogV1.RecordRun] {
        var runs: [LogV1.RecordRun] = []
        for offset in offsets.sorted() {
            if let last = runs.last, last.from + last.count == offset.value {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(LogV1.RecordRun(from: offset.value, count: 1))
            }
        }
        return runs
    }
}

extension IntakeGroup {
    /// Writes a record once more, unless it was taken back or gives way to one with its event id.
    mutating func write(
        _ record: LogV1.LogRecord,
        _ move: inout RecordMove,
        _ pending: inout Pending
    ) throws(IngestionError) {
        let to = move.to
        var importNumber: UInt32?
        if let id = record.importID {
            let entry = try imports.entry(of: ProjectImport(project: to.project, id: id))
            if let entry, entry.isUndone { return }
            importNumber = entry?.number
        }
        var keys = SeenKeys()
        if let key = record.eventKey(of: to) {
            if let seen = move.seen(key), !imports.isUndone(seen, of: to.project),
                let own = try parts.log.record(at: seen.place)
            {
                guard case .event(let other) = own.body, record.rank < own.rank else { return }
                move.replace(other, at: LogOffset(own.offset))
            }
            keys.event = key
        }
        var moved = move.moved(record)
        moved.offset = try pending.nextOffset(in: to.partition).value
        moved.logTimeMs = pending.now.ms
        let bytes: [UInt8]
        do throws(MessageError) {
            bytes = try moved.encode()
        } catch {
            throw .log("encode a moved record", error)
        }
        let place = try pending.add(bytes, to: to.partition)
        guard keys.event != nil else { return }
        let seen = SeenEvent(place: place, importNumber: importNumber)
        pending.seen.append(SeenRecord(keys, of: to.number, seen))
    }
}

extension LogV1.LogRecord {
    /// Of two events with one id that of the lower rank is there: one that was tracked before one
    /// that was imported, which may be taken back; then the one received earlier.
    fileprivate var rank: (Int, Int64) {
        guard case .event(let event) = body else { return (0, 0) }
        return (importID == nil ? 0 : 1, event.receivedAtMs)
    }

    /// The log time at which it came in, wherever it was moved since; nil: nobody said.
    var firstLogTimeMs: Int64? { origin?.offset == nil ? logTimeMs : origin?.logTimeMs }

    /// A record as the log has it.
    static func stored(_ payload: [UInt8]) throws(IngestionError) -> LogV1.LogRecord {
        do throws(MessageError) {
            return try decode(payload)
        } catch {
            throw .log("read a record", error)
        }
    }
}
