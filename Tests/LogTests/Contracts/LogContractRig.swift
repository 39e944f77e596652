// The implementations of Log that must pass the same contract, each with its ways to fail.

import Basics
import Kit
import Log

/// A new implementation joins by a case here and its place in `LogContractRig`.
enum LogKind: String, CaseIterable, Sendable {
    case embedded, memory
}

/// What one log keeps; opened as often as processes start over it.
final class LogContractRig: Sendable {
    static let payloadBytesMax = 100
    static let groupBytesMax = 4_000

    let kind: LogKind
    private let disk = ForgetfulDisk()
    private let store = MemoryLog.Store(
        partitions: PartitionCount(3) ?? .standard,
        groupBytesMax: groupBytesMax,
        payloadBytesMax: payloadBytesMax
    )

    init(_ kind: LogKind) { self.kind = kind }

    /// As a process that has just started finds it: of three partitions.
    func open() throws -> any Log {
        var settings = LogRig.settings()
        settings.payloadBytesMax = Self.payloadBytesMax
        settings.groupBytesMax = Self.groupBytesMax
        return switch kind {
        case .embedded: try LogRig.open(disk, settings)
        case .memory: store.open()
        }
    }

    /// Ends every process that has it open, as a power cut does.
    func crash() {
        if kind == .embedded { disk.crash() }
    }

    /// Lets the next append fail, whatever becomes of its group.
    func failNextAppend(_ failure: AppendFailure) {
        switch (kind, failure) {
        case (.embedded, .lost): disk.fail(.write)
        case (.embedded, .uncertain): disk.fail(.sync)
        case (.memory, .lost): store.failNextAppend(.lost)
        case (.memory, .uncertain): store.failNextAppend(.kept)
        }
    }

    /// How an append fails.
    enum AppendFailure: CaseIterable {
        /// Nothing of the group is kept.
        case lost
        /// The group may be kept.
        case uncertain
    }
}

extension Log {
    /// The earliest log time of one record, at which a test begins.
    var start: Timestamp { max(earliest, Timestamp(ms: 1_000)) }

    /// Makes a reserve durable.
    func reserve(through instant: Timestamp) throws {
        var group = newGroup()
        group.reserve(through: instant)
        try append(&group)
    }

    /// Appends one record alone.
    func append(_ payload: [UInt8], to partition: Partition, at instant: Timestamp) throws {
        var group = newGroup()
        _ = try group.add(payload, to: partition, at: instant)
        try append(&group)
    }

    /// What a partition holds, in one page.
    func payloads(_ partition: Partition) throws -> [[UInt8]] {
        let limit = ReadLimit(bytes: .max)
        return try read(partition, from: .zero, limit: limit).records.map { Array($0.payload) }
    }
}
