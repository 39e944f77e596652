// "Did you mean ...?": the known name nearest to a misspelt one.

/// The hint for an unknown field, event or property.
public enum NearestName {
    /// Longest name compared, in bytes; longer ones are not hinted at.
    public static let nameBytesMax = 128
    /// Names looked at; the rest is ignored, so that a hint stays cheap.
    public static let namesMax = 10_000

    /// The known name nearest to `name`, or nil when none is near.
    ///
    /// Near is at most a third of the longer name's bytes in insertions, deletions, changes and
    /// swaps of neighbours, upper and lower case alike. Of equally near ones the first by bytes.
    public static func nearest(to name: String, in known: some Sequence<String>) -> String? {
        let wanted = folded(name)
        guard !wanted.isEmpty, wanted.count <= nameBytesMax else { return nil }
        var best: (distance: Int, name: String)?
        for candidate in known.prefix(namesMax) {
            let bytes = folded(candidate)
            guard !bytes.isEmpty, bytes.count <= nameBytesMax else { continue }
            let limit = max(1, max(bytes.count, wanted.count) / 3)
            guard abs(bytes.count - wanted.count) <= limit else { continue }
            let distance = distance(wanted, bytes)
            guard distance <= limit, distance < max(bytes.count, wanted.count) else { continue }
            if let best, (best.distance, best.name) <= (distance, candidate) { continue }
            best = (distance, candidate)
        }
        return best?.name
    }

    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.prefix(nameBytesMax + 1).map { (0x41...0x5A) ~= $0 ? $0 | 0x20 : $0 }
    }

    /// Damerau and Levenshtein's distance in the restricted form (optimal string alignment).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var before = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        var current = previous
        for i in 1...a.count {
            current[0] = i
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                var least = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    least = min(least, before[j - 2] + 1)
                }
                current[j] = least
            }
            (before, previous, current) = (previous, current, before)
        }
        return previous[b.count]
    }
}
