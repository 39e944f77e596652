// Seeds that once showed a mistake: kept in a file, played before all others.

import Foundation

/// One kept seed.
struct KeptSeed: Hashable, CustomStringConvertible {
    let seed: UInt64
    /// The planted bug that it shows; nil: the mistake was the product's, and is mended.
    let bug: PlantedBug?
    /// What was wrong.
    let what: String

    init(seed: UInt64, bug: PlantedBug? = nil, what: String) {
        self.seed = seed
        self.bug = bug
        self.what = what
    }

    /// Its line in the file.
    var description: String { "\(seed) \(bug?.rawValue ?? "-") \(what)" }

    /// Reads a line: the seed, a planted bug's name or `-`, and words; nil for what is none.
    init?(_ line: some StringProtocol) {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, let seed = UInt64(parts[0]) else { return nil }
        let bug = PlantedBug(rawValue: String(parts[1]))
        guard bug != nil || parts[1] == "-" else { return nil }
        self.init(seed: seed, bug: bug, what: String(parts[2]))
    }
}

/// The file of kept seeds.
struct KeptSeeds {
    /// A line that cannot be read.
    struct Unreadable: Error, CustomStringConvertible {
        let line: String
        var description: String { "no kept seed: \(line)" }
    }

    let path: String

    /// That beside the tests.
    static let committed = KeptSeeds(
        path: URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/KeptSeeds.txt"
    )

    /// All of them; lines that begin with `#` are for people.
    func all() throws -> [KeptSeed] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            guard let kept = KeptSeed(line) else { throw Unreadable(line: String(line)) }
            return kept
        }
    }

    /// Adds one, unless it is there.
    func keep(_ seed: KeptSeed) throws {
        guard try !all().contains(where: { ($0.seed, $0.bug) == (seed.seed, seed.bug) }) else {
            return
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try "\(text)\(seed)\n".write(toFile: path, atomically: true, encoding: .utf8)
    }
}
