// How the size of a segment changed, over any range: many instants, one place in the log.

import Basics
import Messages
import Segments

extension SegmentsDoor {
    func trend(_ request: EvaluationV1.TrendRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.TrendResponse
    {
        var question = try await understand(
            request.subject,
            atMs: request.toMs ?? request.atMs,
            request.freshness,
            call
        )
        let unit = TrendUnit(request.unit)
        let zone = try zone(request.zone ?? question.definition.zone ?? question.projectZone)
        let all = try partitions()
        let from: Timestamp
        if let fromMs = request.fromMs {
            from = Timestamp(ms: fromMs)
            guard from.hasText else { throw Definitions.instantFault }
        } else {
            question.wantsFirstEvent = true
            let first = AnswerSum(try await gather.ask(question, of: all, call)).firstEventMs
            question.wantsFirstEvent = false
            from = min(first.map(Timestamp.init(ms:)) ?? question.at, question.at)
        }
        guard from <= question.at else {
            throw Fault.invalidArgument(
                "the trend ends before it begins",
                place: "from_ms",
                hint: "it ends at \(question.at.rfc3339)"
            )
        }
        guard let instants = unit.instants(from: from, to: question.at, in: zone) else {
            throw Fault.invalidArgument(
                "the trend has more than \(TrendUnit.pointsMax) points, one per \(unit)",
                place: "unit",
                hint: "choose a longer unit or a later beginning than \(from.rfc3339)"
            )
        }
        question.trend = instants
        let sum = AnswerSum(try await gather.ask(question, of: all, call))
        return EvaluationV1.TrendResponse(
            points: zip(instants, sum.trendUsers).enumerated().map { index, point in
                EvaluationV1.TrendPoint(
                    atMs: point.0.ms,
                    users: point.1,
                    universe: sum.trendUniverse.isEmpty ? sum.universe : sum.trendUniverse[index]
                )
            },
            exactness: sum.exactness(question.at),
            zone: zone.name,
            tookUs: sum.tookUs
        )
    }

    private func zone(_ name: String?) throws(Fault) -> Zone {
        guard let name, !name.isEmpty else { return .utc }
        if let zone = Zone(name) { return zone }
        let near = NearestName.nearest(to: name, in: Zone.known)
        throw Fault.invalidArgument(
            "there is no zone \(name.debugDescription)",
            place: "zone",
            hint: near.map { "did you mean \($0)?" } ?? "such as Europe/Berlin"
        )
    }
}

extension TrendUnit {
    /// The unit of the wire; one that is not known is a day.
    init(_ unit: EvaluationV1.TrendUnit) {
        self =
            switch unit {
            case .hour: .hour
            case .week: .week
            case .month: .month
            default: .day
            }
    }
}
