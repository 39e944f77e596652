// A frame about to be sent: its size is known, its bytes are written once, where they are to go.

public import Basics
import Compression
import Messages

/// How a frame is made.
public struct FrameOptions: Sendable, Hashable {
    /// Whether the peer takes zstd; used from 4 KiB on, when it saves a fifth.
    public var zstd: Bool
    /// Whether nothing follows behind this page.
    public var endOfStream: Bool
    /// The largest frame.
    ///
    /// Unit: bytes.
    public var frameBytesMax: Int

    /// Plain frames up to the limit between services, or others.
    public init(
        zstd: Bool = false,
        endOfStream: Bool = false,
        frameBytesMax: Int = Limits.serviceFrameBytes + Limits.headerBytes
    ) {
        self.zstd = zstd
        self.endOfStream = endOfStream
        self.frameBytesMax = frameBytesMax
    }

    /// Smaller payloads are not compressed: it costs more time than it saves bytes.
    ///
    /// Unit: bytes.
    public static let zstdFromBytes = 4 << 10
}

/// A frame that knows its size before a byte is written.
///
/// Safe because it cannot be copied and is only lent to a closure, within which the arenas of its
/// header and payload live.
@safe public struct PackedFrame: ~Copyable {
    @unsafe private enum Payload {
        case none
        case message(UnsafeRawPointer)
        case bytes([UInt8])
    }

    private let prefix: FramePrefix
    private let header: UnsafeRawPointer
    private let payload: Payload
    // Not inlined: the optimiser of Swift 6.3.1 aborts when it clones this initialiser.
    @inline(never)
    private init(prefix: FramePrefix, header: UnsafeRawPointer, payload: Payload) {
        self.prefix = prefix
        unsafe self.header = header
        unsafe self.payload = payload
    }

    /// How many bytes `write` writes.
    public var count: Int { prefix.payloadRange.upperBound }

    /// Appends the frame to an output of at least `count` free bytes.
    public borrowing func write(to output: inout OutputRawSpan) {
        unsafe output.withUnsafeMutableBytes { (buffer, filled) in
            unsafe write(to: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            filled += count
        }
    }

    /// The frame's bytes in an array of their own.
    public borrowing func bytes() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { (buffer, filled) in
            unsafe write(to: UnsafeMutableRawBufferPointer(buffer))
            filled = count
        }
    }

    /// Writes the frame to the start of a buffer of at least `count` bytes.
    public borrowing func write(to buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= count, "the buffer is smaller than the frame")
        unsafe buffer.copyBytes(from: prefix.checked)
        let headerPart = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[prefix.headerRange])
        unsafe MessageEncoder(packed: header).write(to: headerPart)
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[prefix.payloadRange])
        switch unsafe payload {
        case .none: break
        case .message(let message): unsafe MessageEncoder(packed: message).write(to: part)
        case .bytes(let bytes): unsafe part.copyBytes(from: bytes)
        }
        let written = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(buffer))
        let checksum = PackedFrame.checksum(written, prefix)
        unsafe buffer.storeBytes(
            of: checksum.littleEndian,
            toByteOffset: FramePrefix.checkedBytes,
            as: UInt32.self
        )
    }

    /// CRC32C of bytes 0–11 ‖ header ‖ payload.
    static func checksum(_ frame: RawSpan, _ prefix: FramePrefix) -> UInt32 {
        let first = Checksum.crc32c(frame.extracting(0..<FramePrefix.checkedBytes))
        let rest = FramePrefix.byteCount..<prefix.payloadRange.upperBound
        return Checksum.crc32c(frame.extracting(rest), seed: first)
    }
}

extension PackedFrame {
    /// Lends the frame of a header and a payload; without a payload it is empty.
    static func lend<R>(
        _ header: some ProtoMessage,
        _ payload: (any ProtoMessage)?,
        reply: Bool,
        _ options: FrameOptions,
        _ body: (borrowing PackedFrame) -> R
    ) throws(WireError) -> R {
        var flags: FrameFlags = reply ? .reply : []
        if options.endOfStream { flags.insert(.endOfStream) }
        guard let payload else {
            return try unsafe lend(header, flags, .none, 0, options, body)
        }
        do {
            return try payload.withEncoder { (encoder) throws(MessageError) in
                Result { () throws(WireError) -> R in
                    let size = encoder.byteCount
                    guard options.zstd, size >= FrameOptions.zstdFromBytes else {
                        let message = unsafe Payload.message(encoder.packed)
                        return try unsafe lend(header, flags, message, size, options, body)
                    }
                    let bytes = encoder.bytes()
                    guard let smaller = compressed(bytes) else {
                        return try unsafe lend(header, flags, .bytes(bytes), size, options, body)
                    }
                    return try unsafe lend(
                        header,
                        flags.union(.zstd),
                        .bytes(smaller),
                        smaller.count,
                        options,
                        body
                    )
                }
            }.get()
        } catch let error as MessageError {
            throw WireError(error, .badMessage, place: "payload")
        } catch let error as WireError {
            throw error
        } catch {
            preconditionFailure("only the two errors above are thrown")
        }
    }

    private static func lend<R>(
        _ header: some ProtoMessage,
        _ flags: FrameFlags,
        _ payload: Payload,
        _ size: Int,
        _ options: FrameOptions,
        _ body: (borrowing PackedFrame) -> R
    ) throws(WireError) -> R {
        do {
            return try header.withEncoder { (encoder) throws(MessageError) in
                Result { () throws(WireError) -> R in
                    let prefix = try checkedPrefix(flags, encoder.byteCount, size, options)
                    return unsafe body(
                        PackedFrame(prefix: prefix, header: encoder.packed, payload: payload)
                    )
                }
            }.get()
        } catch let error as MessageError {
            throw WireError(error, .badMessage, place: "header")
        } catch let error as WireError {
            throw error
        } catch {
            preconditionFailure("only the two errors above are thrown")
        }
    }

    private static func checkedPrefix(
        _ flags: FrameFlags,
        _ header: Int,
        _ payload: Int,
        _ options: FrameOptions
    ) throws(WireError) -> FramePrefix {
        let size = FramePrefix.byteCount + header + payload
        guard let headerBytes = UInt16(exactly: header) else {
            throw WireError(
                .tooLarge,
                "a header of \(header) bytes, limit \(UInt16.max)",
                place: "header",
                hint: "send less metadata",
                operation: "encode"
            )
        }
        guard size <= options.frameBytesMax, let payloadBytes = UInt32(exactly: payload) else {
            throw WireError(
                .tooLarge,
                "\(size) bytes, limit \(options.frameBytesMax)",
                place: "frame",
                hint: "send less at a time",
                operation: "encode"
            )
        }
        return FramePrefix(
            flags: flags,
            headerBytes: headerBytes,
            keyID: 0,
            payloadBytes: payloadBytes
        )
    }

    /// The bytes by zstd when that saves a fifth of them.
    private static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        do {
            let smaller = try Zstd.compress(bytes, level: 1)
            return smaller.count <= bytes.count / 5 * 4 ? smaller : nil
        } catch {
            return nil  // the plain bytes serve as well
        }
    }
}
