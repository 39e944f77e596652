// The state of zlib's gzip decompression behind Decompressor.

import CZlib

/// A zlib stream; several members after each other are followed.
// Safe: zlib keeps the stream's address, so it stands on the heap from init to deinit and is
// touched by step only.
@safe
struct GzipStream: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether a member has ended and the next one has not begun.
    private let between: UnsafeMutablePointer<Bool>

    init() throws(CompressionError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe between = .allocate(capacity: 1)
        unsafe between.initialize(to: false)
        guard unsafe czlib_inflate_gzip_init(stream) == Z_OK else {
            throw CompressionError(.resources, "feed", at: 0, "no zlib stream")
        }
    }

    deinit {
        _ = unsafe inflateEnd(stream)
        unsafe stream.deallocate()
        unsafe between.deallocate()
    }

    borrowing func step(
        _ bytes: [UInt8],
        from start: Int,
        limit: Int,
        _ place: Int
    ) throws(CompressionError) -> StreamStep {
        if unsafe between.pointee {
            // gzip's own tool, too, takes zero bytes behind a member for padding.
            let padding = bytes[start...].prefix { $0 == 0 }.count
            if padding > 0 || start == bytes.count {
                return StreamStep(taken: padding, out: [], isAtBoundary: true)
            }
            _ = unsafe inflateReset(stream)
            unsafe between.pointee = false
        }
        var result = Z_OK
        var taken = 0
        let available = min(bytes.count - start, Int(UInt32.max))
        let room = min(limit, Int(UInt32.max))
        let out = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            unsafe bytes.withUnsafeBytes { source in
                // zlib does not write through next_in; the missing const is history.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self)
                        .advanced(by: start)
                )
                unsafe stream.pointee.avail_in = UInt32(available)
                unsafe stream.pointee.next_out = buffer.baseAddress
                unsafe stream.pointee.avail_out = UInt32(room)
                result = unsafe inflate(stream, Z_NO_FLUSH)
                taken = unsafe available - Int(stream.pointee.avail_in)
                count = unsafe room - Int(stream.pointee.avail_out)
                unsafe stream.pointee.next_in = nil
                unsafe stream.pointee.next_out = nil
            }
        }
        switch result {
        case Z_OK, Z_BUF_ERROR:
            return StreamStep(taken: taken, out: out, isAtBoundary: false)
        case Z_STREAM_END:
            unsafe between.pointee = true
            return StreamStep(taken: taken, out: out, isAtBoundary: true)
        default:
            let said = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
            throw CompressionError(
                result == Z_MEM_ERROR ? .resources : .damaged,
                "feed",
                at: place + taken,
                said ?? "zlib error \(result)"
            )
        }
    }
}
