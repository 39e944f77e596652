// The frames that every receiver must refuse, each with the first check that fails.

import Basics
import Messages

@testable import Wire

extension FrameVectors {
    /// A frame made of parts that need not fit each other.
    private struct Parts {
        var magic: [UInt8] = [0x53, 0x4c]
        var version: UInt8 = 1
        var flags: UInt8 = 0
        var headerBytes: UInt16?
        var key: UInt16 = 0
        var payloadBytes: UInt32?
        var header: [UInt8]
        var payload: [UInt8] = []

        /// The frame, its checksum right for the bytes as they are.
        var bytes: [UInt8] {
            func little(_ value: some FixedWidthInteger) -> [UInt8] {
                withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
            }
            let first =
                magic + [version, flags] + little(headerBytes ?? UInt16(header.count))
                + little(key) + little(payloadBytes ?? UInt32(payload.count))
            let checksum = Checksum.crc32c(first + header + payload)
            return first + little(checksum) + header + payload
        }
    }

    private static let plainHeader = RpcV1.RequestHeader(
        requestID: requestID,
        method: "/shoal.health.v1.Health/Check",
        timeoutMs: 1_000
    )

    static func madeRefused() throws -> [Refused] {
        try badPrefixes() + badLengths() + badContents() + badHeaders()
    }

    private static func badPrefixes() throws -> [Refused] {
        let good = Parts(header: try plainHeader.encode())
        var magic = good
        magic.magic = [0x53, 0x50]
        var version = good
        version.version = 2
        var flags = good
        flags.flags = 16
        var reply = good
        reply.flags = 1
        var sealed = good
        sealed.flags = 2
        var keyed = good
        keyed.key = 9
        return [
            refused("nothing at all", [], .truncated),
            refused("fifteen bytes", Array(good.bytes[..<15]), .truncated),
            refused("another magic", magic.bytes, .badMagic),
            refused("version 2", version.bytes, .badVersion),
            refused("a flag that version 1 does not have", flags.bytes, .badFlags),
            refused("a reply where a request belongs", reply.bytes, .badFlags),
            refused("a request where a reply belongs", good.bytes, .badFlags, "reply"),
            refused(
                "a sealed frame",
                sealed.bytes + [UInt8](repeating: 0, count: 40),
                .sealed
            ),
            refused("an unsealed frame that names a key", keyed.bytes, .unprovedKey),
        ]
    }

    private static func badLengths() throws -> [Refused] {
        let good = Parts(header: try plainHeader.encode())
        var long = good
        long.headerBytes = .max
        var huge = good
        huge.payloadBytes = .max
        return [
            refused("a frame cut by one byte", good.bytes.dropLast(), .badLength),
            refused("a byte behind the frame", good.bytes + [0], .badLength),
            refused("a header longer than the frame", long.bytes, .badLength),
            refused("a payload longer than the frame", huge.bytes, .badLength),
            refused("a frame above the receiver's limit", good.bytes, .tooLarge, limit: 32),
        ]
    }

    private static func badContents() throws -> [Refused] {
        let payload = try track.encode()
        let good = Parts(header: try plainHeader.encode(), payload: payload)
        var flipped = good.bytes
        flipped[flipped.count - 1] ^= 1
        var checksum = good.bytes
        checksum[12] ^= 0x80
        var zstd = good
        zstd.flags = 4
        return [
            refused("a flipped bit in the payload", flipped, .badChecksum),
            refused("a flipped bit in the checksum", checksum, .badChecksum),
            refused("a header that is no message", Parts(header: [0xff, 0xff]).bytes, .badHeader),
            refused("a payload that is not compressed as said", zstd.bytes, .badCompression),
        ]
    }

    private static func badHeaders() throws -> [Refused] {
        func header(
            _ name: String,
            _ change: (inout RpcV1.RequestHeader) -> Void
        ) throws -> Refused {
            var header = plainHeader
            change(&header)
            return refused(name, Parts(header: try header.encode()).bytes, .badHeader)
        }
        // What our own encoder refuses to write is put behind a good header by hand.
        let longMethod: [UInt8] =
            [0x12, 0x81, 0x02] + [UInt8](repeating: 0x2f, count: 257)
        let pair: [UInt8] = [0x4a, 0x03, 0x0a, 0x01, 0x61]
        let pairs = [UInt8]([[UInt8]](repeating: pair, count: 33).joined())
        let start = try plainHeader.encode()
        return try [
            header("a request id of 15 bytes") { $0.requestID = Array(1...15) },
            header("no request id") { $0.requestID = nil },
            header("a method without its slash") { $0.method = "shoal.health.v1.Health/Check" },
            header("no time left") { $0.timeoutMs = 0 },
            header("more than ten minutes") { $0.timeoutMs = 600_001 },
            header("the hundred and second try") { $0.attempt = 101 },
            refused("a method of 257 bytes", Parts(header: start + longMethod).bytes, .badHeader),
            refused("33 pairs of metadata", Parts(header: start + pairs).bytes, .badHeader),
        ]
    }

    private static func refused(
        _ name: String,
        _ bytes: [UInt8],
        _ error: WireError.Code,
        _ direction: String = "request",
        limit: Int? = nil
    ) -> Refused {
        Refused(
            name: name,
            direction: direction,
            frameBytesMax: limit,
            error: error.rawValue,
            status: status(error).rawValue,
            hex: Hex.text(bytes)
        )
    }

    /// The protocol's words: what a server answers to each.
    private static func status(_ error: WireError.Code) -> StatusCode {
        switch error {
        case .sealed, .badVersion: .unimplemented
        case .unprovedKey: .unauthenticated
        case .tooLarge: .resourceExhausted
        case .badChecksum: .unavailable
        case .badMessage: .internal
        default: .invalidArgument
        }
    }
}
