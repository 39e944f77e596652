// Who is to blame when processes end: tables of what was in hand, and what is tried no more.

import Basics
import Segments
import Testing

@testable import Evaluator

@Suite struct BlameTests {
    private static let home = Partition(index: 5)
    private static let away = Partition(index: 6)
    private static let poison = SegmentVersion(project: shop, name: "poison", version: 1)
    private static let other = SegmentVersion(project: shop, name: "other", version: 1)

    private func records(
        _ range: Range<UInt64>,
        of partition: Partition = home,
        deciding segment: SegmentVersion? = nil
    ) -> Doubt {
        Doubt(
            partition: partition,
            from: LogOffset(range.lowerBound),
            to: LogOffset(range.upperBound),
            segment: segment
        )
    }

    private func instants(_ next: UInt64, _ through: Int64, deciding segment: SegmentVersion? = nil)
        -> Doubt
    {
        Doubt(
            partition: Self.home,
            from: LogOffset(next),
            to: LogOffset(next),
            through: Timestamp(ms: through),
            segment: segment
        )
    }

    private func culprits(_ ends: [Doubt: UInt32], of partition: Partition = home)
        -> Set<Blame.Culprit>
    {
        Set(Blame(ends: ends).verdicts(of: partition).map(\.culprit))
    }

    @Test("two ends may have been somebody else's, three are not")
    func counts() {
        #expect(culprits([records(4..<5): 2]).isEmpty)
        #expect(culprits([records(4..<5): 3]) == [.record(LogOffset(4))])
        #expect(culprits([records(0..<9): 1, records(4..<5): 1]).isEmpty)
        #expect(culprits([records(0..<9): 1, records(4..<5): 2]) == [.record(LogOffset(4))])
        #expect(culprits([records(0..<9): 3]).isEmpty, "nobody knows which")
        let segment = records(4..<5, deciding: Self.poison)
        #expect(culprits([segment: 2]).isEmpty)
        #expect(culprits([records(0..<9): 1, segment: 1, records(4..<5): 1]).isEmpty)
        #expect(culprits([records(0..<9): 1, segment: 2]) == [.segment(Self.poison)])
        #expect(culprits([records(0..<9): 1, segment: 2], of: Self.away).isEmpty)
    }

    @Test("who is killed at any moment blames no segment: what counts is one place")
    func places() {
        var ends: [Doubt: UInt32] = [
            records(4..<5, deciding: Self.poison): 1, records(6..<7, deciding: Self.poison): 1,
            records(7..<8, of: Self.away, deciding: Self.poison): 1,
            records(0..<9): 1, records(0..<9, of: Self.away): 1,
            instants(9, 80, deciding: Self.poison): 2,
        ]
        #expect(culprits(ends).isEmpty && culprits(ends, of: Self.away).isEmpty)
        ends[records(6..<7, deciding: Self.poison)] = 2
        #expect(culprits(ends) == [.segment(Self.poison)])
        #expect(culprits(ends, of: Self.away).isEmpty)
    }

    @Test("a record by which several segments end is itself to blame, and they are spared")
    func several() {
        let both: [Doubt: UInt32] = [
            records(4..<5, deciding: Self.poison): 2, records(4..<5, deciding: Self.other): 2,
        ]
        #expect(culprits(both) == [.record(LogOffset(4))])
        let apart: [Doubt: UInt32] = [
            records(4..<5, deciding: Self.poison): 3, records(6..<7, deciding: Self.other): 3,
        ]
        #expect(culprits(apart) == [.segment(Self.poison), .segment(Self.other)])
    }

    @Test("what time brings about is its segment's, and if there is none nobody's")
    func time() {
        let timer: [Doubt: UInt32] = [
            instants(9, 70): 1, instants(9, 80, deciding: Self.poison): 1,
            instants(12, 95, deciding: Self.poison): 2,
        ]
        #expect(culprits(timer) == [.segment(Self.poison)])
        // It fell due in the middle of a page at first, of which it may have been another.
        let page: [Doubt: UInt32] = [
            records(0..<9): 1, instants(9, 80, deciding: Self.poison): 2,
        ]
        #expect(culprits(page).isEmpty)
        #expect(culprits([instants(9, 70): 2, instants(9, 80): 1]) == [.instants])
    }
}
