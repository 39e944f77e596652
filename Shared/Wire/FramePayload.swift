// What stands behind a frame's header: lent in place, or decompressed into bytes of its own.

import Basics
import Compression
import Messages

/// A part of received bytes, which it keeps alive.
struct PayloadSlice: PayloadBytes {
    let base: any PayloadBytes
    let range: Range<Int>

    func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try base.withBytes { (bytes) throws(E) in try body(bytes.extracting(range)) }
    }
}

/// A frame taken apart, its header decoded and its payload ready to be.
struct OpenedFrame<Header: ProtoMessage> {
    let prefix: FramePrefix
    let header: Header
    let payload: any PayloadBytes

    /// Checks the frame in the order of the protocol and decodes its header.
    init(_ frame: any PayloadBytes, reply: Bool, _ limits: FrameLimits) throws(WireError) {
        let (prefix, header) = try frame.withBytes { (bytes) throws(WireError) in
            let prefix = try FramePrefix(bytes, limits: limits)
            guard prefix.flags.contains(.reply) == reply else {
                throw WireError(
                    .badFlags,
                    reply ? "a request where a reply belongs" : "a reply to nothing",
                    place: "frame[3]",
                    hint: "requests go to servers, replies to clients"
                )
            }
            guard PackedFrame.checksum(bytes, prefix) == prefix.checksum else {
                throw WireError(
                    .badChecksum,
                    "the bytes are not the ones that were sent",
                    place: "frame[12]",
                    hint: "send the frame again; if it happens often, check the network"
                )
            }
            return (prefix, try Self.header(bytes.extracting(prefix.headerRange)))
        }
        self.prefix = prefix
        self.header = header
        let slice = PayloadSlice(base: frame, range: prefix.payloadRange)
        payload = prefix.flags.contains(.zstd) ? try Self.decompressed(slice, limits) : slice
        guard prefix.flags.contains(.zstd) || slice.range.count <= limits.payloadBytes else {
            throw WireError(
                .tooLarge,
                "a payload of \(slice.range.count) bytes, limit \(limits.payloadBytes)",
                place: "payload",
                hint: "send less at a time"
            )
        }
    }

    private static func header(_ bytes: RawSpan) throws(WireError) -> Header {
        do {
            return try Header.decode(bytes, limits: DecodeLimits(bytes: Limits.headerBytes))
        } catch {
            throw WireError(error, .badHeader, place: "header")
        }
    }

    private static func decompressed(
        _ slice: PayloadSlice,
        _ limits: FrameLimits
    ) throws(WireError) -> [UInt8] {
        let bytes = slice.withBytes { (span) in
            unsafe span.withUnsafeBytes { (raw) in unsafe [UInt8](raw) }
        }
        do {
            return try Zstd.decompress(bytes, maxBytes: limits.payloadBytes)
        } catch {
            throw WireError(
                error.code == .tooLarge ? .tooLarge : .badCompression,
                error.text,
                place: "payload",
                hint: error.hint
            )
        }
    }
}
