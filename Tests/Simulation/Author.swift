// Somebody who makes segments, changes and archives them, as an evaluator's door does for its
// callers.

import Basics
import Messages
import Segments
import Wire

/// Puts documents into the registry, and has ingestion bring them into the logs.
final class Author: Node {
    /// Segments of a run.
    private static let segmentsMax = 5

    private var random: SeededRandom
    private var documents: [SegmentV1.SegmentDocument] = []
    /// At which revisions they stand.
    private var revisions: [Int: UInt64] = [:]
    private var isBusy = false
    private var hasProject = false

    init(on stage: Simulation) {
        random = stage.chance()
        super.init("author", on: stage)
    }

    override var isDone: Bool { !isBusy }

    override func begin() async throws { try create() }

    override func finish() throws {
        if isBusy { throw Broken(.liveness, "\(name) still waits for an answer") }
    }

    private func create() throws {
        let request = RegistryV1.ProjectsRequest(create: Simulation.project.text)
        isBusy = true
        try call("registry", RegistryV1_RegistryMethods.projects, request) { [self] answer in
            guard case .success = answer else {
                return after(ms: 200) { [self] in try create() }
            }
            isBusy = false
            after(ms: 10) { [self] in try next() }
        }
    }

    private func plan() {
        isBusy = false
        after(ms: 200 + UInt64(random.below(1_600))) { [self] in try next() }
    }

    private func next() throws {
        guard !stage.isHealing else { return }
        let living = documents.indices.filter { !documents[$0].archived }
        let isComplete = documents.count >= Self.segmentsMax
        if let index = living.randomElement(using: &random), isComplete || random.chance(0.3) {
            let isUsed = documents.contains { !$0.archived && $0.uses(documents[index].name) }
            if isComplete, !isUsed, living.count > 2, random.chance(0.2) {
                documents[index].archived = true
            } else {
                try change(index)
            }
            try put(index)
        } else if !isComplete {
            let name = "segment-\(documents.count)"
            let others = living.map { ExactName(documents[$0].name) }
            var segments = RandomSegment(using: others, random.fork())
            documents.append(try segments.document(name))
            if documents.last?.follow ?? false { stage.judge.segments.append(name) }
            try put(documents.count - 1)
        } else {
            plan()
        }
    }

    /// Gives a segment another definition, which uses none but those that it may use already.
    private func change(_ index: Int) throws {
        let others = documents[..<index].filter { !$0.archived }.map { ExactName($0.name) }
        var segments = RandomSegment(using: others, random.fork())
        let changed = try segments.changed(documents[index])
        guard changed != documents[index] else { return }
        documents[index] = changed
        documents[index].version += 1
    }

    private func put(_ index: Int) throws {
        isBusy = true
        let request = RegistryV1.PutRequest(
            kind: "segment",
            name: documents[index].name,
            body: try documents[index].encode(),
            // One that is delayed must not come behind the next.
            expectedRevision: revisions[index] ?? 0
        )
        try call("registry", RegistryV1_CatalogueMethods.put, request) { [self] answer in
            switch answer {
            case .success(let reply):
                let told: RegistryV1.PutResponse = try reply.response()
                let document = documents[index]
                stage.note("\(document.name) \(document.version): \(document.archived)")
                try bring(told.document?.revision ?? 0, of: index)
            case .failure(let fault) where fault.code == .aborted: try find(index)
            // It may have been written all the same: the same document again changes nothing.
            case .failure: after(ms: 200) { [self] in try put(index) }
            }
        }
    }

    /// It was written, and only the answer is lost.
    private func find(_ index: Int) throws {
        let request = RegistryV1.GetRequest(kind: "segment", name: documents[index].name)
        try call("registry", RegistryV1_CatalogueMethods.get, request) { [self] answer in
            guard case .success(let reply) = answer else {
                return after(ms: 200) { [self] in try find(index) }
            }
            let told: RegistryV1.GetResponse = try reply.response()
            guard let document = told.document, document.body == (try documents[index].encode())
            else { throw Broken(.i9, "segment \(index) is another than was put") }
            try bring(document.revision, of: index)
        }
    }

    private func bring(_ revision: UInt64, of index: Int) throws {
        revisions[index] = revision
        let request = IngestionV1.AppendRequest(revision: revision)
        try call("ingestion", IngestionV1_IngestionMethods.append, request) { [self] answer in
            switch answer {
            case .success: plan()
            case .failure: after(ms: 200) { [self] in try bring(revision, of: index) }
            }
        }
    }
}

extension SegmentV1.SegmentDocument {
    /// Whether its own conditions name another segment.
    fileprivate func uses(_ name: String) -> Bool {
        let ofLive = [live?.becomes, live?.filter, live?.stayWhile].flatMap { $0 ?? [] }
        return ((definition?.nodes ?? []) + ofLive).contains { node in
            if case .inSegment(let used) = node.kind { used.name == name } else { false }
        }
    }
}
