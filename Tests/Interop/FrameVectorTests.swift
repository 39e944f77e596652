// The frames of `vectors/frames.json`: this code writes them so, and takes and refuses them so.

import Basics
import Foundation
import Messages
import Testing

@testable import Wire

@Suite struct FrameVectorTests {
    private let made: FrameVectors
    private let kept: FrameVectors

    init() throws {
        made = FrameVectors(
            good: try FrameVectors.madeGood(),
            refused: try FrameVectors.madeRefused()
        )
        kept = try VectorFile.load("frames.json", made: made)
    }

    @Test("the frames this code writes are the ones in the file, byte for byte")
    func written() {
        #expect(made.good.map(\.name) == kept.good.map(\.name))
        for (fresh, old) in zip(made.good, kept.good) where fresh.flags & 4 == 0 {
            #expect(fresh == old, "\(old.name)")
        }
        #expect(made.refused == kept.refused)
    }

    @Test("every good frame is taken and says what the file says")
    func taken() throws {
        for vector in kept.good {
            let bytes = try Hex.bytes(vector.hex)
            let payload: any PayloadBytes
            if vector.direction == "request" {
                let frame = try RequestFrame.decode(bytes)
                #expect(VectorHeader(frame.header) == vector.header, "\(vector.name)")
                let context = try frame.context(arrivedNs: 1_000)
                let timeoutNs = UInt64(vector.header.timeoutMs ?? 0) * 1_000_000
                #expect(context.deadlineNs == 1_000 + timeoutNs, "\(vector.name)")
                payload = frame.payload
            } else {
                let frame = try ReplyFrame.decode(bytes)
                #expect(VectorHeader(frame.header) == vector.header, "\(vector.name)")
                #expect((frame.fault == nil) == (vector.header.status == 0), "\(vector.name)")
                payload = frame.payload
            }
            let content = payload.withBytes { span in span.withUnsafeBytes { Hex.text($0) } }
            #expect(content == vector.payload, "\(vector.name)")
        }
    }

    @Test("every bad frame is refused by the check the file names")
    func refused() throws {
        for vector in kept.refused {
            let limits = FrameLimits(
                frameBytes: vector.frameBytesMax ?? FrameLimits().frameBytes
            )
            let error = refusal(try Hex.bytes(vector.hex), vector.direction, limits)
            #expect(error?.code.rawValue == vector.error, "\(vector.name)")
            #expect(error?.fault.code.rawValue == vector.status, "\(vector.name)")
        }
    }

    @Test("the file has every status and every check that a frame can fail")
    func complete() {
        let statuses = Set(kept.good.compactMap(\.header.status))
        #expect(statuses == Set(StatusCode.allCases.map(\.rawValue)))
        // The two others are about what is sent, not about what is received.
        let codes = Set(WireError.Code.allCases.map(\.rawValue))
            .subtracting(["badMessage", "badValue"])
        #expect(Set(kept.refused.map(\.error)) == codes)
    }

    private func refusal(
        _ bytes: [UInt8],
        _ direction: String,
        _ limits: FrameLimits
    ) -> WireError? {
        do throws(WireError) {
            if direction == "request" {
                _ = try RequestFrame.decode(bytes, limits: limits).context(arrivedNs: 0)
            } else {
                _ = try ReplyFrame.decode(bytes, limits: limits)
            }
            return nil
        } catch {
            return error
        }
    }
}
