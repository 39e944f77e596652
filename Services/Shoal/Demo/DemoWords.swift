// What the made-up apps consist of: events, cities, sources, versions, prices.

import Basics

/// One of the two made-up apps.
enum DemoApp: String, Sendable, Hashable, CaseIterable {
    case shop
    case music

    /// The share of users and events in percent; the last app takes the rest.
    var percent: Int { self == .shop ? 60 : 40 }

    /// Its events; the first begins every session.
    var events: [DemoKind] {
        switch self {
        case .shop:
            [
                DemoKind("App Launched", 0), DemoKind("Product Viewed", 55, .category),
                DemoKind("Searched", 12, .category), DemoKind("Added To Cart", 14, .priced),
                DemoKind("Charged", 10, .priced), DemoKind("Wishlist Added", 9, .category),
            ]
        case .music:
            [
                DemoKind("App Launched", 0), DemoKind("Track Played", 72, .genre),
                DemoKind("Track Liked", 14, .genre), DemoKind("Searched", 10),
                DemoKind("Playlist Created", 2), DemoKind("Playlist Shared", 2),
            ]
        }
    }

    /// The place of an event in `events`; it must be one of them.
    func kind(_ name: String) -> UInt8 {
        guard let index = events.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("\(rawValue) has no event \(name)")
        }
        return UInt8(index)
    }
}

/// A kind of event.
struct DemoKind: Sendable, Hashable {
    /// The properties it carries.
    enum Shape: Sendable, Hashable { case plain, category, priced, genre }

    var name: String
    /// How often it comes within a session, in percent.
    var percent: Int
    var shape: Shape

    init(_ name: String, _ percent: Int, _ shape: Shape = .plain) {
        self.name = name
        self.percent = percent
        self.shape = shape
    }
}

/// The values that properties take, most frequent first.
enum DemoWords {
    static let categories = [
        "Shoes", "Shirts", "Phones", "Books", "Grocery", "Beauty", "Toys", "Sport", "Home",
    ]
    static let genres = ["Pop", "Rock", "Jazz", "Classical", "Electronic", "Folk", "Hip-Hop"]
    static let cities = [
        "Mumbai", "London", "Pune", "Berlin", "Paris", "São Paulo", "Lagos", "Tokyo", "Toronto",
        "Madrid", "Sydney", "Istanbul",
    ]
    static let sources = ["organic", "facebook", "google", "instagram", "referral"]
    static let plans = ["free", "basic", "premium"]
    /// In the order of their frequency; by bytes 5.10.0 comes before 5.2.0.
    static let versions = ["5.10.0", "5.9.1", "5.12.2", "5.2.0", "5.1.3", "4.9.0", "5.0.1"]
    static let versionsFrom52: Set<String> = ["5.10.0", "5.9.1", "5.12.2", "5.2.0"]

    /// The first instant of the data: 2025-01-02T00:00:00Z.
    static let start = Timestamp(ms: 1_735_776_000_000)
    /// The instant behind the data, and of the questions: 2025-07-01T00:00:00Z.
    static let end = Timestamp(ms: 1_751_328_000_000)
    static let days = 180
    static let dayMs: Int64 = 86_400_000
}
