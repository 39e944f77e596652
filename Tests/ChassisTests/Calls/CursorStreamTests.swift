// Pages in order, some ahead, never too many, taken up again where a reply was lost.

import Basics
import Bus
import Chassis
import Kit
import Messages
import Synchronization
import Testing

@Suite("A cursor stream")
struct CursorStreamTests {
    typealias Page = CursorPage<Int, Int>

    /// A list of numbers in pages, which counts who asks for what.
    final class Book: Sendable {
        let pages: Int
        let perPage: Int
        /// A page stays open until so many have been open at once, or nobody comes for long.
        let together: Int
        private let asked = Mutex<[Int]>([])
        private let open = Mutex((now: 0, most: 0))

        init(pages: Int, perPage: Int = 10, together: Int = 1) {
            self.pages = pages
            self.perPage = perPage
            self.together = together
        }

        var requests: [Int] { asked.withLock { $0 } }
        var mostAtOnce: Int { open.withLock { $0.most } }

        func page(_ cursor: Int?) async -> Page {
            let at = cursor ?? 0
            asked.withLock { $0.append(at) }
            open.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
            var turns = 0
            while turns < 20 || mostAtOnce < together && turns < 1_000_000 {
                await Task.yield()
                turns += 1
            }
            open.withLock { $0.now -= 1 }
            let items = Array(at * perPage..<(at + 1) * perPage)
            return Page(items: items, next: at + 1 < pages ? at + 1 : nil)
        }
    }

    private func stream(
        _ book: Book,
        from start: Int? = nil,
        ahead: Int = 3,
        following: CursorStream<Int, Int>.Following? = nil
    ) -> CursorStream<Int, Int> {
        CursorStream(
            from: start,
            pagesAhead: ahead,
            clock: ManualClock(),
            random: SeededRandom(seed: 1),
            following: following
        ) { (cursor) async throws(Fault) in await book.page(cursor) }
    }

    @Test(
        "brings every item once and in order, whatever is fetched ahead",
        arguments: [1, 3, 16, 99]
    )
    func order(_ ahead: Int) async throws {
        let book = Book(pages: 20)
        var items: [Int] = []
        for try await page in stream(book, ahead: ahead) { items += page.items }
        #expect(items == Array(0..<200))
        #expect(book.requests == Array(0..<20))
        #expect(book.mostAtOnce == 1)
    }

    @Test("has several pages in flight where cursors can be foretold")
    func foretold() async throws {
        let book = Book(pages: 20, together: 2)
        var items: [Int] = []
        let guess: CursorStream<Int, Int>.Following = { ($0 ?? 0) + 1 }
        for try await page in stream(book, ahead: 4, following: guess) { items += page.items }
        #expect(items == Array(0..<200))
        #expect(book.mostAtOnce > 1)
        #expect(book.mostAtOnce <= 4)
    }

    @Test("throws away what a wrong guess fetched")
    func wrongGuess() async throws {
        let book = Book(pages: 12)
        var items: [Int] = []
        // Guesses leave every second page out.
        let guess: CursorStream<Int, Int>.Following = { ($0 ?? 0) + 2 }
        for try await page in stream(book, following: guess) { items += page.items }
        #expect(items == Array(0..<120))
    }

    @Test("asks for no more than so many pages beyond the one handed out")
    func backPressure() async throws {
        let book = Book(pages: 1_000)
        var iterator = stream(book, ahead: 3).makeAsyncIterator()
        for handedOut in 1...5 {
            _ = try await iterator.next()
            // However long the reader dawdles.
            for _ in 0..<500 { await Task.yield() }
            #expect(book.requests.count <= handedOut + 3)
        }
        #expect(iterator.lastCursor == 5)
    }

    @Test("is taken up again at the last cursor")
    func resumes() async throws {
        let book = Book(pages: 6)
        var first = stream(book).makeAsyncIterator()
        var items: [Int] = []
        for _ in 0..<2 { items += try await first.next()?.items ?? [] }
        for try await page in stream(book, from: first.lastCursor) { items += page.items }
        #expect(items == Array(0..<60))
    }

    @Test("asks again for a page whose reply was lost, and loses and doubles nothing")
    func lostReply() async throws {
        let clock = ManualClock()
        let lost = Atomic(0)
        // Every fifth reply vanishes on its way.
        let rig = CallsRig(
            clock: clock,
            faults: { passage in
                guard passage.isReply, passage.number % 10 == 0 else { return [] }
                lost.add(1, ordering: .relaxed)
                return [.drop]
            }
        )
        let parrot = Parrot(get: { (request, _) async throws(Fault) in
            RegistryV1.GetResponse(document: RegistryV1.Document(name: request.name))
        })
        let numbers = try await rig.serving(parrot) { _, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            let stream = CursorStream<Int, Int>(
                from: nil,
                clock: clock,
                random: SeededRandom(seed: 5)
            ) { (cursor) async throws(Fault) in
                let number = cursor ?? 0
                let answer = try await catalogue.get(
                    RegistryV1.GetRequest(name: "\(number)"),
                    CallOptions(timeoutMs: 1_000)
                )
                let item = Int(answer.document?.name ?? "") ?? -1
                return Page(items: [item], next: number < 49 ? number + 1 : nil)
            }
            return try await advancing(clock) {
                var numbers: [Int] = []
                for try await page in stream { numbers += page.items }
                return numbers
            }
        }
        #expect(numbers == Array(0..<50))
        #expect(lost.load(ordering: .relaxed) > 3)
    }

    @Test(
        "fails with the page's fault when it does not pass, and can be resumed behind the last page"
    )
    func fails() async throws {
        let book = Book(pages: 9)
        let isBroken = RisingNumber(clock: ManualClock())
        let fetch: CursorStream<Int, Int>.Fetch = { (cursor) async throws(Fault) in
            if cursor == 4, isBroken.value == 0 { throw .dataLoss("page 4 is torn") }
            return await book.page(cursor)
        }
        let clock = ManualClock()
        var items: [Int] = []
        var iterator = CursorStream(
            from: nil,
            clock: clock,
            random: SeededRandom(seed: 1),
            fetch: fetch
        ).makeAsyncIterator()
        do {
            while let page = try await iterator.next() { items += page.items }
            Issue.record("the stream did not fail")
        } catch {
            #expect(error.code == .dataLoss)
        }
        #expect(items == Array(0..<40))
        #expect(try await iterator.next() == nil)
        #expect(iterator.lastCursor == 4)
        isBroken.raise()
        let rest = CursorStream(
            from: iterator.lastCursor,
            clock: clock,
            random: SeededRandom(seed: 1),
            fetch: fetch
        )
        for try await page in rest { items += page.items }
        #expect(items == Array(0..<90))
    }

    @Test("ends its fetches when it is let go or cancelled")
    func letGo() async throws {
        let rig = CallsRig()
        let gate = Gate(clock: rig.clock)
        let fetch: CursorStream<Int, Int>.Fetch = { (_) async throws(Fault) in
            await gate.pass()
            throw .cancelled("let go")
        }
        let stream = CursorStream(
            from: nil,
            clock: rig.clock,
            random: SeededRandom(seed: 1),
            fetch: fetch
        )
        let reader = Task {
            var iterator = stream.makeAsyncIterator()
            return try await iterator.next()?.items.count
        }
        await rig.until("nothing was fetched") { gate.waitingCount == 1 }
        reader.cancel()
        await #expect(throws: Fault.self) { try await reader.value }
        await rig.until("the fetch goes on") { gate.cancelledCount == 1 }
    }
}
