// Bytes as text in JSON: base64, read in both alphabets and written in the usual one.

/// RFC 4648; pure.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// The text of bytes, padded.
    static func text(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let group = bytes[at..<min(at + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= 8 * UInt32(3 - group.count)
            for place in 0..<4 {
                let isThere = place <= group.count
                let index = Int(bits >> UInt32(18 - 6 * place) & 63)
                out.append(isThere ? alphabet[index] : UInt8(ascii: "="))
            }
            at += 3
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The bytes of a text, with or without padding; nil when it is no base64.
    static func bytes(_ text: String) -> [UInt8]? {
        var symbols = Array(text.utf8)
        while symbols.last == UInt8(ascii: "="), symbols.count % 4 == 0 || symbols.count % 4 == 3 {
            symbols.removeLast()
        }
        guard symbols.count % 4 != 1 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(symbols.count / 4 * 3 + 2)
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for symbol in symbols {
            guard let value = value(symbol) else { return nil }
            bits = (bits << 6 | value) & 0xFF_FFFF
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            out.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        // What is left over must be nothing: otherwise two texts would mean the same bytes.
        return bits & (1 << count - 1) == 0 ? out : nil
    }

    private static func value(_ symbol: UInt8) -> UInt32? {
        switch symbol {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(symbol - 65)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(symbol - 71)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(symbol + 4)
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
