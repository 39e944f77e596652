// Segments that are quarantined, given their next version: what was quarantined with them goes on.

import Basics
import Messages
import Segments

extension SegmentsDoor {
    /// The dry run of a segment's update of which nobody can say who is in.
    func incomparable(_ standing: SavedSegment, _ warnings: [EvaluationV1.Warning])
        -> EvaluationV1.UpdateResponse
    {
        EvaluationV1.UpdateResponse(segment: standing.message, warnings: warnings)
    }

    /// Puts a segment's next version.
    ///
    /// What is quarantined only since it uses the one before begins anew behind it, each behind
    /// those that it uses.
    ///
    /// - Returns: the segment, and where the logs carry all of that.
    func putNext(
        _ document: SegmentV1.SegmentDocument,
        after standing: SavedSegment,
        in project: ProjectName,
        _ call: CallContext
    ) async throws(Fault) -> (SavedSegment, [LogV1.Position]) {
        let (saved, first) = try await put(
            document,
            expecting: standing.revision,
            in: project,
            call
        )
        guard standing.document.quarantine != nil else { return (saved, first) }
        var positions = first
        var done: Set<String> = []
        while let user = catalogue.project(project).freed(by: document.name, besides: done) {
            done.insert(user.document.name)
            var next = user.document
            next.version += 1
            (_, positions) = try await put(next, expecting: user.revision, in: project, call)
        }
        return (saved, positions)
    }
}

extension ProjectCatalogue {
    /// A segment that is not followed because of another, and uses none any more that is
    /// quarantined; by its document, or since it was saved while that happened.
    fileprivate func freed(by name: String, besides done: Set<String>) -> SavedSegment? {
        segments.sorted { $0.key < $1.key }.map(\.value).first { saved in
            let document = saved.document
            guard document.isFollowed, !done.contains(document.name) else { return false }
            let used = used(by: document)
            let isWithheld =
                document.quarantine.map { $0.becauseOf == name } ?? (used[ExactName(name)] != nil)
            return isWithheld && used.values.allSatisfy { $0.quarantine == nil }
        }
    }

    /// What a segment uses, itself and through others.
    private func used(by document: SegmentV1.SegmentDocument)
        -> [ExactName: SegmentV1.SegmentDocument]
    {
        var (left, found) = (document.used, [ExactName: SegmentV1.SegmentDocument]())
        while let next = left.popLast() {
            guard found[next] == nil, let used = segments[next]?.document else { continue }
            found[next] = used
            left += used.used
        }
        return found
    }
}
