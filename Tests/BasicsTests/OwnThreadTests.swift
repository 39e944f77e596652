// Named threads: they run once, carry their name, and can be waited for.

import Basics
import Synchronization
import Testing

struct OwnThreadTests {
    @Test("a thread runs its body under its name, cut at 15 bytes")
    func names() throws {
        let seen = Box()
        let thread = try OwnThread.start(name: "lane-of-partition-7") {
            seen.set(OwnThread.currentName)
        }
        thread.join()
        #expect(seen.text == "lane-of-partiti")
        #expect(thread.name == "lane-of-partition-7")
    }

    @Test("joining again, also from several threads, returns")
    func joins() throws {
        let thread = try OwnThread.start(name: "short") {}
        let others = try (0..<3).map { index in
            try OwnThread.start(name: "join\(index)") { thread.join() }
        }
        for other in others { other.join() }
        thread.join()
    }

    @Test("a thread nobody joins still runs")
    func detached() throws {
        let queue = BoundedQueue<Int>(capacity: 1)
        _ = try OwnThread.start(name: "alone") { queue.push(1) }
        #expect(queue.pop() == 1)
    }

    @Test("a stack too small or too large is an error, not a crash")
    func stacks() {
        #expect(throws: ThreadError.self) { try OwnThread.start(name: "x", stackBytes: 1) {} }
        #expect(throws: ThreadError.self) {
            try OwnThread.start(name: "x", stackBytes: .max / 2) {}
        }
    }

    @Test("what may block runs elsewhere, and what comes of it comes back")
    func waitedFor() async throws {
        struct Refused: Error {}
        #expect(try await OwnThread.run(name: "sum") { 2 + 3 } == 5)
        await #expect(throws: Refused.self) {
            try await OwnThread.run(name: "refusal") { throw Refused() }
        }
    }
}

private final class Box: Sendable {
    private let state = Mutex("")
    var text: String { state.withLock { $0 } }
    func set(_ text: String) { state.withLock { $0 = text } }
}
