// The sealer's thread: seals what is closed, waits for room, and ends the process by anything else.

import Basics
import Chassis
import Kit
import Log
import Messages
import ServiceLifecycle
import Testing

@testable import Ingestion

@Suite("Sealing", .serialized)
struct SealingServiceTests {
    /// A log in memory with closed journal files that wait for the sealer.
    private func backlog(_ files: Int) async throws -> (IngestionRig, OpenIntake) {
        let rig = try IngestionRig(isForgetful: true)
        let open = try rig.open()
        for _ in 0..<files {
            _ = try await open.track((0..<10).map { Sent.event("u\($0)") })
            try open.opened.journal.roll()
        }
        #expect(open.opened.sealer.backlog == files)
        return (rig, open)
    }

    @Test("closed journal files become volumes, and a stop does not wait for news")
    func seals() async throws {
        let (_, open) = try await backlog(3)
        let before = try open.allRecords()
        let group = ServiceGroup(
            services: [SealingService(log: open.opened)],
            logger: Roster.quiet
        )
        async let run: Void = group.run()
        while open.opened.sealer.backlog > 0 { await Task.yield() }
        await group.triggerGracefulShutdown()
        try await run
        #expect(try open.allRecords() == before)
        try open.stop()
    }

    @Test("a full disk is waited for")
    func fullDisk() async throws {
        let (rig, open) = try await backlog(1)
        for operation in [ForgetfulDisk.Operation.append, .write, .preallocate] {
            rig.memory.fail(operation, with: .noSpace)
        }
        let group = ServiceGroup(
            services: [SealingService(log: open.opened)],
            logger: Roster.quiet
        )
        async let run: Void = group.run()
        while open.opened.sealer.backlog > 0 { await Task.yield() }
        await group.triggerGracefulShutdown()
        try await run
        #expect(open.opened.sealer.failure == nil)
        try open.stop()
    }

    @Test("a failed sync ends the service, so that the process stops and recovers")
    func fatal() async throws {
        let (rig, open) = try await backlog(1)
        rig.memory.fail(.syncDirectory)
        let error = await #expect(throws: LogError.self) {
            try await SealingService(log: open.opened).run()
        }
        #expect(error?.isRetriable == false)
        #expect(open.opened.sealer.failure != nil)
        try open.stop()
    }
}
