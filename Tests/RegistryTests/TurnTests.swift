// One after the other, whoever comes.

import Synchronization
import Testing

@testable import Registry

/// Who is inside now, and how many were.
private final class Room: Sendable {
    let inside = Atomic<Int>(0)
    let count = Atomic<Int>(0)
}

@Suite("turns", .timeLimit(.minutes(1)))
struct TurnTests {
    @Test("however many come at once, one is inside at a time and all come through")
    func oneAtATime() async {
        let turn = Turn()
        let room = Room()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    await turn.take {
                        #expect(room.inside.add(1, ordering: .relaxed).newValue == 1)
                        await Task.yield()
                        room.count.add(1, ordering: .relaxed)
                        room.inside.subtract(1, ordering: .relaxed)
                    }
                }
            }
        }
        #expect(room.count.load(ordering: .relaxed) == 200)
    }

    @Test("a body that fails gives its turn on")
    func failingGoesOn() async throws {
        struct Failure: Error {}
        let turn = Turn()
        for _ in 0..<3 {
            await #expect(throws: Failure.self) {
                try await turn.take { () async throws(Failure) in throw Failure() }
            }
        }
        await turn.take {}
    }
}
