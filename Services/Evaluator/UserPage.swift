// What is known of one user, as pages: properties in force, events by name, events newest first.

import Basics
import Columns
import Messages
import Segments
import Wire

/// One user's records, in columns that stand still.
struct UserPage: Sendable {
    /// About the bytes of a user's property or event beside its name and values.
    private static let entryBytes = 32

    let columns: PartitionColumns
    let user: UserNumber

    /// What is known as of an instant, in about so many bytes.
    ///
    /// Events' names have a quarter of the room at least; what has none is counted.
    func profile(at instant: Timestamp, bytesMax: Int) throws(WireError)
        -> EvaluationV1.ProfileResponse
    {
        var profile = EvaluationV1.ProfileResponse(known: true)
        var bytes = 0
        for name in columns.propertyNames() {
            let version = columns.versions(of: name).all(of: user)
                .last { $0.since.map { $0 <= instant } ?? true }
            guard let version, let value = version.value else { continue }
            let property = EvaluationV1.PropertyInForce(
                property: try ValueCoding.encode(name: name, value),
                sinceMs: version.since?.ms
            )
            bytes += size(property.property)
            if bytes <= bytesMax / 4 * 3 {
                profile.properties.append(property)
            } else {
                profile.propertiesLeft += 1
            }
        }
        let tallies = tallies(at: instant)
        profile.firstEventMs = tallies.map(\.firstAtMs).min()
        profile.lastEventMs = tallies.map(\.lastAtMs).max()
        bytes = min(bytes, bytesMax / 4 * 3)
        for tally in tallies {
            bytes += tally.name.utf8.count + Self.entryBytes
            if bytes <= bytesMax {
                profile.events.append(tally)
            } else {
                profile.eventsLeft += 1
            }
        }
        return profile
    }

    /// How often the user did what by an instant, the most frequent first.
    private func tallies(at instant: Timestamp) -> [EvaluationV1.EventTally] {
        columns.eventNames().compactMap { name in
            let events = columns.events(of: user, named: [name]).prefix { $0.at <= instant }
            guard let first = events.first, let last = events.last else { return nil }
            return EvaluationV1.EventTally(
                name: name,
                count: UInt64(events.count),
                firstAtMs: first.at.ms,
                lastAtMs: last.at.ms
            )
        }.sorted { one, other in
            one.count == other.count
                ? TextBytes.precedes(one.name, other.name) : one.count > other.count
        }
    }

    /// A page of events, newest first, from a place on.
    ///
    /// One event at least, however little room there is, so that a timeline always comes on.
    func timeline(
        _ request: EvaluationV1.TimelineRequest,
        from place: TimelineCursor,
        bytesMax: Int
    ) throws(WireError) -> EvaluationV1.TimelineResponse {
        let limit = Int(min(max(request.limit, 1), TimelineCursor.eventsMax))
        let from = request.fromMs.map(Timestamp.init(ms:))
        let events = columns.events(of: user, named: request.events.isEmpty ? nil : names(request))
            .filter { event in
                event.at < place.to && from.map { event.at >= $0 } ?? true
                    && place.last.map { Self.order(event) < $0 } ?? true
            }.sorted { Self.order($0) > Self.order($1) }
        var page = EvaluationV1.TimelineResponse(known: true)
        var bytes = 0
        for event in events {
            let message = try message(event)
            bytes += message.properties.reduce(message.name.utf8.count + Self.entryBytes) {
                $0 + size($1)
            }
            let hasRoom = page.events.count < limit && bytes <= bytesMax
            guard hasRoom || page.events.isEmpty else { return page }
            page.events.append(message)
            page.nextCursor =
                page.events.count < events.count ? place.after(Self.order(event)).bytes : nil
        }
        return page
    }

    /// The names asked for, each once.
    private func names(_ request: EvaluationV1.TimelineRequest) -> [String] {
        Set(request.events.map { ExactName($0) }).sorted().map(\.text)
    }

    private static func order(_ event: UserEvent) -> EventOrder {
        EventOrder(at: event.at, clientSequence: event.clientSequence, position: event.offset)
    }

    private func message(_ event: UserEvent) throws(WireError) -> EvaluationV1.TimelineEvent {
        var message = EvaluationV1.TimelineEvent(
            name: event.name,
            atMs: event.at.ms,
            offset: event.offset.value
        )
        for name in event.table.propertyNames where name != ClientSequence.column {
            guard let value = event.value(name) else { continue }
            message.properties.append(try ValueCoding.encode(name: name, value))
        }
        return message
    }

    /// About the bytes of a property on the wire.
    private func size(_ property: LogV1.Property?) -> Int {
        let values =
            switch property?.value?.kind {
            case .text(let text): text.utf8.count
            case .list(let list):
                list.values.reduce(0) { bytes, value in
                    guard case .text(let text)? = value.kind else { return bytes + 12 }
                    return bytes + text.utf8.count + 8
                }
            default: 12
            }
        return (property?.name.utf8.count ?? 0) + values + Self.entryBytes
    }
}

/// Where a timeline goes on: behind its end, and behind the event told last.
struct TimelineCursor: Sendable, Hashable {
    /// Most events of one page.
    static let eventsMax: UInt32 = 1_000

    /// The first instant behind the whole timeline.
    let to: Timestamp
    /// The event told last; nil at the beginning.
    private(set) var last: EventOrder?

    /// The beginning of a timeline.
    init(to: Timestamp) { self.to = to }

    /// The place after an event.
    func after(_ event: EventOrder) -> TimelineCursor {
        var cursor = self
        cursor.last = event
        return cursor
    }

    /// Nil for the first page.
    init?(_ bytes: [UInt8]?) throws(Fault) {
        guard let bytes else { return nil }
        do {
            var reader = ByteReader(bytes)
            guard try reader.u8() == Self.version else { throw Self.refusal }
            to = Timestamp(ms: try reader.i64())
            let at = Timestamp(ms: try reader.i64())
            let position = LogOffset(try reader.u64())
            let sequence = reader.isAtEnd ? nil : try reader.u64()
            guard to.hasText, at.hasText, reader.isAtEnd else { throw Self.refusal }
            last = EventOrder(at: at, clientSequence: sequence, position: position)
        } catch {
            throw Self.refusal
        }
    }

    /// The cursor as it goes over the wire; a beginning has none.
    var bytes: [UInt8]? {
        guard let last else { return nil }
        var writer = ByteWriter()
        writer.u8(Self.version)
        writer.i64(to.ms)
        writer.i64(last.at.ms)
        writer.u64(last.position.value)
        if let sequence = last.clientSequence { writer.u64(sequence) }
        return writer.bytes
    }

    private static let version: UInt8 = 1
    private static let refusal = Fault.invalidArgument(
        "the cursor is not one of this method",
        place: "cursor",
        hint: "send back next_cursor as it came, or none for the first page"
    )
}
