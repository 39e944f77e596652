// A thread as a service: it is stopped and joined, and its failure is the service's.

import Basics
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Chassis

private struct Broken: Error, Equatable {}

struct ThreadServiceTests {
    private func run(_ service: ThreadService, _ stop: StopSwitch) async throws {
        try await ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: service),
                    .init(service: stop, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                logger: Logger(label: "test")
            )
        ).run()
    }

    @Test("a graceful stop wakes the body, lets it finish and joins it", .timeLimit(.minutes(1)))
    func stopped() async throws {
        let queue = BoundedQueue<Int>(capacity: 4)
        let name = Mutex("")
        let finished = Mutex(false)
        let stop = StopSwitch()
        let service = ThreadService("lane 7", stop: { queue.close() }) { signal in
            name.withLock { $0 = OwnThread.currentName }
            stop.stop(because: "test")
            while queue.pop() != nil {}
            if signal.isStopping { finished.withLock { $0 = true } }
        }
        try await run(service, stop)
        #expect(name.withLock { $0 } == "lane 7")
        #expect(finished.withLock { $0 })
    }

    @Test("what the body throws ends the service", .timeLimit(.minutes(1)))
    func thrown() async {
        let service = ThreadService("broken") { _ in throw Broken() }
        await #expect(throws: Broken.self) { try await run(service, StopSwitch()) }
    }

    @Test("a cancelled task stops the thread, too", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let queue = BoundedQueue<Int>(capacity: 1)
        let service = ThreadService("cancelled", stop: { queue.close() }) { _ in
            while queue.pop() != nil {}
        }
        let task = Task { try await service.run() }
        task.cancel()
        try await task.value
    }

    @Test("a stack too small is refused, not crashed into")
    func stack() async {
        let service = ThreadService("tiny", stackBytes: 1) { _ in }
        await #expect(throws: ThreadError.self) { try await service.run() }
    }
}
