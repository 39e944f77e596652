// What a question touches and how much memory it takes, estimated before anything is read.

import Basics
import Columns
import Messages
import Segments

/// An upper bound of what answering a plan over a partition costs.
///
/// From the columns' zones alone: rows of tables whose instants meet the window, with the columns
/// their conditions read. What is shared or skipped within a table makes the truth less.
struct QuestionCost: Sendable, Hashable {
    /// A user's number, an instant and an offset.
    private static let rowBytes = 20
    /// A property's tag and payload.
    private static let valueBytes = 9
    /// A count per user.
    private static let countBytes = 4
    /// The version in force per user.
    private static let versionBytes = 24
    /// An event kept for its order.
    private static let markBytes = 64

    /// Unit: rows.
    private(set) var rows = 0
    /// Unit: bytes.
    private(set) var bytes = 0
    /// The most held at a time.
    ///
    /// Unit: bytes.
    private(set) var memoryBytes = 0

    /// Of nothing.
    init() {}

    /// Of a plan at an instant; with `memoryAlone` no more than its memory is found out.
    init(
        _ plan: Plan,
        over columns: PartitionColumns,
        at instant: Timestamp,
        memoryAlone: Bool = false
    ) {
        self.init(
            plan.leaves,
            sets: plan.steps.count,
            over: columns,
            at: instant,
            memoryAlone: memoryAlone
        )
    }

    /// Of leaves, each read once, while so many sets at most are kept at a time.
    init(
        _ leaves: [Plan.Leaf],
        sets: Int,
        over columns: PartitionColumns,
        at instant: Timestamp,
        memoryAlone: Bool = false
    ) {
        let users = columns.userCount
        var most = 0
        for leaf in leaves {
            switch leaf {
            case .events(let leaf):
                if !memoryAlone {
                    let properties =
                        leaf.filters.map(\.filter.property) + leaf.sums.map(\.property)
                    touch(columns, leaf.events, leaf.window.resolve(at: instant), properties)
                }
                most = max(most, users * Self.countBytes * (1 + 4 * leaf.sums.count))
            case .ordered(let leaf):
                let before = rows
                // A table is read once for all matches.
                let isAny = leaf.matches.contains { $0.events.isEmpty }
                let names = isAny ? [] : Set(leaf.matches.flatMap(\.events)).sorted()
                let filters = leaf.matches.flatMap(\.filters).map(\.filter.property)
                let properties = Set(filters + [leaf.key].compactMap(\.self))
                touch(columns, names, leaf.reach(at: instant), Array(properties))
                most = max(most, (rows - before) * Self.markBytes)
            case .user(let leaf):
                if !memoryAlone {
                    let versions = columns.versions(of: leaf.property.text).rowCount
                    rows += versions
                    bytes += versions * (Self.rowBytes + Self.valueBytes)
                }
                most = max(most, users * Self.versionBytes)
            case .bucket:
                bytes += users * Limits.userIDBytes
            }
        }
        memoryBytes = most + sets * (users / 8 + 8)
    }

    private mutating func touch(
        _ columns: PartitionColumns,
        _ names: [ExactName],
        _ interval: Interval,
        _ properties: [ExactName]
    ) {
        guard !interval.isEmpty else { return }
        for name in names.isEmpty ? columns.eventNames() : names.map(\.text) {
            for table in columns.tables(of: name) {
                guard table.zone.minTime < interval.to.ms,
                    interval.isOpen || table.zone.maxTime >= interval.from.ms
                else { continue }
                let read = properties.count { table.property($0.text) != nil }
                rows += table.rowCount
                bytes += table.rowCount * (Self.rowBytes + read * Self.valueBytes)
            }
        }
    }

    /// Takes another partition's in: one is worked on at a time.
    mutating func add(_ other: QuestionCost) {
        rows += other.rows
        bytes += other.bytes
        memoryBytes = max(memoryBytes, other.memoryBytes)
    }

    /// Refuses what would take more memory than a question may.
    func check(memoryMax: Int) throws(EvaluatorError) {
        guard memoryBytes > memoryMax else { return }
        throw EvaluatorError(
            .tooCostly,
            "answer",
            place: "question",
            hint: "about \(memoryBytes >> 20) MiB at a time where \(memoryMax >> 20) MiB are "
                + "allowed: ask by fewer conditions or over shorter windows, or raise question.mib"
        )
    }

    /// As it goes over the wire.
    var message: EvaluationV1.QuestionCost {
        EvaluationV1.QuestionCost(
            rows: UInt64(rows),
            bytes: UInt64(bytes),
            memoryBytes: UInt64(memoryBytes)
        )
    }
}
