// The segments of a partition as its log tells of them: what each means, and whose turn it is.

import Basics
import Messages
import Segments
import Wire

/// A version of a live segment, from the record on that brought it.
struct ReferenceSegment {
    let document: SegmentV1.SegmentDocument
    /// The catalogue revision at which it began, which names its feed.
    let revision: UInt64
    /// How who is in is known to others.
    let inFeed: InFeed
    var plan: LivePlan
    /// When it began; where waits go on from the version before, when that did.
    let begunAt: Timestamp
    /// What stands before it fires nothing.
    let begin: LogOffset
    /// Whether it goes on where another version ended.
    let isCarried: Bool
}

/// The documents that stand.
struct ReferenceCatalogue {
    private var documents: [ExactName: SegmentV1.SegmentDocument] = [:]
    /// The revisions at which first versions began.
    private var origins: [ExactName: UInt64] = [:]

    mutating func take(_ document: SegmentV1.SegmentDocument, at revision: UInt64) {
        let name = ExactName(document.name)
        documents[name] = document
        origins[name] = origins[name] ?? revision
    }

    func document(of name: ExactName) -> SegmentV1.SegmentDocument? { documents[name] }

    func inFeed(of name: ExactName) -> InFeed { InFeed(name, revision: origins[name] ?? 0) }

    func plan(of document: SegmentV1.SegmentDocument) throws -> LivePlan? {
        guard let sent = document.live else { return nil }
        let live = try LiveCoding.decode(sent)
        return try LivePlan(live, nested: try nested(in: live.conditions.map(\.definition)))
    }

    /// What the segments mean that conditions use.
    func nested(in conditions: [Definition]) throws -> [NestedSegment] {
        var nested: [NestedSegment] = []
        for condition in conditions {
            let found = try Nesting(of: condition) { (name) throws(DefinitionProblem) in
                try meaning(of: name)
            }
            nested += found.segments.filter { !nested.contains($0) }
        }
        return nested
    }

    /// Of a live segment: that its feed has the user in.
    private func meaning(of name: ExactName) throws(DefinitionProblem) -> Definition {
        if let document = documents[name], document.live != nil {
            return Definition(.inFeed(inFeed(of: name)))
        }
        do {
            return try DefinitionCoding.decode(documents[name]?.definition ?? .init())
        } catch {
            throw DefinitionProblem(.segment, place: "", message: "\(name.text): \(error)")
        }
    }

    /// Whether a segment means what another means: by its conditions, and those that these use.
    func means(_ name: ExactName, _ other: ExactName) -> Bool {
        used(by: name).contains { used in
            used == other || documents[used]?.live == nil && means(used, other)
        }
    }

    /// How many live segments stand below each other in a segment's conditions: whoever has fewer
    /// comes first.
    func rank(of name: ExactName) -> Int {
        used(by: name).map { rank(of: $0) + (documents[$0]?.live == nil ? 0 : 1) }.max() ?? 0
    }

    private func used(by name: ExactName) -> [ExactName] {
        guard let document = documents[name] else { return [] }
        let live = document.live
        let nodes =
            (document.definition?.nodes ?? []) + (live?.becomes ?? []) + (live?.filter ?? [])
            + (live?.stayWhile ?? [])
        return nodes.compactMap { node in
            if case .inSegment(let used) = node.kind { ExactName(used.name) } else { nil }
        }
    }
}
