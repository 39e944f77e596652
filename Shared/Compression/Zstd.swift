// zstd for whole messages and pages: compress, and decompress under a limit.

import CZstd

/// zstd over bytes in memory, a context per call; pure, from any thread.
public enum Zstd {
    /// Levels offered: 1 is fastest, 19 densest; 3 is zstd's own choice.
    public static let levels = 1...19

    /// The bytes as one frame that names its size; a level outside `levels` is held inside.
    public static func compress(
        _ bytes: [UInt8],
        level: Int = 3
    ) throws(CompressionError) -> [UInt8] {
        let held = Int32(min(max(level, levels.lowerBound), levels.upperBound))
        let bound = ZSTD_compressBound(bytes.count)
        var code = 0
        let out = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            code = unsafe bytes.withUnsafeBytes {
                unsafe ZSTD_compress(buffer.baseAddress, bound, $0.baseAddress, $0.count, held)
            }
            count = ZSTD_isError(code) == 0 ? code : 0
        }
        guard ZSTD_isError(code) == 0 else { throw failure(code, "compress", at: 0) }
        return out
    }

    /// The content of one or more frames, at most `maxBytes`.
    ///
    /// The size is asked for before anything is allocated; frames that do not name it are
    /// decompressed in steps and given up as soon as they pass `maxBytes`.
    public static func decompress(
        _ bytes: [UInt8],
        maxBytes: Int
    ) throws(CompressionError) -> [UInt8] {
        guard let size = try announcedBytes(bytes) else {
            return try decompressInSteps(bytes, maxBytes: maxBytes)
        }
        guard size <= UInt64(max(maxBytes, 0)) else {
            throw CompressionError(
                .tooLarge,
                "decompress",
                at: 0,
                "content of \(size) bytes, allowed \(maxBytes)"
            )
        }
        let capacity = Int(size)
        var code = 0
        let out = unsafe [UInt8](unsafeUninitializedCapacity: max(capacity, 1)) { buffer, count in
            code = unsafe bytes.withUnsafeBytes {
                unsafe ZSTD_decompress(buffer.baseAddress, capacity, $0.baseAddress, $0.count)
            }
            count = ZSTD_isError(code) == 0 ? code : 0
        }
        guard ZSTD_isError(code) == 0 else { throw failure(code, "decompress", at: 0) }
        return out
    }

    /// The sum of what the frames say of their content; nil when one does not say.
    private static func announcedBytes(_ bytes: [UInt8]) throws(CompressionError) -> UInt64? {
        var at = 0
        var sum: UInt64 = 0
        var isKnown = true
        while at < bytes.count || bytes.isEmpty {
            let (frame, size) = unsafe bytes.withUnsafeBytes { buffer in
                let start = unsafe buffer.baseAddress.map { unsafe $0 + at }
                let left = bytes.count - at
                return unsafe (
                    ZSTD_findFrameCompressedSize(start, left),
                    ZSTD_getFrameContentSize(start, left)
                )
            }
            guard ZSTD_isError(frame) == 0, frame > 0, size != czstd_content_size_error() else {
                throw failure(frame, "decompress", at: at)
            }
            if size == czstd_content_size_unknown() {
                isKnown = false
            } else {
                let (total, overflow) = sum.addingReportingOverflow(size)
                sum = overflow ? .max : total
            }
            at += frame
        }
        return isKnown ? sum : nil
    }

    private static func decompressInSteps(
        _ bytes: [UInt8],
        maxBytes: Int
    ) throws(CompressionError) -> [UInt8] {
        var decompressor = try Decompressor(ofMessage: 256 << 10)
        var out = try decompressor.feed(bytes)
        while true {
            guard out.count <= maxBytes else {
                throw CompressionError(
                    .tooLarge,
                    "decompress",
                    at: 0,
                    "content above the allowed \(maxBytes) bytes"
                )
            }
            guard decompressor.hasMore else { break }
            out += try decompressor.feed([])
        }
        try decompressor.finish()
        return out
    }

    /// The library's error in our words.
    static func failure(_ result: Int, _ operation: String, at place: Int) -> CompressionError {
        let text = unsafe String(cString: ZSTD_getErrorName(result))
        let code: CompressionError.Code =
            switch ZSTD_getErrorCode(result) {
            case ZSTD_error_srcSize_wrong: .truncated
            case ZSTD_error_memory_allocation: .resources
            case ZSTD_error_frameParameter_windowTooLarge: .tooLarge
            default: .damaged
            }
        return CompressionError(code, operation, at: place, text)
    }
}
