// Asks the owners of all partitions and adds their answers up: never a part for the whole.

import Basics
import Chassis
import Messages
import Segments
import Wire

/// A question about a segment as it goes to every owner.
struct GatheredQuestion: Sendable {
    let project: ProjectName
    let definition: Definition
    /// The segments that it uses, as the catalogue has them at the question's revision.
    let nested: [NestedSegment]
    let at: Timestamp
    let projectZone: String?
    /// Positions that the answer must include; empty: whatever the owners hold.
    var positions: [Partition: LogOffset] = [:]
    /// The catalogue's revision that says what it means.
    var revision: UInt64 = 0
    var nodeCounts = false
    var sample: (size: Int, seed: UInt64) = (0, 0)
    var user: UserID?
    /// Room for an explanation of the answer about that user; 0: none is wanted.
    ///
    /// Unit: bytes.
    var explainBytesMax = 0
    var members: (from: UserNumber, limit: Int, bytesMax: Int)?
    /// Count as of each of these instants, and nothing else.
    var trend: [Timestamp] = []
    /// Ask for the first event's instant, and nothing else.
    var wantsFirstEvent = false
    /// Ask for an estimate of the cost besides.
    var wantsCost = false

    /// Room for an owner's answer.
    ///
    /// A position per partition, a window, a number and a count per node, the sample, the listed
    /// users. Not more, since a reply has its whole room of a connection's budget to itself.
    /// Unit: bytes.
    func replyBytes(_ partitions: [Partition]) -> UInt32 {
        let userBytes = Limits.userIDBytes + 32
        let bytes =
            4_096 + 48 * partitions.count + 64 * definition.nodes.count + 24 * trend.count
            + userBytes * (sample.size + 1) + (members.map { $0.bytesMax + userBytes } ?? 0)
            + explainBytesMax
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
            firstEvent: wantsFirstEvent,
            explainBytesMax: UInt32(clamping: explainBytesMax),
            nestedNames: nested.map(\.name.text),
            nestedDefinitions: try nested.map { try DefinitionCoding.encode($0.definition) },
            wantCost: wantsCost
        )
    }
}

extension GatheredQuestion: OwnersQuestion {
    func ask(_ own: SetsDoor, _ partitions: [Partition], _ call: CallContext) async throws
        -> EvaluationV1.EvaluateResponse
    {
        try await own.evaluate(try request(partitions), call)
    }

    func ask(_ peer: EvaluationV1_SetsClient, _ partitions: [Partition], _ options: CallOptions)
        async throws -> EvaluationV1.EvaluateResponse
    {
        try await peer.evaluate(try request(partitions), options)
    }

    func isWhole(_ answer: EvaluationV1.EvaluateResponse, _ partitions: [Partition]) -> Bool {
        let nodes = nodeCounts ? definition.nodes.count : 0
        let isExplained = explainBytesMax == 0 || !answer.known || answer.explanation != nil
        return answer.positions.reach(positions, partitions) && isExplained
            && answer.nodeUsers.count == nodes && answer.trendUsers.count == trend.count
            && answer.trendUniverse.count == (definition.universe == .all ? 0 : trend.count)
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

    /// Asks the owners of these partitions, until no merge is in their answers by one of its parts
    /// only: while one is behind what another's answer needs, all are asked again.
    ///
    /// All, since an old answer beside a new one lacks every merge between the two.
    ///
    /// - Throws: when a partition has no owner, or one does not answer: the fault names it.
    func ask<Question: OwnersQuestion>(
        _ question: Question,
        of partitions: [Partition],
        _ call: CallContext
    ) async throws(Fault) -> [Question.Part] {
        var question = question
        // The call's time ends it: an owner waits no longer for what is missing.
        while true {
            let answers = try await askOnce(question, of: partitions, call)
            let behind = NeededPositions(answers.flatMap(\.needed))
                .missing(in: answers.flatMap(\.positions))
            if behind.isEmpty { return answers }
            question.need(behind)
        }
    }

    /// Asks the owners of these partitions side by side, following the map while it changes.
    private func askOnce<Question: OwnersQuestion>(
        _ question: Question,
        of partitions: [Partition],
        _ call: CallContext
    ) async throws(Fault) -> [Question.Part] {
        var answers: [Question.Part] = []
        var left = partitions
        // Each round needs a map newer than the one before, and the call's time ends them all.
        while !left.isEmpty {
            let view = link.view
            let owners = try owners(of: left, in: view)
            left = []
            for outcome in try await ask(question, owners, view, call) {
                switch outcome {
                case .answered(let answer): answers.append(answer)
                case .moved(let partitions): left += partitions
                }
            }
            guard left.isEmpty || call.remainingMs(clock: clock) > 0 else {
                throw EvaluatorError(
                    .notTheOwner,
                    "ask the owners",
                    place: Self.list(left),
                    hint: "they have changed hands: ask again"
                ).fault
            }
        }
        return answers
    }

    /// What became of asking one owner.
    private enum Outcome<Part: Sendable>: Sendable {
        case answered(Part)
        /// The map gives the partitions to others by now.
        case moved([Partition])
    }

    private func ask<Question: OwnersQuestion>(
        _ question: Question,
        _ owners: [(RosterInstance, [Partition])],
        _ view: RosterView,
        _ call: CallContext
    ) async throws(Fault) -> [Outcome<Question.Part>] {
        do {
            return try await withThrowingTaskGroup(of: Outcome<Question.Part>.self) { group in
                for (owner, owned) in owners {
                    group.addTask {
                        try await askUnlessMoved(question, owned, of: owner, view, call)
                    }
                }
                var outcomes: [Outcome<Question.Part>] = []
                for try await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault.internal("the evaluator failed: \(error)")
        }
    }

    /// Asks an owner, and stops waiting for it when the map takes one of the partitions from it:
    /// a dead one would be waited for until the call's end.
    private func askUnlessMoved<Question: OwnersQuestion>(
        _ question: Question,
        _ partitions: [Partition],
        of owner: RosterInstance,
        _ view: RosterView,
        _ call: CallContext
    ) async throws -> Outcome<Question.Part> {
        try await withThrowingTaskGroup(of: Outcome<Question.Part>?.self) { group in
            group.addTask {
                let answer = try await ask(question, partitions, of: owner, call)
                try check(answer, question, partitions, of: owner)
                return .answered(answer)
            }
            group.addTask {
                var newest = view
                while !Task.isCancelled {
                    newest = await link.next(after: newest)
                    let stay = partitions.allSatisfy {
                        newest.owner(of: $0, .evaluator)?.instance == owner.id
                    }
                    if !stay { return .moved(partitions) }
                }
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw CancellationError()
        }
    }

    private func ask<Question: OwnersQuestion>(
        _ question: Question,
        _ partitions: [Partition],
        of owner: RosterInstance,
        _ call: CallContext
    ) async throws -> Question.Part {
        if owner.id == instance { return try await question.ask(own, partitions, call) }
        guard let address = owner.address else {
            throw Fault.unavailable(
                "evaluator \(owner.name) has no address that can be reached",
                place: Self.list(partitions),
                hint: "give it one: --advertise"
            )
        }
        do {
            return try await question.ask(
                EvaluationV1_SetsClient(peers.pinned(to: address)),
                partitions,
                options(call, maxReplyBytes: question.replyBytes(partitions) + neededBytes)
            )
        } catch let error as Fault
            where error.code == .unavailable || error.code == .deadlineExceeded
        {
            throw Fault.unavailable(
                "evaluator \(owner.name) has no answer: \(error.message)",
                place: "\(Self.list(partitions)) of \(owner.name) at \(address)",
                hint: error.hint ?? "start it again, or drain it so that others take over",
                retryAfterMs: error.retryAfterMs ?? 1_000
            )
        }
    }

    /// Room for the positions of other partitions that an answer needs.
    ///
    /// Unit: bytes.
    private var neededBytes: UInt32 { 16 * UInt32(link.view.partitionCount?.count ?? 0) }

    /// A part has the question's own id, by which all parts are cancelled.
    private func options(_ call: CallContext, maxReplyBytes: UInt32) -> CallOptions {
        var options = CallOptions(
            within: call,
            clock: clock,
            timeoutMs: Self.share(of: call, clock),
            maxReplyBytes: maxReplyBytes
        )
        options.requestID = call.requestID
        return options
    }

    /// What an owner may take of the call's time: a fifth is kept to name the one that is silent.
    private static func share(of call: CallContext, _ clock: any Clock) -> UInt32 {
        max(call.remainingMs(clock: clock) / 5 * 4, 1)
    }

    /// An owner that answers for other partitions or shorter logs than it was asked about is of
    /// another build or of no use.
    private func check<Question: OwnersQuestion>(
        _ answer: Question.Part,
        _ question: Question,
        _ partitions: [Partition],
        of owner: RosterInstance
    ) throws(Fault) {
        guard question.isWhole(answer, partitions) else {
            throw Fault.unavailable(
                "evaluator \(owner.name) has answered for a part only",
                place: "\(Self.list(partitions)) of \(owner.name)",
                hint: "bring all evaluators to one version",
                retryAfterMs: 1_000
            )
        }
    }

    /// The partitions by owner; a partition without a living owner is an error that names it.
    private func owners(of partitions: [Partition], in view: RosterView) throws(Fault)
        -> [(RosterInstance, [Partition])]
    {
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
