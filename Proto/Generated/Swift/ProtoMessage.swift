// What every generated message can do: come out of bytes and go into bytes.
import CArena

/// A message of the contract: a plain value with a binary form.
public protocol ProtoMessage: Sendable, Hashable {
    /// The full name, such as shoal.ingestion.v1.TrackRequest.
    static var fullName: String { get }

    /// The message with every field at its default.
    init()

    /// Decodes bytes after checking all of them; bad elements of isolated fields are left out and
    /// told in `isolated`.
    ///
    /// Never traps, whatever the bytes. Any thread.
    static func decode(
        _ bytes: RawSpan,
        limits: DecodeLimits,
        isolated: inout [IsolatedFault]
    ) throws(MessageError) -> Self

    /// Lends the encoded form, which knows its size before a byte is written.
    ///
    /// Throws when a value breaks the contract's limits. Any thread.
    func withEncoder<R>(
        _ body: (borrowing MessageEncoder) throws(MessageError) -> R
    ) throws(MessageError) -> R
}

extension ProtoMessage {
    /// Decodes bytes; here one bad element fails the whole message.
    public static func decode(
        _ bytes: RawSpan,
        limits: DecodeLimits = DecodeLimits()
    ) throws(MessageError) -> Self {
        var faults: [IsolatedFault] = []
        let message = try decode(bytes, limits: limits, isolated: &faults)
        if let first = faults.first {
            throw MessageError(.malformed, first.message, hint: first.hint, place: first.place)
        }
        return message
    }

    /// Decodes an array of bytes; here one bad element fails the whole message.
    public static func decode(
        _ bytes: [UInt8],
        limits: DecodeLimits = DecodeLimits()
    ) throws(MessageError) -> Self {
        try bytes.withBytes { (span) throws(MessageError) in try decode(span, limits: limits) }
    }

    /// Decodes a payload in place; here one bad element fails the whole message.
    public static func decode(
        _ payload: any PayloadBytes,
        limits: DecodeLimits = DecodeLimits()
    ) throws(MessageError) -> Self {
        try payload.withBytes { (span) throws(MessageError) in try decode(span, limits: limits) }
    }

    /// The encoded bytes.
    public func encode() throws(MessageError) -> [UInt8] {
        try withEncoder { (encoder) throws(MessageError) in encoder.bytes() }
    }
}

/// Bytes that can be lent for reading: an array, or a received frame that is never copied.
public protocol PayloadBytes: Sendable {
    /// Lends the bytes for the duration of the call.
    func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R
}

extension [UInt8]: PayloadBytes {
    /// Lends the array's bytes for the duration of the call.
    public func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try body(unsafe span.bytes)
    }
}

/// A message ready to be written: its C form, lent for the duration of a call.
///
/// Safe because it can neither be copied nor outlive the arena that holds the C form: it is only
/// ever lent to a closure.
@safe public struct MessageEncoder: ~Copyable {
    /// The C form; Wire packs it beside another one.
    package let packed: UnsafeRawPointer
    /// How many bytes `write` writes.
    public let byteCount: Int

    // Not inlined: the optimiser of Swift 6.3.1 aborts when it clones a move-only initialiser.
    @inline(never)
    package init(packed: UnsafeRawPointer) {
        unsafe self.packed = packed
        self.byteCount = unsafe shoal_packed_size(packed)
    }

    /// Writes the message to the start of a buffer of at least `byteCount` bytes.
    public func write(to buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= byteCount, "the buffer is smaller than the message")
        guard byteCount > 0, let base = buffer.baseAddress else { return }
        let written = unsafe shoal_pack(packed, base.assumingMemoryBound(to: UInt8.self))
        precondition(written == byteCount, "protobuf-c wrote another size than it announced")
    }

    /// Appends the message to an output of at least `byteCount` free bytes.
    public func write(to output: inout OutputRawSpan) {
        unsafe output.withUnsafeMutableBytes { (buffer, count) in
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            unsafe write(to: rest)
            count += byteCount
        }
    }

    /// The message's bytes in an array of their own.
    public func bytes() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { (buffer, count) in
            unsafe write(to: UnsafeMutableRawBufferPointer(buffer))
            count = byteCount
        }
    }
}
