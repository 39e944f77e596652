// The state of zstd's streaming decompression behind Decompressor.

import CZstd

/// A zstd decompression context.
// Safe: the context is made in init, used by step only, and freed once in deinit.
@safe
struct ZstdStream: ~Copyable {
    /// The largest window followed in a file, as zstd's own tool does: 2^27 = 128 MiB.
    static let fileWindowLogMax = 27
    /// The window every decoder should follow by RFC 8878: 2^23 = 8 MiB.
    static let messageWindowLogMax = 23

    private let context: OpaquePointer

    init(windowLogMax: Int) throws(CompressionError) {
        guard let context = unsafe ZSTD_createDCtx() else {
            throw CompressionError(.resources, "feed", at: 0, "no zstd context")
        }
        unsafe self.context = context
        _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(windowLogMax))
    }

    deinit { _ = unsafe ZSTD_freeDCtx(context) }

    borrowing func step(
        _ bytes: [UInt8],
        from start: Int,
        limit: Int,
        _ place: Int
    ) throws(CompressionError) -> StreamStep {
        var result = 0
        var taken = 0
        let out = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            unsafe bytes.withUnsafeBytes { source in
                var input = unsafe ZSTD_inBuffer(
                    src: source.baseAddress,
                    size: source.count,
                    pos: start
                )
                var output = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: limit, pos: 0)
                result = unsafe ZSTD_decompressStream(context, &output, &input)
                taken = unsafe input.pos - start
                count = unsafe output.pos
            }
        }
        guard ZSTD_isError(result) == 0 else {
            throw Zstd.failure(result, "feed", at: place + taken)
        }
        return StreamStep(taken: taken, out: out, isAtBoundary: result == 0)
    }
}
