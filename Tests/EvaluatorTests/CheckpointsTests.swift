// Checkpoints on the real disk: sealed, reopened, replayed; strays, damage and power cuts.

import Basics
import Columns
import Foundation
import KeyValue
import Kit
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct CheckpointsTests {
    private static let home = Partition(index: 3)

    /// A log of 40 users, each with as many events as their number says, and a segment.
    private static func script() throws -> LogScript {
        var log = LogScript()
        log.tenure()
        try log.segment("buyers", did("Charged"), revision: 1)
        for user in 0..<40 {
            log.user("user-\(user)")
            for count in 0..<user % 7 {
                try log.event(
                    "Charged",
                    by: "user-\(user)",
                    at: day(Int64(count)),
                    [(name: "amount", value: .number(Number(count)))]
                )
            }
            try log.profile(
                of: "user-\(user)",
                since: nil,
                [(name: "city", value: .text("city-\(user % 3)"))]
            )
            if user == 20 { try log.event("Opened", by: "a", at: day(1), of: .init("app") ?? shop) }
        }
        return log
    }

    private static func answers(_ state: PartitionState) throws -> [[String]] {
        let city = PropertyFilter("city", .equals, [.text("city-1")])
        return try [
            state.members(did("Charged")), state.members(did("Charged", atLeast: 4)),
            state.members(Definition(nodes: [.user(UserProperty(city))])),
            state.members(did("Charged"), at: day(0)),
            state.members(did("Opened"), of: .init("app") ?? shop),
        ]
    }

    @Test("after a restart and the replay from the checkpoint, every answer is the same")
    func reopen() throws {
        for sealAt in [1, 57, 120, 180] {
            try inFolder { folder in
                let log = try Self.script()
                let catalogue = Catalogue()
                var state = PartitionState(Self.home)
                let before = try Checkpoints(folder: folder, disk: RealDisk())
                try catalogue.apply(try state.apply(Array(log.records[..<sealAt])))
                try before.seal(&state, catalogue: catalogue)
                try catalogue.apply(try state.apply(Array(log.records[sealAt...])))
                before.close()

                let after = try Checkpoints(folder: folder, disk: RealDisk())
                defer { after.close() }
                var again = try after.load(Self.home)
                #expect(again.next == LogOffset(UInt64(sealAt)) && again.sealedTo == again.next)
                let replayed = try after.loadCatalogue()
                try replayed.apply(try again.apply(Array(log.records[sealAt...])))
                #expect(again.next == state.next)
                #expect(try Self.answers(again) == Self.answers(state))
                #expect(try Self.answers(again).allSatisfy { !$0.isEmpty })
                #expect(replayed.project(shop) == catalogue.project(shop))
                // A second seal joins the first one's chunks.
                try after.seal(&again, catalogue: replayed)
                #expect(try Self.answers(try after.load(Self.home)) == Self.answers(state))
            }
        }
    }

    @Test("files that no checkpoint names are deleted, published ones stay")
    func strays() throws {
        try inFolder { folder in
            let disk = RealDisk()
            let log = try Self.script()
            var state = PartitionState(Self.home)
            _ = try state.apply(Array(log.records[..<150]))
            let checkpoints = try Checkpoints(folder: folder, disk: disk)
            defer { checkpoints.close() }
            try checkpoints.seal(&state, catalogue: Catalogue())
            let told = try Self.answers(state)
            // A crash between the files and the store: written, and not published.
            _ = try state.apply(Array(log.records[150...]))
            let unpublished = ColumnFiles(folder: folder, disk: disk)
            _ = try unpublished.seal(state)
            let shopFolder = "\(folder)/columns/partition-00003/shop"
            let strangers = "\(folder)/columns/partition-00003/nobody"
            try disk.createDirectory(strangers)
            for path in [
                "\(shopFolder)/00000000000000000000-00000000000000000009.chunk.tmp",
                "\(strangers)/00000000000000000000-00000000000000000009.chunk",
            ] {
                try disk.open(path, .create).close()
            }
            #expect(try disk.list(shopFolder).count == 3)
            let again = try checkpoints.load(Self.home)
            #expect(try Self.answers(again) == told)
            #expect(again.next == LogOffset(150))
            #expect(try disk.list(shopFolder).count == 1)
            #expect(try disk.list(strangers).isEmpty)
            // A partition that was never sealed has no files that count.
            let stray = "\(folder)/columns/partition-00004/shop"
            try disk.createDirectory(stray)
            try disk.open("\(stray)/x.chunk.tmp", .create).close()
            #expect(try checkpoints.load(Partition(index: 4)).projects.isEmpty)
            #expect(try disk.list(stray).isEmpty)
        }
    }

    @Test("a damaged or missing chunk is refused with its place and what to do")
    func damage() throws {
        for isMissing in [false, true] {
            try inFolder { folder in
                let disk = RealDisk()
                var state = PartitionState(Self.home)
                _ = try state.apply(Self.script().records)
                let checkpoints = try Checkpoints(folder: folder, disk: disk)
                defer { checkpoints.close() }
                try checkpoints.seal(&state, catalogue: Catalogue())
                let shopFolder = "\(folder)/columns/partition-00003/shop"
                let name = try #require(try disk.list(shopFolder).first)
                let path = "\(shopFolder)/\(name)"
                if isMissing {
                    try disk.remove(path)
                } else {
                    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
                    bytes[bytes.count / 2] ^= 0x10
                    try Data(bytes).write(to: URL(filePath: path))
                }
                let error = try #require(refusal { _ = try checkpoints.load(Self.home) })
                #expect(error.code == (isMissing ? .disk : .columns))
                #expect(error.place.contains(name), "\(error.place)")
                #expect(!error.hint.isEmpty && !error.isRetriable)
            }
        }
    }

    @Test("a manifest of a newer build, and a damaged one, are refused")
    func manifests() throws {
        let manifest = Manifest(
            sealedTo: LogOffset(9),
            projects: [
                shop: Manifest.Project(
                    chunks: [
                        PublishedChunk(
                            name: ChunkName(from: LogOffset(0), to: LogOffset(9)),
                            fingerprint: 7
                        )
                    ],
                    imports: ImportBook([
                        "a": ImportBook.Entry(
                            records: OffsetRuns([0..<2, 5..<300]),
                            isUndone: true
                        ),
                        "b": ImportBook.Entry(records: OffsetRuns([2..<5])),
                    ]),
                    gone: [UserNumber(0), UserNumber(7), UserNumber(300)],
                    leftOut: [LogOffset(4): UserNumber(7)]
                )
            ]
        )
        #expect(try Manifest(bytes: manifest.bytes) == manifest)
        // As another evaluator is told it.
        let told = EvaluationV1.NewestResponse(
            sealedTo: 9,
            files: [
                .init(
                    project: "shop",
                    name: ChunkName(from: .zero, to: LogOffset(9)).fileName,
                    fingerprint: 7
                )
            ],
            imports: manifest.told,
            gone: manifest.toldGone,
            leftOut: manifest.toldLeftOut
        )
        #expect(try Manifest(told) == manifest)
        var newer = manifest.bytes
        newer[0] = Manifest.version + 1
        let error = try #require(refusal { _ = try Manifest(bytes: newer) })
        #expect(error.code == .newerFormat && error.exitCode == .newerFormat)
        #expect(
            error.place == "version \(Manifest.version + 1)" && error.hint.contains("newer build")
        )
        // Those that do not know imports, or name chunks of another format: read anew.
        for older in 1..<(3 as UInt8) {
            #expect(try Manifest(bytes: [older] + manifest.bytes.dropFirst()) == nil)
        }
        // One that does not know what is set aside lacks nothing, or who is gone, nobody.
        var before = manifest
        before.projects[shop]?.leftOut = [:]
        #expect(try Manifest(bytes: [4] + before.bytes.dropFirst().dropLast()) == before)
        before.projects[shop]?.gone = []
        #expect(try Manifest(bytes: [3] + before.bytes.dropFirst().dropLast(2)) == before)
        var random = SeededRandom(seed: 0x3A1)
        for _ in 0..<2_000 {
            var bytes = manifest.bytes
            bytes[random.below(bytes.count)] ^= UInt8(1 + random.below(255))
            if random.chance(0.3) { bytes.removeLast(random.below(bytes.count)) }
            // Refused or read as something else: never a trap.
            let error = refusal { _ = try Manifest(bytes: bytes) }
            if let error { #expect([.store, .newerFormat].contains(error.code)) }
        }
        #expect(refusal { _ = try Manifest(bytes: manifest.bytes + [0]) }?.code == .store)
        #expect(refusal { _ = try Manifest(bytes: []) }?.code == .store)
    }

    @Test("after a power cut everything that was published is there, folders included")
    func powerCut() throws {
        try inFolder { folder in
            let disk = ForgetfulDisk(folder: folder)
            let log = try Self.script()
            var state = PartitionState(Self.home)
            let checkpoints = try Checkpoints(folder: folder, disk: disk)
            defer { checkpoints.close() }
            _ = try state.apply(Array(log.records[..<100]))
            try checkpoints.seal(&state, catalogue: Catalogue())
            _ = try state.apply(Array(log.records[100...]))
            try checkpoints.seal(&state, catalogue: Catalogue())
            disk.crash()
            let again = try checkpoints.load(Self.home)
            #expect(again.next == state.next)
            #expect(try Self.answers(again) == Self.answers(state))
        }
    }

    @Test("a seal that fails leaves the state as it was, and succeeds when the disk is well again")
    func failingSeal() throws {
        try inFolder { folder in
            let disk = ForgetfulDisk(folder: folder)
            let catalogue = Catalogue()
            var state = PartitionState(Self.home)
            let checkpoints = try Checkpoints(folder: folder, disk: disk)
            defer { checkpoints.close() }
            try catalogue.apply(try state.apply(Self.script().records))
            let told = try Self.answers(state)
            for operation in [ForgetfulDisk.Operation.append, .rename, .syncDirectory, .map] {
                disk.fail(operation, with: .noSpace)
                let error = refusal { try checkpoints.seal(&state, catalogue: catalogue) }
                #expect(error?.code == .disk, "\(operation)")
                #expect(error?.place.contains(folder) == true)
                #expect(try Self.answers(state) == told)
                #expect(state.sealedTo == .zero && catalogue.unsaved.count == 1)
            }
            try checkpoints.seal(&state, catalogue: catalogue)
            #expect(try Self.answers(try checkpoints.load(Self.home)) == told)
            #expect(catalogue.unsaved.isEmpty)
        }
    }

    @Test("a seal keeps every revision that is not known to be durable, so that none is missing")
    func catalogueHasNoGaps() throws {
        try inFolder { folder in
            let catalogue = Catalogue()
            var log = LogScript()
            var states = [PartitionState(Partition(index: 0)), PartitionState(Partition(index: 1))]
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            try log.segment("first", did("A"), revision: 1)
            try catalogue.apply(try states[0].apply(log.records))
            // A lane has looked what to save, and its write is still under way.
            let underWay = catalogue.unsaved
            try log.segment("second", did("B"), revision: 2)
            try catalogue.apply(try states[1].apply(log.records))
            try checkpoints.seal(&states[1], catalogue: catalogue)
            catalogue.saved(underWay)
            checkpoints.close()
            let after = try Checkpoints(folder: folder, disk: RealDisk())
            defer { after.close() }
            let loaded = try after.loadCatalogue()
            #expect(loaded.project(shop) == catalogue.project(shop))
            #expect(loaded.project(shop).revision == 2 && loaded.unsaved.isEmpty)
        }
    }

    @Test("a store that another instance has open is refused")
    func locked() throws {
        try inFolder { folder in
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            defer { checkpoints.close() }
            let error = refusal { _ = try Checkpoints(folder: folder, disk: RealDisk()) }
            #expect(error?.code == .disk)
            #expect(error?.place.contains(folder) == true)
        }
    }
}
