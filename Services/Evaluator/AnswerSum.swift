// The owners' answers added up: sets of users of different partitions never overlap.

import Basics
import Messages

/// What all owners answered, together.
struct AnswerSum {
    private(set) var users: UInt64 = 0
    private(set) var universe: UInt64 = 0
    private(set) var nodeUsers: [UInt64] = []
    private(set) var trendUsers: [UInt64] = []
    private(set) var trendUniverse: [UInt64] = []
    private(set) var firstEventMs: Int64?
    private(set) var sample: [EvaluationV1.SampledUser] = []
    private(set) var tookUs: UInt64 = 0
    private(set) var isMember = false
    private(set) var isKnown = false
    private(set) var cost: EvaluationV1.QuestionCost?
    private(set) var explanation: EvaluationV1.Explanation?
    private var positions: [LogV1.Position] = []
    private var windows: [EvaluationV1.ResolvedWindow] = []

    init(_ answers: [EvaluationV1.EvaluateResponse]) {
        for answer in answers {
            users = Self.sum(users, answer.users)
            universe = Self.sum(universe, answer.universe)
            nodeUsers = Self.sum(nodeUsers, answer.nodeUsers)
            trendUsers = Self.sum(trendUsers, answer.trendUsers)
            trendUniverse = Self.sum(trendUniverse, answer.trendUniverse)
            firstEventMs = [firstEventMs, answer.firstEventMs].compactMap(\.self).min()
            sample += answer.sample
            tookUs = max(tookUs, answer.tookUs)
            if let part = answer.cost {
                var whole = cost ?? EvaluationV1.QuestionCost()
                whole.rows = Self.sum(whole.rows, part.rows)
                whole.bytes = Self.sum(whole.bytes, part.bytes)
                whole.memoryBytes = max(whole.memoryBytes, part.memoryBytes)
                cost = whole
            }
            isMember = isMember || answer.member ?? false
            isKnown = isKnown || answer.known
            explanation = explanation ?? answer.explanation
            positions += answer.positions
            // The bounds depend on definition and instant only: every owner says the same.
            windows = answer.windows
        }
        positions.sort { $0.partition < $1.partition }
    }

    private static func sum(_ left: [UInt64], _ right: [UInt64]) -> [UInt64] {
        left.isEmpty ? right : zip(left, right).map { sum($0, $1) }
    }

    /// What a peer says must not end the process.
    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    /// What the answer is exact at.
    func exactness(_ at: Timestamp) -> EvaluationV1.Exactness {
        EvaluationV1.Exactness(atMs: at.ms, windows: windows, positions: positions)
    }
}

/// Where a listing goes on: instant, partition, user number.
struct MembersCursor: Sendable, Hashable {
    let at: Timestamp
    private var partition: UInt16 = 0
    private(set) var next = UserNumber(0)

    /// The beginning of a listing.
    init(at: Timestamp) { self.at = at }

    /// Nil for the first page.
    init?(_ bytes: [UInt8]?) throws(Fault) {
        guard let bytes else { return nil }
        do {
            var reader = ByteReader(bytes)
            guard try reader.u8() == Self.version else { throw Self.refusal }
            at = Timestamp(ms: try reader.i64())
            partition = try reader.u16()
            next = UserNumber(try reader.u32())
            guard at.hasText, reader.isAtEnd else { throw Self.refusal }
        } catch {
            throw Self.refusal
        }
    }

    /// The cursor as it goes over the wire.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.version)
        writer.i64(at.ms)
        writer.u16(partition)
        writer.u32(next.value)
        return writer.bytes
    }

    /// The partition to list; nil when all are listed.
    func partition(of count: PartitionCount) -> Partition? {
        partition < count.count ? Partition(index: partition) : nil
    }

    /// The place after an answer: further in the same partition, or at the next one's beginning.
    func after(_ nextMember: UserNumber?) -> MembersCursor {
        var cursor = self
        if let nextMember {
            cursor.next = nextMember
        } else {
            cursor.partition += 1
            cursor.next = UserNumber(0)
        }
        return cursor
    }

    private static let version: UInt8 = 1
    private static let refusal = Fault.invalidArgument(
        "the cursor is not one of this method",
        place: "cursor",
        hint: "send back next_cursor as it came, or none for the first page"
    )
}
