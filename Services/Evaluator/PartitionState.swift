// What an evaluator knows of one partition: every project's columns as of a position in the log.

import Basics
import Columns
import Messages
import Segments
import Wire

/// In which part an instance holds a partition.
enum Tenure: Sendable, Hashable {
    /// It answers and tells, under this epoch.
    case owner(Epoch)
    /// It reads along, so that it can go on at once when the owner is lost.
    case standby

    /// Whether it answers and tells.
    var isOwner: Bool { self != .standby }

    /// Under which epoch it tells; 0: it does not.
    var epoch: Epoch {
        switch self {
        case .owner(let epoch): epoch
        case .standby: Epoch(0)
        }
    }
}

/// A deterministic function of the partition's log up to `next`.
struct PartitionState {
    let partition: Partition
    /// In which part it is held.
    var tenure = Tenure.owner(Epoch(0))
    /// The next record wanted: all below it are in.
    private(set) var next: LogOffset
    /// No record with a log time at or below it will ever come.
    private(set) var watermark: Timestamp
    /// All below it stands in sealed chunks; the tails begin here.
    private(set) var sealedTo: LogOffset
    /// The columns by project.
    var projects: [ProjectName: PartitionColumns]
    /// The segments that are followed.
    var live: LivePartition
    /// The record before the next, where it gave a user's number: it belongs to the user's first
    /// record behind it.
    private var numbered: LogOffset?

    /// The merges that were heard of.
    private var merges = HeardMerges()

    /// How far partitions must be read in one answer about a project with this one.
    func needed(in project: ProjectName) -> NeededPositions {
        merges.needed(in: project, from: partition, next)
    }

    /// What an answer about a project from this state is exact at.
    func position(in project: ProjectName) -> LogV1.Position {
        // By place: columns that are handed out are copied with all that they hold.
        let leftOut = projects.index(forKey: project).map { projects.values[$0].leftOut.count }
        return LogV1.Position(
            partition: UInt32(partition.index),
            nextOffset: next.value,
            watermarkMs: watermark.ms,
            stateEpoch: tenure.epoch.value,
            leftOut: UInt32(clamping: leftOut ?? 0)
        )
    }

    /// An empty state at the beginning of the log.
    init(_ partition: Partition) {
        self.init(partition, sealedTo: .zero, projects: [:], live: LivePartition(partition))
    }

    /// A state as a checkpoint kept it.
    init(
        _ partition: Partition,
        sealedTo: LogOffset,
        projects: [ProjectName: PartitionColumns],
        live: LivePartition
    ) {
        self.partition = partition
        next = sealedTo
        watermark = .earliest
        self.sealedTo = sealedTo
        self.projects = projects
        self.live = live
        self.live.sealedTo = sealedTo
    }

    /// Takes records in, which must follow each other from `next`.
    ///
    /// - Returns: the catalogue changes among them, for the instance's catalogue.
    /// - Throws: when records are missing or do not make sense; the state must then be built anew.
    mutating func apply(_ records: [LogV1.LogRecord]) throws(EvaluatorError)
        -> [(ProjectName, LogV1.CatalogueChange)]
    {
        var changes: [(ProjectName, LogV1.CatalogueChange)] = []
        for record in records {
            let offset = LogOffset(record.offset)
            guard offset == next else {
                throw refused("record \(offset) came, \(next) was due")
            }
            try pass(before: record)
            let losers = losers(by: record)
            let change = try apply(record, at: offset)
            next = offset.next
            merges.note(record)
            if let change { changes.append(change) }
            if live.isIdle, change == nil {
                live.passOver(record)
            } else {
                try live.hear(record, takenFrom: losers, &projects)
            }
        }
        return changes
    }

    /// Who loses records by one that takes an import back; nobody where nobody asks.
    private func losers(by record: LogV1.LogRecord) -> ImportedUsers {
        guard case .importUndone(let undone) = record.body, !live.isIdle,
            LogOffset(record.offset) >= live.next, let project = ProjectName(record.project),
            let index = projects.index(forKey: project)
        else { return ImportedUsers() }
        return projects.values[index].users(of: undone.importID)
    }

    /// All instants before a record pass, where it is the next one heard.
    mutating func pass(before record: LogV1.LogRecord) throws(EvaluatorError) {
        guard LogOffset(record.offset) >= live.next, !live.isIdle else { return }
        try live.pass(before: Timestamp(ms: record.logTimeMs), &projects)
    }

    /// The columns may be as far as the live segments were when they were kept: they get what
    /// these had told of members.
    mutating func caughtUp() throws(EvaluatorError) {
        if live.next == next { try live.remark(&projects) }
    }

    /// Whether the columns lack records that feeds have told of, and with them names of users.
    var isBehindFeeds: Bool { next < live.next }

    /// Notes how far the log's time is known to be complete; timers fall due.
    mutating func pass(_ watermark: Timestamp) throws(EvaluatorError) {
        self.watermark = max(self.watermark, watermark)
        if live.next <= next { try live.pass(through: watermark, &projects) }
    }

    /// Whether anything comes about in segments by the instants up to a watermark.
    func isDue(_ watermark: Timestamp) -> Bool {
        live.next <= next && live.isDue(through: watermark)
    }

    /// Whether a seal makes a chunk of a tail; one of nothing but what timers brought behind
    /// the last record waits for the next.
    func isSealable(_ tail: Tail) -> Bool { !tail.isEmpty && tail.to <= next }

    private var sealable: some Sequence<Tail> {
        projects.values.lazy.map(\.tail).filter(isSealable)
    }

    /// Rows in the tails that can be sealed: what a restart would read from the log again.
    var tailRows: Int { sealable.reduce(0) { $0 + $1.rowCount + $1.userCount } }

    /// Bytes of the tails that can be sealed, about.
    var tailBytes: Int { sealable.reduce(0) { $0 + $1.approximateBytes } }

    /// Notes that everything up to `next` stands in these columns' chunks.
    mutating func sealed(into projects: [ProjectName: PartitionColumns]) {
        self.projects = projects
        sealedTo = next
        live.sealedTo = next
    }

    /// Reads a merged chunk instead of those it was made of; answers stay as they are.
    mutating func replace(with merged: Chunk) throws(EvaluatorError) {
        guard let index = projects.index(forKey: merged.owner.project) else { return }
        do {
            try projects.values[index].replace(with: merged)
        } catch {
            throw EvaluatorError(
                .columns,
                "merge chunks of partition \(partition)",
                place: error.place,
                hint: error.hint
            )
        }
    }

    private mutating func apply(_ record: LogV1.LogRecord, at offset: LogOffset)
        throws(EvaluatorError) -> (ProjectName, LogV1.CatalogueChange)?
    {
        let before = numbered
        numbered = nil
        if case .tenure = record.body { return nil }
        guard let project = ProjectName(record.project) else {
            throw refused("record \(offset) names no project")
        }
        do {
            switch record.body {
            case .newUser(let new):
                try add(new, to: project, at: offset)
                numbered = offset
            case .event(let event):
                try add(event, to: project, at: offset)
                note(event.userNumber, of: project, at: (before, offset), record.importID)
            case .profile(let profile):
                try add(profile, to: project, at: offset)
                note(profile.userNumber, of: project, at: (before, offset), record.importID)
            case .listChange(let change):
                try add(change, to: project, at: offset)
                note(change.userNumber, of: project, at: (before, offset), record.importID)
            case .userKnown(let known):
                try add(known.userNumber, isAnonymous: false, to: project, at: offset)
            case .catalogue(let change): return (project, change)
            case .importUndone(let undone):
                if let index = projects.index(forKey: project) {
                    projects.values[index].undo(import: undone.importID)
                }
            case .mergeOut(let out):
                if let index = projects.index(forKey: project) {
                    projects.values[index].hide(UserNumber(out.userNumber))
                }
            case .mergeIn(let merge):
                takeBack(merge.replaced, of: merge.userNumber, project)
            case .mergeUndone(let undone):
                takeBack(undone.moved, of: undone.userNumber, project)
            case .erasure(let erasure):
                if let index = projects.index(forKey: project) {
                    projects.values[index].hide(UserNumber(erasure.userNumber))
                    projects.values[index].erasures += 1
                }
            case .leftOut(let out):
                welcome(UserNumber(out.userNumber), to: project, at: offset)
                try columns(project) { columns throws(ColumnsError) in
                    let user = UserNumber(out.userNumber)
                    columns.lack(offset, of: user, since: before, from: record.importID)
                }
            case .aside(let aside): take(aside, of: project)
            case .tenure, .erasedCopies, .stub: break
            case nil: throw refused("record \(offset) is of a kind this build does not know")
            }
        } catch let error as EvaluatorError {
            throw error
        } catch let error as ColumnsError {
            throw refused("record \(offset): \(error)")
        } catch {
            throw refused("record \(offset): \(error)", .record)
        }
        return nil
    }

    /// Records of a user are absent from here on.
    private mutating func takeBack(
        _ runs: [LogV1.RecordRun],
        of user: UInt32,
        _ project: ProjectName
    ) {
        guard !runs.isEmpty, let index = projects.index(forKey: project) else { return }
        // No count of a record that another build wrote may end the process.
        let records = OffsetRuns(runs.map { $0.from..<max($0.from &+ $0.count, $0.from) })
        projects.values[index].takeBack(records, of: UserNumber(user))
    }

    /// A record is set aside, or is taken in again: it stands just before.
    private mutating func take(_ aside: LogV1.Aside, of project: ProjectName) {
        guard let index = projects.index(forKey: project) else { return }
        let offset = LogOffset(aside.offset)
        if aside.retried {
            projects.values[index].lackNoMore(offset)
        } else {
            projects.values[index].setAside(offset, of: UserNumber(aside.userNumber))
        }
    }

    /// The record stands: its user is there, its import has it.
    private mutating func note(
        _ user: UInt32,
        of project: ProjectName,
        at place: (numbered: LogOffset?, offset: LogOffset),
        _ importID: String?
    ) {
        guard let index = projects.index(forKey: project) else { return }
        welcome(UserNumber(user), to: project, at: place.offset)
        projects.values[index].note(
            UserNumber(user),
            at: place.offset,
            since: place.numbered,
            from: importID
        )
    }

    /// Of whom nothing stood, the next record is heard as the first.
    private mutating func welcome(_ user: UserNumber, to project: ProjectName, at offset: LogOffset)
    {
        guard offset >= live.next, projects[project]?.isPresent(user) == false else { return }
        live.numbered = LivePartition.Newcomer(project: project, user: user)
    }

    /// Lends a project's columns, new ones for a project seen for the first time.
    mutating func columns(
        _ project: ProjectName,
        _ body: (inout PartitionColumns) throws(ColumnsError) -> Void
    ) throws(ColumnsError) {
        if projects[project] == nil {
            projects[project] = try PartitionColumns(
                ChunkOwner(project: project, partition: partition),
                chunks: [],
                start: sealedTo
            )
        }
        // Through the dictionary's own storage, so that the columns are never copied.
        guard let index = projects.index(forKey: project) else { return }
        try body(&projects.values[index])
    }

    /// Every reader counts on a place for each user a row names.
    func checkUser(_ number: UInt32, of project: ProjectName) throws(EvaluatorError) {
        let known = projects[project]?.userCount ?? 0
        guard Int(number) < known else {
            throw refused("record \(next) names user \(number) of \(known)")
        }
        guard projects[project]?.isGone(UserNumber(number)) == false else {
            throw refused("record \(next) names user \(number), who is gone")
        }
    }

    func refused(_ why: String, _ code: EvaluatorError.Code = .log) -> EvaluatorError {
        EvaluatorError(
            code,
            "read the log",
            place: "partition \(partition)",
            hint: "\(why); \(EvaluatorError.rebuildHint)"
        )
    }
}
