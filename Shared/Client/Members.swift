// The users of a segment as a sequence: pages by cursor underneath, some ahead, resumable.

import Chassis
public import Messages

/// Users, in a fixed order; pages are fetched ahead while the ones before are read.
///
/// A stream that failed, or was left, goes on with `Shoal.members(…, from: iterator.cursor)`.
public struct Members: AsyncSequence, Sendable {
    /// A user's identifier.
    public typealias Element = String
    /// How it fails.
    public typealias Failure = Fault

    let pages: CursorStream<String, [UInt8]>

    /// Begins to read; each iterator asks for itself.
    public func makeAsyncIterator() -> Iterator { Iterator(pages: pages.makeAsyncIterator()) }

    /// Hands out the users; letting it go cancels what was fetched ahead.
    public struct Iterator: AsyncIteratorProtocol {
        private var pages: CursorStream<String, [UInt8]>.Iterator
        private var page: ArraySlice<String> = []

        init(pages: CursorStream<String, [UInt8]>.Iterator) { self.pages = pages }

        /// Where to go on: behind the last page that was begun; nil: at the beginning.
        public var cursor: [UInt8]? { pages.lastCursor }

        /// The next user; nil behind the last one.
        public mutating func next() async throws(Fault) -> String? {
            while page.isEmpty {
                guard let more = try await pages.next() else { return nil }
                page = ArraySlice(more.items)
            }
            return page.removeFirst()
        }

        /// The next user; nil behind the last one.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(Fault) -> String? {
            try await next()
        }
    }
}
