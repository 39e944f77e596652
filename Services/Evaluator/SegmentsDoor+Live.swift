// Live segments as callers ask about them: created, and played over the past.

import Basics
import Chassis
import Messages
import Segments
import Wire

extension SegmentsDoor {
    /// A live segment understood: with the project's zone where it names none, so that its log is
    /// all that it depends on, and with the segments that it uses.
    func understand(
        _ message: SegmentV1.LiveDefinition?,
        as name: String? = nil,
        in project: ProjectName
    ) throws(Fault) -> (live: LiveDefinition, nested: [NestedSegment]) {
        var live = try Definitions.read(message)
        live.zone = live.zone ?? zone(of: project)
        let known = catalogue.project(project)
        var nested: [NestedSegment] = []
        for (place, condition) in live.conditions {
            let used: [NestedSegment]
            do throws(Fault) {
                used = try known.nested(in: condition, as: name)
            } catch {
                throw error.at(place)
            }
            nested += used.filter { new in !nested.contains { $0.name == new.name } }
        }
        _ = try Definitions.livePlan(live, nested: nested, projectZone: nil)
        return (live, nested)
    }

    /// A live segment as it is put into the catalogue.
    func document(_ request: EvaluationV1.CreateRequest, in project: ProjectName) throws(Fault)
        -> SegmentV1.SegmentDocument
    {
        guard request.definition == nil else {
            throw Fault.invalidArgument(
                "the segment has a definition and is live",
                place: "live",
                hint: "send one of them"
            )
        }
        let (live, _) = try understand(request.live, as: request.name, in: project)
        do {
            return SegmentV1.SegmentDocument(
                name: request.name,
                description: request.description,
                createdAtMs: clock.now.ms,
                live: try LiveCoding.encode(live)
            )
        } catch {
            throw error.fault
        }
    }

    /// What a live segment probably does not mean.
    func warnings(_ live: SegmentV1.LiveDefinition?, _ call: CallContext) async throws(Fault)
        -> [EvaluationV1.Warning]
    {
        let live = try Definitions.read(live)
        return await warnings(call) { LiveValidation.check(live, vocabulary: $0).warnings }
    }

    func activity(_ request: EvaluationV1.ActivityRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ActivityResponse
    {
        guard let activityDesk else { throw Fault.unimplemented(call.method) }
        return try await activityDesk.answer(request, call)
    }

    func backtest(_ request: EvaluationV1.BacktestRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.BacktestResponse
    {
        let (from, to) = (Timestamp(ms: request.fromMs), Timestamp(ms: request.toMs))
        guard from.hasText, to.hasText else { throw Definitions.instantFault }
        guard from < to else {
            throw Fault.invalidArgument(
                "the stretch of time is empty",
                place: "to_ms",
                hint: "from is included, to is not"
            )
        }
        let cursor = try BacktestCursor(request.cursor)
        let project = try await project(call)
        let positions = try await positions(cursor == nil ? request.freshness : .local, call)
        try await catchUp(positions, call)
        let (live, nested) = try backtested(request.kind, in: project)
        var question = BacktestQuestion(
            project: project,
            live: live,
            nested: nested,
            projectZone: zone(of: project),
            positions: positions,
            from: from,
            to: to
        )
        let count = try partitionCount()
        let limit = Int(min(max(request.limit, 1), Self.membersMax))
        var place = cursor ?? BacktestCursor()
        var answer = EvaluationV1.BacktestResponse(
            exactness: EvaluationV1.Exactness(atMs: to.ms)
        )
        var bytes = 0
        let room = min(Int(call.maxReplyBytes) / 2, Self.pageBytesMax)
        repeat {
            guard place.partition < count.count else { break }
            question.place = place
            question.limit = min(limit - answer.changes.count, max((room - bytes) / 300, 1))
            let partition = Partition(index: place.partition)
            let parts = try await gather.ask(question, of: [partition], call)
            guard let part = parts.first else {
                throw Fault.internal("partition \(partition) does not answer")
            }
            answer.changes += part.changes
            answer.exactness?.positions += part.positions
            bytes += part.changes.reduce(Self.positionBytes) { $0 + $1.userID.utf8.count + 24 }
            place = place.after(part)
        } while answer.changes.count < limit && bytes < room
        answer.nextCursor = place.partition < count.count ? place.bytes : nil
        return answer
    }

    private func answerable(_ name: String, in project: ProjectName) throws(Fault) -> SavedSegment {
        do throws(EvaluatorError) {
            return try catalogue.project(project).answerable(name, in: project)
        } catch {
            throw error.fault
        }
    }

    /// The live segment to play; of a condition the one that users are in while it holds.
    private func backtested(
        _ kind: EvaluationV1.BacktestRequest.Kind?,
        in project: ProjectName
    ) throws(Fault) -> (LiveDefinition, [NestedSegment]) {
        func following(_ message: SegmentV1.Definition?) throws(Fault) -> SegmentV1.LiveDefinition {
            let definition = try Definitions.read(message)
            guard definition.universe == .all else {
                throw Fault(
                    .unimplemented,
                    "a condition with a universe is not played",
                    place: "definition",
                    hint: "write `all` with `reachable` or `known`"
                )
            }
            let nodes = message?.nodes ?? []
            return SegmentV1.LiveDefinition(
                becomes: nodes,
                stayWhile: nodes,
                zone: definition.zone
            )
        }
        switch kind {
        case .live(let live): return try understand(live, in: project)
        case .definition(let definition):
            return try understand(try following(definition), in: project)
        case .segment(let name):
            let saved = try answerable(name, in: project)
            if let live = saved.document.live { return try understand(live, in: project) }
            return try understand(try following(saved.document.definition), in: project)
        case nil:
            throw Fault.invalidArgument(
                "nothing is to be played",
                place: "kind",
                hint: "name a segment or send a live one"
            )
        }
    }
}

extension Definitions {
    /// The live segment a message carries.
    static func read(_ message: SegmentV1.LiveDefinition?) throws(Fault) -> LiveDefinition {
        guard let message else {
            throw Fault.invalidArgument("the live segment is missing", place: "live")
        }
        do {
            return try LiveCoding.decode(message)
        } catch {
            throw error.fault
        }
    }

    /// The plan of a live segment; `nested` are the segments that it uses.
    static func livePlan(
        _ live: LiveDefinition,
        nested: [NestedSegment],
        projectZone: String?
    ) throws(Fault) -> LivePlan {
        do {
            return try LivePlan(
                live,
                projectZone: projectZone.flatMap(Zone.init),
                nested: nested
            )
        } catch {
            throw fault(error)
        }
    }
}

/// A backtest as it goes to the owner of one partition.
private struct BacktestQuestion: OwnersQuestion {
    let project: ProjectName
    let live: LiveDefinition
    let nested: [NestedSegment]
    let projectZone: String?
    var positions: [Partition: LogOffset]
    let from: Timestamp
    let to: Timestamp
    var place = BacktestCursor()
    var limit = 1

    func replyBytes(_ partitions: [Partition]) -> UInt32 {
        UInt32(clamping: 4_096 + limit * (Limits.userIDBytes + 44))
    }

    private func request(_ partitions: [Partition]) throws -> EvaluationV1.BacktestPartRequest {
        EvaluationV1.BacktestPartRequest(
            live: try LiveCoding.encode(live),
            positions: partitions.map {
                LogV1.Position(
                    partition: UInt32($0.index),
                    nextOffset: positions[$0]?.value ?? 0
                )
            },
            fromMs: from.ms,
            toMs: to.ms,
            fromUser: place.user,
            limit: UInt32(clamping: limit),
            projectZone: projectZone,
            nestedNames: nested.map(\.name.text),
            nestedDefinitions: try nested.map { try DefinitionCoding.encode($0.definition) },
            skip: place.skip
        )
    }

    func ask(_ own: SetsDoor, _ partitions: [Partition], _ call: CallContext) async throws
        -> EvaluationV1.BacktestPartResponse
    {
        try await own.backtest(try request(partitions), call)
    }

    func ask(_ peer: EvaluationV1_SetsClient, _ partitions: [Partition], _ options: CallOptions)
        async throws -> EvaluationV1.BacktestPartResponse
    {
        try await peer.backtest(try request(partitions), options)
    }

    func isWhole(_ answer: EvaluationV1.BacktestPartResponse, _ partitions: [Partition]) -> Bool {
        answer.positions.reach(positions, partitions)
    }
}

/// Where a backtest goes on.
private struct BacktestCursor: Sendable, Hashable {
    private static let version: UInt8 = 1

    var partition: UInt16 = 0
    var user: UInt32 = 0
    var skip: UInt32 = 0

    init() {}

    /// Nil for the first page.
    init?(_ bytes: [UInt8]?) throws(Fault) {
        guard let bytes else { return nil }
        let refusal = Fault.invalidArgument(
            "the cursor is none of a backtest",
            place: "cursor",
            hint: "send the page's next_cursor as it is"
        )
        do {
            var reader = ByteReader(bytes)
            guard try reader.u8() == Self.version else { throw refusal }
            partition = try reader.u16()
            user = try reader.u32()
            skip = try reader.u32()
            guard reader.isAtEnd else { throw refusal }
        } catch {
            throw refusal
        }
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.version)
        writer.u16(partition)
        writer.u32(user)
        writer.u32(skip)
        return writer.bytes
    }

    /// The place after an answer.
    func after(_ part: EvaluationV1.BacktestPartResponse) -> BacktestCursor {
        var cursor = self
        cursor.user = part.nextUser ?? 0
        cursor.skip = part.nextSkip
        if part.nextUser == nil { cursor.partition += 1 }
        return cursor
    }
}
