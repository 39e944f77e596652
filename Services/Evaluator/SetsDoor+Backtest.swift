// The owner's part of a backtest: one partition's users, one after the other, over a snapshot.

import Basics
import Columns
import Messages
import Segments
import Wire

extension SetsDoor {
    func backtest(_ request: EvaluationV1.BacktestPartRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.BacktestPartResponse
    {
        guard let project = call.project else {
            throw Fault.invalidArgument("the project is missing", place: "header.project")
        }
        let positions = request.positions.byPartition
        guard positions.count == 1 else {
            throw Fault.invalidArgument("one partition is asked at a time", place: "positions")
        }
        let test = try PartitionBacktest(request)
        try await wait(for: positions, call)
        do {
            let whole = try await snapshot(project, positions.keys.sorted())
            let limit = limit(of: call)
            var part = try await threads.run(limit) { try test.run(whole.columns, limit) }
            part.positions = whole.positions
            return part
        } catch let error as EvaluatorError {
            throw error.fault
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault.internal("the evaluator failed: \(error)")
        }
    }
}

/// A backtest of one partition, from one user on.
private struct PartitionBacktest: Sendable {
    let plan: LivePlan
    let from: Timestamp
    let to: Timestamp
    let firstUser: UserNumber
    /// Changes of the first user that have been told.
    let skip: Int
    let limit: Int

    init(_ request: EvaluationV1.BacktestPartRequest) throws(Fault) {
        plan = try Definitions.livePlan(
            try Definitions.read(request.live),
            nested: try Definitions.nested(request.nestedNames, request.nestedDefinitions),
            projectZone: request.projectZone
        )
        from = Timestamp(ms: request.fromMs)
        to = Timestamp(ms: request.toMs)
        guard from.hasText, to.hasText else { throw Definitions.instantFault }
        firstUser = UserNumber(request.fromUser)
        skip = Int(request.skip)
        limit = Int(min(max(request.limit, 1), SegmentsDoor.membersMax))
    }

    func run(_ partitions: [PartitionColumns], _ questionLimit: QuestionLimit) throws
        -> EvaluationV1.BacktestPartResponse
    {
        var part = EvaluationV1.BacktestPartResponse()
        guard let columns = partitions.first else { return part }
        var reads = plan.reads
        if plan.holdsOfNewcomers {
            // The first record of a user is heard, whatever it is.
            reads.anyEvent = true
            reads.pastUserProperties.formUnion(columns.propertyNames().map { ExactName($0) })
        }
        let candidates = try candidates(columns, questionLimit)
        var next = candidates.first(from: firstUser)
        while let user = next {
            try questionLimit.check()
            let history = columns.history(of: user, read: reads, at: nil)
            let changes = plan.backtest(history, from: from, to: to)
            let told = user == firstUser ? skip : 0
            let left = changes.dropFirst(told)
            let room = limit - part.changes.count
            if !left.isEmpty, let id = columns.id(of: user) {
                part.changes += left.prefix(room).map { Self.message($0, of: id) }
            }
            if left.count > room {
                part.nextUser = user.value
                part.nextSkip = UInt32(clamping: told + room)
                return part
            }
            next = candidates.first(from: UserNumber(user.value + 1))
            if part.changes.count == limit {
                part.nextUser = next?.value
                return part
            }
        }
        return part
    }

    /// Those of whom something may be told: who ever did what it begins with, or everybody.
    private func candidates(_ columns: PartitionColumns, _ limit: QuestionLimit) throws
        -> UserBitset
    {
        guard let match = plan.beginsWith else {
            return columns.present ?? UserBitset(universe: columns.userCount, all: true)
        }
        let did = try Plan(Definition(.did(Did(match))))
        return try columns.slots(of: did, at: .latest, limit.check)[did.root]
    }

    private static func message(_ change: LiveChange, of user: UserID)
        -> EvaluationV1.BacktestChange
    {
        EvaluationV1.BacktestChange(
            userID: user.text,
            kind: change.kind.message,
            atMs: change.at.ms,
            occurrence: UInt32(clamping: change.occurrence),
            member: change.isMember
        )
    }
}

extension LiveChange.Kind {
    /// The kind on the wire.
    var message: EvaluationV1.MembershipKind {
        switch self {
        case .entered: .entered
        case .left: .left
        case .retracted: .retracted
        case .corrected: .corrected
        case .erased: .erased
        }
    }
}

extension LiveChange.Cause {
    /// The cause on the wire.
    var message: EvaluationV1.MembershipCause {
        switch self {
        case .record: .record
        case .timer: .timer
        case .correction: .correction
        case .definition: .definition
        }
    }
}
