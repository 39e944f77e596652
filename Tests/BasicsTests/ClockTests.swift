// Clocks: the real one goes forward, the manual one goes where it is moved.

import Basics
import Kit
import Testing

struct ClockTests {
    @Test("the machine's monotonic clock never goes back, its wall is in this century")
    func system() {
        let clock = SystemClock()
        var before = clock.monotonicNs
        for _ in 0..<1_000 {
            let next = clock.monotonicNs
            #expect(next >= before)
            before = next
        }
        #expect(clock.now > Timestamp(ms: 1_700_000_000_000) && clock.now < .latest)
    }

    @Test("a sleep until the past returns at once, a cancelled one throws")
    func systemSleep() async throws {
        let clock = SystemClock()
        try await clock.sleep(untilMonotonicNs: 0)
        let sleeper = Task { try await clock.sleep(forMs: 3_600_000) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test("a sleeper of the manual clock wakes when its instant has come, not before")
    func manual() async throws {
        let clock = ManualClock(now: Timestamp(ms: 5_000))
        let sleeper = Task { try await clock.sleep(forMs: 100) }
        await clock.waitForSleepers()
        clock.advance(ms: 99)
        #expect(clock.sleeperCount == 1)
        clock.advance(ms: 1)
        try await sleeper.value
        #expect(clock.now == Timestamp(ms: 5_100))
        #expect(clock.sleeperCount == 0)
        try await clock.sleep(untilMonotonicNs: clock.monotonicNs)
    }

    @Test("a stepped wall does not move monotonic time")
    func step() {
        let clock = ManualClock()
        let before = clock.monotonicNs
        clock.stepWall(to: Timestamp(ms: -1))
        #expect(clock.now == Timestamp(ms: -1))
        #expect(clock.monotonicNs == before)
    }

    @Test("a cancelled sleeper of the manual clock throws and is forgotten")
    func cancelled() async {
        let clock = ManualClock()
        let sleeper = Task { try await clock.sleep(forMs: 100) }
        await clock.waitForSleepers()
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(clock.sleeperCount == 0)
    }
}
