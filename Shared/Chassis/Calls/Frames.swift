// Between the bus and the frames: received messages lend their bytes, frames are written in place.

import Basics
public import Bus
public import Messages
import Wire

/// A received message is the bytes of a frame; payloads lend from it and keep it alive.
extension Message: PayloadBytes {}

/// Frames written once, into the memory that nanomsg sends.
enum Frames {
    /// The frame of a request.
    static func request(
        _ header: RpcV1.RequestHeader,
        _ request: any ProtoMessage,
        _ options: FrameOptions
    ) throws(WireError) -> OutgoingFrame {
        try RequestFrame.withPacked(header, request, options, outgoing)
    }

    /// The frame of a reply; of a failure when there is no response.
    static func reply(
        _ header: RpcV1.ReplyHeader,
        _ response: (any ProtoMessage)?,
        _ options: FrameOptions
    ) throws(WireError) -> OutgoingFrame {
        try ReplyFrame.withPacked(header, response, options, outgoing)
    }

    private static func outgoing(_ packed: borrowing PackedFrame) -> OutgoingFrame {
        OutgoingFrame(capacity: packed.count) { output in packed.write(to: &output) }
    }
}
