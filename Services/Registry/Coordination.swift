// Where the registry's word is kept: everything is compared and set under one fence.

import Basics
import Messages

/// Everything the registry keeps beside documents and the audit log, as of one commit.
struct RegistryState: Sendable, Hashable {
    /// The number of the commit that made it: 0 for a new deployment, then gapless.
    var fence: UInt64
    /// Who is here and who owns what.
    var roster: Roster
    /// All projects, by name.
    var projects: [Project]
    /// What each instance last told of its configuration, by key.
    var configurations: [InstanceID: [String: String]]
}

/// One change of what the registry keeps: all of it becomes durable, or nothing.
struct CoordinationChange: Sendable {
    /// The state decided upon; its fence must still stand.
    let before: RegistryState
    /// The state to be.
    var after: RegistryState
    /// New states of documents, in the order of their revisions.
    var documents: [RegistryV1.Document]
    /// Entries of the audit log; whoever keeps them numbers them.
    var entries: [AdminV1.AuditEntry]
    /// When.
    var at: Timestamp

    init(from before: RegistryState, at: Timestamp) {
        self.before = before
        after = before
        documents = []
        entries = []
        self.at = at
    }

    /// Whether there is anything to keep.
    var isEmpty: Bool { after == before && documents.isEmpty && entries.isEmpty }

    /// The fence that the commit sets.
    var nextFence: UInt64 { before.fence + 1 }

    /// Holds the documents' revisions against their projects': gapless, and the last one told.
    ///
    /// A change that breaks this is our mistake; it is refused, since a hole in a catalogue would
    /// stop everybody who reads it.
    func checkRevisions() throws(RegistryError) {
        var revisions: [String: UInt64] = [:]
        for project in before.projects { revisions[project.name.text] = project.revision }
        for project in after.projects where revisions[project.name.text] == nil {
            revisions[project.name.text] = 0
        }
        for document in documents {
            guard let last = revisions[document.project], document.revision == last + 1 else {
                throw Self.gap(document.project, at: document.revision)
            }
            revisions[document.project] = document.revision
        }
        for project in after.projects where revisions[project.name.text] != project.revision {
            throw Self.gap(project.name.text, at: project.revision)
        }
    }

    private static func gap(_ project: String, at revision: UInt64) -> RegistryError {
        RegistryError(
            .store,
            "commit",
            place: "\(project): revision \(revision)",
            hint: "revisions of a catalogue rise by one; report this with the log's last lines"
        )
    }
}

/// How much of the audit log is kept.
struct AuditRetention: Sendable, Hashable {
    /// Most entries: a busy deployment's years, some 30 MB, read through in a second.
    var entriesMax: UInt64 = 100_000
    /// Longest age: a year's review finds the whole year.
    ///
    /// Unit: days.
    var daysMax: Int64 = 400
    /// Most that go at a time because of their age, beside as many as come.
    static let oldAtOnce: Int64 = 16

    /// Entries of this instant or later are kept.
    func cutoff(at now: Timestamp) -> Timestamp {
        Timestamp(ms: now.ms - daysMax * 86_400_000)
    }
}

/// A page of the audit log.
struct AuditPage: Sendable, Hashable {
    /// In the order of their numbers.
    var entries: [AdminV1.AuditEntry]
    /// The oldest entry kept; 0: none.
    var first: UInt64
    /// The newest entry; 0: none.
    var last: UInt64
}

/// The port behind which the registry's state lies: SQLite, memory, or an engine of many machines.
///
/// Whoever loads may change: a commit names the fence it was decided upon, and of two commits upon
/// one fence the second is refused with `.fenced`. A refused or failed commit leaves nothing
/// behind. What was committed is found by every later `load` and read, by whichever process. Leases
/// are not kept: they are promises in monotonic time and run anew from each load. Every member may
/// be called from any task.
protocol Coordination: Sendable {
    /// The state as last committed; `count` fixes the number of partitions of a new deployment.
    ///
    /// May block: called once, before anything is served.
    ///
    /// - Throws: `.store` when what is kept is damaged, of a newer version, or out of reach.
    func load(creatingWith count: PartitionCount) throws(RegistryError) -> RegistryState

    /// Makes a change durable and sets the fence to `change.nextFence`.
    ///
    /// - Throws: `.fenced` when the fence has moved; `.store` when it cannot be kept.
    func commit(_ change: CoordinationChange) async throws(RegistryError)

    /// The newest state of a document, deletions included; nil when it never was.
    func newest(_ key: DocumentKey) async throws(RegistryError) -> RegistryV1.Document?

    /// States of a project's documents after a revision, in order.
    func documents(_ range: DocumentRange) async throws(RegistryError) -> [RegistryV1.Document]

    /// Entries of the audit log after a number and after an instant, in order.
    func audit(after sequence: UInt64, afterMs: Int64, limit: Int) async throws(RegistryError)
        -> AuditPage
}

/// Which states of documents are asked for.
struct DocumentRange: Sendable, Hashable {
    let project: ProjectName
    /// Only of this kind; nil: of all.
    var kind: String?
    /// Only of this name; nil: of all.
    var name: String?
    /// Only after this revision.
    var after: UInt64 = 0
    /// Also states that were overwritten since, and deletions.
    var everyChange = true
    /// Most states.
    var limit: Int

    /// Whether a state lies in the range; whether it is overwritten is not looked at.
    func contains(_ document: RegistryV1.Document) -> Bool {
        document.revision > after && (kind ?? document.kind) == document.kind
            && (name ?? document.name) == document.name
            && (everyChange || document.body != nil)
    }
}
