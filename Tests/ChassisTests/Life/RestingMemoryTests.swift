// When freed memory is given back: at rest, once for each time of work.

import Basics
import Kit
import ServiceLifecycle
import Synchronization
import Testing

@testable import Chassis

struct RestingMemoryTests {
    @Test("a busy process keeps its memory, a resting one gives back once what work has freed")
    func decision() {
        var watch = RestingMemory.Watch(cpuSeconds: 0.5)
        // Seconds of processor time used so far, at looks five seconds apart.
        let looks: [(Double, Bool)] = [
            (5.0, false), (9.0, false), (9.4, true), (9.5, false), (9.8, false), (10.2, false),
            (12.0, false), (12.1, true), (12.5, false), (12.9, false),
        ]
        for (seconds, isGivenBack) in looks {
            #expect(
                watch.look(cpuSeconds: seconds, afterSeconds: 5) == isGivenBack,
                "at \(seconds) s"
            )
        }
    }

    @Test("the service looks every five seconds until the process stops")
    func looks() async throws {
        let clock = ManualClock()
        let cpu = Mutex(1.0)
        let times = Mutex(0)
        let memory = RestingMemory(
            clock: clock,
            cpuSeconds: { cpu.withLock { $0 } },
            giveBack: { times.withLock { $0 += 1 } }
        )
        let stop = StopSwitch()
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: memory),
                    .init(service: stop, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                logger: .init(label: "test")
            )
        )
        async let done: Void = group.run()
        for (used, wanted) in [(3.0, 0), (0.1, 1), (0.4, 1), (4.0, 1), (0.2, 2)] {
            await clock.waitForSleepers()
            #expect(times.withLock { $0 } <= wanted)
            cpu.withLock { $0 += used }
            clock.advance(ms: RestingMemory.periodMs)
            await clock.waitForSleepers()
            #expect(times.withLock { $0 } == wanted)
        }
        stop.stop(because: "test")
        try await done
    }
}
