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
}

/// One project's catalogue.
struct ProjectCatalogue: Sendable, Hashable {
    /// The newest revision taken in.
    var revision: UInt64 = 0
    /// Segments by name, archived ones too.
    var segments: [String: SavedSegment] = [:]

    /// Takes the next revision in; older ones, which every other partition tells again, change
    /// nothing.
    ///
    /// - Returns: whether it was news.
    mutating func apply(_ change: LogV1.CatalogueChange) throws(EvaluatorError) -> Bool {
        guard change.revision > revision else { return false }
        guard change.revision == revision + 1 else {
            throw EvaluatorError(
                .log, "read the catalogue", place: "revision \(change.revision)",
                hint: "revision \(revision + 1) was due; delete the evaluator's data folder")
        }
        revision = change.revision
        guard change.kind == Catalogue.segmentKind else { return true }
        guard let body = change.body else {
            segments[change.name] = nil
            return true
        }
        do {
            segments[change.name] = SavedSegment(
                document: try SegmentV1.SegmentDocument.decode(body), revision: change.revision)
        } catch {
            throw EvaluatorError(
                .log, "read the catalogue", place: "segment \(change.name)",
                hint: "its document cannot be read: \(error)")
        }
        return true
    }
}

/// The instance's catalogue: shared by its lanes, each of which reads the same control records.
/// May be called from any thread.
final class Catalogue: Sendable {
    /// The kind of a segment's document in the registry.
    static let segmentKind = "segment"

    private struct State {
        var projects: [ProjectName: ProjectCatalogue]
        /// Changes not yet in the checkpoint store.
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

    /// One project's catalogue.
    func project(_ name: ProjectName) -> ProjectCatalogue {
        state.withLock { $0.projects[name] ?? ProjectCatalogue() }
    }

    /// A segment that can be asked about.
    ///
    /// - Throws: when there is none of that name (the nearest one is named) or it is archived.
    func segment(_ name: String, in project: ProjectName) throws(EvaluatorError) -> SavedSegment {
        let segments = self.project(project).segments
        guard let segment = segments[name] else {
            let near = NearestName.nearest(to: name, in: segments.keys.sorted())
            throw EvaluatorError(
                .unknownSegment, "find the segment", place: name,
                hint: near.map { "did you mean \($0)?" } ?? "project \(project) has no such segment"
            )
        }
        guard !segment.document.archived else {
            throw EvaluatorError(
                .archivedSegment, "find the segment", place: name,
                hint: "archived segments are kept, not answered; create it under a new name")
        }
        return segment
    }

    /// Hands over the changes that a checkpoint must save, once.
    func takeUnsaved() -> [(ProjectName, LogV1.CatalogueChange)] {
        state.withLock { state in
            defer { state.unsaved = [] }
            return state.unsaved
        }
    }

    /// Puts changes back that could not be saved.
    func putBack(_ changes: [(ProjectName, LogV1.CatalogueChange)]) {
        state.withLock { $0.unsaved = changes + $0.unsaved }
    }
}
