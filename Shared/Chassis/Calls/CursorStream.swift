// A stream over unary calls: pages pulled by cursor, some ahead, in order, resumable.

public import Basics
public import Messages

/// One answer of a cursor stream.
public struct CursorPage<Item: Sendable, Cursor: Sendable>: Sendable {
    /// What is on it; may be empty.
    public var items: [Item]
    /// Where the next page begins; nil when this was the last.
    public var next: Cursor?

    /// A page.
    public init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }
}

/// The pages behind a cursor, as an `AsyncSequence` of pages.
///
/// At most `pagesAhead` pages are fetched beyond the one being looked at: whoever reads slowly
/// asks slowly. A page is fetched again with the same cursor when its call failed in a way that
/// may pass, which is safe since asking for a page changes nothing. The cursor of a page handed
/// out acknowledges it: a stream that failed is taken up again `from: iterator.lastCursor`.
public struct CursorStream<Item: Sendable, Cursor: Sendable & Equatable>: AsyncSequence, Sendable {
    /// A page.
    public typealias Element = CursorPage<Item, Cursor>
    /// How it fails.
    public typealias Failure = Fault
    /// Asks for the page at a cursor; nil is the beginning.
    public typealias Fetch = @Sendable (Cursor?) async throws(Fault) -> Element
    /// The cursor behind a page, where it can be told without the page; nil where it cannot.
    public typealias Following = @Sendable (Cursor?) -> Cursor?

    private let start: Cursor?
    private let pagesAhead: Int
    private let pager: Pager<Item, Cursor>

    /// A stream from a cursor on; nothing is fetched before the first page is asked for.
    ///
    /// - Parameters:
    ///   - pagesAhead: pages fetched ahead, 1 to 16. With `following` so many are in flight
    ///     together; without, each is asked for as soon as the one before is there.
    ///   - tries: how often one page is asked for before the stream fails.
    public init(
        from start: Cursor?,
        pagesAhead: Int = 3,
        clock: any Clock,
        random: SeededRandom,
        tries: Int = 4,
        following: Following? = nil,
        fetch: @escaping Fetch
    ) {
        self.start = start
        // AsyncSequence has a `min` and a `max` of its own.
        self.pagesAhead = Swift.min(Swift.max(pagesAhead, 1), 16)
        pager = Pager(
            fetch: fetch,
            following: following,
            clock: clock,
            random: random,
            tries: Swift.max(tries, 1)
        )
    }

    /// Begins to read; each iterator asks for itself.
    public func makeAsyncIterator() -> Iterator {
        Iterator(window: PageWindow(start: start, pagesAhead: pagesAhead, pager: pager))
    }

    /// Hands out the pages in order; letting it go cancels what was fetched ahead.
    public struct Iterator: AsyncIteratorProtocol {
        private let window: PageWindow<Item, Cursor>

        init(window: PageWindow<Item, Cursor>) { self.window = window }

        /// Where to resume: behind the last page handed out.
        ///
        /// At the end, the last page's own.
        public var lastCursor: Cursor? { window.lastCursor }

        /// The next page; nil behind the last one.
        public mutating func next() async throws(Fault) -> Element? { try await window.next() }

        /// The next page; nil behind the last one.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(Fault) -> Element? {
            try await window.next()
        }
    }
}

/// Fetches single pages, again where that may help.
struct Pager<Item: Sendable, Cursor: Sendable>: Sendable {
    typealias Page = CursorPage<Item, Cursor>
    let fetch: @Sendable (Cursor?) async throws(Fault) -> Page
    let following: (@Sendable (Cursor?) -> Cursor?)?
    let clock: any Clock
    let random: SeededRandom
    let tries: Int

    /// The page at the cursor; every failure is one of its call.
    func page(at cursor: Cursor?) async -> Result<Page, Fault> {
        var random = random
        let pace = RetryPolicy()
        var attempt: UInt32 = 0
        while true {
            do throws(Fault) {
                return .success(try await fetch(cursor))
            } catch {
                // A reply that was lost shows as a deadline that passed.
                let mayPass = error.isRetriable || error.code == .deadlineExceeded
                attempt += 1
                guard mayPass, attempt < tries, !Task.isCancelled else { return .failure(error) }
                let waitNs = pace.delayNs(
                    attempt: attempt - 1,
                    retryAfterMs: error.retryAfterMs,
                    chance: &random
                )
                do {
                    try await clock.sleep(untilMonotonicNs: clock.monotonicNs + waitNs)
                } catch is CancellationError {
                    return .failure(.cancelled("the stream was let go"))
                } catch {
                    return .failure(.internal("the clock failed"))
                }
            }
        }
    }
}

/// The pages that were asked for and not yet handed out, in order.
///
/// Belongs to one iterator.
final class PageWindow<Item: Sendable, Cursor: Sendable & Equatable> {
    typealias Page = CursorPage<Item, Cursor>
    /// What a fetch ahead brings; nil: the page before was the last.
    private typealias Fetching = Task<Result<Page?, Fault>, Never>

    private enum Beginning {
        /// At this cursor; nil is the beginning of all.
        case at(Cursor?)
        /// Where the page before it says, once it is there.
        case behind
    }

    private struct Pending {
        let task: Fetching
        var beginning: Beginning
    }

    private let pager: Pager<Item, Cursor>
    private let pagesAhead: Int
    private var pending: [Pending] = []
    private var isOver = false
    /// Where the page behind the last one handed out begins.
    private(set) var lastCursor: Cursor?

    init(start: Cursor?, pagesAhead: Int, pager: Pager<Item, Cursor>) {
        lastCursor = start
        self.pagesAhead = pagesAhead
        self.pager = pager
    }

    deinit { for one in pending { one.task.cancel() } }

    func next() async throws(Fault) -> Page? {
        guard !isOver else { return nil }
        fill()
        guard let first = pending.first?.task else { return nil }
        let tasks = pending.map(\.task)
        let result = await withTaskCancellationHandler {
            await first.value
        } onCancel: {
            for task in tasks { task.cancel() }
        }
        switch result {
        case .failure(let fault):
            finish()
            throw fault
        case .success(nil):
            finish()
            return nil
        case .success(let page?):
            take(page)
            return page
        }
    }

    private func take(_ page: Page) {
        pending.removeFirst()
        guard let next = page.next else { return finish() }
        lastCursor = next
        // A page shorter than foreseen: what was asked for behind it is not what comes next.
        if case .at(let guess)? = pending.first?.beginning, guess != next { drop() }
        if !pending.isEmpty { pending[0].beginning = .at(next) }
        fill()
    }

    /// Asks for pages until as many are on their way as may be.
    private func fill() {
        while pending.count < pagesAhead {
            pending.append(pending.last.map(following) ?? fetching(lastCursor))
        }
    }

    private func fetching(_ cursor: Cursor?) -> Pending {
        let task = Fetching { [pager] in await pager.page(at: cursor).map(Optional.some) }
        return Pending(task: task, beginning: .at(cursor))
    }

    private func following(_ last: Pending) -> Pending {
        if case .at(let cursor) = last.beginning, let guess = pager.following?(cursor) {
            return fetching(guess)
        }
        let task = Fetching { [pager, before = last.task] in
            switch await before.value {
            case .failure(let fault): return .failure(fault)
            case .success(nil): return .success(nil)
            case .success(let page?):
                guard let next = page.next else { return .success(nil) }
                guard !Task.isCancelled else {
                    return .failure(.cancelled("the stream was let go"))
                }
                return await pager.page(at: next).map(Optional.some)
            }
        }
        return Pending(task: task, beginning: .behind)
    }

    private func drop() {
        for one in pending { one.task.cancel() }
        pending = []
    }

    private func finish() {
        isOver = true
        drop()
    }
}
