// Mistakes planted on purpose: a simulator that does not find them is the bug.

/// A mistake in one place; each is a part of the simulated suite that misbehaves at a port, so that
/// the product carries no trace of it.
enum PlantedBug: String, CaseIterable, Sendable {
    /// The disk says that it has synced and has not.
    case syncSkipped
    /// A batch is acked when it has come, not when it is durable.
    case ackedBeforeSync
    /// Which event ids were seen is forgotten by a restart.
    case seenForgotten
    /// A batch that is sent again is written again.
    case retryWrittenTwice
    /// A watermark is told that records still come below.
    case watermarkTooHigh
    /// Timers fall due one watermark early.
    case timerEarly
    /// Two records of a page are taken in the wrong order.
    case recordsSwapped
    /// The place in the log is committed, and what is remembered of users is not.
    case stateBehindPlace
    /// A newer owner's epoch is ignored.
    case newerOwnerIgnored
    /// Names of column files are published before they are durable.
    case folderNotSynced
    /// That an import was taken back is not heard.
    case undoUnheard
    /// A take-over copies users' states and not what was told.
    case feedNotCopied
    /// What was recorded last before a merge is not moved with it.
    case recordLeftBehind
    /// That a user has another's records is not heard.
    case mergeUnheard
    /// A standby tells as if it were the owner.
    case standbyTells
    /// What a standby decides is not kept.
    case standbyForgets
    /// That a date of a user is another now is not heard.
    case datesUnheard
    /// A user is said to be one of its own when that was asked, not when it is durable.
    case unmergeAckedBeforeSync
    /// A feed tells of nobody where it should name somebody.
    case nameForgotten
    /// Whoever is to be erased is said never to have been.
    case erasureTurnedAway
    /// That a user was erased is not heard.
    case erasureUnheard
    /// Receipts of erasures are forgotten by a restart.
    case receiptsForgotten
    /// Another definition takes effect one record late.
    case swapLate
    /// Timers end with the definition under which they were started.
    case timersNotCarried
    /// A consumer is led into the next version before it has heard the end of its own.
    case versionCutShort
    /// Each page of a snapshot tells who is in by then.
    case snapshotTakenAnew
    /// What erased users left in the log is not rewritten.
    case logKept
    /// Checkpoints are not forgotten where what erased users left is to go.
    case columnsKept
    /// A session goes on after a pause that ends it.
    case sessionLonger
    /// A segment may hear of a record before one that it uses.
    case nestedUnordered
    /// Those who use a condition go on with what it meant when they began.
    case meaningKept
}

extension PlantedBug {
    /// The promises that are broken by it.
    var breaks: Set<Broken.Invariant> {
        switch self {
        case .syncSkipped, .ackedBeforeSync, .seenForgotten, .retryWrittenTwice: [.i1]
        case .watermarkTooHigh, .timerEarly: [.i7]
        case .recordsSwapped: [.i2, .i3, .i4, .i5, .i7]
        case .stateBehindPlace: [.i2, .i3, .i4, .i5, .i7]
        case .newerOwnerIgnored, .standbyTells: [.ownership]
        case .standbyForgets: [.i5]
        case .folderNotSynced: [.liveness, .ownership]
        case .undoUnheard: [.i2, .i4, .i7]
        case .feedNotCopied: [.i5]
        case .recordLeftBehind, .unmergeAckedBeforeSync: [.i1]
        case .nameForgotten: [.i5]
        case .mergeUnheard, .datesUnheard: [.i2, .i4, .i7]
        case .erasureUnheard, .receiptsForgotten, .erasureTurnedAway, .logKept,
            .columnsKept:
            [.i11]
        case .swapLate: [.i2, .i3, .i4, .i5, .i7]
        case .timersNotCarried, .sessionLonger, .nestedUnordered, .meaningKept: [.i2, .i4, .i7]
        case .versionCutShort, .snapshotTakenAnew: [.i5]
        }
    }
}
