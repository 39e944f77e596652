// What every import brought and which were taken back: kept in the index, made again from the log.

import Basics
import KeyValue
import Messages

/// An import within a project.
struct ProjectImport: Sendable, Hashable {
    let project: ProjectName
    let id: String
}

/// What is known of one import.
struct ImportEntry: Sendable, Hashable {
    /// Dense per project, in the index only: the event ids that the import brought carry it.
    let number: UInt32
    /// The rest, as it goes over the wire.
    var summary: IngestionV1.ImportSummary

    /// Whether it was taken back.
    var isUndone: Bool { summary.undoneAtMs != nil }

    /// Whether nothing of it stands in the log.
    var isEmpty: Bool { summary.events == 0 && summary.profiles == 0 }

    /// Counts one of its records.
    mutating func add(line: UInt64, isEvent: Bool, isNewUser: Bool, at time: Timestamp) {
        if isEmpty { (summary.firstAtMs, summary.lastAtMs) = (time.ms, time.ms) }
        if isEvent { summary.events += 1 } else { summary.profiles += 1 }
        if isNewUser { summary.newUsers += 1 }
        summary.lastLine = max(summary.lastLine, line)
        summary.firstAtMs = min(summary.firstAtMs, time.ms)
        summary.lastAtMs = max(summary.lastAtMs, time.ms)
    }
}

/// The imports as the writing thread knows them: what it changed since the index was last written,
/// and which numbers were taken back.
struct ImportLedger {
    /// Imports of a project: every evaluator keeps 150 bytes of each per partition it touched.
    static let importsMax: UInt32 = 65_536

    private let index: IndexStore
    private var undone: [ProjectName: Set<UInt32>] = [:]
    private var changed: [ProjectImport: ImportEntry] = [:]
    private var nextNumbers: [ProjectName: UInt32] = [:]

    /// Reads which imports were taken back.
    init(_ index: IndexStore) throws(IngestionError) {
        self.index = index
        for (key, entry) in try IndexReader(index).imports() where entry.isUndone {
            undone[key.project, default: []].insert(entry.number)
        }
    }

    /// Whether an event came with an import that was taken back: its id is free again.
    func isUndone(_ event: SeenEvent, of project: ProjectName) -> Bool {
        guard let number = event.importNumber else { return false }
        return undone[project]?.contains(number) ?? false
    }

    /// An import; nil when it never brought a record.
    func entry(of key: ProjectImport) throws(IngestionError) -> ImportEntry? {
        if let entry = changed[key] { return entry }
        return try IndexReader(index).entry(of: key)
    }

    /// An import that more records may come with, a new one when it has none yet.
    ///
    /// - Throws: when it was taken back, or the project has too many.
    mutating func open(_ key: ProjectImport) throws(IngestionError) -> ImportEntry {
        let entry = try entry(orNew: key)
        guard entry.number < Self.importsMax else {
            throw IngestionError(
                .tooManyImports,
                "import",
                place: "import \(key.id)",
                hint: "go on with further lines of an import there is"
            )
        }
        if let undoneAtMs = entry.summary.undoneAtMs {
            throw IngestionError(
                .importUndone,
                "import",
                place: "import \(key.id)",
                hint: "taken back at \(Timestamp(ms: undoneAtMs).rfc3339); its lines are known "
                    + "for ever: import again under another id"
            )
        }
        return entry
    }

    /// Keeps what became of an import until the index is written.
    mutating func keep(_ entry: ImportEntry, of key: ProjectImport) throws(IngestionError) {
        if entry.number == (try nextNumber(of: key.project)) {
            nextNumbers[key.project] = entry.number + 1
        }
        if entry.isUndone { undone[key.project, default: []].insert(entry.number) }
        changed[key] = entry
    }

    /// Counts a record that the log tells again.
    ///
    /// - Returns: the import's number.
    mutating func replay(
        _ key: ProjectImport,
        _ add: (inout ImportEntry) -> Void
    ) throws(IngestionError) -> UInt32 {
        var entry = try entry(orNew: key)
        add(&entry)
        try keep(entry, of: key)
        return entry.number
    }

    /// Writes what has changed into the index's batch.
    mutating func put(_ batch: inout Batch) throws(IngestionError) {
        guard !changed.isEmpty else { return }
        for (key, entry) in changed { try IndexWriter(index).put(entry, of: key, &batch) }
        for (project, next) in nextNumbers {
            IndexWriter(index).put(nextImport: next, of: project, &batch)
        }
        changed = [:]
    }

    private mutating func entry(orNew key: ProjectImport) throws(IngestionError) -> ImportEntry {
        if let entry = try entry(of: key) { return entry }
        return ImportEntry(
            number: try nextNumber(of: key.project),
            summary: IngestionV1.ImportSummary(importID: key.id)
        )
    }

    private mutating func nextNumber(of project: ProjectName) throws(IngestionError) -> UInt32 {
        if let number = nextNumbers[project] { return number }
        let number = try IndexReader(index).nextImport(of: project)
        nextNumbers[project] = number
        return number
    }
}
