// A restored log says that it is one, each time with a higher number than any loss that it has, and
// with one of its own where the same backup is restored twice.

import Basics
import Chassis
import Kit
import Messages
import Testing

@testable import Ingestion

@Suite("Restored logs") struct RestoredLogTests {
    private func marks(_ open: OpenIntake) throws -> [[UInt32]] {
        try (0..<Int(open.partitions.count)).map { partition in
            try open.log(partition).compactMap { record in
                if case .stub(let stub) = record.body, stub.restored { stub.rewriting } else { nil }
            }
        }
    }

    private func parts(_ open: OpenIntake, _ rig: IngestionRig) -> IntakeParts {
        IntakeParts(
            clock: rig.clock,
            index: open.index,
            log: open.log,
            partitions: rig.partitions,
            durable: open.durable,
            schema: open.schema,
            asides: open.asides,
            settings: IntakeSettings()
        )
    }

    private func tell(_ open: OpenIntake, _ rig: IngestionRig) throws {
        try RestoredLog.tell(parts(open, rig), folder: rig.folder, disk: RealDisk())
    }

    @Test("each project of a partition is told, once for an order, and everything goes on")
    func told() async throws {
        let rig = try IngestionRig(partitions: 2)
        let order = StartOrder(.restored, folder: rig.folder, disk: RealDisk())
        let users = (0..<8).map { "user-\($0)" }
        var open = try rig.open()
        _ = try await open.track(users.map { Sent.event($0, id: "1") })
        _ = try await open.track([Sent.event("ann")], project: music)
        try open.stop()
        open = try rig.open(isRunning: false)
        try tell(open, rig)
        #expect(try marks(open) == [[], []], "nothing was restored")
        try order.give()
        try tell(open, rig)
        try tell(open, rig)
        #expect(try !order.isGiven())
        let told = try marks(open).map(\.count).sorted()
        #expect(told == [1, 2], "the shop in both, music where ann is at home")
        try open.run()
        // Numbers rise, also over rewritings before and behind.
        var last: UInt32 = 0
        for user in users.prefix(3) {
            for isRewritten in [true, false] {
                if isRewritten { _ = try await open.erase(user, 1) }
                try open.stop()
                if isRewritten { try rig.rewrite() } else { try order.give() }
                open = try rig.open(isRunning: false)
                try tell(open, rig)
                try open.run()
                let highest = try (0..<2).reduce(into: UInt32(0)) { sum, partition in
                    sum += try open.log(partition).reduce(0) { highest, record in
                        guard case .stub(let stub) = record.body else { return highest }
                        return max(highest, stub.rewriting)
                    }
                }
                #expect(highest > last, "\(user), \(isRewritten)")
                last = highest
            }
        }
        #expect(try await open.track([Sent.event("user-7", id: "1")])[0].isDuplicate)
        try open.stop()
    }

    @Test("what comes in behind it is later, where the wall clock is behind the log as well")
    func clockBehind() async throws {
        let rig = try IngestionRig(partitions: 2)
        var open = try rig.open()
        _ = try await open.track((0..<8).map { Sent.event("user-\($0)") })
        try open.stop()
        rig.clock.stepWall(to: start + -5_000)
        open = try rig.open(isRunning: false)
        #expect(rig.clock.now < open.log.earliest)
        var group = try IntakeGroup(parts(open, rig))
        // Reading the log takes its time.
        rig.clock.advance(ms: 100)
        let mark = RestoredMark(partition: Partition(index: 0), number: 1, projects: [shop])
        for answer in try group.commit([.restored(mark, Answer { _ in })]) { answer() }
        try open.run()
        #expect(try await open.track((0..<8).map { Sent.event("user-\($0)") }).areAccepted)
        let times = try open.log(0).map(\.logTimeMs)
        #expect(times == times.sorted() && !times.isEmpty)
        try open.stop()
        #expect(open.end.withLock { $0 } == nil)
    }

    @Test("the same backup restored twice gives two generations, and none of a rewriting between")
    func twice() async throws {
        let rig = try IngestionRig(partitions: 1)
        let order = StartOrder(.restored, folder: rig.folder, disk: RealDisk())
        var open = try rig.open()
        _ = try await open.track(["ann", "bob"].map { Sent.event($0) })
        try open.stop()
        try rig.keep(rig.logFolder)
        try rig.keep(rig.indexFolder)
        var numbers: [UInt32] = []
        for _ in 0..<3 {
            try order.give()
            open = try rig.open(isRunning: false)
            try tell(open, rig)
            numbers += try marks(open)[0]
            try open.run()
            _ = try await open.erase("ann", 1)
            try open.stop()
            try rig.rewrite()
            open = try rig.open()
            numbers.append(
                try open.log(0).reduce(0) { highest, record in
                    guard case .stub(let stub) = record.body else { return highest }
                    return max(highest, stub.rewriting)
                }
            )
            try open.stop()
            try rig.bringBack(rig.logFolder)
            try rig.bringBack(rig.indexFolder)
            rig.clock.advance(ms: 10_000)
        }
        #expect(numbers.count == 6 && Set(numbers).count == 6, "\(numbers)")
        #expect(numbers == numbers.sorted(), "each is above all before: \(numbers)")
    }
}
