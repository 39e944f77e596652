// The stores of history that must pass the same contract, each filled from a partition's log.

import Basics
import Columns
import Kit
import Messages
import Segments

@testable import Evaluator

/// A new store joins by a case here and its place in `HistoryRig`.
enum HistoryKind: String, CaseIterable, Sendable {
    case columns, memory
}

/// A store of the shop's history that takes a log in.
struct HistoryRig {
    let kind: HistoryKind
    private var random: SeededRandom
    private var state = PartitionState(Partition(index: 7))
    private let files = ColumnFiles(folder: "/data", disk: ForgetfulDisk(folder: "/data"))
    private var memory = MemoryHistory(shop)

    /// - Parameter seed: of where columns are sealed.
    init(_ kind: HistoryKind, seed: UInt64 = 1) {
        self.kind = kind
        random = SeededRandom(seed: seed)
    }

    /// Takes records in, page by page.
    mutating func take(_ records: some Collection<LogV1.LogRecord>) throws {
        var rest = Array(records)[...]
        while !rest.isEmpty {
            let page = Array(rest.prefix(1 + random.below(30)))
            rest = rest.dropFirst(page.count)
            switch kind {
            case .columns:
                _ = try state.apply(page)
                if random.chance(0.3) { state.sealed(into: try files.seal(state)) }
            case .memory: try memory.apply(page)
            }
        }
    }

    /// What is in so far, as it stands now.
    func snapshot() throws -> any History {
        switch kind {
        case .columns:
            let owner = ChunkOwner(project: shop, partition: state.partition)
            return try state.projects[shop] ?? PartitionColumns(owner, chunks: [])
        case .memory: return memory
        }
    }

    /// A store that has taken a whole log in.
    static func full(_ kind: HistoryKind, _ records: [LogV1.LogRecord], seed: UInt64 = 1) throws
        -> any History
    {
        var rig = HistoryRig(kind, seed: seed)
        try rig.take(records)
        return try rig.snapshot()
    }
}

extension History {
    /// The identifiers of a slot's users, in the order of their numbers.
    func ids(of set: UserBitset) -> [String] {
        var ids: [String] = []
        set.forEach { ids.append(id(of: $0)?.text ?? "no user \($0)") }
        return ids
    }

    /// The members of a plan, in the order of their numbers.
    func members(of plan: Plan, at instant: Timestamp = day(100)) throws -> [String] {
        ids(of: try slots(of: plan, at: instant)[plan.root])
    }

    /// What a question is answered over this history alone.
    func tally(_ question: Question) throws -> Question.Tally {
        var tally = Question.Tally()
        if question.nodeCounts {
            tally.nodeUsers = question.plan.definition.nodes.map { _ in 0 }
        }
        tally.add(try question.add(self, to: &tally, next: .zero))
        return tally
    }
}
