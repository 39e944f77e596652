// The frames that every implementation must take and must be able to write.

import Basics
import Messages

@testable import Wire

extension FrameVectors {
    static let requestID: [UInt8] = Array(1...16)
    static let instance: [UInt8] = Array(0xa0...0xaf)

    static let track = IngestionV1.TrackRequest(records: [
        IngestionV1.TrackRecord(
            userID: "ann",
            kind: .event(
                IngestionV1.TrackedEvent(
                    name: "Charged",
                    occurredAtMs: 1_746_266_400_000,
                    eventID: "order-1",
                    properties: [
                        LogV1.Property(name: "amount", value: LogV1.Value(kind: .number(12.5)))
                    ]
                )
            )
        )
    ])

    /// The smallest request, a whole one, a repeated one with little time, and every status.
    static func madeGood() throws -> [Good] {
        var hello = RpcV1.RequestHeader(requestID: requestID, method: "/shoal.admin.v1.Admin/Hello")
        hello.timeoutMs = 2_000
        hello.maxReplyBytes = 1_024
        let whole = RpcV1.RequestHeader(
            requestID: requestID,
            method: "/shoal.ingestion.v1.Ingestion/Track",
            timeoutMs: 5_000,
            maxReplyBytes: 262_144,
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            caller: "shop-backend",
            project: "shop",
            metadata: [RpcV1.Metadata(name: "accept", value: "zstd")]
        )
        var again = whole
        again.attempt = 2
        again.timeoutMs = 250
        again.metadata = []
        return try [
            request("a Hello without a payload", hello, AdminV1.HelloRequest()),
            request("a Track with every field of the header", whole, track),
            request("the third try of it, with 250 ms left: the same request id", again, track),
        ] + replies()
    }

    private static func replies() throws -> [Good] {
        let header = RpcV1.ReplyHeader(requestID: requestID, instance: instance, epoch: 7)
        let response = IngestionV1.TrackResponse(
            accepted: 1,
            verdicts: [IngestionV1.Verdict(kind: .accepted, partition: 5, offset: 1_234)]
        )
        let hello = AdminV1.HelloResponse(
            replyBudgetBytes: 1_048_576,
            frameBytesMax: 4_259_840,
            bootID: Array(0xb0...0xbf),
            instanceID: instance
        )
        let faults = StatusCode.allCases.filter { $0 != .ok }.map { code in
            Fault(
                code,
                "said with status \(code.rawValue)",
                place: "records[0].event.name",
                hint: "see status \(code.rawValue)",
                retryAfterMs: [.resourceExhausted, .unavailable].contains(code) ? 250 : nil
            )
        }
        return try [
            reply("the answer to Hello", RpcV1.ReplyHeader(requestID: requestID), hello),
            reply("the answer to Track", header, response),
            reply("the last page of a stream", header, response, endOfStream: true),
        ]
            + faults.map { fault in
                try reply(
                    "a failure with status \(fault.code.rawValue)",
                    RpcV1.ReplyHeader(fault, requestID: requestID, instance: instance),
                    nil
                )
            } + [
                compressed(header)
            ]
    }

    /// Compressed bytes differ from one zstd to the next: only their meaning is compared.
    private static func compressed(_ header: RpcV1.ReplyHeader) throws -> Good {
        let users = (0..<1_000).map { "user-\($0)" }
        let response = EvaluationV1.MembersResponse(users: users)
        let bytes = try ReplyFrame.encode(header, response, FrameOptions(zstd: true))
        return try good(
            "a page compressed by zstd, for a client that said accept: zstd",
            "reply",
            bytes,
            VectorHeader(header),
            EvaluationV1.MembersResponse.fullName,
            response.encode()
        )
    }

    private static func request(
        _ name: String,
        _ header: RpcV1.RequestHeader,
        _ message: some ProtoMessage
    ) throws -> Good {
        try good(
            name,
            "request",
            RequestFrame.encode(header, message),
            VectorHeader(header),
            type(of: message).fullName,
            message.encode()
        )
    }

    private static func reply(
        _ name: String,
        _ header: RpcV1.ReplyHeader,
        _ message: (any ProtoMessage)?,
        endOfStream: Bool = false
    ) throws -> Good {
        let options = FrameOptions(endOfStream: endOfStream)
        return try good(
            name,
            "reply",
            ReplyFrame.encode(header, message, options),
            VectorHeader(header),
            message.map { type(of: $0).fullName } ?? "",
            message?.encode() ?? []
        )
    }

    private static func good(
        _ name: String,
        _ direction: String,
        _ frame: [UInt8],
        _ header: VectorHeader,
        _ message: String,
        _ payload: [UInt8]
    ) throws -> Good {
        let prefix = try frame.withBytes { (bytes) throws(WireError) in
            try FramePrefix(bytes, limits: FrameLimits())
        }
        return Good(
            name: name,
            direction: direction,
            flags: prefix.flags.rawValue,
            headerBytes: Int(prefix.headerBytes),
            payloadBytes: Int(prefix.payloadBytes),
            crc32c: Hex.text(frame[12..<16].reversed()),
            header: header,
            message: message,
            payload: Hex.text(payload),
            hex: Hex.text(frame)
        )
    }
}

extension VectorHeader {
    init(_ header: RpcV1.RequestHeader) {
        requestID = header.requestID.map(Hex.text)
        method = header.method
        timeoutMs = header.timeoutMs
        maxReplyBytes = header.maxReplyBytes
        attempt = header.attempt
        traceparent = header.traceparent
        caller = header.caller
        project = header.project
        metadata = header.metadata.map { [$0.name, $0.value] }
    }

    init(_ header: RpcV1.ReplyHeader) {
        requestID = header.requestID.map(Hex.text)
        status = header.status.rawValue
        message = header.message
        place = header.place
        hint = header.hint
        retryAfterMs = header.retryAfterMs
        instance = header.instance.map(Hex.text)
        epoch = header.epoch
        metadata = header.metadata.map { [$0.name, $0.value] }
    }
}
