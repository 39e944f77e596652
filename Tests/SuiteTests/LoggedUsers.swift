// The log read back through Fetch as users' histories, cut at any position: the reference by which
// answers of the real suite are judged.

import Basics
import Chassis
import Kit
import Messages
import Segments
import Wire

/// Every user of the suite's project with all that the log holds about them.
struct LoggedUsers {
    private struct User {
        let partition: UInt32
        /// Where the record lies that made the user known.
        let offset: UInt64
        var events: [UserHistory.Event] = []
    }

    private var users: [User] = []

    init(_ client: IngestionV1_IngestionClient) async throws {
        let ends = try await client.positions(
            IngestionV1.PositionsRequest(),
            CallOptions(project: RealSuite.project)
        )
        for end in ends.positions {
            var places: [UInt32: Int] = [:]
            var next: UInt64 = 0
            while next < end.nextOffset {
                let page = try await client.fetch(
                    IngestionV1.FetchRequest(cursors: [
                        IngestionV1.FetchCursor(partition: end.partition, nextOffset: next)
                    ]),
                    CallOptions(maxReplyBytes: 1 << 20)
                )
                for record in page.partitions.flatMap(\.records) {
                    next = record.offset + 1
                    try take(record, of: end.partition, &places)
                }
            }
        }
    }

    private mutating func take(
        _ record: LogV1.LogRecord,
        of partition: UInt32,
        _ places: inout [UInt32: Int]
    ) throws {
        switch record.body {
        case .newUser(let new):
            places[new.number] = users.count
            users.append(User(partition: partition, offset: record.offset))
        case .event(let event):
            guard let place = places[event.userNumber] else {
                throw SuiteError("record \(record.offset) names a user nobody knows")
            }
            users[place].events.append(
                UserHistory.Event(
                    ExactName(event.name),
                    at: Timestamp(ms: event.atMs),
                    position: LogOffset(record.offset),
                    properties: try event.properties.map { sent in
                        let (name, value) = try ValueCoding.decode(sent)
                        return (ExactName(name), value)
                    }
                )
            )
        default: break
        }
    }

    /// How many members a definition has at an instant, and how many users there are, in the log
    /// below these positions.
    func count(
        _ definition: Definition,
        at instant: Timestamp,
        below positions: [UInt32: UInt64]
    ) -> (members: UInt64, universe: UInt64) {
        let oracle = Oracle(definition, at: instant)
        var (members, universe): (UInt64, UInt64) = (0, 0)
        for user in users {
            guard let end = positions[user.partition], user.offset < end else { continue }
            universe += 1
            let events = user.events.prefix { $0.position.value < end }
            if oracle.isMember(UserHistory(events: Array(events))) { members += 1 }
        }
        return (members, universe)
    }

    /// The same without the events of one user who has done this one: what a checker must notice.
    func forgetting(oneWhoDid event: String) -> LoggedUsers {
        var less = self
        let index = users.firstIndex { $0.events.contains { $0.name == ExactName(event) } }
        if let index { less.users[index].events = [] }
        return less
    }
}
