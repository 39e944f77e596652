// The events of a made-up app, day by day in time order; the same seed gives the same ones.

import Basics
import Messages

/// An event of a made-up app, small enough to make millions of.
struct DemoEvent: Sendable, Hashable {
    var at: Int64
    var amountE4: Int64
    var user: Int32
    var kind: UInt8
    /// The category's or genre's place.
    var word: UInt8
}

/// Makes the events of one app.
struct DemoStream: Sendable {
    /// Events of a session on average.
    private static let sessionEvents = 6.0
    private static let sessionMax = 60

    let app: DemoApp
    let people: DemoPeople
    /// Events in all.
    let count: Int
    private let kinds: [DemoKind]
    private let kindOfPercent: [UInt8]
    private let category = DemoDice(ranked: DemoWords.categories.count)
    private let genre = DemoDice(ranked: DemoWords.genres.count)
    private let hour: DemoDice
    private let quotas: [Int]
    private var random: SeededRandom
    private var day = 0

    /// The stream of an app with so many users and events.
    init(_ app: DemoApp, users: Int, events: Int, seed: UInt64) {
        precondition(users > 0 && events >= 0, "an app has users")
        self.app = app
        count = events
        // Each app has chance of its own, so that one does not disturb the other.
        random = SeededRandom(seed: seed &* 31 &+ (app == .shop ? 1 : 2))
        people = DemoPeople(count: users, random: &random)
        kinds = app.events
        kindOfPercent = kinds.enumerated().flatMap { index, kind in
            [UInt8](repeating: UInt8(index), count: kind.percent)
        }
        // Few at four in the morning, most at seven in the evening.
        hour = DemoDice([
            3, 2, 1.4, 1.1, 1, 1.2, 2, 3.5, 5, 5.5, 5.5, 6, 7, 6.5, 6, 6, 6.5, 7.5, 9, 10, 9.5, 8,
            6, 4.5,
        ])
        quotas = Self.quotas(events)
    }

    /// Events per day: growing, and more at weekends; they add up to all.
    private static func quotas(_ events: Int) -> [Int] {
        let weights = (0..<DemoWords.days).map { day in
            // The first day, 2025-01-02, is a Thursday.
            let isWeekend = (day + 3) % 7 >= 5
            return (0.8 + 0.4 * Double(day) / Double(DemoWords.days)) * (isWeekend ? 1.15 : 1)
        }
        let whole = weights.reduce(0, +)
        var sum = 0.0
        var given = 0
        return weights.map { weight in
            sum += weight
            let until = Int((sum / whole * Double(events)).rounded())
            defer { given = until }
            return until - given
        }
    }

    /// The events of the next day in time order; nil behind the last.
    mutating func nextDay() -> [DemoEvent]? {
        guard day < DemoWords.days else { return nil }
        let start = DemoWords.start.ms + Int64(day) * DemoWords.dayMs
        let end = start + DemoWords.dayMs
        let known = max(1, people.count(before: end))
        var events: [DemoEvent] = []
        events.reserveCapacity(quotas[day])
        while events.count < quotas[day] {
            let user = people.draw(known, at: start, &random)
            let earliest = max(start, people.all[Int(user)].signup.ms)
            let within = Int64(hour.draw(&random)) * 3_600_000 + Int64(random.below(3_600_000))
            var at = max(earliest, start + within)
            var length = 1
            while length < Self.sessionMax, random.chance(1 - 1 / Self.sessionEvents) {
                length += 1
            }
            for number in 0..<min(length, quotas[day] - events.count) {
                if number > 0 { at += 1_000 + Int64(random.below(59_000)) }
                events.append(event(user, min(at, end - 1), isFirst: number == 0))
            }
        }
        // Equal instants keep the order they were made in, so that the result is one only.
        let order = events.indices.sorted { (events[$0].at, $0) < (events[$1].at, $1) }
        day += 1
        return order.map { events[$0] }
    }

    private mutating func event(_ user: Int32, _ at: Int64, isFirst: Bool) -> DemoEvent {
        let kind = isFirst ? 0 : kindOfPercent[random.below(kindOfPercent.count)]
        var event = DemoEvent(at: at, amountE4: 0, user: user, kind: kind, word: 0)
        switch kinds[Int(kind)].shape {
        case .plain: break
        case .category: event.word = category.draw(&random)
        case .genre: event.word = genre.draw(&random)
        case .priced:
            event.word = category.draw(&random)
            // Prices in cents, many small and few large.
            let unit = random.unit()
            event.amountE4 = Int64(99 + unit * unit * unit * 50_000) * 100
        }
        return event
    }

    /// An event as an import carries it.
    func record(_ event: DemoEvent) -> IngestionV1.TrackRecord {
        let kind = kinds[Int(event.kind)]
        var properties: [LogV1.Property] = []
        func text(_ name: String, _ value: String) -> LogV1.Property {
            LogV1.Property(name: name, value: LogV1.Value(kind: .text(value)))
        }
        switch kind.shape {
        case .plain: break
        case .category: properties = [text("category", DemoWords.categories[Int(event.word)])]
        case .genre: properties = [text("genre", DemoWords.genres[Int(event.word)])]
        case .priced:
            properties = [
                LogV1.Property(
                    name: "amount",
                    value: LogV1.Value(kind: .decimalE4(event.amountE4))
                ),
                text("category", DemoWords.categories[Int(event.word)]),
            ]
        }
        return IngestionV1.TrackRecord(
            userID: DemoPerson.userID(event.user),
            kind: .event(
                IngestionV1.TrackedEvent(
                    name: kind.name,
                    occurredAtMs: event.at,
                    properties: properties
                )
            )
        )
    }
}
