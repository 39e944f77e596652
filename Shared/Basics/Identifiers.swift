// The names and numbers that say which project, user, partition, record or process is meant.

/// A partition of a deployment: 0..<P.
public struct Partition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The partition's index.
    public let index: UInt16

    /// The partition with this index; whether it exists is for its deployment's count to say.
    @inlinable
    public init(index: UInt16) { self.index = index }

    /// Lower indexes come first.
    @inlinable
    public static func < (left: Partition, right: Partition) -> Bool { left.index < right.index }

    /// The index in decimals.
    public var description: String { "\(index)" }
}

/// How many partitions a deployment has (P); fixed when it is created.
public struct PartitionCount: Sendable, Hashable {
    /// The number of partitions, 1…`Limits.partitions`.
    public let count: UInt16

    /// What a deployment has unless it says otherwise.
    public static let standard = PartitionCount(unchecked: 64)

    /// A count of 1…`Limits.partitions`; nil for any other.
    public init?(_ count: Int) {
        guard (1...Limits.partitions).contains(count), let narrow = UInt16(exactly: count) else {
            return nil
        }
        self.count = narrow
    }

    private init(unchecked count: UInt16) { self.count = count }

    /// Every partition, in order.
    public var all: [Partition] { (0..<count).map(Partition.init(index:)) }

    /// Whether this deployment has such a partition.
    @inlinable
    public func contains(_ partition: Partition) -> Bool { partition.index < count }

    /// The home of an identifier: XXH64(project's bytes, 0x00, identifier's bytes) mod P.
    public func home(project: ProjectName, identifier: some StringProtocol) -> Partition {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Limits.projectNameBytes + 1 + Limits.userIDBytes)
        bytes.append(contentsOf: project.text.utf8)
        bytes.append(0)
        bytes.append(contentsOf: identifier.utf8)
        return Partition(index: UInt16(Checksum.xxh64(bytes) % UInt64(count)))
    }
}

/// A user's number: dense per (project, partition), from 0, never reused.
public struct UserNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number.
    public let value: UInt32

    /// The user with this number.
    @inlinable
    public init(_ value: UInt32) { self.value = value }

    /// Lower numbers, so users seen earlier, come first.
    @inlinable
    public static func < (left: UserNumber, right: UserNumber) -> Bool { left.value < right.value }

    /// The number in decimals.
    public var description: String { "\(value)" }
}

/// A record's place in its partition's log: dense, from 0.
public struct LogOffset: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The place.
    public let value: UInt64

    /// The first record's place.
    public static let zero = LogOffset(0)

    /// The record at this place.
    @inlinable
    public init(_ value: UInt64) { self.value = value }

    /// The place after this one; the last place has itself.
    @inlinable
    public var next: LogOffset { LogOffset(value == .max ? value : value + 1) }

    /// Earlier records come first.
    @inlinable
    public static func < (left: LogOffset, right: LogOffset) -> Bool { left.value < right.value }

    /// The place in decimals.
    public var description: String { "\(value)" }
}

/// A tenure given out by the registry; a later one fences an earlier one.
public struct Epoch: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The tenure's number; 0 is before any.
    public let value: UInt64

    /// The tenure with this number.
    @inlinable
    public init(_ value: UInt64) { self.value = value }

    /// Earlier tenures come first.
    @inlinable
    public static func < (left: Epoch, right: Epoch) -> Bool { left.value < right.value }

    /// The number in decimals.
    public var description: String { "\(value)" }
}

/// A project's name: `[a-z0-9][a-z0-9-]*`, 1…63 bytes, so that it may stand in paths.
public struct ProjectName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// Checks a name; nil if it has another character, begins with `-`, or is too long or empty.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard let first = bytes.first, first != UInt8(ascii: "-"),
            bytes.count <= Limits.projectNameBytes,
            bytes.allSatisfy({ (0x61...0x7A) ~= $0 || (0x30...0x39) ~= $0 || $0 == 0x2D })
        else { return nil }
        self.text = text
    }

    /// By bytes.
    public static func < (left: ProjectName, right: ProjectName) -> Bool {
        TextBytes.precedes(left.text, right.text)
    }

    /// The name.
    public var description: String { text }
}

/// A user's identifier as the customer spells it: 1…256 bytes of UTF-8, compared by bytes.
///
/// Swift's own text comparison takes é and e + accent for one; two identifiers are one only
/// when their bytes are.
public struct UserID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The identifier.
    public let text: String

    /// Checks an identifier; nil when it is empty or above `Limits.userIDBytes`.
    public init?(_ text: String) {
        let count = text.utf8.count
        guard count > 0, count <= Limits.userIDBytes else { return nil }
        self.text = text
    }

    /// By bytes.
    public static func == (left: UserID, right: UserID) -> Bool {
        TextBytes.equal(left.text, right.text)
    }

    /// By bytes, the shorter first when it begins the longer.
    public static func < (left: UserID, right: UserID) -> Bool {
        TextBytes.precedes(left.text, right.text)
    }

    /// Feeds the identifier's bytes.
    public func hash(into hasher: inout Hasher) {
        TextBytes.hash(text, into: &hasher)
    }

    /// The identifier.
    public var description: String { text }
}

/// A process for as long as it lives: 16 bytes, drawn when it starts.
public struct InstanceID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The first eight bytes, big endian.
    public let high: UInt64
    /// The last eight bytes, big endian.
    public let low: UInt64

    /// The id with these two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The id with these 16 bytes; nil for any other number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        self.low = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The id written as 32 hexadecimal digits; nil for anything else.
    public init?(hex: String) {
        guard hex.utf8.count == 32,
            hex.utf8.allSatisfy({
                (0x30...0x39) ~= $0 || (0x61...0x66) ~= $0 || (0x41...0x46) ~= $0
            }),
            let high = UInt64(hex.prefix(16), radix: 16),
            let low = UInt64(hex.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    /// A new id out of the caller's chance.
    public init(from chance: inout some RandomNumberGenerator) {
        self.init(high: chance.next(), low: chance.next())
    }

    /// The 16 bytes.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in
            stride(from: 56, through: 0, by: -8).map {
                UInt8(truncatingIfNeeded: half >> UInt64($0))
            }
        }
    }

    /// 32 lower-case hexadecimal digits.
    public var hex: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    /// By bytes.
    public static func < (left: InstanceID, right: InstanceID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String { hex }
}
