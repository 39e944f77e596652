// Which records came with which import, and which imports were taken back.

public import Basics

/// The imports of one (project, partition), as its log tells them.
///
/// A value type owned with the columns. Takes about 150 bytes an import and 16 bytes a run of its
/// records; a batch leaves one run.
public struct ImportBook: Sendable, Hashable {
    /// One import.
    public struct Entry: Sendable, Hashable {
        /// Where its records stand; the numbers of new users between them may be counted in.
        public var records: OffsetRuns
        /// Whether it was taken back.
        public var isUndone: Bool

        /// An import as it was kept.
        public init(records: OffsetRuns = OffsetRuns(), isUndone: Bool = false) {
            self.records = records
            self.isUndone = isUndone
        }
    }

    /// The imports by name.
    public private(set) var entries: [String: Entry]

    /// Imports as they were kept.
    public init(_ entries: [String: Entry] = [:]) { self.entries = entries }

    /// Notes records of an import, later ones than those noted before.
    public mutating func note(_ id: String, _ offsets: Range<UInt64>) {
        entries[id, default: Entry()].records.append(offsets)
    }

    /// Notes that an import was taken back.
    ///
    /// - Returns: where its records stand; nil when it has none here or was taken back before.
    mutating func undo(_ id: String) -> OffsetRuns? {
        guard let entry = entries[id], !entry.isUndone else { return nil }
        entries[id]?.isUndone = true
        return entry.records
    }

    /// Notes records that were taken back without an import: no import has the empty name.
    mutating func takeBack(_ records: OffsetRuns) {
        let before = entries[""]?.records.runs ?? []
        entries[""] = Entry(records: OffsetRuns(before + records.runs), isUndone: true)
    }

    /// Whether the record at an offset came with an import that stands.
    public func contains(_ offset: LogOffset) -> Bool {
        entries.values.contains { !$0.isUndone && $0.records.contains(offset.value) }
    }

    /// Where records stand that were taken back.
    var undone: OffsetRuns {
        OffsetRuns(entries.values.filter(\.isUndone).flatMap(\.records.runs))
    }
}
