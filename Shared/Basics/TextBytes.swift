// Texts compared and hashed by their UTF-8 bytes, so that no Unicode version has a say.

import Glibc

/// Comparisons of texts as bytes; Swift's own take canonically equal texts for one.
public enum TextBytes {
    /// Whether two texts have the same bytes.
    public static func equal(_ left: String, _ right: String) -> Bool {
        let count = left.utf8.count
        guard count == right.utf8.count else { return false }
        return order(left, right) == 0
    }

    /// Whether the first text's bytes come before the second's; a beginning comes first.
    public static func precedes(_ left: String, _ right: String) -> Bool {
        order(left, right) < 0
    }

    /// Feeds a text's bytes and an end mark.
    public static func hash(_ text: String, into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }

    /// Below, at or above 0 as the first text's bytes come before, are, or come after.
    private static func order(_ left: String, _ right: String) -> Int {
        var left = left
        var right = right
        return left.withUTF8 { a in
            right.withUTF8 { b in
                let shared = min(a.count, b.count)
                if shared > 0, let first = a.baseAddress, let second = b.baseAddress {
                    let found = unsafe memcmp(first, second, shared)
                    if found != 0 { return Int(found) }
                }
                return a.count - b.count
            }
        }
    }
}
