// Who is still to hear, in a step, of members of segments that they use, and what brought that
// about.

import Basics
import Segments

/// Entries in their turn, each once or more often.
struct WaitingMembers: Sendable {
    private var queue = TimerQueue()
    private var causes: [TimerQueue.Entry: LiveChange.Cause] = [:]

    /// The entry that comes first.
    var first: TimerQueue.Entry? { queue.first }

    /// Adds an entry; what is no correction counts more than one.
    mutating func push(_ entry: TimerQueue.Entry, because cause: LiveChange.Cause) {
        queue.push(entry)
        guard let known = causes[entry], !known.isCorrecting || cause.isCorrecting else {
            return causes[entry] = cause
        }
    }

    /// Takes the first entry out.
    ///
    /// - Returns: why it waited, where nothing but a correction or a definition was the reason:
    ///   what that brings about is no more than that, and sets off no campaign.
    mutating func pop() -> (entry: TimerQueue.Entry, correction: LiveChange.Cause?)? {
        guard let entry = queue.pop() else { return nil }
        let cause = causes.removeValue(forKey: entry)
        return (entry, cause.flatMap { $0.isCorrecting ? $0 : nil })
    }
}

extension LiveChange.Cause {
    /// Whether it is nothing that the user did just now, or let pass.
    fileprivate var isCorrecting: Bool { self == .correction || self == .definition }
}
