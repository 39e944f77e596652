// A request on the wire: who asks for what, for how long, and the request itself.

import Basics
public import Messages

/// A received request; its payload is not decoded yet.
public struct RequestFrame: Sendable {
    /// The header, decoded; `context` checks what it says.
    public let header: RpcV1.RequestHeader
    /// What the frame says about itself.
    public let flags: FrameFlags
    /// The request message's bytes, lent by the frame, which they keep alive.
    public let payload: any PayloadBytes

    /// Takes a frame apart after checking all of it; any thread.
    public static func decode(
        _ frame: any PayloadBytes,
        limits: FrameLimits = FrameLimits()
    ) throws(WireError) -> RequestFrame {
        let opened = try OpenedFrame<RpcV1.RequestHeader>(frame, reply: false, limits)
        return RequestFrame(
            header: opened.header,
            flags: opened.prefix.flags,
            payload: opened.payload
        )
    }

    /// Lends the frame of a request, ready to be written where it is to go; any thread.
    public static func withPacked<R>(
        _ header: RpcV1.RequestHeader,
        _ request: any ProtoMessage,
        _ options: FrameOptions = FrameOptions(),
        _ body: (borrowing PackedFrame) -> R
    ) throws(WireError) -> R {
        try PackedFrame.lend(header, request, reply: false, options, body)
    }

    /// The frame of a request as bytes.
    public static func encode(
        _ header: RpcV1.RequestHeader,
        _ request: any ProtoMessage,
        _ options: FrameOptions = FrameOptions()
    ) throws(WireError) -> [UInt8] {
        try withPacked(header, request, options) { $0.bytes() }
    }

    /// What a service is told about the call; refuses headers that break a rule.
    ///
    /// - Parameter arrivedNs: the instant of arrival. Unit: ns of the monotonic clock.
    public func context(arrivedNs: UInt64) throws(WireError) -> CallContext {
        guard let requestID = header.requestID, requestID.count == 16 else {
            throw RequestFrame.broken(
                "request_id",
                "not 16 bytes",
                "make 16 random bytes per request"
            )
        }
        guard header.method.hasPrefix("/") else {
            throw RequestFrame.broken(
                "method",
                "no full method name",
                "such as /shoal.ingestion.v1.Ingestion/Track"
            )
        }
        guard (1...RequestFrame.timeoutMsMax).contains(header.timeoutMs) else {
            throw RequestFrame.broken(
                "timeout_ms",
                "\(header.timeoutMs) ms",
                "1 to \(RequestFrame.timeoutMsMax) ms"
            )
        }
        guard header.attempt <= RequestFrame.attemptsMax else {
            throw RequestFrame.broken(
                "attempt",
                "\(header.attempt)",
                "at most \(RequestFrame.attemptsMax) attempts"
            )
        }
        let project = try header.project.map { (text) throws(WireError) in
            guard let project = ProjectName(text) else {
                throw RequestFrame.broken(
                    "project",
                    "not a project's name",
                    "lower-case letters, digits and dashes"
                )
            }
            return project
        }
        let (deadline, overflow) = arrivedNs.addingReportingOverflow(
            UInt64(header.timeoutMs) * 1_000_000
        )
        return CallContext(
            requestID: requestID,
            method: header.method,
            project: project,
            deadlineNs: overflow ? .max : deadline,
            attempt: header.attempt,
            caller: header.caller,
            traceparent: header.traceparent,
            maxReplyBytes: header.maxReplyBytes,
            metadata: header.metadata
        )
    }

    /// The longest a call may take.
    ///
    /// Unit: ms.
    public static let timeoutMsMax: UInt32 = 600_000
    /// The most attempts of one call.
    public static let attemptsMax: UInt32 = 100

    private static func broken(_ field: String, _ what: String, _ hint: String) -> WireError {
        WireError(.badHeader, what, place: "header." + field, hint: hint)
    }
}

extension RpcV1.RequestHeader {
    /// The header of one attempt of a call.
    ///
    /// - Parameter timeoutMs: what is left of the call's time. Unit: ms.
    public init(
        _ method: MethodDescription,
        _ options: CallOptions,
        requestID: [UInt8],
        timeoutMs: UInt32,
        attempt: UInt32 = 0,
        caller: String? = nil
    ) {
        self.init(
            requestID: requestID,
            method: method.name,
            timeoutMs: timeoutMs,
            maxReplyBytes: options.maxReplyBytes,
            attempt: attempt,
            traceparent: options.traceparent,
            caller: caller,
            project: options.project?.text,
            metadata: options.metadata
        )
    }

    /// Whether the reply may be compressed by zstd: metadata `accept: zstd`.
    public var acceptsZstd: Bool {
        get { metadata.contains(RpcV1.Metadata.acceptZstd) }
        set {
            metadata.removeAll { $0 == RpcV1.Metadata.acceptZstd }
            if newValue { metadata.append(RpcV1.Metadata.acceptZstd) }
        }
    }
}

extension RpcV1.Metadata {
    static let acceptZstd = RpcV1.Metadata(name: "accept", value: "zstd")
}
