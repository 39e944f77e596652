// Which saved segments a user is in: every plan by the user reader, over that user's own history.

import Basics
import Columns
import Messages
import Segments

/// One user's records, and the segments that may hold the user.
struct SegmentsOfUser: Sendable {
    /// Most segments looked at for one page: each is compiled for it.
    static let lookedAtMax = 2_000
    /// Most segments of one page.
    static let segmentsMax: UInt32 = 1_000
    /// Most names of segments that cannot be read.
    private static let unreadableMax = 100

    let columns: PartitionColumns
    let user: UserNumber
    let at: Timestamp
    let projectZone: String?

    /// A page of the segments the user is in, by name.
    func page(
        _ catalogue: ProjectCatalogue,
        _ request: EvaluationV1.UserSegmentsQuestion,
        _ limit: QuestionLimit
    ) throws -> EvaluationV1.SegmentsOfResponse {
        var page = EvaluationV1.SegmentsOfResponse(known: true)
        if request.afterName == nil {
            page.unreadable = catalogue.unreadable.sorted().prefix(Self.unreadableMax).map(\.text)
        }
        let after = request.afterName.map { ExactName($0) }
        let rest = catalogue.segments
            .filter { name, saved in
                !saved.document.archived && after.map { $0 < name } ?? true
            }.sorted { $0.key < $1.key }
        let wanted = Int(min(max(request.limit, 1), Self.segmentsMax))
        for (index, (name, saved)) in rest.enumerated() {
            guard page.segments.count < wanted, index < Self.lookedAtMax else {
                page.nextAfterName = rest[index - 1].key.text
                break
            }
            page.lookedAt += 1
            try limit.check()
            do throws(Fault) {
                do throws(EvaluatorError) {
                    _ = try catalogue.answerable(name.text, in: columns.owner.project)
                } catch {
                    throw error.fault
                }
                let definition = try Definitions.read(saved.definition)
                let plan = try Definitions.plan(
                    definition,
                    nested: try catalogue.nested(in: definition),
                    projectZone: projectZone
                )
                let own = columns.history(of: user, read: plan.mentions, at: at)
                if plan.isMember(own, at: at) { page.segments.append(name.text) }
            } catch {
                guard page.unreadable.count < Self.unreadableMax else { continue }
                page.unreadable.append(name.text)
            }
        }
        return page
    }
}
