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
}

extension PlantedBug {
    /// The promises that are broken by it.
    var breaks: Set<Broken.Invariant> {
        switch self {
        case .syncSkipped, .ackedBeforeSync, .seenForgotten, .retryWrittenTwice: [.i1]
        case .watermarkTooHigh: [.i7]
        }
    }
}
