// Histories by seed: ties, late events, mixed types, property changes, users without anything.

public import Basics
public import Segments

/// The few names and values that random histories and random definitions share, so that
/// comparisons hit and miss about as often.
public enum RandomWorld {
    /// Instants around which histories lie: days of odd length, and an ordinary one.
    public static let centres: [Timestamp] = [
        "2017-10-15T12:00:00Z", "2018-02-18T12:00:00Z", "2023-04-28T12:00:00Z",
        "2024-03-31T12:00:00Z", "2024-10-27T12:00:00Z", "2025-07-01T00:00:00Z",
    ].compactMap { Timestamp.rfc3339($0) }
    /// Zones with gaps and overlaps, one with an odd offset, one without.
    public static let zones = [
        "UTC", "Europe/Berlin", "America/Sao_Paulo", "Africa/Cairo", "Asia/Kathmandu",
        "America/New_York",
    ]
    /// Names of events.
    public static let events: [ExactName] = ["Charged", "App Launched", "Song Played"]
    /// Uploaded lists.
    public static let lists: [ExactName] = ["vip", "beta"]
    /// Names of properties, of events and of users alike.
    public static let properties: [ExactName] = [
        "amount", "city", "premium", "version", "tags", "when", "place",
    ]
    /// Places as texts, good and bad, around the poles, the date line and Berlin.
    public static let places = [
        "52.52,13.405", "52.5, 13.4", "53.55,9.99", "89.9,0", "89.9,180", "0,179.9", "0,-179.9",
        "-90,0", "91,0", "52.52", "Berlin", "48.85,2.35",
    ]
    /// Expressions that some of the texts match, with and without case.
    public static let patterns = [
        "^[Pp]une", "[a-z]{2,4}$", "(ne|ny)$", "^Caf(\u{E9}|e)", "^\\d+$", "^$", "\\d{4}-\\d{2}-",
        "\u{3C3}", "^(?:PUNE|Pune) ?", "[^a-zA-Z0-9]", "s{0,1}e$", "\\bCity", ".+e.*$", "a?a{1,}s",
        "^(.*-)*3", "\\Bt\\b", "[A-C]",
    ]
    /// Texts: upper and lower case, composed and decomposed, empty, numbers and dates as texts.
    public static let texts = [
        "Pune", "pune", "PUNE City", "", "10", "Caf\u{E9}", "Cafe\u{301}", "CAF\u{C9}", "Σας",
        "ΣΑΣ", "Stra\u{DF}e", "2024-03-31", "2017-10-15", "2024-10-27T01:15:00Z", "2025-06-30",
    ]
    /// Versions, good and bad.
    public static let versions = [
        "5.2", "5.2.0", "5.10.0", "5.9", "4", "6.0.0-beta.2", "6.0.0-beta.11", "6.0.0-rc",
        "6.0.0", "6.0.0+build.7",
    ]
    /// Numbers: decimals, negative ones, doubles that are no decimals, whole ones.
    public static let numbers: [Number] = [
        Number(0), Number(10), Number(100), Number(-5), Number(e4: 1), Number(e4: 153_000),
        Number(e4: 1_000_001), Number(e4: 3_000), Number(0.123_456_78) ?? .zero,
        Number(1.0 / 3.0) ?? .zero, Number(e4: 999_999),
    ]
}

/// Makes histories; the same generator state makes the same ones.
public struct RandomHistories {
    private var random: SeededRandom
    private let centre: Timestamp
    private let hasLists: Bool
    private var position: UInt64 = 0

    /// Histories around an instant; with `lists` users come on uploaded lists and go off them.
    public init(_ random: SeededRandom, around centre: Timestamp, lists: Bool = false) {
        self.random = random
        hasLists = lists
        self.centre = centre
    }

    /// One user's history: none to 14 events, in an order of the log that is not that of time.
    public mutating func next() -> UserHistory {
        let eventCount = random.chance(0.15) ? 0 : random.below(15)
        let versionCount = random.chance(0.2) ? 0 : random.below(8)
        var events: [UserHistory.Event] = []
        for _ in 0..<eventCount {
            // A tie now and then, with and without the client's own order.
            let at = random.chance(0.2) ? events.last?.at ?? instant() : instant()
            events.append(
                UserHistory.Event(
                    pick(RandomWorld.events),
                    at: at,
                    position: nextPosition(),
                    clientSequence: random.chance(0.3) ? UInt64(random.below(4)) : nil,
                    properties: properties()
                )
            )
        }
        var versions: [UserHistory.PropertyVersion] = []
        for _ in 0..<versionCount {
            let name = random.chance(0.2) ? "timeZone" : pick(RandomWorld.properties)
            let isTie = random.chance(0.2)
            let since = random.chance(0.3) ? nil : (isTie ? versions.last?.since : nil) ?? instant()
            versions.append(
                UserHistory.PropertyVersion(
                    name,
                    random.chance(0.15) ? nil : value(of: name),
                    since: since,
                    position: nextPosition()
                )
            )
        }
        if hasLists { versions += addresses() }
        for list in RandomWorld.lists where hasLists && random.chance(0.6) {
            for _ in 0...random.below(3) {
                versions.append(
                    UserHistory.PropertyVersion(
                        InList(list).property,
                        random.chance(0.6) ? InList.listed : nil,
                        since: instant(),
                        position: nextPosition()
                    )
                )
            }
        }
        if hasLists, random.chance(0.4) {
            for value in [Known.anonymous, nil].prefix(random.chance(0.6) ? 1 : 2) {
                versions.append(
                    UserHistory.PropertyVersion(
                        Known.anonymity,
                        value,
                        since: nil,
                        position: nextPosition()
                    )
                )
            }
        }
        return UserHistory(
            of: UserID("user-\(random.below(1_000))"),
            events: events,
            versions: versions
        )
    }

    /// Addresses and opt-outs, in the shapes that backends send them.
    private mutating func addresses() -> [UserHistory.PropertyVersion] {
        let addresses: [PropertyValue] = [
            .text("a"), .text(""), .list([]), .list([.text("t"), .text("")]), .number(Number(49)),
            .bool(false),
        ]
        let refusals: [PropertyValue] = [
            .text("email"), .list([.text("push"), .text("sms")]), .bool(true), .text("all"),
            .bool(false), .list([]),
        ]
        let names: [ExactName] = ["email", "phone", "pushToken", "webPushToken", Channel.optOut]
        var versions: [UserHistory.PropertyVersion] = []
        for name in names where random.chance(0.6) {
            for _ in 0...random.below(2) {
                let value = pick(name == Channel.optOut ? refusals : addresses)
                versions.append(
                    UserHistory.PropertyVersion(
                        name,
                        random.chance(0.15) ? nil : value,
                        since: random.chance(0.3) ? nil : instant(),
                        position: nextPosition()
                    )
                )
            }
        }
        return versions
    }

    /// An instant near the centre: anywhere, at round hours, just beside them.
    public mutating func instant() -> Timestamp {
        let hour: Int64 = 3_600_000
        let span = random.chance(0.5) ? 4 * 24 : 100 * 24
        let hours = Int64(random.below(2 * span) - span)
        let base = Timestamp(ms: centre.ms / hour * hour) + hours * hour
        switch random.below(4) {
        case 0: return base
        case 1: return base - 1
        case 2: return base + 1
        default: return base + Int64(random.below(Int(hour)))
        }
    }

    /// A value such as the property usually has, now and then one of another type.
    public mutating func value(of property: ExactName) -> PropertyValue {
        let kind = random.chance(0.1) ? pick(RandomWorld.properties) : property
        if property == "timeZone" { return .text(pick(RandomWorld.zones + ["Berlin", ""])) }
        switch kind {
        case "amount": return .number(pick(RandomWorld.numbers))
        case "city": return .text(pick(RandomWorld.texts))
        case "premium": return .bool(random.chance(0.5))
        case "version": return .text(pick(RandomWorld.versions))
        case "tags":
            var items: [PropertyValue] = []
            for _ in 0..<random.below(4) {
                items.append(
                    random.chance(0.8)
                        ? .text(pick(RandomWorld.texts)) : .number(pick(RandomWorld.numbers))
                )
            }
            return .list(items)
        case "place": return .text(pick(RandomWorld.places))
        default: return random.chance(0.6) ? .instant(instant()) : .text(pick(RandomWorld.texts))
        }
    }

    private mutating func properties() -> [(name: ExactName, value: PropertyValue)] {
        var list: [(name: ExactName, value: PropertyValue)] = []
        for name in RandomWorld.properties where random.chance(0.6) {
            list.append((name, value(of: name)))
        }
        return list
    }

    private mutating func nextPosition() -> LogOffset {
        position += 1 + UInt64(random.below(3))
        return LogOffset(position)
    }

    private mutating func pick<Item>(_ items: [Item]) -> Item { items[random.below(items.count)] }
}
