// Asks the owners of all partitions and adds their answers up: never a part for the whole.

import Basics
import Chassis
import Messages
import Segments
import Wire

/// A question as it goes to every owner.
struct GatheredQuestion: Sendable {
    let project: ProjectName
    let definition: Definition
    let at: Timestamp
    let projectZone: String?
    /// Positions that the answer must include; empty: whatever the owners hold.
    var positions: [Partition: LogOffset] = [:]
    var nodeCounts = false
    var sample: (size: Int, seed: UInt64) = (0, 0)
    var user: UserID?
    var members: (from: UserNumber, limit: Int, bytesMax: Int)?
    /// Count as of each of these instants, and nothing else.
    var trend: [Timestamp] = []
    /// Ask for the first event's instant, and nothing else.
    var wantsFirstEvent = false

    /// Room for an owner's answer.
    ///
    /// A position per partition, a window, a number and a count per node, the sample, the listed
    /// users. Not more, since a reply has its whole room of a connection's budget to itself.
    /// Unit: bytes.
    func replyBytes(_ partitions: [Partition]) -> UInt32 {
        let userBytes = Limits.userIDBytes + 32
        let bytes =
            4_096 + 48 * partitions.count + 64 * definition.nodes.count + 12 * trend.count
            + userBytes * (sample.size + 1) + (members.map { $0.bytesMax + userBytes } ?? 0)
        return UInt32(clamping: bytes)
    }

    /// The part for some partitions, as it goes over the wire.
    func request(_ partitions: [Partition]) throws -> EvaluationV1.EvaluateRequest {
        EvaluationV1.EvaluateRequest(
            definition: try DefinitionCoding.encode(definition),
            atMs: at.ms,
            positions: partitions.map {
                LogV1.Position(
                    partition: UInt32($0.index),
                    nextOffset: positions[$0]?.value ?? 0
                )
            },
            nodeCounts: nodeCounts,
            sample: UInt32(clamping: sample.size),
            seed: sample.seed,
            userID: user?.text,
            membersFrom: members?.from.value,
            membersLimit: UInt32(clamping: members?.limit ?? 0),
            membersBytesMax: UInt32(clamping: members?.bytesMax ?? 0),
            projectZone: projectZone,
            trendAtMs: trend.map(\.ms),
            firstEvent: wantsFirstEvent
        )
    }
}

/// Asks owners: this instance without a wire between, the others over it.
struct Gather: Sendable {
    let instance: InstanceID
    let link: RegistryLink
    let clock: any Clock
    /// Answers for partitions this instance owns.
    let own: SetsDoor
    /// Reaches other evaluators at their addresses.
    let peers: RPCClient

    /// Asks the owners of these partitions side by side.
    ///
    /// - Throws: when a partition has no owner, or one does not answer: the fault names it.
    func ask(
        _ question: GatheredQuestion,
        of partitions: [Partition],
        _ call: CallContext
    ) async throws(Fault) -> [EvaluationV1.EvaluateResponse] {
        let owners = try owners(of: partitions)
        do {
            return try await withThrowingTaskGroup(of: EvaluationV1.EvaluateResponse.self) {
                group in
                for (owner, owned) in owners {
                    group.addTask {
                        let answer = try await ask(question, owned, of: owner, call)
                        try check(answer, question, owned, of: owner)
                        return answer
                    }
                }
                var answers: [EvaluationV1.EvaluateResponse] = []
                for try await answer in group { answers.append(answer) }
                return answers
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault.internal("the evaluator failed: \(error)")
        }
    }

    private func ask(
        _ question: GatheredQuestion,
        _ partitions: [Partition],
        of owner: RosterInstance,
        _ call: CallContext
    ) async throws -> EvaluationV1.EvaluateResponse {
        let request = try question.request(partitions)
        if owner.id == instance { return try await own.evaluate(request, call) }
        guard let address = owner.address else {
            throw Fault.unavailable(
                "evaluator \(owner.name) has no address that can be reached",
                place: Self.list(partitions),
                hint: "give it one: --advertise"
            )
        }
        do throws(Fault) {
            return try await EvaluationV1_SetsClient(peers.pinned(to: address)).evaluate(
                request,
                CallOptions(
                    within: call,
                    clock: clock,
                    timeoutMs: Self.share(of: call, clock),
                    maxReplyBytes: question.replyBytes(partitions)
                )
            )
        } catch {
            guard error.code == .unavailable || error.code == .deadlineExceeded else {
                throw error
            }
            throw Fault.unavailable(
                "evaluator \(owner.name) has no answer: \(error.message)",
                place: "\(Self.list(partitions)) of \(owner.name) at \(address)",
                hint: error.hint ?? "start it again, or drain it so that others take over",
                retryAfterMs: error.retryAfterMs ?? 1_000
            )
        }
    }

    /// What an owner may take of the call's time: a fifth is kept to name the one that is silent.
    private static func share(of call: CallContext, _ clock: any Clock) -> UInt32 {
        max(call.remainingMs(clock: clock) / 5 * 4, 1)
    }

    /// An owner that answers for other partitions or shorter logs than it was asked about is of
    /// another build or of no use.
    private func check(
        _ answer: EvaluationV1.EvaluateResponse,
        _ question: GatheredQuestion,
        _ partitions: [Partition],
        of owner: RosterInstance
    ) throws(Fault) {
        let told = Dictionary(
            answer.positions.map { ($0.partition, $0.nextOffset) },
            uniquingKeysWith: min
        )
        let isWhole = partitions.allSatisfy { partition in
            guard let next = told[UInt32(partition.index)] else { return false }
            return next >= question.positions[partition]?.value ?? 0
        }
        let nodes = question.nodeCounts ? question.definition.nodes.count : 0
        guard isWhole, answer.nodeUsers.count == nodes,
            answer.trendUsers.count == question.trend.count
        else {
            throw Fault.unavailable(
                "evaluator \(owner.name) has answered for a part only",
                place: "\(Self.list(partitions)) of \(owner.name)",
                hint: "bring all evaluators to one version",
                retryAfterMs: 1_000
            )
        }
    }

    /// The partitions by owner; a partition without a living owner is an error that names it.
    private func owners(of partitions: [Partition]) throws(Fault)
        -> [(RosterInstance, [Partition])]
    {
        let view = link.view
        var groups: [InstanceID: [Partition]] = [:]
        var orphans: [Partition] = []
        for partition in partitions {
            if let owner = view.owner(of: partition, .evaluator)?.instance {
                groups[owner, default: []].append(partition)
            } else {
                orphans.append(partition)
            }
        }
        guard orphans.isEmpty else {
            throw EvaluatorError(
                .missingOwner,
                "ask the owners",
                place: Self.list(orphans),
                hint: "start an evaluator: nobody owns them"
            ).fault
        }
        var owners: [(RosterInstance, [Partition])] = []
        for (id, owned) in groups.sorted(by: { $0.key < $1.key }) {
            guard let owner = view.instance(id), owner.state != .lost || id == instance else {
                let name = view.instance(id)?.name ?? id.hex
                throw EvaluatorError(
                    .missingOwner,
                    "ask the owners",
                    place: "\(Self.list(owned)) of \(name)",
                    hint: "\(name) is gone: start it again, or drain it so that others take over"
                ).fault
            }
            owners.append((owner, owned))
        }
        return owners
    }

    /// Partitions for people, shortened.
    static func list(_ partitions: [Partition]) -> String {
        let shown = partitions.sorted().prefix(8).map(\.description).joined(separator: ", ")
        let more = partitions.count > 8 ? " and \(partitions.count - 8) more" : ""
        return "partition\(partitions.count == 1 ? "" : "s") \(shown)\(more)"
    }
}
