// The segments of every project, as the log's control records have told them so far.

import Basics
import Messages
import Segments
import Synchronization
import Wire

/// A segment as it stands in the catalogue.
struct SavedSegment: Sendable, Hashable {
    /// The document, as it was put.
    let document: SegmentV1.SegmentDocument
    /// The catalogue revision it stands at.
    let revision: UInt64
    /// That at which its version began, which names the version's feed.
    let feed: UInt64
    /// That at which its first version began, under which columns keep who is in, live.
    let origin: UInt64

    /// What it means as a condition: of a live segment, that its feed has the user in.
    var definition: SegmentV1.Definition? {
        guard document.live != nil else { return document.definition }
        let inFeed = SegmentV1.InFeed(name: document.name, revision: origin)
        return SegmentV1.Definition(nodes: [SegmentV1.Node(kind: .inFeed(inFeed))])
    }
}

/// One project's catalogue.
struct ProjectCatalogue: Sendable, Hashable {
    /// The newest revision taken in.
    var revision: UInt64 = 0
    /// Segments by name, archived ones too.
    private(set) var segments: [ExactName: SavedSegment] = [:]
    /// Uploaded lists by name.
    private(set) var lists: [ExactName: SegmentV1.ListDocument] = [:]
    /// Segments whose documents this build cannot read.
    private(set) var unreadable: Set<ExactName> = []

    /// Takes the next revision in; older ones, which every other partition tells again, change
    /// nothing.
    ///
    /// - Returns: whether it was news.
    /// - Throws: when revisions are missing.
    @discardableResult
    mutating func apply(_ change: LogV1.CatalogueChange) throws(EvaluatorError) -> Bool {
        guard change.revision > revision else { return false }
        guard change.revision == revision + 1 else {
            throw EvaluatorError(
                .log,
                "read the catalogue",
                place: "revision \(change.revision)",
                hint: "revision \(revision + 1) was due; \(EvaluatorError.rebuildHint)"
            )
        }
        revision = change.revision
        switch change.kind {
        case Catalogue.segmentKind: take(segment: change)
        case Catalogue.listKind: take(list: change)
        default: break
        }
        return true
    }

    /// A document that cannot be read makes its segment unanswerable, and nothing else.
    private mutating func take(segment change: LogV1.CatalogueChange) {
        let name = ExactName(change.name)
        let before = segments[name]
        segments[name] = nil
        unreadable.remove(name)
        guard let body = change.body else { return }
        do throws(MessageError) {
            let document = try SegmentV1.SegmentDocument.decode(body)
            if ExactName(document.name) == name {
                let isSame = before?.document.version == document.version
                segments[name] = SavedSegment(
                    document: document,
                    revision: change.revision,
                    feed: isSame ? before?.feed ?? change.revision : change.revision,
                    origin: origin(after: before) ?? change.revision
                )
                return
            }
        } catch {
            // The same as a document of another name.
        }
        unreadable.insert(name)
    }

    /// Under which columns keep who is in: what they have of a version that was quarantined is
    /// nothing where the log is read anew.
    private func origin(after before: SavedSegment?) -> UInt64? {
        before.flatMap { $0.document.quarantine == nil ? $0.origin : nil }
    }

    /// A list is its name: a document that cannot be read says no more than that there is one.
    private mutating func take(list change: LogV1.CatalogueChange) {
        let name = ExactName(change.name)
        lists[name] = nil
        guard let body = change.body else { return }
        do throws(MessageError) {
            lists[name] = try SegmentV1.ListDocument.decode(body)
        } catch {
            lists[name] = SegmentV1.ListDocument(name: change.name)
        }
    }

    /// A segment, archived or not.
    ///
    /// - Throws: when there is none of that name (the nearest one is named) or its document cannot
    ///   be read.
    func segment(_ name: String, in project: ProjectName) throws(EvaluatorError) -> SavedSegment {
        if let segment = segments[ExactName(name)] { return segment }
        guard !unreadable.contains(ExactName(name)) else {
            throw EvaluatorError(
                .unreadableSegment,
                "find the segment",
                place: name,
                hint: "a newer build wrote it, or it was put by hand; create another"
            )
        }
        let near = NearestName.nearest(to: name, in: segments.keys.sorted().map(\.text))
        throw EvaluatorError(
            .unknownSegment,
            "find the segment",
            place: name,
            hint: near.map { "did you mean \($0)?" } ?? "project \(project) has no such segment"
        )
    }

    /// What is to be done about a version that is quarantined.
    static func hint(_ quarantine: SegmentV1.QuarantinedVersion, of name: String) -> String {
        let cause = quarantine.becauseOf ?? name
        return "\(quarantine.reason); give \(cause) another definition, or after an upgrade"
            + " `shoal quarantine retry --segment \(cause)`"
    }

    /// A segment that can be asked about.
    ///
    /// - Throws: when there is none of that name (the nearest one is named), or it is archived or
    ///   quarantined.
    func answerable(_ name: String, in project: ProjectName) throws(EvaluatorError)
        -> SavedSegment
    {
        let segment = try self.segment(name, in: project)
        guard !segment.document.archived else {
            throw EvaluatorError(
                .archivedSegment,
                "find the segment",
                place: name,
                hint: "archived segments are kept, not answered; create it under a new name"
            )
        }
        if let quarantine = segment.document.quarantine {
            throw EvaluatorError(
                .quarantinedSegment,
                "find the segment",
                place: name,
                hint: Self.hint(quarantine, of: name)
            )
        }
        return segment
    }
}

/// The instance's catalogue: shared by its lanes, each of which reads the same control records.
///
/// May be called from any thread.
final class Catalogue: Sendable {
    /// The kind of a segment's document in the registry.
    static let segmentKind = "segment"
    /// The kind of an uploaded list's document in the registry.
    static let listKind = "list"

    private struct State {
        var projects: [ProjectName: ProjectCatalogue]
        /// Changes not known to be in the checkpoint store, in order.
        var unsaved: [(ProjectName, LogV1.CatalogueChange)] = []
    }

    private let state: Mutex<State>

    /// Starts with what the checkpoint kept.
    init(_ projects: [ProjectName: ProjectCatalogue] = [:]) {
        state = Mutex(State(projects: projects))
    }

    /// Takes in what a partition's log told.
    func apply(_ changes: [(ProjectName, LogV1.CatalogueChange)]) throws(EvaluatorError) {
        guard !changes.isEmpty else { return }
        let failure: EvaluatorError? = state.withLock { state in
            for (project, change) in changes {
                do throws(EvaluatorError) {
                    if try state.projects[project, default: ProjectCatalogue()].apply(change) {
                        state.unsaved.append((project, change))
                    }
                } catch {
                    return error
                }
            }
            return nil
        }
        if let failure { throw failure }
    }

    /// Whether some project has a segment that is followed.
    var isFollowing: Bool {
        state.withLock { state in
            state.projects.values.contains { project in
                project.segments.values.contains { segment in
                    segment.document.live != nil
                        || segment.document.follow && !segment.document.archived
                }
            }
        }
    }

    /// One project's catalogue.
    func project(_ name: ProjectName) -> ProjectCatalogue {
        state.withLock { $0.projects[name] ?? ProjectCatalogue() }
    }

    /// A segment that can be asked about.
    ///
    /// - Throws: when there is none of that name (the nearest one is named) or it is archived.
    func segment(_ name: String, in project: ProjectName) throws(EvaluatorError) -> SavedSegment {
        try self.project(project).answerable(name, in: project)
    }

    /// The changes that are not known to be in the checkpoint store, in order.
    var unsaved: [(ProjectName, LogV1.CatalogueChange)] { state.withLock { $0.unsaved } }

    /// Notes that these are in the checkpoint store, durably.
    func saved(_ changes: [(ProjectName, LogV1.CatalogueChange)]) {
        var newest: [ProjectName: UInt64] = [:]
        for (project, change) in changes {
            newest[project] = max(newest[project] ?? 0, change.revision)
        }
        state.withLock { state in
            state.unsaved.removeAll { $0.1.revision <= newest[$0.0] ?? 0 }
        }
    }
}
