// Buckets and cells of recency and frequency by seed.

import Basics
import Segments

extension RandomDefinitions {
    mutating func bucket() -> Bucket {
        let from = random.below(10_000)
        let to = from + 1 + random.below(10_000 - from)
        return Bucket(
            pick(["spring", "autumn \"24\""]),
            from: Number(e4: Int64(from) * 100),
            to: Number(e4: Int64(to) * 100)
        )
    }

    mutating func rfm() -> Rfm {
        let day: Int64 = 86_400_000
        var match = match()
        if random.chance(0.7) { match.filters = [] }
        match.window = random.chance(0.5) ? .ever : .rolling(ms: day * Int64(1 + random.below(60)))
        var rfm = Rfm(match)
        if random.chance(0.6) { rfm.recencyEdgesMs = [day / 2, 3 * day, 10 * day, 30 * day] }
        if random.chance(0.6) { rfm.frequencyEdges = [2, 3, 5] }
        if random.chance(0.7) { rfm.recency = scores(upTo: rfm.recencyEdgesMs.count + 1) }
        if random.chance(0.7) { rfm.frequency = scores(upTo: rfm.frequencyEdges.count + 1) }
        return rfm
    }

    private mutating func scores(upTo best: Int) -> ClosedRange<Int> {
        let low = 1 + random.below(best)
        return low...(low + random.below(best - low + 1))
    }
}
