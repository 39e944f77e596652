// Frames: what goes out comes in, and anything else is refused with a reason.
import Basics
import Messages
import Testing

@testable import Wire

@Suite struct FrameTests {
    static let header = RpcV1.RequestHeader(
        requestID: Array(1...16),
        method: "/shoal.ingestion.v1.Ingestion/Track",
        timeoutMs: 500,
        project: "shop"
    )

    static func batch(_ size: Int) -> IngestionV1.TrackRequest {
        IngestionV1.TrackRequest(
            records: (0..<size).map { IngestionV1.TrackRecord(userID: "user-\($0)") }
        )
    }

    static func code(_ bytes: [UInt8], _ limits: FrameLimits = FrameLimits()) -> WireError.Code? {
        do {
            _ = try RequestFrame.decode(bytes, limits: limits)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a request comes in as it went out, its payload lent in place")
    func request() throws {
        let bytes = try RequestFrame.encode(Self.header, Self.batch(3))
        let frame = try RequestFrame.decode(bytes)
        #expect(frame.header == Self.header)
        #expect(frame.flags == [])
        #expect(try IngestionV1.TrackRequest.decode(frame.payload) == Self.batch(3))
    }

    @Test("the prefix is laid out as the protocol says")
    func layout() throws {
        let bytes = try RequestFrame.encode(Self.header, Self.batch(1))
        let headerBytes = try Self.header.encode()
        let payload = try Self.batch(1).encode()
        #expect(Array(bytes[0..<4]) == [0x53, 0x4c, 1, 0])
        #expect(Array(bytes[4..<8]) == [UInt8(headerBytes.count), 0, 0, 0])
        #expect(Array(bytes[8..<12]) == [UInt8(payload.count), 0, 0, 0])
        let checksum = Checksum.crc32c(Array(bytes[0..<12]) + headerBytes + payload)
        #expect(Array(bytes[12..<16]) == FramePrefix.bytes(checksum))
        #expect(Array(bytes[16...]) == headerBytes + payload)
    }

    @Test("a reply carries the response, or the fault and no payload")
    func reply() throws {
        let response = IngestionV1.TrackResponse(accepted: 3)
        let good = try ReplyFrame.decode(
            ReplyFrame.encode(RpcV1.ReplyHeader(requestID: Array(1...16)), response)
        )
        #expect(good.fault == nil)
        #expect(good.flags == .reply)
        #expect(try IngestionV1.TrackResponse.decode(good.payload) == response)
        let fault = Fault.resourceExhausted("full", place: "disk", hint: "free", retryAfterMs: 9)
        let bad = try ReplyFrame.decode(ReplyFrame.encode(RpcV1.ReplyHeader(fault), nil))
        #expect(bad.fault == fault)
        #expect(bad.payload.withBytes { $0.byteCount } == 0)
    }

    @Test("a fault's texts are cut to what a header holds")
    func longFaults() throws {
        let long = String(repeating: "ä🐟", count: 5_000) + "\0"
        let header = RpcV1.ReplyHeader(Fault(.internal, long, place: long, hint: "a\0b"))
        let back = try RpcV1.ReplyHeader.decode(header.encode())
        #expect(back == header)
        #expect((back.message?.utf8.count ?? 0) > 4_080)
        #expect(back.message?.hasSuffix("…") == true)
        #expect(back.hint == "ab")
    }

    @Test("every bit flip of a small frame is refused")
    func bitFlips() throws {
        let bytes = try RequestFrame.encode(Self.header, Self.batch(2))
        for bit in 0..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Self.code(flipped) != nil, "bit \(bit) was taken")
        }
    }

    @Test("a frame cut or lengthened anywhere is refused")
    func truncations() throws {
        let bytes = try RequestFrame.encode(Self.header, Self.batch(2))
        for count in 0..<bytes.count {
            let expected: WireError.Code = count < 16 ? .truncated : .badLength
            #expect(Self.code(Array(bytes[..<count])) == expected)
        }
        #expect(Self.code(bytes + [0]) == .badLength)
        #expect(Self.code([]) == .truncated)
    }

    @Test("faults are found in the order of the protocol")
    func order() throws {
        var bytes = try RequestFrame.encode(Self.header, Self.batch(1))
        bytes[12] ^= 1
        #expect(Self.code(bytes) == .badChecksum)
        bytes[6] = 1
        #expect(Self.code(bytes) == .unprovedKey)
        #expect(Self.code(bytes, FrameLimits(frameBytes: bytes.count - 1)) == .tooLarge)
        bytes[8] ^= 1
        #expect(Self.code(bytes) == .badLength)
        bytes[3] = 16
        #expect(Self.code(bytes) == .badFlags)
        bytes[2] = 2
        #expect(Self.code(bytes) == .badVersion)
        bytes[0] = 0
        #expect(Self.code(bytes) == .badMagic)
    }

    @Test("a sealed frame is told that sealing is not served")
    func sealed() throws {
        var bytes = try RequestFrame.encode(Self.header, Self.batch(1))
        bytes[3] = 2
        #expect(Self.code(bytes) == .badLength)
        bytes += [UInt8](repeating: 0, count: 40)
        #expect(Self.code(bytes) == .sealed)
        #expect(WireError(.sealed, "", place: "", hint: "").fault.code == .unimplemented)
        #expect(WireError(.unprovedKey, "", place: "", hint: "").fault.code == .unauthenticated)
    }

    @Test("a reply is no request, and a request is no reply")
    func direction() throws {
        let request = try RequestFrame.encode(Self.header, Self.batch(1))
        #expect(throws: WireError.self) { try ReplyFrame.decode(request) }
        let reply = try ReplyFrame.encode(RpcV1.ReplyHeader(), nil)
        #expect(Self.code(reply) == .badFlags)
    }

    @Test("a header that is none, with a right checksum, is refused with its place")
    func badHeader() throws {
        var prefix = FramePrefix(flags: [], headerBytes: 2, keyID: 0, payloadBytes: 0)
        prefix.checksum = Checksum.crc32c(prefix.checked + [0x12, 0x7f])
        let bytes = prefix.checked + FramePrefix.bytes(prefix.checksum) + [0x12, 0x7f]
        do {
            _ = try RequestFrame.decode(bytes)
            Issue.record("the header was taken")
        } catch {
            #expect(error.code == .badHeader)
            #expect(error.place == "header.method")
            #expect(error.fault.code == .invalidArgument)
        }
    }

    @Test("a header too large for its length field is not sent")
    func largeHeader() {
        var header = Self.header
        header.metadata = [RpcV1.Metadata](
            repeating: RpcV1.Metadata(name: "n", value: String(repeating: "v", count: 1_024)),
            count: 32
        )
        #expect(throws: Never.self) { try RequestFrame.encode(header, Self.batch(1)) }
        header.metadata.append(RpcV1.Metadata(name: "one-more"))
        #expect(throws: WireError.self) { try RequestFrame.encode(header, Self.batch(1)) }
    }

    @Test("a frame above the sender's limit is not sent")
    func senderLimit() throws {
        let size = try RequestFrame.encode(Self.header, Self.batch(100)).count
        let exact = FrameOptions(frameBytesMax: size)
        #expect(try RequestFrame.encode(Self.header, Self.batch(100), exact).count == size)
        do {
            let less = FrameOptions(frameBytesMax: size - 1)
            _ = try RequestFrame.encode(Self.header, Self.batch(100), less)
            Issue.record("the frame was made")
        } catch {
            #expect(error.code == .tooLarge)
        }
    }

    @Test("a frame is written into memory that the caller brings")
    func callerMemory() throws {
        let bytes = try RequestFrame.encode(Self.header, Self.batch(5))
        let same = try RequestFrame.withPacked(Self.header, Self.batch(5)) { packed in
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: packed.count,
                alignment: 1
            )
            defer { buffer.deallocate() }
            var output = OutputRawSpan(buffer: buffer, initializedCount: 0)
            packed.write(to: &output)
            let written = output.finalize(for: buffer)
            return Array(buffer[..<written])
        }
        #expect(same == bytes)
    }

    @Test("large payloads travel compressed when the peer allows and it pays")
    func compression() throws {
        let options = FrameOptions(zstd: true)
        let plain = try RequestFrame.encode(Self.header, Self.batch(1_000))
        let packed = try RequestFrame.encode(Self.header, Self.batch(1_000), options)
        #expect(packed.count < plain.count / 2)
        let frame = try RequestFrame.decode(packed)
        #expect(frame.flags == .zstd)
        #expect(try IngestionV1.TrackRequest.decode(frame.payload) == Self.batch(1_000))
        let small = try RequestFrame.decode(
            RequestFrame.encode(Self.header, Self.batch(10), options)
        )
        #expect(small.flags == [])
        var chance = SeededRandom(seed: 7)
        let noise = (0..<8_192).map { _ in UInt8.random(in: 0...255, using: &chance) }
        let body = LogV1.CatalogueChange(body: noise)
        let dense = try RequestFrame.decode(RequestFrame.encode(Self.header, body, options))
        #expect(dense.flags == [])
        #expect(try LogV1.CatalogueChange.decode(dense.payload) == body)
    }

    @Test("a payload that decompresses beyond the limit, or not at all, is refused")
    func bombs() throws {
        let bytes = try RequestFrame.encode(
            Self.header,
            LogV1.CatalogueChange(body: [UInt8](repeating: 0, count: 200_000)),
            FrameOptions(zstd: true)
        )
        #expect(bytes.count < 1_000)
        #expect(Self.code(bytes, FrameLimits(payloadBytes: 100_000)) == .tooLarge)
        #expect(Self.code(bytes) == nil)
        var damaged = try RequestFrame.encode(Self.header, Self.batch(2))
        damaged[3] = 4
        let checksum = Checksum.crc32c(Array(damaged[0..<12]) + Array(damaged[16...]))
        damaged.replaceSubrange(12..<16, with: FramePrefix.bytes(checksum))
        #expect(Self.code(damaged) == .badCompression)
    }

    @Test("20,000 seeded mutations with a right checksum never crash")
    func mutations() throws {
        let seed: UInt64 = 0xf4a3e
        print("FrameTests seed \(seed)")
        var chance = SeededRandom(seed: seed)
        let plain = try RequestFrame.encode(Self.header, Self.batch(3))
        let packed = try RequestFrame.encode(Self.header, Self.batch(300), FrameOptions(zstd: true))
        var taken = 0
        for round in 0..<20_000 {
            var bytes = round % 4 == 0 ? packed : plain
            for _ in 0..<2 {
                let at = Int.random(in: 0..<bytes.count, using: &chance)
                bytes[at] = UInt8.random(in: 0...255, using: &chance)
            }
            let checksum = Checksum.crc32c(Array(bytes[0..<12]) + Array(bytes[16...]))
            bytes.replaceSubrange(12..<16, with: FramePrefix.bytes(checksum))
            if Self.code(bytes) == nil { taken += 1 }
        }
        #expect(taken > 1_000)
    }
}
