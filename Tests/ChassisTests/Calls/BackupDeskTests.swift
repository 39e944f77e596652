// Copies of a service's storage as a caller reads them: part by part, one at a time, for a while.

import Basics
import Bus
import Kit
import Messages
import Synchronization
import Testing

@testable import Chassis

@Suite("A desk for backups", .timeLimit(.minutes(1)))
final class BackupDeskTests: Sendable {
    private static let files: [(String, [UInt8])] = [
        ("log/a", Array(0...99)), ("log/empty", []), ("log/b", [7]),
        ("log/c", Array(repeating: 5, count: 3_000)),
    ]
    private let clock = ManualClock()
    private let disk = ForgetfulDisk(folder: "/data")
    private let taken = Mutex(0)

    /// A desk and its client for the time of the body.
    private func serving(_ body: (AdminV1_AdminClient, World, BackupDesk) async throws -> Void)
        async throws
    {
        let bus = MemoryBus(clock: SystemClock())
        defer { bus.shutDown() }
        var chance = SeededRandom(seed: 4)
        let folder = try DataFolder.open(
            "/data/parrot",
            service: "parrot",
            disk: disk,
            chance: &chance,
            processID: 1
        )
        defer { folder.release() }
        let world = World(
            service: "parrot",
            common: CommonConfig(dataDirectory: folder.path, listen: "memory://parrot"),
            folder: folder,
            clock: clock,
            disk: disk,
            bus: bus,
            seed: 9
        )
        let desk = BackupDesk(world: world) { () throws(Fault) in
            self.taken.withLock { $0 += 1 }
            return StorageCopy(
                files: Self.files.map { StorageCopy.File($0.0, bytes: $0.1) },
                positions: [LogV1.Position(partition: 0, nextOffset: 12)]
            )
        }
        let server = try RPCServer(world: world, methods: [], backups: desk)
        let rig = CallsRig(clock: SystemClock(), bus: bus)
        let client = rig.client([try Endpoint("memory://parrot")])
        defer { client.close() }
        try await rig.running(server) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await desk.run() }
                try await body(AdminV1_AdminClient(client), world, desk)
                group.cancelAll()
            }
        }
    }

    private func id(_ number: UInt8) -> [UInt8] { Array(repeating: number, count: 16) }

    private func ask(
        _ admin: AdminV1_AdminClient,
        _ request: AdminV1.BackupRequest
    ) async throws(Fault) -> AdminV1.BackupResponse {
        try await admin.backup(request, CallOptions(timeoutMs: 10_000, maxReplyBytes: 2 << 20))
    }

    /// All of a copy, in parts of so many bytes.
    private func read(
        _ admin: AdminV1_AdminClient,
        _ id: [UInt8],
        partBytes: UInt32
    ) async throws -> (files: [String: [UInt8]], summary: AdminV1.BackupSummary?) {
        var files: [String: [UInt8]] = [:]
        var summary: AdminV1.BackupSummary?
        var request = AdminV1.BackupRequest(copyID: id, maxBytes: partBytes)
        while true {
            let part = try await ask(admin, request)
            // A repeated request, as after a lost reply, is answered with the same.
            #expect(try await ask(admin, request) == part)
            summary = summary ?? part.summary
            for piece in part.pieces {
                #expect(Int(piece.offset) == files[piece.path, default: []].count)
                files[piece.path, default: []] += piece.data ?? []
            }
            guard part.more else { return (files, summary) }
            (request.file, request.offset) = (part.nextFile, part.nextOffset)
        }
    }

    @Test("tells every file whole with the folder's identity, in parts of any size")
    func tellsEverything() async throws {
        try await serving { admin, world, _ in
            for (number, size) in [UInt32(1_000_000), 1_000, 7, 200].enumerated() {
                let id = id(UInt8(number))
                let (files, summary) = try await read(admin, id, partBytes: size)
                var expected = Dictionary(uniqueKeysWithValues: Self.files)
                expected["FORMAT"] = Array(world.folder.formatText.utf8)
                #expect(files == expected, "parts of \(size)")
                #expect(summary?.service == "parrot")
                #expect(summary?.instanceID == world.instance.bytes)
                #expect(summary?.files == 5)
                #expect(summary?.totalBytes == UInt64(expected.values.reduce(0) { $0 + $1.count }))
                #expect(summary?.positions.map(\.nextOffset) == [12])
                _ = try await ask(admin, AdminV1.BackupRequest(copyID: id, end: true))
            }
            #expect(taken.withLock { $0 } == 4)
        }
    }

    @Test("a folder that holds the told format file is the same instance's")
    func theIdentityIsTold() async throws {
        try await serving { _, world, _ in
            try disk.createDirectory("/data/other")
            let file = try disk.open("/data/other/\(DataFolder.formatName)", .create)
            try file.append(Array(world.folder.formatText.utf8))
            var chance = SeededRandom(seed: 77)
            let other = try DataFolder.open(
                "/data/other",
                service: "parrot",
                disk: disk,
                chance: &chance,
                processID: 1
            )
            #expect(other.instance == world.instance)
            other.release()
        }
    }

    @Test(
        "one copy at a time; the next when it is let go, or when nobody has asked for two minutes"
    )
    func oneAtATime() async throws {
        try await serving { admin, _, desk in
            _ = try await ask(admin, AdminV1.BackupRequest(copyID: id(1)))
            let second = AdminV1.BackupRequest(copyID: id(2))
            func refusal() async -> Fault? {
                await fault { () async throws(Fault) in
                    try await admin.backup(
                        second,
                        CallOptions(timeoutMs: 300, maxReplyBytes: 1 << 20)
                    )
                }
            }
            #expect(await refusal()?.code == .resourceExhausted)
            clock.advance(ms: BackupDesk.idleMs - 1)
            #expect(await refusal()?.hint?.contains("one at a time") == true)
            clock.advance(ms: 2)
            await CallsRig().until("the idle copy is kept") { !desk.isOpen }
            _ = try await ask(admin, second)
            let lost = AdminV1.BackupRequest(copyID: id(1), file: 1)
            let error = await fault { () async throws(Fault) in try await admin.backup(lost) }
            #expect(error?.code == .failedPrecondition)
            #expect(error?.hint?.contains("begin another") == true)
            _ = try await ask(admin, AdminV1.BackupRequest(copyID: id(2), end: true))
            #expect(!desk.isOpen)
        }
    }

    @Test("a request that names no copy or a place outside of it is refused")
    func refusesNonsense() async throws {
        try await serving { admin, _, desk in
            _ = try await ask(admin, AdminV1.BackupRequest(copyID: id(1)))
            for request in [
                AdminV1.BackupRequest(), AdminV1.BackupRequest(copyID: [1, 2]),
                AdminV1.BackupRequest(copyID: id(1), file: 5),
                AdminV1.BackupRequest(copyID: id(1), file: 1, offset: 101),
                AdminV1.BackupRequest(copyID: id(1), file: .max, offset: .max),
            ] {
                let error = await fault { () async throws(Fault) in
                    try await admin.backup(request)
                }
                #expect(error?.code == .invalidArgument, "\(request)")
            }
            #expect(desk.isOpen)
        }
    }
}
