// How much a decoder takes on for one message, whatever the bytes say.

/// Limits of one decoding, each against a way of making few bytes cost much.
public struct DecodeLimits: Sendable, Hashable {
    /// The largest message.
    ///
    /// Unit: bytes. The default is the largest frame between services.
    public var bytes: Int
    /// Fields and packed elements in all.
    ///
    /// A full Track batch of 10,000 records has about 500,000.
    public var elements: Int
    /// The most memory the unpacked message may take, besides 1 MiB + 8 times its size.
    ///
    /// Unit: bytes.
    public var arenaBytes: Int
    /// How deep the stack may grow while unpacking.
    ///
    /// Unit: bytes. A level takes about 1 KB.
    public var stackBytes: Int
    /// How deep messages may nest; the contract's deepest message nests 8 deep.
    public var depth: Int
    /// For tests: the n-th allocation while unpacking fails.
    package var failAllocation: UInt32 = 0

    /// The default limits, or others.
    public init(
        bytes: Int = 16 << 20 + 64 << 10,
        elements: Int = 2_000_000,
        arenaBytes: Int = 128 << 20,
        stackBytes: Int = 128 << 10,
        depth: Int = 10
    ) {
        self.bytes = bytes
        self.elements = elements
        self.arenaBytes = arenaBytes
        self.stackBytes = stackBytes
        self.depth = depth
    }

    /// Fields of one message that the contract does not know, which a newer peer may send.
    static let unknownFields = 64

    /// The arena's limit for a message of so many bytes.
    func arena(for size: Int) -> Int { min(arenaBytes, (1 << 20) + 8 * min(size, bytes)) }
}
