// What the demo's segments must hold, counted naively while the events are made.

import Basics

/// Remembers per user what the four questions ask about.
struct DemoTruth: Sendable {
    private static let mayMs: Int64 = 1_746_057_600_000  // 2025-05-01T00:00:00Z
    private static let aprilMs: Int64 = 1_743_465_600_000  // 2025-04-01T00:00:00Z

    private let app: DemoApp
    private let people: [DemoPerson]
    private var launchedLately: [Bool]
    private var chargesMayJune: [Int]
    private var chargedLately: [Bool]
    private var listened: [Bool]
    private var created: [Bool]
    private var shared: [Bool]
    private let launch: UInt8
    private let charge: UInt8
    private let play: UInt8
    private let create: UInt8
    private let share: UInt8
    private static let none = UInt8.max

    init(_ stream: DemoStream) {
        app = stream.app
        people = stream.people.all
        let nobody = [Bool](repeating: false, count: people.count)
        launchedLately = nobody
        chargedLately = nobody
        listened = nobody
        created = nobody
        shared = nobody
        chargesMayJune = [Int](repeating: 0, count: people.count)
        let isShop = stream.app == .shop
        launch = stream.app.kind("App Launched")
        charge = isShop ? stream.app.kind("Charged") : Self.none
        play = isShop ? Self.none : stream.app.kind("Track Played")
        create = isShop ? Self.none : stream.app.kind("Playlist Created")
        share = isShop ? Self.none : stream.app.kind("Playlist Shared")
    }

    /// Takes an event down.
    mutating func take(_ event: DemoEvent) {
        let user = Int(event.user)
        let age = DemoWords.end.ms - event.at
        switch event.kind {
        case launch: if age < 30 * DemoWords.dayMs { launchedLately[user] = true }
        case charge:
            if event.at >= Self.mayMs { chargesMayJune[user] += 1 }
            if age < 14 * DemoWords.dayMs { chargedLately[user] = true }
        case play: listened[user] = true
        case create: created[user] = true
        case share: shared[user] = true
        default: break
        }
    }

    /// How many users a segment holds; nil for one that is not of this app.
    func count(_ segment: DemoSegment) -> Int? {
        guard segment.app == app else { return nil }
        return people.indices.count { holds(segment, $0) }
    }

    private func holds(_ segment: DemoSegment, _ user: Int) -> Bool {
        let person = people[user]
        switch segment {
        case .launchedLately: return launchedLately[user]
        case .facebookApril:
            return DemoWords.sources[Int(person.source)] == "facebook"
                && (Self.aprilMs..<Self.mayMs).contains(person.signup.ms)
                && chargesMayJune[user] >= 3 && !chargedLately[user]
        case .keptPlaylists: return listened[user] && created[user] && !shared[user]
        case .premiumThreeCities:
            return DemoWords.plans[Int(person.plan)] == "premium"
                && DemoWords.versionsFrom52.contains(DemoWords.versions[Int(person.version)])
                && ["Pune", "Mumbai", "Berlin"].contains(DemoWords.cities[Int(person.city)])
        }
    }
}
