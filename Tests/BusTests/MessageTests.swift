// Frames and messages: what is written is what is read, and nothing is leaked beside it.

import Testing

@testable import Bus

@Suite("messages")
struct MessageTests {
    @Test("a frame is what was written, not what there was room for")
    func writes() throws {
        let frame = OutgoingFrame(capacity: 1_000) { span in
            for byte in UInt8(1)...3 { span.append(byte) }
        }
        #expect(frame.count == 3)
        let message = try #require(frame.delivered())
        #expect(message.copyBytes() == [1, 2, 3])
        #expect(message.withBytes { $0.byteCount } == 3)
    }

    @Test("empty and full frames are frames")
    func bounds() throws {
        let empty = OutgoingFrame(capacity: 0) { _ in }
        #expect(try #require(empty.delivered()).copyBytes() == [])
        #expect(OutgoingFrame(copying: []).count == 0)
        let full = OutgoingFrame(capacity: 2) { span in
            span.append(8)
            span.append(9)
        }
        #expect(try #require(full.delivered()).copyBytes() == [8, 9])
    }

    @Test("a writer's error comes out and the frame's memory is freed")
    func throwing() {
        struct Refusal: Error {}
        #expect(throws: Refusal.self) {
            try OutgoingFrame(capacity: 10) { _ throws(Refusal) in throw Refusal() }
        }
    }

    @Test("a frame is delivered once and claimed once")
    func once() {
        let frame = OutgoingFrame(copying: [1])
        #expect(frame.claim())
        #expect(!frame.claim())
        #expect(frame.delivered() != nil)
        #expect(frame.delivered() == nil)
    }
}
