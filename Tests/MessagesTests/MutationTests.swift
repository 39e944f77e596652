// Cut, flipped and random bytes: whatever comes, an answer or an error, never a crash.
import Basics
import Messages
import Testing

@Suite struct MutationTests {
    @Test("a message cut at any byte is refused or shorter, never a crash")
    func truncations() throws {
        let bytes = try Sample.batch(2).encode()
        var refused = 0
        for count in 0..<bytes.count {
            if refusal(IngestionV1.TrackRequest.self, Array(bytes[..<count])) != nil {
                refused += 1
            }
        }
        #expect(refused >= bytes.count - 2)
    }

    @Test("20,000 seeded mutations: an answer or an error, and every answer encodes again")
    func mutations() throws {
        let seed: UInt64 = 0x5ea1
        print("MutationTests seed \(seed)")
        var chance = SeededRandom(seed: seed)
        let track = try Sample.batch(2, properties: 4).encode()
        let definition = try SegmentV1.Definition(nodes: [
            SegmentV1.Node(kind: .all(SegmentV1.Group(children: [1]))),
            SegmentV1.Node(kind: .user(SegmentV1.Filter(property: "plan", operator: .in))),
        ]).encode()
        var accepted = 0
        for round in 0..<20_000 {
            let useTrack = round % 2 == 0
            let bytes = mutated(useTrack ? track : definition, &chance)
            if useTrack {
                if try accepts(IngestionV1.TrackRequest.self, bytes) { accepted += 1 }
            } else if try accepts(SegmentV1.Definition.self, bytes) {
                accepted += 1
            }
        }
        #expect(accepted > 100)
        #expect(accepted < 19_000)
    }

    private func accepts<M: ProtoMessage>(_ type: M.Type, _ bytes: [UInt8]) throws -> Bool {
        var faults: [IsolatedFault] = []
        do {
            let message = try bytes.withBytes { (span) throws(MessageError) in
                try type.decode(span, limits: DecodeLimits(), isolated: &faults)
            }
            // Compared by bytes: a mutated double may be NaN, which does not equal itself.
            let once = try message.encode()
            #expect(try type.decode(once).encode() == once)
            return true
        } catch {
            #expect(!error.message.isEmpty && !error.hint.isEmpty)
            return false
        }
    }

    private func mutated(_ bytes: [UInt8], _ chance: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0...UInt.random(in: 0..<3, using: &chance) {
            let at = Int.random(in: 0..<bytes.count, using: &chance)
            switch UInt.random(in: 0..<5, using: &chance) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
            case 1: bytes[at] = UInt8.random(in: 0...255, using: &chance)
            case 2: bytes.remove(at: at)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &chance), at: at)
            default:
                let end = Int.random(in: at..<bytes.count, using: &chance)
                bytes.insert(contentsOf: bytes[at...end], at: at)
            }
        }
        return bytes
    }
}
