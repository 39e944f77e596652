// Tests of the demo's data: the same seed the same stream, in order, of the promised size.

import Basics
import Segments
import Testing
import Wire

@testable import ShoalCommand

@Suite struct DemoTests {
    private func events(_ stream: DemoStream) -> [DemoEvent] {
        var stream = stream
        var all: [DemoEvent] = []
        while let day = stream.nextDay() { all += day }
        return all
    }

    @Test("the same seed makes the same events, another one others", arguments: DemoApp.allCases)
    func deterministic(_ app: DemoApp) {
        func make(_ seed: UInt64) -> [DemoEvent] {
            events(DemoStream(app, users: 300, events: 5_000, seed: seed))
        }
        #expect(make(1) == make(1))
        #expect(make(1) != make(2))
    }

    @Test("as many events as asked for, in time order, between the promised instants")
    func shape() {
        for (users, count) in [(1, 10), (300, 5_000), (2_000, 30_000), (50, 0)] {
            let stream = DemoStream(.shop, users: users, events: count, seed: 3)
            let all = events(stream)
            #expect(all.count == count && stream.people.all.count == users)
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.at <= $1.at })
            let range = DemoWords.start.ms..<DemoWords.end.ms
            #expect(all.allSatisfy { range.contains($0.at) })
            #expect(
                all.allSatisfy { stream.people.all[Int($0.user)].signup.ms <= $0.at } || users == 1
            )
        }
        #expect(DemoWords.start.rfc3339 == "2025-01-02T00:00:00.000Z")
        #expect(DemoWords.end.rfc3339 == "2025-07-01T00:00:00.000Z")
    }

    /// The history of a user as the segments' reader in memory wants it, from the wire's records.
    private func histories(_ stream: DemoStream) throws -> [UserHistory] {
        var all: [[UserHistory.Event]] = Array(repeating: [], count: stream.people.all.count)
        for (position, event) in events(stream).enumerated() {
            guard case .event(let sent)? = stream.record(event).kind else { continue }
            let properties = try sent.properties.map { property in
                let (name, value) = try ValueCoding.decode(property)
                return (name: ExactName(name), value: value)
            }
            all[Int(event.user)].append(
                UserHistory.Event(
                    ExactName(sent.name),
                    at: Timestamp(ms: event.at),
                    position: LogOffset(UInt64(position)),
                    properties: properties
                )
            )
        }
        return try all.enumerated().map { index, events in
            guard case .profile(let change)? = stream.people.all[index].record(Int32(index)).kind
            else { return UserHistory(events: events, versions: []) }
            let versions = try change.set.map { property in
                let (name, value) = try ValueCoding.decode(property)
                return UserHistory.PropertyVersion(
                    ExactName(name),
                    value,
                    since: nil,
                    position: .zero
                )
            }
            return UserHistory(events: events, versions: versions)
        }
    }

    @Test("the naive counts are those of the definitions over the records as they are sent")
    func truth() throws {
        for app in DemoApp.allCases {
            let stream = DemoStream(app, users: 1_500, events: 60_000, seed: 1)
            var truth = DemoTruth(stream)
            for event in events(stream) { truth.take(event) }
            let histories = try histories(stream)
            for segment in DemoSegment.allCases where segment.app == app {
                let file = try DefinitionFile(segment.yaml, path: segment.rawValue)
                let plan = try Plan(file.document.definition)
                let members = histories.count { plan.isMember($0, at: DemoWords.end) }
                #expect(truth.count(segment) == members, "\(segment)")
                #expect(members > 0 && members < histories.count, "\(segment): \(members)")
            }
            for segment in DemoSegment.allCases where segment.app != app {
                #expect(truth.count(segment) == nil)
            }
        }
    }

    @Test("every kind of event and a twentieth of charges come about")
    func mixture() {
        let stream = DemoStream(.shop, users: 500, events: 20_000, seed: 1)
        var counts: [UInt8: Int] = [:]
        for event in events(stream) { counts[event.kind, default: 0] += 1 }
        #expect(counts.count == DemoApp.shop.events.count)
        #expect((counts[DemoApp.shop.kind("Charged")] ?? 0) > 1_000)
        for app in DemoApp.allCases { #expect(app.events.reduce(0) { $0 + $1.percent } == 100) }
    }
}
