// When writes are refused, when they are taken again, and what the caller hears.

import Basics
import Kit
import Messages
import ServiceLifecycle
import Synchronization
import Testing

@testable import Chassis

struct DiskGuardTests {
    @Test(
        "writes are refused below the floor and taken a sixteenth above it",
        arguments: [
            (false, 1_600, false), (false, 1_599, true), (false, 0, true), (true, 1_600, true),
            (true, 1_699, true), (true, 1_700, false),
        ]
    )
    func decision(_ wasRefusing: Bool, _ free: Int, _ refuses: Bool) {
        #expect(
            DiskGuard.decide(wasRefusing: wasRefusing, freeBytes: free, freeBytesMin: 1_600)
                == refuses
        )
    }

    @Test("a disk that does not answer is not written to")
    func silent() {
        #expect(DiskGuard.decide(wasRefusing: false, freeBytes: nil, freeBytesMin: 0))
    }

    @Test("the guard looks every period, tells changes once, and opens when there is room")
    func periods() async throws {
        let disk = ForgetfulDisk(folder: "/d")
        let clock = ManualClock()
        let told = Mutex<[Bool]>([])
        disk.setCapacity(bytes: 4_096)
        let guardian = DiskGuard(
            path: "/d",
            disk: disk,
            clock: clock,
            freeBytesMin: 1_024,
            periodMs: 500
        ) { refusal in told.withLock { $0.append(refusal != nil) } }
        #expect(guardian.refusal == nil)
        let stop = StopSwitch()
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: guardian),
                    .init(service: stop, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                logger: .init(label: "test")
            )
        )
        async let done: Void = group.run()
        await clock.waitForSleepers()
        #expect(guardian.refusal == nil)
        disk.setCapacity(bytes: 512)
        clock.advance(ms: 499)
        #expect(guardian.refusal == nil)
        clock.advance(ms: 1)
        await clock.waitForSleepers()
        let refusal = try #require(guardian.refusal)
        #expect(refusal.freeBytes == 512 && refusal.freeBytesMin == 1_024)
        #expect(refusal.fault.code == .resourceExhausted)
        #expect(refusal.fault.retryAfterMs == 500 && refusal.fault.hint != nil)
        disk.setCapacity(bytes: 4_096)
        clock.advance(ms: 500)
        await clock.waitForSleepers()
        #expect(guardian.refusal == nil)
        #expect(told.withLock { $0 } == [true, false])
        stop.stop(because: "test")
        try await done
    }
}
