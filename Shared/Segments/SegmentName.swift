// What a saved segment may be called.

import Basics

/// The rule for the names of saved segments: they stand in commands, addresses and file names.
public enum SegmentName {
    /// The rule in words.
    public static let rule = "1 to \(Limits.nameBytes) of a-z, A-Z, 0-9, dash, dot and underscore"

    /// Whether a segment may be saved under it.
    public static func isValid(_ name: String) -> Bool {
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_": true
            default: false
            }
        }
        return isPlain && (1...Limits.nameBytes).contains(name.utf8.count)
    }
}
