// Live segments changed in place: the difference first, then another version that goes on.

import Basics
import Chassis
import Messages
import Segments
import Wire

extension SegmentsDoor {
    /// Most bytes of a part's text in a difference.
    private static let textBytesMax = 1_000

    func updateLive(_ request: EvaluationV1.UpdateRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.UpdateResponse
    {
        let project = try await caughtUp(call)
        let standing = try standing(request.name, in: project)
        try check(request, against: standing)
        guard standing.document.live != nil, request.definition == nil else {
            throw Fault.invalidArgument(
                "\(request.name) is a condition, and stays one",
                place: "live",
                hint: "create a live segment under another name"
            )
        }
        guard !request.dryRun else {
            guard standing.document.quarantine == nil else {
                return incomparable(standing, try await warnings(request.live, call))
            }
            let diff = try await liveDiff(request, standing, call)
            return EvaluationV1.UpdateResponse(
                segment: standing.message,
                entering: diff.entering,
                leaving: diff.leaving,
                warnings: request.partitions.isEmpty ? try await warnings(request.live, call) : [],
                liveDiff: diff
            )
        }
        let document = try document(request, after: standing, in: project)
        // A repeat changes nothing and is no error.
        guard document != standing.document else {
            return EvaluationV1.UpdateResponse(segment: standing.message)
        }
        let (saved, positions) = try await putNext(document, after: standing, in: project, call)
        return EvaluationV1.UpdateResponse(
            segment: saved.message,
            positions: positions,
            warnings: try await warnings(request.live, call)
        )
    }

    /// The dry run of a live segment's update: by all partitions, or by those that are asked for.
    func liveDiff(
        _ request: EvaluationV1.UpdateRequest,
        _ standing: SavedSegment,
        _ call: CallContext
    ) async throws(Fault) -> EvaluationV1.LiveDiff {
        guard let updateDesk else { throw Fault.unimplemented(call.method) }
        let project = try await project(call)
        let (live, nested) = try understand(request.live, as: request.name, in: project)
        let plan = try Definitions.livePlan(live, nested: nested, projectZone: nil)
        var diff = try await updateDesk.diff(request, to: plan, call)
        let before = try Definitions.read(standing.document.live)
        do throws(DefinitionProblem) {
            diff.changes = try LiveDiff(from: before, to: live).changes.prefix(100).map {
                EvaluationV1.LivePartChange(
                    place: Self.short($0.place),
                    before: $0.before.map(Self.short),
                    after: $0.after.map(Self.short)
                )
            }
        } catch {
            throw Definitions.fault(error)
        }
        return diff
    }

    /// The document of a live segment's next version.
    func document(
        _ request: EvaluationV1.UpdateRequest,
        after standing: SavedSegment,
        in project: ProjectName
    ) throws(Fault) -> SegmentV1.SegmentDocument {
        let (live, _) = try understand(request.live, as: request.name, in: project)
        var document = standing.document
        do {
            document.live = try LiveCoding.encode(live)
        } catch {
            throw error.fault
        }
        document.description = request.description ?? document.description
        let isOther = document.live != standing.document.live
        if isOther || standing.document.quarantine != nil { document.version += 1 }
        return document
    }

    private static func short(_ text: String) -> String {
        guard text.utf8.count > textBytesMax else { return text }
        var short = ""
        for character in text {
            guard short.utf8.count + character.utf8.count < textBytesMax else { break }
            short.append(character)
        }
        return short + " …"
    }
}
