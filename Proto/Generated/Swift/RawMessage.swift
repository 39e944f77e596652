// A message that is bytes already: a request of a method that this build does not know.
import CArena
import Basics
import CShoalProto

/// Encoded bytes that travel as a message, whatever their type.
///
/// Whoever makes them answers for their form; a server checks them as it checks all others.
public struct RawMessage: ProtoMessage {
    /// No message of the contract.
    public static let fullName = "raw"

    /// The encoded fields.
    public let bytes: [UInt8]

    /// The message without fields.
    public init() { bytes = [] }

    /// The message of these encoded fields.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Takes the bytes as they are; any thread.
    public static func decode(
        _ bytes: RawSpan,
        limits: DecodeLimits,
        isolated: inout [IsolatedFault]
    ) throws(MessageError) -> RawMessage {
        RawMessage(unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) })
    }

    /// Lends the encoded form; any thread.
    ///
    /// protobuf-c writes a field it does not know as its tag and the bytes behind it. So the whole
    /// message goes as one such field: its first tag, and everything behind that.
    public func withEncoder<R>(
        _ body: (borrowing MessageEncoder) throws(MessageError) -> R
    ) throws(MessageError) -> R {
        guard let arena = unsafe shoal_arena_take(0, 0) else { throw Codec.noMemory(.encode) }
        defer { unsafe shoal_arena_give_back(arena) }
        let scope = unsafe ArenaScope(arena)
        let root = try unsafe scope.room(Shoal__Reflection__V1__DescribeRequest.self, 1)
        unsafe shoal__reflection__v1__describe_request__init(root)
        if !bytes.isEmpty {
            let (tag, wireType, rest) = try firstTag()
            let data = try unsafe scope.bytes(rest, "request", max: .max)
            let field = try unsafe scope.room(ProtobufCMessageUnknownField.self, 1)
            unsafe field.initialize(
                to: ProtobufCMessageUnknownField(
                    tag: tag,
                    wire_type: ProtobufCWireType(rawValue: wireType),
                    len: data.len,
                    data: data.data
                )
            )
            unsafe root.pointee.base.n_unknown_fields = 1
            unsafe root.pointee.base.unknown_fields = field
        }
        return try body(unsafe MessageEncoder(packed: root))
    }

    private func firstTag() throws(MessageError) -> (UInt32, UInt32, [UInt8]) {
        var reader = ByteReader(bytes)
        do throws(BytesError) {
            let key = try reader.varint()
            let tag = key >> 3
            guard (1...0x1FFF_FFFF).contains(tag), [0, 1, 2, 5].contains(key & 7) else {
                throw BytesError(.outOfBounds, "tag", at: 0)
            }
            return (UInt32(tag), UInt32(key & 7), Array(bytes[reader.position...]))
        } catch {
            throw MessageError(
                .malformed,
                "the bytes do not begin with a field",
                hint: "check the encoder",
                operation: .encode
            )
        }
    }
}
