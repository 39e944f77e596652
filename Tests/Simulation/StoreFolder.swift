// What a power cut leaves of a key-value store: its write-ahead log, cut where it was not synced.

import Basics
import Foundation

/// The folder of a store that is closed.
///
/// A small store keeps everything since its opening in the live write-ahead log, whose end an
/// unsynced write leaves to chance; what it wrote while it opened, it synced.
struct StoreFolder {
    let path: String

    /// Bytes of each write-ahead log.
    func logSizes() throws -> [String: Int] {
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { return [:] }
        var sizes: [String: Int] = [:]
        for name in try files.contentsOfDirectory(atPath: path) where name.hasSuffix(".log") {
            let facts = try files.attributesOfItem(atPath: "\(path)/\(name)")
            sizes[name] = (facts[.size] as? NSNumber)?.intValue ?? 0
        }
        return sizes
    }

    /// Cuts the logs somewhere behind what was synced of them.
    func cut(behind synced: [String: Int], _ random: inout SeededRandom) throws {
        for (name, size) in try logSizes().sorted(by: { $0.key < $1.key }) {
            let least = min(synced[name] ?? 0, size)
            let kept = random.chance(0.3) ? least : least + random.below(size - least + 1)
            guard let file = FileHandle(forWritingAtPath: "\(path)/\(name)") else { continue }
            try file.truncate(atOffset: UInt64(kept))
            try file.close()
        }
    }
}
