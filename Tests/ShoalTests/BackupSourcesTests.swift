// Whom a backup asks and in which order, and that a copy which makes no sense is not believed.

import Basics
import Kit
import Messages
import Testing

@testable import ShoalCommand

@Suite struct BackupSourcesTests {
    private func instance(
        _ number: UInt64,
        _ kind: RegistryV1.ServiceKind,
        _ name: String,
        _ state: RegistryV1.InstanceState = .live
    ) -> RegistryV1.Instance {
        RegistryV1.Instance(
            instanceID: InstanceID(high: 0, low: number).bytes,
            kind: kind,
            address: "memory://\(number)",
            state: state,
            name: name
        )
    }

    private func roster(_ instances: [RegistryV1.Instance], owner: UInt64)
        -> RegistryV1
        .WatchResponse
    {
        RegistryV1.WatchResponse(
            instances: instances,
            assignments: [
                RegistryV1.Assignment(
                    kind: .evaluator,
                    instanceID: InstanceID(high: 0, low: 3).bytes
                ),
                RegistryV1.Assignment(
                    kind: .ingestion,
                    instanceID: InstanceID(high: 0, low: owner).bytes
                ),
            ]
        )
    }

    @Test("the log's owner first, then the registry, then every living evaluator")
    func order() throws {
        let sources = try BackupSources(
            roster(
                [
                    instance(1, .ingestion, "spare"), instance(2, .ingestion, "ingestion"),
                    instance(3, .evaluator, "evaluator-1"),
                    instance(4, .evaluator, "gone", .lost),
                    instance(5, .evaluator, "evaluator-1"), instance(6, .evaluator, "../x"),
                    instance(7, .evaluator, "registry"),
                ],
                owner: 2
            )
        )
        let ids = [5, 6, 7].map { InstanceID(high: 0, low: UInt64($0)).hex }
        #expect(
            sources.inOrder.map(\.folder) == ["ingestion", "registry", "evaluator-1"] + ids
        )
        #expect(
            sources.inOrder.map(\.isNeeded) == [true, true] + Array(repeating: false, count: 4)
        )
        #expect(sources.inOrder[0].address == "memory://2" && sources.inOrder[1].address == nil)
    }

    @Test("without the instance that has the log there is no backup")
    func noLog() {
        for instances in [[], [instance(2, .ingestion, "ingestion", .lost)]] {
            let error = #expect(throws: CommandError.self) {
                _ = try BackupSources(roster(instances, owner: 2))
            }
            #expect(error?.code == .unreachable)
        }
    }

    private func piece(
        _ path: String,
        of bytes: UInt64,
        at offset: UInt64 = 0,
        _ data: [UInt8]
    ) -> AdminV1.BackupPiece {
        AdminV1.BackupPiece(path: path, fileBytes: bytes, offset: offset, data: data)
    }

    @Test("pieces become files below the member's folder, with their checksums")
    func written() throws {
        let disk = ForgetfulDisk(folder: "/backup")
        var writer = CopyWriter("ingestion", in: "/backup", disk: disk)
        try writer.take(piece("FORMAT", of: 2, [1, 2]))
        try writer.take(piece("log/empty", of: 0, []))
        try writer.take(piece("log/p/v", of: 3, [7]))
        try writer.take(piece("log/p/v", of: 3, at: 1, [8, 9]))
        try writer.finish(AdminV1.BackupSummary(files: 3, totalBytes: 5))
        #expect(
            writer.files.map(\.path)
                == ["FORMAT", "log/empty", "log/p/v"].map { "ingestion/\($0)" }
        )
        #expect(writer.files[1].crc32c == [])
        #expect(writer.files[2].crc32c == [PieceSums.hex(Checksum.crc32c([7, 8, 9]))])
        // Everything is durable: a power cut changes nothing.
        disk.crash()
        let file = try disk.open("/backup/ingestion/log/p/v", .read)
        #expect(try file.read(at: 0, count: 9) == [7, 8, 9])
        #expect(throws: CommandError.self) {
            try writer.finish(AdminV1.BackupSummary(files: 3, totalBytes: 6))
        }
    }

    @Test("a full disk ends a backup with the code for it and the file that had no room")
    func fullDisk() throws {
        let disk = ForgetfulDisk(folder: "/backup")
        disk.setCapacity(bytes: 3)
        var writer = CopyWriter("ingestion", in: "/backup", disk: disk)
        try writer.take(piece("FORMAT", of: 2, [1, 2]))
        do {
            try writer.take(piece("log/v", of: 2, [3, 4]))
            Issue.record("there was room")
        } catch {
            let told = CommandError(error, "backup")
            #expect(told.code == .cannotWrite && told.place == "/backup/ingestion/log/v")
        }
    }

    @Test("pieces that are out of order, too long, repeated or out of the folder are refused")
    func nonsense() throws {
        let wrong: [[AdminV1.BackupPiece]] = [
            [piece("../x", of: 1, [1])], [piece("a/b/c/d/e", of: 1, [1])],
            [piece("a", of: 1, [1, 2])], [piece("a", of: 2, at: 1, [1])],
            [piece("a", of: 2, [1]), piece("b", of: 1, [1])],
            [piece("a", of: 2, [1]), piece("a", of: 3, at: 1, [1])],
            [piece("a", of: 1, [1]), piece("a", of: 1, [1])], [piece("a", of: 2, [])],
        ]
        for pieces in wrong {
            var writer = CopyWriter("m", in: "/backup", disk: ForgetfulDisk(folder: "/backup"))
            let error = #expect(throws: CommandError.self) {
                for piece in pieces { try writer.take(piece) }
            }
            #expect(error?.code == .internalError, "\(pieces)")
        }
    }
}
