// Where the last roster is kept, so that a service starts while the registry is away.

import Basics
import Messages

/// Keeps some kilobytes; `load` is called once, at the start, `save` never twice at a time.
public struct RosterStore: Sendable {
    /// The bytes kept last; nil when there are none.
    public var load: @Sendable () throws -> [UInt8]?
    /// Keeps these in place of the last ones, all or nothing.
    public var save: @Sendable ([UInt8]) async throws -> Void

    /// A store of two closures.
    public init(
        load: @escaping @Sendable () throws -> [UInt8]?,
        save: @escaping @Sendable ([UInt8]) async throws -> Void
    ) {
        self.load = load
        self.save = save
    }

    /// Keeps nothing.
    public static let none = RosterStore(load: { nil }, save: { _ in })

    /// `SLR1`, CRC32C of the rest (4 bytes, little-endian), a `Registry.Watch` answer.
    private static let mark: [UInt8] = Array("SLR1".utf8)

    /// The bytes that are kept are not the ones that were.
    struct Damaged: Error, CustomStringConvertible {
        let description = "the kept roster is damaged"
    }

    /// The answer kept last; nil when there is none.
    ///
    /// Throws when it cannot be read.
    func answer() throws -> RegistryV1.WatchResponse? {
        guard let bytes = try load() else { return nil }
        guard bytes.count >= 8, Array(bytes[..<4]) == Self.mark else { throw Damaged() }
        let body = Array(bytes[8...])
        guard Array(bytes[4..<8]) == Self.checksum(body) else { throw Damaged() }
        return try RegistryV1.WatchResponse.decode(body)
    }

    /// Keeps the answer.
    func keep(_ answer: RegistryV1.WatchResponse) async throws {
        let body = try answer.encode()
        try await save(Self.mark + Self.checksum(body) + body)
    }

    private static func checksum(_ body: [UInt8]) -> [UInt8] {
        let sum = Checksum.crc32c(body)
        return (0..<4).map { UInt8(truncatingIfNeeded: sum >> ($0 * 8)) }
    }
}
