// The first 16 bytes of every frame: what it is, and how long its parts are.

public import Basics

/// The prefix of a frame.
///
/// All integers are little-endian:
///
///     offset size
///     0   2  magic 53 4C ("SL")
///     2   1  version 1
///     3   1  flags
///     4   2  header length
///     6   2  key id (0: none)
///     8   4  payload length
///     12  4  CRC32C of bytes 0–11 ‖ header ‖ payload (0 when sealed)
///     16     header ‖ payload ‖ when sealed 40 bytes: instance (16) ‖ counter (8) ‖ tag (16)
struct FramePrefix: Equatable {
    var flags: FrameFlags
    var headerBytes: UInt16
    var keyID: UInt16
    var payloadBytes: UInt32
    var checksum: UInt32

    static let byteCount = 16
    static let checkedBytes = 12
    static let sealBytes = 40
    static let version: UInt8 = 1

    /// The prefix, checked against the frame's size in the order of the protocol.
    init(_ frame: RawSpan, limits: FrameLimits) throws(WireError) {
        guard frame.byteCount >= FramePrefix.byteCount else {
            throw WireError(
                .truncated,
                "\(frame.byteCount) bytes are no frame",
                place: "frame",
                hint: "a frame begins with 16 bytes"
            )
        }
        guard frame.u8(0) == 0x53, frame.u8(1) == 0x4c else {
            throw WireError(
                .badMagic,
                "the bytes do not begin with SL",
                place: "frame[0]",
                hint: "send frames of Shoal's protocol"
            )
        }
        guard frame.u8(2) == FramePrefix.version else {
            throw WireError(
                .badVersion,
                "version \(frame.u8(2)), this build speaks \(FramePrefix.version)",
                place: "frame[2]",
                hint: "use a client of this release or the one before"
            )
        }
        flags = FrameFlags(rawValue: frame.u8(3))
        guard flags.isSubset(of: .all) else {
            throw WireError(
                .badFlags,
                "flags \(flags.rawValue) that version 1 does not have",
                place: "frame[3]",
                hint: "use a client of this release or the one before"
            )
        }
        headerBytes = frame.u16(4)
        keyID = frame.u16(6)
        payloadBytes = frame.u32(8)
        checksum = frame.u32(12)
        try checkLengths(frame.byteCount, limits)
        try checkKey()
    }

    init(flags: FrameFlags, headerBytes: UInt16, keyID: UInt16, payloadBytes: UInt32) {
        self.flags = flags
        self.headerBytes = headerBytes
        self.keyID = keyID
        self.payloadBytes = payloadBytes
        self.checksum = 0
    }

    /// Header and payload within the frame.
    var headerRange: Range<Int> {
        FramePrefix.byteCount..<(FramePrefix.byteCount + Int(headerBytes))
    }
    var payloadRange: Range<Int> {
        headerRange.upperBound..<(headerRange.upperBound + Int(payloadBytes))
    }

    /// The bytes 0 to 11.
    var checked: [UInt8] {
        [0x53, 0x4c, FramePrefix.version, flags.rawValue]
            + [UInt8(headerBytes & 0xff), UInt8(headerBytes >> 8)]
            + [UInt8(keyID & 0xff), UInt8(keyID >> 8)] + FramePrefix.bytes(payloadBytes)
    }

    static func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private func checkLengths(_ size: Int, _ limits: FrameLimits) throws(WireError) {
        let seal = flags.contains(.sealed) ? FramePrefix.sealBytes : 0
        guard payloadRange.upperBound + seal == size else {
            throw WireError(
                .badLength,
                "header \(headerBytes) and payload \(payloadBytes) do not add up to \(size) bytes",
                place: "frame[4]",
                hint: "send the frame whole, in one message"
            )
        }
        guard size <= limits.frameBytes else {
            throw WireError(
                .tooLarge,
                "\(size) bytes, limit \(limits.frameBytes)",
                place: "frame",
                hint: "send less at a time"
            )
        }
    }

    private func checkKey() throws(WireError) {
        if flags.contains(.sealed) {
            throw WireError(
                .sealed,
                "sealed frames are not served yet",
                place: "frame[3]",
                hint: "send unsealed frames over ipc:// or a private network"
            )
        }
        guard keyID == 0 else {
            throw WireError(
                .unprovedKey,
                "the frame names key \(keyID) and is not sealed by it",
                place: "frame[6]",
                hint: "leave the key id 0 in unsealed frames"
            )
        }
    }
}

/// What a frame says about itself.
public struct FrameFlags: OptionSet, Sendable, Hashable {
    /// The bits on the wire.
    public let rawValue: UInt8
    /// Flags of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The frame answers a request.
    public static let reply = FrameFlags(rawValue: 1)
    /// Header and payload are encrypted and authenticated.
    public static let sealed = FrameFlags(rawValue: 2)
    /// The payload is compressed by zstd.
    public static let zstd = FrameFlags(rawValue: 4)
    /// Nothing follows behind this page.
    public static let endOfStream = FrameFlags(rawValue: 8)
    /// All that version 1 knows.
    static let all: FrameFlags = [.reply, .sealed, .zstd, .endOfStream]
}

/// How much a receiver takes on for one frame.
public struct FrameLimits: Sendable, Hashable {
    /// The largest frame.
    ///
    /// Unit: bytes.
    public var frameBytes: Int
    /// The largest payload once decompressed.
    ///
    /// Unit: bytes.
    public var payloadBytes: Int

    /// The limits between services, or others.
    public init(
        frameBytes: Int = Limits.serviceFrameBytes + Limits.headerBytes,
        payloadBytes: Int = Limits.serviceFrameBytes
    ) {
        self.frameBytes = frameBytes
        self.payloadBytes = payloadBytes
    }

    /// The limits of what a client may send to a service.
    public static let client = FrameLimits(
        frameBytes: Limits.clientFrameBytes,
        payloadBytes: Limits.trackBatchBytes
    )
}

extension RawSpan {
    func u8(_ at: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: at, as: UInt8.self) }

    func u16(_ at: Int) -> UInt16 {
        unsafe UInt16(littleEndian: unsafeLoadUnaligned(fromByteOffset: at, as: UInt16.self))
    }

    func u32(_ at: Int) -> UInt32 {
        unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self))
    }
}
