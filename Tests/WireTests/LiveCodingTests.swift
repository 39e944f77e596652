// Live segments through bytes and back, every trigger of them.

import Basics
import Kit
import Messages
import Segments
import Testing

@testable import Wire

@Suite struct LiveCodingTests {
    @Test("random live segments come back equal")
    func random() throws {
        let seed: UInt64 = 0x11FE
        var triggers: [String: Int] = [:]
        for number in 0..<500 {
            var definitions = RandomDefinitions(
                SeededRandom(seed: seed &+ UInt64(number)),
                around: RandomWorld.centres[0]
            )
            let live = definitions.live()
            let bytes = try LiveCoding.encode(live).encode()
            let back = try LiveCoding.decode(SegmentV1.LiveDefinition.decode(bytes))
            try #require(back == live, "seed \(seed), case \(number)")
            triggers[live.trigger.keyword, default: 0] += 1
        }
        #expect(triggers.count == 6 && triggers.values.allSatisfy { $0 > 20 }, "\(triggers)")
    }

    @Test("what this build does not know is refused with its place")
    func refused() throws {
        var sent = try LiveCoding.encode(LiveDefinition(.action(Action(EventMatch(["A"])))))
        sent.limit = .unspecified
        #expect(throws: WireError.self) { try LiveCoding.decode(sent) }
        sent.limit = .everyTime
        sent.stayMs = 5
        sent.stayWhile = [SegmentV1.Node(kind: .all(SegmentV1.Group()))]
        do {
            _ = try LiveCoding.decode(sent)
            Issue.record("two stays are taken")
        } catch {
            #expect(error.place == "stay_while")
        }
    }
}
