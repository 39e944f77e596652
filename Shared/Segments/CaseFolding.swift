// Text compared without regard to case: Unicode simple case folding, one scalar to one scalar.

/// Folds texts, so that two texts equal but for case become the same bytes.
///
/// Simple folding (Unicode 14.0, CaseFolding.txt status C and S): no scalar becomes two, no
/// language has its own rule. `Straße` and `STRASSE` therefore differ, `Σ`, `σ` and `ς` do not.
public enum CaseFolding {
    /// The version of Unicode whose table this is; part of what an answer depends on.
    public static let unicodeVersion = "14.0"

    /// The folded text.
    public static func fold(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { folded.append(fold(scalar)) }
        return String(folded)
    }

    /// The folded scalar.
    public static func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let value = scalar.value
        if value < 0x80 {
            return (0x41...0x5A) ~= value ? Unicode.Scalar(UInt8(value | 0x20)) : scalar
        }
        guard let delta = delta(of: Int32(value)) else { return scalar }
        return Unicode.Scalar(UInt32(Int32(value) + delta)) ?? scalar
    }

    /// What is added to fold a code point; nil when it folds to itself.
    private static func delta(of value: Int32) -> Int32? {
        let runs = CaseFoldingTable.runs
        var low = 0
        var high = runs.count / 4
        while low < high {
            let middle = (low + high) / 2
            if runs[middle * 4 + 1] < value { low = middle + 1 } else { high = middle }
        }
        let at = low * 4
        guard at < runs.count, runs[at] <= value, (value - runs[at]) % runs[at + 3] == 0 else {
            return nil
        }
        return runs[at + 2]
    }
}
