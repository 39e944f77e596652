// What was last judged by a filter, so that the next piece of a question need not judge it again.

import Synchronization

/// Keeps one judgement, of any kind; any thread.
///
/// Whoever asks for it says what it was about, and takes no other: it must not depend on the
/// instant, as plans may be asked as of several.
public final class Judged: Sendable {
    private let last = Mutex<(any Sendable & AnyObject)?>(nil)

    /// The last judgement, if it is of this kind.
    public func last<Judgement: Sendable & AnyObject>(as _: Judgement.Type) -> Judgement? {
        last.withLock { $0 } as? Judgement
    }

    /// Keeps a judgement in the place of the one before.
    public func keep(_ judgement: some Sendable & AnyObject) {
        last.withLock { $0 = judgement }
    }
}
