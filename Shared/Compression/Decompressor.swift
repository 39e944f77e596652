// A stream of gzip or zstd decompressed piece by piece, with a bound on each piece.

/// Decompresses a file or a connection as its bytes come.
///
/// `feed` gives at most `pieceBytesMax`; while `hasMore`, call `feed([])` for the rest before
/// feeding on. Several gzip members or zstd frames after each other are one content. For one
/// thread at a time.
public struct Decompressor: ~Copyable {
    /// The formats.
    public enum Kind: Sendable, Hashable {
        /// RFC 1952, members one after the other, zero bytes behind the last.
        case gzip
        /// RFC 8878, frames one after the other.
        case zstd

        /// The format that these first bytes of a file announce; nil for neither.
        public init?(magic bytes: some Collection<UInt8>) {
            let first = Array(bytes.prefix(4))
            if first.starts(with: [0x1F, 0x8B]) {
                self = .gzip
            } else if first == [0x28, 0xB5, 0x2F, 0xFD] {
                self = .zstd
            } else {
                return nil
            }
        }
    }

    /// Compressed bytes that may wait; feeding more without draining is refused.
    public static let waitingBytesMax = 32 << 20

    /// The most that one call gives.
    public let pieceBytesMax: Int
    /// Compressed bytes taken so far.
    public private(set) var bytesIn = 0
    /// Decompressed bytes given so far.
    public private(set) var bytesOut = 0
    /// Whether `feed([])` may give more now.
    public private(set) var hasMore = false

    private var waiting: [UInt8] = []
    private var taken = 0
    private var isAtBoundary = false
    private var failed: CompressionError?
    private var stream: Stream

    private enum Stream: ~Copyable {
        case gzip(GzipStream)
        case zstd(ZstdStream)
    }

    /// A decompressor at the start of its content.
    public init(kind: Kind, pieceBytesMax: Int = 256 << 10) throws(CompressionError) {
        precondition(pieceBytesMax > 0, "a piece has at least one byte")
        self.pieceBytesMax = pieceBytesMax
        switch kind {
        case .gzip: stream = .gzip(try GzipStream())
        case .zstd:
            stream = .zstd(try ZstdStream(windowLogMax: ZstdStream.fileWindowLogMax))
        }
    }

    /// A decompressor of one message, whose window may not take a file's memory.
    init(ofMessage pieceBytesMax: Int) throws(CompressionError) {
        self.pieceBytesMax = pieceBytesMax
        stream = .zstd(try ZstdStream(windowLogMax: ZstdStream.messageWindowLogMax))
    }

    /// Takes compressed bytes and gives decompressed ones, at most `pieceBytesMax`.
    ///
    /// After an error every further call throws it again.
    public mutating func feed(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        if let failed { throw failed }
        if taken == waiting.count {
            waiting = bytes
            taken = 0
        } else if !bytes.isEmpty {
            guard waiting.count - taken + bytes.count <= Self.waitingBytesMax else {
                throw CompressionError(
                    .tooLarge,
                    "feed",
                    at: bytesIn,
                    "drain with feed([]) while hasMore"
                )
            }
            waiting.removeFirst(taken)
            taken = 0
            waiting += bytes
        }
        do throws(CompressionError) {
            return try piece()
        } catch {
            failed = error
            hasMore = false
            throw error
        }
    }

    /// Says that nothing follows; throws `.truncated` unless the content ended with its last byte.
    public mutating func finish() throws(CompressionError) {
        if let failed { throw failed }
        guard isAtBoundary, !hasMore, taken == waiting.count else {
            throw CompressionError(.truncated, "finish", at: bytesIn, "unexpected end")
        }
    }

    private mutating func piece() throws(CompressionError) -> [UInt8] {
        var out: [UInt8] = []
        var isFull = false
        var isFirst = true
        while !isFull, isFirst || taken < waiting.count {
            isFirst = false
            let step: StreamStep =
                switch stream {
                case .gzip(let gzip):
                    try gzip.step(waiting, from: taken, limit: pieceBytesMax - out.count, bytesIn)
                case .zstd(let zstd):
                    try zstd.step(waiting, from: taken, limit: pieceBytesMax - out.count, bytesIn)
                }
            // No progress says nothing about the boundary: zstd then asks for the next frame.
            if step.taken == 0, step.out.isEmpty { break }
            taken += step.taken
            bytesIn += step.taken
            if out.isEmpty { out = step.out } else { out += step.out }
            isAtBoundary = step.isAtBoundary
            isFull = out.count == pieceBytesMax
        }
        hasMore = isFull || taken < waiting.count
        bytesOut += out.count
        return out
    }
}

/// What one call of a library did.
struct StreamStep {
    /// Compressed bytes consumed.
    var taken: Int
    /// Decompressed bytes.
    var out: [UInt8]
    /// Whether a member or frame has just ended, or only padding has followed one.
    var isAtBoundary: Bool
}
