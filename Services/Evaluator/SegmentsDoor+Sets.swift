// Several segments at once: how they overlap, a set made of them, a segment with its properties.

import Basics
import Messages
import Segments
import Wire

extension SegmentsDoor {
    func overlap(_ request: EvaluationV1.OverlapRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.OverlapResponse
    {
        guard !request.others.isEmpty else {
            throw Fault.invalidArgument(
                "there is nothing to hold the segment against",
                place: "others",
                hint: "name 1 to \(SetExpression.subjectsMax - 1) others"
            )
        }
        var question = try await understand(
            request.subject,
            request.others,
            atMs: request.atMs,
            request.freshness,
            call
        )
        question.overlap = true
        let sum = SetsSum(try await gather.ask(question, of: try partitions(), call))
        let count = question.sets.count
        var answer = EvaluationV1.OverlapResponse(
            users: sum.users,
            inAny: sum.inAny,
            inAll: sum.inAll,
            universe: sum.universe,
            exactness: sum.exactness(question.at),
            windows: try windows(question),
            tookUs: sum.tookUs
        )
        var pairs = sum.pairUsers.makeIterator()
        for first in 0..<count {
            for second in (first + 1)..<max(count, first + 1) {
                answer.pairs.append(
                    EvaluationV1.PairSize(
                        first: UInt32(first),
                        second: UInt32(second),
                        users: pairs.next() ?? 0
                    )
                )
            }
        }
        for (region, users) in sum.regionUsers.enumerated() where region > 0 && users > 0 {
            let segments = (0..<count).filter { region >> $0 & 1 == 1 }.map { UInt32($0) }
            answer.regions.append(EvaluationV1.RegionSize(segments: segments, users: users))
        }
        return answer
    }

    func combine(_ request: EvaluationV1.CombineRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.CombineResponse
    {
        let cursor = try MembersCursor(request.cursor)
        var question = try await understand(
            request.subject,
            request.others,
            atMs: cursor?.at.ms ?? request.atMs,
            cursor == nil ? request.freshness : .local,
            call
        )
        do throws(DefinitionProblem) {
            question.expression = try SetExpression(
                SetCoding.decode(request.nodes),
                subjects: question.sets.count
            )
        } catch {
            throw Definitions.fault(error)
        }
        var answer = EvaluationV1.CombineResponse(
            exactness: EvaluationV1.Exactness(atMs: question.at.ms)
        )
        // A count alone needs no snapshot that stays.
        let isListed = request.limit > 0
        let place = isListed ? try await begin(&question, cursor, call).place : nil
        if cursor == nil {
            let sum = SetsSum(try await gather.ask(question, of: try partitions(), call))
            answer.users = sum.madeUsers
            answer.universe = sum.universe
            answer.subjectUsers = sum.users
            answer.exactness = sum.exactness(question.at)
            answer.windows = try windows(question)
            answer.tookUs = sum.tookUs
        }
        guard let place else { return answer }
        let page = try await list(question, from: place, limit: request.limit, call)
        answer.members = page.users.map(\.userID)
        answer.nextCursor = page.next
        if cursor != nil { answer.exactness?.positions = page.positions }
        return answer
    }

    func export(_ request: EvaluationV1.ExportRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.ExportResponse
    {
        let cursor = try MembersCursor(request.cursor)
        var question = try await understand(
            request.subject,
            [],
            atMs: cursor?.at.ms ?? request.atMs,
            cursor == nil ? request.freshness : .local,
            call
        )
        question.expression = .whole
        question.properties = request.properties
        let (place, whole) = try await begin(&question, cursor, call)
        let page = try await list(question, from: place, limit: request.limit, call)
        var answer = EvaluationV1.ExportResponse(users: page.users, nextCursor: page.next)
        answer.exactness = EvaluationV1.Exactness(
            atMs: question.at.ms,
            positions: cursor == nil ? whole : page.positions
        )
        if cursor == nil {
            answer.exactness?.windows = try windows(question).first?.windows ?? []
        }
        return answer
    }

    /// The sets that subjects mean, all at one instant and at the same positions.
    func understand(
        _ first: EvaluationV1.Subject?,
        _ others: [EvaluationV1.Subject],
        atMs: Int64?,
        _ freshness: EvaluationV1.Freshness,
        _ call: CallContext
    ) async throws(Fault) -> GatheredSets {
        let question = try await understand(first, atMs: atMs, freshness, call)
        var sets = [GatheredSets.One(question)]
        if !others.isEmpty { try await catchUp(question.positions, call) }
        for (index, subject) in others.enumerated() {
            do throws(Fault) {
                let other = try await understand(subject, atMs: question.at.ms, .local, call)
                sets.append(GatheredSets.One(other))
            } catch {
                throw error.at("others[\(index)]")
            }
        }
        return GatheredSets(
            sets: sets,
            at: question.at,
            projectZone: question.projectZone,
            positions: question.positions,
            revision: question.revision
        )
    }

    /// Every window's bounds by subject.
    private func windows(_ question: GatheredSets) throws(Fault) -> [EvaluationV1.SubjectWindows] {
        var windows: [EvaluationV1.SubjectWindows] = []
        for (index, set) in question.sets.enumerated() {
            let plan = try Definitions.plan(
                set.definition,
                nested: set.nested,
                projectZone: question.projectZone
            )
            windows.append(
                EvaluationV1.SubjectWindows(
                    subject: UInt32(index),
                    windows: plan.resolvedWindows(at: question.at)
                        .map(EvaluationV1.ResolvedWindow.init)
                )
            )
        }
        return windows
    }
}

/// A question about several sets as it goes to every owner.
struct GatheredSets: OwnersQuestion {
    /// One of the sets.
    struct One: Sendable {
        let definition: Definition
        /// The segments that it uses.
        let nested: [NestedSegment]

        init(_ question: GatheredQuestion) {
            definition = question.definition
            nested = question.nested
        }

        func message() throws -> EvaluationV1.ResolvedSet {
            EvaluationV1.ResolvedSet(
                definition: try DefinitionCoding.encode(definition),
                nestedNames: nested.map(\.name.text),
                nestedDefinitions: try nested.map { try DefinitionCoding.encode($0.definition) }
            )
        }
    }

    /// A snapshot that owners keep for a listing.
    struct Hold: Sendable, Hashable {
        /// The request id of the listing's first page; another one for each time that it is taken
        /// again.
        var id: [UInt8]
        /// Whether it is to be taken.
        var isTaken = false
    }

    let sets: [One]
    let at: Timestamp
    let projectZone: String?
    /// Positions that the answer must include; empty: whatever the owners hold.
    var positions: [Partition: LogOffset]
    /// The catalogue's revision that says what the sets mean.
    let revision: UInt64
    /// The snapshot to answer from; nil: the partitions as they are.
    var hold: Hold?
    var overlap = false
    var expression: SetExpression?
    var properties: [String] = []
    /// How many users to draw of every region, of two sets at most.
    var regionSample = 0
    var nodeCounts = false
    var members: (from: UserNumber, limit: Int, bytesMax: Int)?

    /// Room for the properties of the one user that a page has at least.
    ///
    /// Unit: bytes.
    private static let userBytesMax = 256 << 10

    mutating func need(_ behind: [Partition: LogOffset]) {
        positions.merge(behind) { max($0, $1) }
        // What stands under an id stays: some partitions' parts would be old beside the others'.
        guard let hold, hold.isTaken, !hold.id.isEmpty else { return }
        self.hold?.id[0] = hold.id[0] &+ 1
    }

    func replyBytes(_ partitions: [Partition]) -> UInt32 {
        let last = min(properties.count * 8 * Limits.textValueBytes, Self.userBytesMax)
        let page = members.map { $0.bytesMax + Limits.userIDBytes + 32 + last } ?? 0
        let regions = overlap ? 12 * (1 << min(sets.count, SetsQuestion.regionSetsMax)) : 0
        let nodes = nodeCounts ? 8 * sets.reduce(0) { $0 + $1.definition.nodes.count } : 0
        let drawn = (Limits.userIDBytes + 32) * 3 * regionSample
        return UInt32(clamping: 4_096 + 48 * partitions.count + regions + page + drawn + nodes)
    }

    func ask(_ own: SetsDoor, _ partitions: [Partition], _ call: CallContext) async throws
        -> EvaluationV1.SetsPartResponse
    {
        try await own.combine(try request(partitions), call)
    }

    func ask(_ peer: EvaluationV1_SetsClient, _ partitions: [Partition], _ options: CallOptions)
        async throws -> EvaluationV1.SetsPartResponse
    {
        try await peer.combine(try request(partitions), options)
    }

    func isWhole(_ answer: EvaluationV1.SetsPartResponse, _ partitions: [Partition]) -> Bool {
        let pairs = overlap ? sets.count * (sets.count - 1) / 2 : 0
        let nodes = sets.reduce(0) { $0 + $1.definition.nodes.count }
        return answer.positions.reach(positions, partitions) && answer.users.count == sets.count
            && answer.pairUsers.count == pairs
            && answer.nodeUsers.count == (nodeCounts ? nodes : 0)
            && answer.holdID == hold?.id ?? []
            && answer.members.allSatisfy { $0.values.count == properties.count }
    }

    private func request(_ partitions: [Partition]) throws -> EvaluationV1.SetsPartRequest {
        EvaluationV1.SetsPartRequest(
            sets: try sets.map { try $0.message() },
            atMs: at.ms,
            positions: partitions.map {
                LogV1.Position(
                    partition: UInt32($0.index),
                    nextOffset: positions[$0]?.value ?? 0
                )
            },
            projectZone: projectZone,
            overlap: overlap,
            nodes: expression.map(SetCoding.encode) ?? [],
            membersFrom: members?.from.value,
            membersLimit: UInt32(clamping: members?.limit ?? 0),
            membersBytesMax: UInt32(clamping: members?.bytesMax ?? 0),
            properties: properties,
            regionSample: UInt32(clamping: regionSample),
            nodeCounts: nodeCounts,
            holdID: hold?.id ?? [],
            takeHold: hold?.isTaken ?? false
        )
    }
}

/// What all owners answered about several sets, together.
struct SetsSum {
    private(set) var users: [UInt64] = []
    private(set) var pairUsers: [UInt64] = []
    private(set) var regionUsers: [UInt64] = []
    private(set) var inAny: UInt64 = 0
    private(set) var inAll: UInt64 = 0
    private(set) var madeUsers: UInt64 = 0
    private(set) var universe: UInt64 = 0
    private(set) var tookUs: UInt64 = 0
    private(set) var regionSample: [EvaluationV1.RegionSample] = []
    private(set) var nodeUsers: [UInt64] = []
    private var positions: [LogV1.Position] = []

    init(_ parts: [EvaluationV1.SetsPartResponse]) {
        for part in parts {
            users = users.saturating(part.users)
            pairUsers = pairUsers.saturating(part.pairUsers)
            regionUsers = regionUsers.saturating(part.regionUsers)
            inAny = inAny.saturating(part.inAny)
            inAll = inAll.saturating(part.inAll)
            madeUsers = madeUsers.saturating(part.madeUsers)
            universe = universe.saturating(part.universe)
            tookUs = max(tookUs, part.tookUs)
            regionSample += part.regionSample
            nodeUsers = nodeUsers.saturating(part.nodeUsers)
            positions += part.positions
        }
        positions.sort { $0.partition < $1.partition }
    }

    /// What the answer is exact at; windows are told by subject.
    func exactness(_ at: Timestamp) -> EvaluationV1.Exactness {
        EvaluationV1.Exactness(atMs: at.ms, positions: positions)
    }
}
