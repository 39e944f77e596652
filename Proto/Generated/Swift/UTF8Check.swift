// Checks that a text's bytes are UTF-8 without zero bytes, eight ASCII bytes at a time.

/// The check of texts; protobuf-c takes any bytes and cuts at the first zero.
enum UTF8Check {
    /// Throws when the range is not UTF-8 or holds a zero byte.
    static func check(_ bytes: RawSpan, _ range: Range<Int>) throws(MessageError) {
        var at = range.lowerBound
        let end = range.upperBound
        while at < end {
            if end - at >= 8 {
                let eight = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
                let zeros = (eight &- 0x0101_0101_0101_0101) & ~eight & 0x8080_8080_8080_8080
                if (eight & 0x8080_8080_8080_8080) | zeros == 0 {
                    at += 8
                    continue
                }
            }
            let first = load(bytes, at)
            if first < 0x80 {
                guard first != 0 else { throw zeroByte(at - range.lowerBound) }
                at += 1
                continue
            }
            let size = scalar(bytes, at, end, first)
            guard size > 0 else { throw notUTF8(at - range.lowerBound) }
            at += size
        }
    }

    /// The size of the well-formed scalar of two to four bytes at `at`, or 0.
    private static func scalar(_ bytes: RawSpan, _ at: Int, _ end: Int, _ first: UInt8) -> Int {
        let size: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xbf
        switch first {
        case 0xc2...0xdf: size = 2
        case 0xe0...0xef:
            size = 3
            if first == 0xe0 { low = 0xa0 }
            if first == 0xed { high = 0x9f }
        case 0xf0...0xf4:
            size = 4
            if first == 0xf0 { low = 0x90 }
            if first == 0xf4 { high = 0x8f }
        default: return 0
        }
        guard end - at >= size else { return 0 }
        let second = load(bytes, at + 1)
        guard second >= low, second <= high else { return 0 }
        for index in 2..<max(size, 2) where load(bytes, at + index) & 0xc0 != 0x80 { return 0 }
        return size
    }

    @inline(__always)
    private static func load(_ bytes: RawSpan, _ at: Int) -> UInt8 {
        unsafe bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
    }

    private static func notUTF8(_ offset: Int) -> MessageError {
        MessageError(
            .notUTF8,
            "not UTF-8 at byte \(offset)",
            hint: "encode texts as UTF-8"
        )
    }

    private static func zeroByte(_ offset: Int) -> MessageError {
        MessageError(
            .zeroByte,
            "a zero byte at byte \(offset)",
            hint: "texts hold no zero bytes"
        )
    }
}
