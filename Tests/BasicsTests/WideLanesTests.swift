// Loops in C for wide vectors find what plain loops find, or say that there are none.

import Basics
import Kit
import Testing

@Suite struct WideLanesTests {
    /// Words of bits by chance, some empty, some full.
    private func words(_ count: Int, _ chance: inout SeededRandom) -> [UInt64] {
        (0..<count).map { _ in [0, .max, chance.next(), chance.next()][chance.below(4)] }
    }

    private func check<Element: LaneElement>(_: Element.Type, _ chance: inout SeededRandom) {
        let extremes: [Element] = [.min, .max, .max / 2, .max / 2 + 1]
        let elements = (0..<(64 * chance.below(5) + chance.below(64))).map { _ in
            chance.chance(0.2)
                ? extremes[chance.below(4)] : Element(truncatingIfNeeded: chance.below(7))
        }
        let ends = (0..<2).map { _ in elements.randomElement(using: &chance) ?? 0 }.sorted()
        let before = words(elements.count / 64 + 1, &chance)
        var after = before
        var places = after.mutableSpan
        let isDone = Element.keepWide(
            &places,
            elements.span,
            from: ends[0],
            reach: ends[1] - ends[0]
        )
        for (row, element) in elements.enumerated() where row < elements.count & ~63 {
            let was = before[row >> 6] >> UInt64(row & 63) & 1
            let isIn = element >= ends[0] && element <= ends[1] || !isDone
            #expect(after[row >> 6] >> UInt64(row & 63) & 1 == (isIn ? was : 0), "\(element)")
        }
        #expect(after.last == before.last)
    }

    @Test("elements in a range are those a plain loop finds, in every width", arguments: 1...40)
    func ranges(seed: Int) {
        var chance = SeededRandom(seed: UInt64(seed))
        check(UInt8.self, &chance)
        check(UInt16.self, &chance)
        check(UInt32.self, &chance)
        let numbers = (0..<192).map { _ in
            [.min, .max, 0, -1, Int64(chance.below(9)) - 4][chance.below(5)]
        }
        let ends = [numbers[chance.below(192)], numbers[chance.below(192)]].sorted()
        let before = words(3, &chance)
        var after = before
        var places = after.mutableSpan
        let reach = UInt64(bitPattern: ends[1] &- ends[0])
        let isDone = WideLanes.keep(&places, numbers.span, from: ends[0], reach: reach)
        for (row, number) in numbers.enumerated() {
            let was = before[row >> 6] >> UInt64(row & 63) & 1
            let isIn = number >= ends[0] && number <= ends[1] || !isDone
            #expect(after[row >> 6] >> UInt64(row & 63) & 1 == (isIn ? was : 0), "\(number)")
        }
        #expect(WideLanes.count(before.span) == before.reduce(0) { $0 + $1.nonzeroBitCount })
    }
    @Test("jumps from an element to the next are those a plain loop finds", arguments: 1...40)
    func jumps(seed: Int) {
        var chance = SeededRandom(seed: UInt64(seed))
        let count = [0, 1, 64, 65, 129, 300][seed % 6]
        let elements = (0..<count).map { _ in
            chance.chance(0.1) ? UInt16.max : UInt16(chance.below(9))
        }
        let before = words(count / 64 + 1, &chance)
        let reach = [0, 3, .max][chance.below(3)] as UInt16
        var after = before
        var places = after.mutableSpan
        guard WideLanes.putJumps(&places, in: elements.span, above: reach) else { return }
        let whole = max(count - 1, 0) & ~63
        for row in 0..<64 * before.count {
            let isJump = row < whole && elements[row + 1] &- elements[row] > reach
            let was = before[row >> 6] >> UInt64(row & 63) & 1 == 1
            #expect(after[row >> 6] >> UInt64(row & 63) & 1 == (was || isJump ? 1 : 0), "\(row)")
        }
    }
}
