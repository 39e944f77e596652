// Vectors of sixteen find what a plain loop finds.

import Basics
import Kit
import Testing

@Suite struct LanesTests {
    private func check<Element: LaneElement>(_: Element.Type, seed: Int) {
        var chance = SeededRandom(seed: UInt64(seed))
        let extremes: [Element] = [.min, .max, .max / 2, .max / 2 + 1]
        let elements = (0..<200).map { _ in
            chance.chance(0.2)
                ? extremes[chance.below(4)] : Element(truncatingIfNeeded: chance.below(7))
        }
        for _ in 0..<50 {
            let ends = (0..<2).map { _ in elements[chance.below(elements.count)] }.sorted()
            let at = chance.below(200 - 65)
            let bits = Element.bits(
                of: elements.span,
                at: at,
                from: ends[0],
                reach: ends[1] - ends[0]
            )
            let changes = Element.changes(in: elements.span, at: at)
            for place in 0..<64 {
                let element = elements[at + place]
                let isIn = element >= ends[0] && element <= ends[1]
                #expect(bits >> UInt64(place) & 1 == (isIn ? 1 : 0), "seed \(seed), \(element)")
                let differs = element != elements[at + place + 1]
                #expect(changes >> UInt64(place) & 1 == (differs ? 1 : 0), "seed \(seed)")
            }
        }
    }

    @Test("elements in a range, and changes, are those a plain loop finds", arguments: 1...5)
    func plain(seed: Int) {
        check(UInt8.self, seed: seed)
        check(UInt16.self, seed: seed)
        check(UInt32.self, seed: seed)
    }
}
