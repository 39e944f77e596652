// A reply on the wire: how the call ended, and the response when it ended well.

public import Messages

/// A received reply; its payload is not decoded yet.
public struct ReplyFrame: Sendable {
    /// The header, decoded.
    public let header: RpcV1.ReplyHeader
    /// What the frame says about itself.
    public let flags: FrameFlags
    /// The response message's bytes; empty when the call failed.
    public let payload: any PayloadBytes

    /// Takes a frame apart after checking all of it; any thread.
    public static func decode(
        _ frame: any PayloadBytes,
        limits: FrameLimits = FrameLimits()
    ) throws(WireError) -> ReplyFrame {
        let opened = try OpenedFrame<RpcV1.ReplyHeader>(frame, reply: true, limits)
        return ReplyFrame(
            header: opened.header,
            flags: opened.prefix.flags,
            payload: opened.payload
        )
    }

    /// Lends the frame of a reply, ready to be written where it is to go; any thread.
    ///
    /// Without a response the payload is empty, as it must be when the call failed.
    public static func withPacked<R>(
        _ header: RpcV1.ReplyHeader,
        _ response: (any ProtoMessage)?,
        _ options: FrameOptions = FrameOptions(),
        _ body: (borrowing PackedFrame) -> R
    ) throws(WireError) -> R {
        try PackedFrame.lend(header, response, reply: true, options, body)
    }

    /// The frame of a reply as bytes.
    public static func encode(
        _ header: RpcV1.ReplyHeader,
        _ response: (any ProtoMessage)?,
        _ options: FrameOptions = FrameOptions()
    ) throws(WireError) -> [UInt8] {
        try withPacked(header, response, options) { $0.bytes() }
    }

    /// How the call failed; nil when it did not.
    public var fault: Fault? { header.fault }
}

extension RpcV1.ReplyHeader {
    /// The header of a failed call.
    ///
    /// Texts are cut to what a header may hold.
    public init(
        _ fault: Fault,
        requestID: [UInt8]? = nil,
        instance: [UInt8]? = nil,
        epoch: UInt64? = nil
    ) {
        self.init(
            requestID: requestID,
            status: fault.code == .ok ? .unknown : fault.code,
            message: Self.cut(fault.message, to: 4_096),
            place: Self.cut(fault.place, to: 1_024),
            hint: Self.cut(fault.hint, to: 1_024),
            retryAfterMs: fault.retryAfterMs,
            instance: instance,
            epoch: epoch
        )
    }

    /// How the call failed; nil when it did not.
    public var fault: Fault? {
        guard status != .ok else { return nil }
        return Fault(
            status,
            message ?? "no reason given",
            place: place,
            hint: hint,
            retryAfterMs: retryAfterMs
        )
    }

    /// The text without zero bytes, cut at a character to at most so many bytes.
    private static func cut(_ text: String?, to bytes: Int) -> String? {
        guard let text else { return nil }
        let clean = text.utf8.contains(0) ? text.replacing("\0", with: "") : text
        guard clean.utf8.count > bytes else { return clean }
        var end = clean.utf8.index(clean.startIndex, offsetBy: bytes - 3)
        while end > clean.startIndex, String.Index(end, within: clean) == nil {
            end = clean.utf8.index(before: end)
        }
        return clean[..<end] + "…"
    }
}
