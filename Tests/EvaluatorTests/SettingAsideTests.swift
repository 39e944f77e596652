// Before a partition is taken up: what is tried no more is done without, by the owner's word; or
// the partition is left, and the others go on.

import Basics
import Chassis
import Foundation
import Kit
import Messages
import Segments
import Synchronization
import Testing

@testable import Evaluator

/// An ingestion that sets records aside, unless it is told not to.
private final class AsideDoor: Caller {
    private let fault = Mutex<Fault?>(nil)
    private let asked = Mutex<[UInt64]>([])

    /// The records that it was asked for.
    var offsets: [UInt64] { asked.withLock { $0 } }

    func refuse(_ fault: Fault?) { self.fault.withLock { $0 = fault } }

    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes {
        if let fault = fault.withLock({ $0 }) { throw fault }
        do {
            switch request {
            case let request as IngestionV1.SetAsideRequest:
                asked.withLock { $0.append(request.offset) }
                return try IngestionV1.SetAsideResponse().encode()
            case is IngestionV1.AppendRequest: return try IngestionV1.AppendResponse().encode()
            default: throw Fault.unimplemented(method.name)
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault.internal("\(error)")
        }
    }
}

/// Processes that end, one after the other, over one folder.
final class EndingRig {
    let folder: String
    private(set) var care: RecordCare
    private var checkpoints: Checkpoints

    init() throws {
        folder = NSTemporaryDirectory() + "shoal-ending-\(UUID().uuidString)"
        try RealDisk().createDirectory(folder)
        (checkpoints, care) = try Self.begin(folder)
    }

    deinit {
        checkpoints.close()
        // A folder that stays behind harms nobody.
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func begin(_ folder: String) throws -> (Checkpoints, RecordCare) {
        let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
        let care = try RecordCare(
            folder: folder,
            disk: RealDisk(),
            store: checkpoints.store,
            logger: quietLogger
        )
        return (checkpoints, care)
    }

    /// Ends by a record three times, while it decides a segment or without one.
    func end(by offset: UInt64, of partition: Partition, deciding segment: SegmentVersion? = nil)
        throws
    {
        let end = EvaluatorError(.record, "handle", place: "a record", hint: "it ends")
        for _ in 0..<3 {
            care.note(partition, isHeld: true)
            #expect(throws: end) {
                try care.handle(
                    [offset],
                    of: partition,
                    place: { (LogOffset($0), Timestamp(ms: 0)) },
                    pass: { _ in },
                    { (_) throws(EvaluatorError) in
                        if let segment { try care.hand(of: partition).take(segment) }
                        throw end
                    }
                )
            }
            checkpoints.close()
            (checkpoints, care) = try Self.begin(folder)
        }
    }
}

@Suite struct SettingAsideTests {
    private static let home = Partition(index: 0)
    private static let poison = SegmentVersion(project: shop, name: "poison", version: 1)

    private let rig: EndingRig
    private let door = AsideDoor()
    private let clock = ManualClock()
    private let registry: ScriptedRegistry

    init() throws {
        rig = try EndingRig()
        registry = ScriptedRegistry(
            sharedRoster(partitions: 1, evaluators: 1),
            clock: clock
        )
    }

    /// That of the process which begins now.
    private func begun() -> SettingAside {
        SettingAside(
            care: rig.care,
            client: IngestionV1_QuarantineClient(door),
            segments: SegmentQuarantine(
                documents: RegistryV1_CatalogueClient(registry),
                ingestion: IngestionV1_IngestionClient(door),
                clock: clock
            ),
            instance: evaluatorID(0),
            name: "evaluator-1",
            clock: clock,
            logger: quietLogger
        )
    }

    /// Asks anew, when it may be asked again.
    private func standing(_ setting: SettingAside, isOwner: Bool = true) async
        -> SettingAside.Standing
    {
        clock.advance(ms: 1_000)
        return await setting.standing(of: Self.home, isOwner: isOwner)
    }

    @Test("a partition in which nothing ends anybody is taken up, and nobody is asked")
    func ready() async throws {
        door.refuse(.unavailable("it is away"))
        #expect(await standing(begun()) == .ready)
    }

    @Test("it waits for whoever is away, and goes on once the record is set aside")
    func record() async throws {
        try rig.end(by: 7, of: Self.home)
        let setting = begun()
        door.refuse(.unavailable("it is away"))
        #expect(await standing(setting) == .waiting)
        door.refuse(nil)
        #expect(await setting.standing(of: Self.home, isOwner: true) == .waiting, "not so soon")
        #expect(await standing(setting) == .ready)
        #expect(door.offsets == [7])
        #expect(await standing(setting) == .ready && door.offsets == [7])
    }

    @Test("a record that cannot be done without has the partition left, with the reason")
    func left() async throws {
        try rig.end(by: 7, of: Self.home)
        door.refuse(.failedPrecondition("only what users did and have can be"))
        guard case .left(let reason) = await standing(begun()) else {
            Issue.record("it is taken up")
            return
        }
        #expect(reason.contains("the record at 7, 3 times"))
        #expect(reason.contains("only what users did and have can be"))
        #expect(await begun().standing(of: Partition(index: 1), isOwner: true) == .ready)
    }

    // Segments

    private func put(_ document: SegmentV1.SegmentDocument, expecting revision: UInt64 = 0)
        async throws
    {
        _ = try await RegistryV1_CatalogueClient(registry).put(
            RegistryV1.PutRequest(
                kind: Catalogue.segmentKind,
                name: document.name,
                body: try document.encode(),
                expectedRevision: revision
            ),
            CallOptions(timeoutMs: 1_000)
        )
    }

    private func document(_ name: String) throws -> SegmentV1.SegmentDocument {
        let body = registry.documents.first { $0.name == name }?.body ?? []
        return try SegmentV1.SegmentDocument.decode(body)
    }

    /// A segment, one that uses it and one that does not.
    private func putSegments() async throws {
        try await put(.init(name: "poison"))
        let uses = SegmentV1.Node(kind: .inSegment(SegmentV1.InSegment(name: "poison")))
        try await put(.init(name: "fans", definition: .init(nodes: [uses])))
        try await put(.init(name: "others"))
    }

    @Test("a segment is quarantined by its document, with what uses it; done again it is no news")
    func segment() async throws {
        try await putSegments()
        try rig.end(by: 7, of: Self.home, deciding: Self.poison)
        let setting = begun()
        #expect(
            await standing(setting, isOwner: false) == .waiting,
            "the owner may think otherwise"
        )
        #expect(registry.puts == 3)
        #expect(await standing(setting) == .ready)
        #expect(door.offsets.isEmpty, "no record is set aside")
        let (poison, fans) = (try document("poison"), try document("fans"))
        #expect(poison.quarantine?.attempts == 3 && poison.quarantine?.by == "evaluator-1")
        #expect(fans.quarantine?.becauseOf == "poison" && fans.quarantine?.attempts == 0)
        #expect(try document("others").quarantine == nil)
        #expect(rig.care.quarantined.all.map(\.name).sorted() == ["fans", "poison"])
        #expect(registry.puts == 5)
        #expect(await standing(setting) == .ready && registry.puts == 5)
    }

    @Test("a standby goes on once the owner has had it quarantined")
    func standby() async throws {
        try await putSegments()
        try rig.end(by: 7, of: Self.home, deciding: Self.poison)
        let owner = SegmentQuarantine(
            documents: RegistryV1_CatalogueClient(registry),
            ingestion: IngestionV1_IngestionClient(door),
            clock: clock
        )
        _ = try await owner.quarantine(Self.poison, .init(attempts: 3, by: "evaluator-2"))
        #expect(await standing(begun(), isOwner: false) == .ready)
        #expect(registry.puts == 5 && rig.care.quarantined.contains(Self.poison))
    }

    @Test("a version that is over by now is quarantined all the same, the next one is not")
    func over() async throws {
        try await putSegments()
        try await put(.init(name: "poison", version: 2), expecting: 1)
        try rig.end(by: 7, of: Self.home, deciding: Self.poison)
        #expect(await standing(begun()) == .ready)
        let poison = try document("poison")
        #expect(poison.quarantine == nil && poison.quarantined.map(\.version) == [1])
        #expect(try document("fans").quarantine == nil)
    }
}
