// The network between the simulated processes: real frames that get lost, doubled, late and spoilt.

import Basics

/// A frame under way.
struct Envelope {
    let from: String
    let to: String
    /// Which call of the sender it belongs to, as a socket knows it.
    let call: UInt64
    let isReply: Bool
    var frame: [UInt8]
}

/// How the network is at the moment.
struct Weather {
    var lost = 0.0
    var doubled = 0.0
    var late = 0.0
    var spoilt = 0.0
    /// Ways that nothing passes, each in one direction only.
    var closed: Set<Way> = []

    struct Way: Hashable {
        let from: String
        let to: String
    }

    /// Nothing is wrong.
    static let fine = Weather()
}

/// Decides what becomes of each frame.
struct Network {
    var weather = Weather.fine
    private var random: SeededRandom

    init(_ random: SeededRandom) { self.random = random }

    /// What arrives of a frame, and after how long; nothing when it is lost.
    mutating func passage(of envelope: Envelope) -> [(delayNs: UInt64, envelope: Envelope)] {
        let way = Weather.Way(from: envelope.from, to: envelope.to)
        let isLost = random.chance(weather.lost)
        let copies = random.chance(weather.doubled) ? 2 : 1
        guard !isLost, !weather.closed.contains(way) else { return [] }
        return (0..<copies).map { _ in
            var arriving = envelope
            var delayUs = 50 + random.below(2_000)
            if random.chance(weather.late) { delayUs += random.below(3_000_000) }
            if random.chance(weather.spoilt), !arriving.frame.isEmpty {
                arriving.frame[random.below(arriving.frame.count)] ^= UInt8(1 << random.below(8))
            }
            return (UInt64(delayUs) * 1_000, arriving)
        }
    }
}
