// What a running suite tells of itself at one moment: plain values.

/// Who is here, who owns what, and how far everybody is; nil is what was not told.
struct SuiteFacts: Sendable, Hashable {
    var instances: [Instance]
    var partitionCount: Int
    /// The owner's name of each partition's log, and of its state.
    var logOwners: [UInt32: String]
    var stateOwners: [UInt32: String]
    /// Log ends as ingestion told them; nil when it did not answer.
    var logEnds: [UInt32: UInt64]?
    /// Log time ahead of ingestion's wall clock, in milliseconds.
    var logAheadMs: Int64?
    /// Records that are set aside; nil when that was not told.
    var quarantined: UInt32?
    /// Segments that are quarantined.
    var quarantinedSegments: [String] = []

    /// A process in the roster, or the registry itself.
    struct Instance: Sendable, Hashable {
        enum State: Sendable, Hashable { case live, draining, lost }

        var name: String
        var isEvaluator = false
        var state: State
        /// Time since its last heartbeat by the registry's clock, in milliseconds.
        var seenAgoMs: Int64?
        /// Nil when it does not answer.
        var build: DoctorFacts.Build?
        /// How far its clock is ahead of this machine's, at least and at most, in milliseconds.
        var clockAheadMs: ClosedRange<Int64>?
        /// Why it is not ready; nil when it is.
        var notReady: String?
        /// How far it has read the log of each partition it holds, when that was asked.
        var positions: [UInt32: UInt64]?
    }

    /// The partitions whose state the map gives an instance.
    func partitions(of name: String) -> [UInt32] {
        stateOwners.filter { $0.value == name }.keys.sorted()
    }

    /// Whether an evaluator that tells has something left to read or to take over.
    var isBehind: Bool {
        instances.contains { instance in
            guard let positions = instance.positions else { return false }
            return partitions(of: instance.name).contains { partition in
                positions[partition].map { $0 < logEnds?[partition] ?? 0 } ?? true
            }
        }
    }

    /// What keeps the suite from being whole; nil when everybody is here and ready, and every
    /// partition owned, taken over and read to the log's ends.
    ///
    /// - Parameter absent: an instance that may be away, as long as it owns nothing.
    func obstacle(besides absent: String? = nil) -> String? {
        for instance in instances where instance.name != absent {
            if let why = Self.obstacle(at: instance) { return why }
        }
        for (kind, owners) in [("ingestion", logOwners), ("evaluator", stateOwners)] {
            let free = (0..<UInt32(clamping: partitionCount)).filter { owners[$0] == nil }
            guard free.isEmpty else { return "\(free.count) partitions have no \(kind)" }
        }
        guard let logEnds else { return "ingestion does not tell the log's ends" }
        for name in Set(stateOwners.values).sorted() {
            let owned = partitions(of: name)
            guard name != absent else { return "\(name) still owns \(owned.count) partitions" }
            let positions = instances.first { $0.name == name }?.positions ?? [:]
            let left = owned.filter { positions[$0] == nil }
            guard left.isEmpty else { return "\(name) has \(left.count) partitions to take over" }
            let behind = owned.filter { positions[$0] ?? 0 < logEnds[$0] ?? 0 }
            guard behind.isEmpty else { return "\(name) has \(behind.count) partitions to read" }
        }
        return nil
    }

    private static func obstacle(at instance: Instance) -> String? {
        switch instance.state {
        case .lost: return "\(instance.name) is lost"
        case .draining: return "\(instance.name) is draining"
        case .live: break
        }
        guard instance.build != nil else { return "\(instance.name) does not answer" }
        return instance.notReady.map { "\(instance.name) is not ready: \($0)" }
    }
}
