// Blocking reads on threads of their own: answered, bounded, and finished before the desk closes.

import Basics
import Synchronization
import Testing

@testable import Ingestion

@Suite("The reading desk")
struct ReadingDeskTests {
    struct Broken: Error {}

    private final class Flag: Sendable {
        let isUp = Atomic<Bool>(false)
    }

    @Test("a read is answered with its value or its error, from a thread of the desk")
    func answers() async throws {
        let desk = try ReadingDesk(threads: 1)
        #expect(try await desk.run { OwnThread.currentName } == "read-1")
        await #expect(throws: Broken.self) { try await desk.run { throw Broken() } }
        desk.stop()
    }

    @Test("a full desk refuses; what is queued is read before it closes; then it is closed")
    func bounded() async throws {
        let desk = try ReadingDesk(threads: 1, waitingMax: 1)
        // The one thread is held, so that what comes now has to wait.
        let gate = BoundedQueue<Int>(capacity: 1)
        let begun = Flag()
        async let first = desk.run {
            begun.isUp.store(true, ordering: .releasing)
            return gate.pop() ?? 0
        }
        while !begun.isUp.load(ordering: .acquiring) { await Task.yield() }
        async let second = desk.run { 2 }
        while desk.waitingCount == 0 { await Task.yield() }
        let refusal = await ingestionError { _ = try await desk.run { 3 } }
        #expect(refusal?.code == .busy && refusal?.isRetriable == true)
        gate.push(1)
        #expect(try await [first, second] == [1, 2])
        desk.stop()
        let late = await ingestionError { _ = try await desk.run { 4 } }
        #expect(late?.code == .stopped)
    }
}
