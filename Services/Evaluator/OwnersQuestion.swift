// What goes to the owners of partitions, whatever is asked: how it is sent, what a whole answer is.

import Basics
import Chassis
import Messages

/// A question that the owners of partitions answer, each for its own.
protocol OwnersQuestion: Sendable {
    /// An owner's answer.
    associatedtype Part: OwnersPart

    /// Positions that the answer must include; of others whatever the owners hold.
    var positions: [Partition: LogOffset] { get set }

    /// Asked again, its answers must reach so far.
    mutating func need(_ behind: [Partition: LogOffset])

    /// Room for an owner's answer.
    ///
    /// Unit: bytes.
    func replyBytes(_ partitions: [Partition]) -> UInt32

    /// Asks this instance.
    func ask(_ own: SetsDoor, _ partitions: [Partition], _ call: CallContext) async throws -> Part

    /// Asks another owner.
    func ask(_ peer: EvaluationV1_SetsClient, _ partitions: [Partition], _ options: CallOptions)
        async throws -> Part

    /// Whether an answer is for all the partitions, as far as it was asked for.
    func isWhole(_ answer: Part, _ partitions: [Partition]) -> Bool
}

extension OwnersQuestion {
    mutating func need(_ behind: [Partition: LogOffset]) {
        positions.merge(behind) { max($0, $1) }
    }
}

/// An owner's answer.
protocol OwnersPart: Sendable {
    /// What it is exact at.
    var positions: [LogV1.Position] { get }
    /// How far further partitions must be read in one answer with it.
    var needed: [LogV1.Position] { get }
}

extension OwnersPart {
    /// What is asked of one partition at a time needs no other.
    var needed: [LogV1.Position] { [] }
}

extension EvaluationV1.EvaluateResponse: OwnersPart {}
extension EvaluationV1.SetsPartResponse: OwnersPart {}
extension EvaluationV1.SizesPartResponse: OwnersPart {}
extension EvaluationV1.UsersPartResponse: OwnersPart {}
extension EvaluationV1.BacktestPartResponse: OwnersPart {}

extension [LogV1.Position] {
    /// Whether they name all these partitions, each at or behind the position asked for.
    func reach(_ wanted: [Partition: LogOffset], _ partitions: [Partition]) -> Bool {
        let told = Dictionary(map { ($0.partition, $0.nextOffset) }, uniquingKeysWith: Swift.min)
        return partitions.allSatisfy { partition in
            guard let next = told[UInt32(partition.index)] else { return false }
            return next >= wanted[partition]?.value ?? 0
        }
    }
}
