// The users of a made-up app, in the order of their sign-up.

import Basics
import Glibc
import Messages

/// A user of a made-up app.
struct DemoPerson: Sendable, Hashable {
    var signup: Timestamp
    /// The instant after which the app is no longer used.
    var leaves: Timestamp
    var source: UInt8
    var city: UInt8
    var plan: UInt8
    var version: UInt8

    /// The identifier of the user at this place.
    static func userID(_ index: Int32) -> String {
        let digits = "\(index + 1)"
        return "u" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }

    /// The properties as an import carries them.
    func record(_ index: Int32) -> IngestionV1.TrackRecord {
        func text(_ name: String, _ value: String) -> LogV1.Property {
            LogV1.Property(name: name, value: LogV1.Value(kind: .text(value)))
        }
        let signupDate = LogV1.Property(
            name: "signupDate",
            value: LogV1.Value(kind: .instantMs(signup.ms))
        )
        return IngestionV1.TrackRecord(
            userID: Self.userID(index),
            kind: .profile(
                IngestionV1.TrackedProfile(set: [
                    text("source", DemoWords.sources[Int(source)]),
                    text("city", DemoWords.cities[Int(city)]),
                    text("plan", DemoWords.plans[Int(plan)]),
                    text("appVersion", DemoWords.versions[Int(version)]), signupDate,
                ])
            )
        )
    }
}

/// Draws with fixed probabilities.
struct DemoDice: Sendable {
    private let cumulative: [Double]

    /// Each next one `1/rank` as likely as the first.
    init(ranked count: Int) { self.init((1...count).map { 1 / Double($0) }) }

    /// As likely as these weights say.
    init(_ weights: [Double]) {
        var sum = 0.0
        let whole = weights.reduce(0, +)
        cumulative = weights.map { weight in
            sum += weight / whole
            return sum
        }
    }

    func draw(_ random: inout SeededRandom) -> UInt8 {
        let chance = random.unit()
        for (index, bound) in cumulative.enumerated() where chance < bound { return UInt8(index) }
        return UInt8(cumulative.count - 1)
    }
}

/// All users of an app, and who uses it how much.
struct DemoPeople: Sendable {
    let all: [DemoPerson]
    /// The sums of the users' weights; a few are busy, most are not.
    private let weights: [Double]

    init(count: Int, random: inout SeededRandom) {
        let span = Double(DemoWords.days) * Double(DemoWords.dayMs)
        var signups: [Int64] = []
        signups.reserveCapacity(count)
        for index in 0..<count {
            // Two of five were there before, for up to a year.
            let isOld = index * 5 < count * 2
            let offset =
                isOld ? -random.unit() * 365 * Double(DemoWords.dayMs) : random.unit() * span
            signups.append(DemoWords.start.ms + Int64(offset))
        }
        signups.sort()
        let source = DemoDice([40, 22, 20, 10, 8])
        let city = DemoDice(ranked: DemoWords.cities.count)
        let plan = DemoDice([70, 18, 12])
        let version = DemoDice(ranked: DemoWords.versions.count)
        var all: [DemoPerson] = []
        all.reserveCapacity(count)
        var weights: [Double] = []
        weights.reserveCapacity(count)
        var sum = 0.0
        for signup in signups {
            let stays = -log(1 - random.unit()) * 70 * Double(DemoWords.dayMs)
            let isLeaving = random.chance(0.5)
            let leaves =
                isLeaving ? max(signup, DemoWords.start.ms) + Int64(stays) : DemoWords.end.ms
            all.append(
                DemoPerson(
                    signup: Timestamp(ms: signup),
                    leaves: Timestamp(ms: leaves),
                    source: source.draw(&random),
                    city: city.draw(&random),
                    plan: plan.draw(&random),
                    version: version.draw(&random)
                )
            )
            // A logarithmic normal distribution: Box and Muller's cosine.
            let normal = sqrt(-2 * log(1 - random.unit())) * cos(2 * .pi * random.unit())
            sum += exp(normal)
            weights.append(sum)
        }
        self.all = all
        self.weights = weights
    }

    /// How many had signed up before an instant.
    func count(before instant: Int64) -> Int {
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if all[middle].signup.ms < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// One of the first `count` users, by weight, who has not left by `instant` if possible.
    func draw(_ count: Int, at instant: Int64, _ random: inout SeededRandom) -> Int32 {
        var found = 0
        for _ in 0..<16 {
            let target = random.unit() * weights[count - 1]
            var low = 0
            var high = count - 1
            while low < high {
                let middle = (low + high) / 2
                if weights[middle] <= target { low = middle + 1 } else { high = middle }
            }
            found = low
            if all[found].leaves.ms > instant { break }
        }
        return Int32(found)
    }
}
