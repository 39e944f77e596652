// What a call is, seen from the caller, from the service and from whatever carries it.

public import Basics

/// The canonical status codes, with gRPC's numbers and meanings.
public typealias StatusCode = RpcV1.StatusCode

/// A method of the contract.
public struct MethodDescription: Sendable, Hashable {
    /// The full method name, such as /shoal.ingestion.v1.Ingestion/Track.
    public let name: String
    /// The full service name, such as shoal.ingestion.v1.Ingestion.
    public let service: String
    /// The role a caller's key must hold.
    public let role: String
    /// Whether a repeat with the same request id does no harm, so that a client may retry.
    public let isIdempotent: Bool
    /// The request's full message name.
    public let request: String
    /// The response's full message name.
    public let response: String

    /// A method; one that this build does not know is described by reflection.
    public init(
        name: String,
        service: String,
        role: String,
        isIdempotent: Bool,
        request: String,
        response: String
    ) {
        self.name = name
        self.service = service
        self.role = role
        self.isIdempotent = isIdempotent
        self.request = request
        self.response = response
    }
}

/// What a caller wishes of one call.
public struct CallOptions: Sendable, Hashable {
    /// How long to wait for the whole call, retries included.
    ///
    /// Unit: ms.
    public var timeoutMs: UInt32
    /// The largest reply there is room for.
    ///
    /// Unit: bytes.
    public var maxReplyBytes: UInt32
    /// The project the call is about.
    public var project: ProjectName?
    /// The request id (16 bytes), when a call from before is repeated; else a fresh one is made.
    public var requestID: [UInt8]?
    /// The W3C trace context to go on with.
    public var traceparent: String?
    /// Which server to prefer, such as a partition's owner; what it means is the caller's matter.
    public var affinity: String?
    /// Further pairs, handed on unread.
    public var metadata: [RpcV1.Metadata]

    /// The default wishes, or others.
    public init(
        timeoutMs: UInt32 = 10_000,
        maxReplyBytes: UInt32 = 262_144,
        project: ProjectName? = nil,
        requestID: [UInt8]? = nil,
        traceparent: String? = nil,
        affinity: String? = nil,
        metadata: [RpcV1.Metadata] = []
    ) {
        self.timeoutMs = timeoutMs
        self.maxReplyBytes = maxReplyBytes
        self.project = project
        self.requestID = requestID
        self.traceparent = traceparent
        self.affinity = affinity
        self.metadata = metadata
    }
}

/// What a service knows about the call it serves, besides the request.
public struct CallContext: Sendable {
    /// The request id (16 bytes): the idempotency key.
    public var requestID: [UInt8]
    /// The full method name.
    public var method: String
    /// The project the call is about.
    public var project: ProjectName?
    /// When the caller gives up.
    ///
    /// Unit: ns of the monotonic clock.
    public var deadlineNs: UInt64
    /// The number of the try: 0 for the first, then 1 and so on.
    public var attempt: UInt32
    /// The name of the calling program.
    public var caller: String?
    /// The W3C trace context.
    public var traceparent: String?
    /// The largest reply frame the caller has room for.
    ///
    /// Unit: bytes.
    public var maxReplyBytes: UInt32
    /// Further pairs of the request's header.
    public var metadata: [RpcV1.Metadata]
    /// Elements of the request that were left out because their bytes are bad, in order.
    public var isolated: [IsolatedFault]

    /// A context; tests of services make their own.
    public init(
        requestID: [UInt8] = [],
        method: String = "",
        project: ProjectName? = nil,
        deadlineNs: UInt64 = .max,
        attempt: UInt32 = 0,
        caller: String? = nil,
        traceparent: String? = nil,
        maxReplyBytes: UInt32 = 262_144,
        metadata: [RpcV1.Metadata] = [],
        isolated: [IsolatedFault] = []
    ) {
        self.requestID = requestID
        self.method = method
        self.project = project
        self.deadlineNs = deadlineNs
        self.attempt = attempt
        self.caller = caller
        self.traceparent = traceparent
        self.maxReplyBytes = maxReplyBytes
        self.metadata = metadata
        self.isolated = isolated
    }
}

/// What carries calls to a server: a client over the bus, or a test.
public protocol Caller: Sendable {
    /// Carries one call and returns the response's bytes; every failure is a fault.
    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes
}

extension Caller {
    /// Carries one call and decodes the response.
    func response<Response: ProtoMessage>(
        _ type: Response.Type,
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> Response {
        let payload = try await call(method, request, options)
        do {
            return try type.decode(payload)
        } catch {
            throw Fault(
                .internal,
                "the response to \(method.name) cannot be read: \(error.message)",
                place: error.place,
                hint: error.hint
            )
        }
    }
}

/// A method with the service behind it: what a server dispatches to.
public struct ServedMethod: Sendable {
    /// Which method.
    public let description: MethodDescription
    private let body:
        @Sendable (any PayloadBytes, CallContext) async throws(Fault) -> any ProtoMessage

    /// A method served by a closure; a service may answer with another message of the same bytes.
    public init<Request: ProtoMessage>(
        _ description: MethodDescription,
        _ request: Request.Type,
        _ body: @escaping @Sendable (Request, CallContext) async throws(Fault) -> any ProtoMessage
    ) {
        self.description = description
        self.body = { (payload, call) async throws(Fault) -> any ProtoMessage in
            var call = call
            let request: Request = try ServedMethod.decode(payload, &call)
            return try await body(request, call)
        }
    }

    /// Decodes the request, calls the service and returns its response, not yet encoded.
    public func invoke(
        _ payload: any PayloadBytes,
        _ call: CallContext
    ) async throws(Fault) -> any ProtoMessage {
        try await body(payload, call)
    }

    private static func decode<Request: ProtoMessage>(
        _ payload: any PayloadBytes,
        _ call: inout CallContext
    ) throws(Fault) -> Request {
        var faults: [IsolatedFault] = []
        do {
            let request = try payload.withBytes { (bytes) throws(MessageError) in
                try Request.decode(bytes, limits: DecodeLimits(), isolated: &faults)
            }
            call.isolated = faults
            return request
        } catch {
            throw error.fault
        }
    }
}
