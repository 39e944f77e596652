// What a roster answers, and what of a bad one is left out; how it is kept.

import Basics
import Bus
import Messages
import Synchronization
import Testing

@testable import Chassis

@Suite("The roster")
struct RosterViewTests {
    static let one = InstanceID(high: 1, low: 1)
    static let two = InstanceID(high: 2, low: 2)

    static func answer(revision: UInt64 = 5) -> RegistryV1.WatchResponse {
        RegistryV1.WatchResponse(
            revision: revision,
            partitionCount: 4,
            instances: [
                RegistryV1.Instance(
                    instanceID: one.bytes,
                    kind: .evaluator,
                    address: "memory://e1",
                    version: "1",
                    state: .live,
                    name: "evaluator-1"
                ),
                RegistryV1.Instance(
                    instanceID: two.bytes,
                    kind: .evaluator,
                    address: "nowhere",
                    state: .lost,
                    name: "evaluator-2"
                ),
                RegistryV1.Instance(instanceID: [1, 2], kind: .evaluator),
            ],
            assignments: [
                RegistryV1.Assignment(
                    partition: 0,
                    kind: .evaluator,
                    instanceID: one.bytes,
                    epoch: 7,
                    standbyID: two.bytes
                ),
                RegistryV1.Assignment(
                    partition: 3,
                    kind: .evaluator,
                    instanceID: one.bytes,
                    epoch: 2
                ),
                RegistryV1.Assignment(
                    partition: 1,
                    kind: .evaluator,
                    instanceID: two.bytes,
                    epoch: 1
                ),
                RegistryV1.Assignment(
                    partition: 1,
                    kind: .ingestion,
                    instanceID: one.bytes,
                    epoch: 9
                ),
                RegistryV1.Assignment(partition: 4, kind: .evaluator, instanceID: one.bytes),
                RegistryV1.Assignment(partition: 70_000, kind: .evaluator, instanceID: one.bytes),
                RegistryV1.Assignment(partition: 2, kind: .evaluator),
            ],
            projects: [
                RegistryV1.Project(name: "shop", catalogueRevision: 3, zone: "Europe/Berlin"),
                RegistryV1.Project(name: "app", catalogueRevision: 1),
                RegistryV1.Project(name: "No Name"),
            ]
        )
    }

    @Test("names owners with epoch and address, also lost ones")
    func owners() throws {
        let view = RosterView(Self.answer(), edition: 1)
        #expect(view.revision == 5)
        #expect(view.partitionCount?.count == 4)
        let owner = try #require(view.owner(of: Partition(index: 0), .evaluator))
        #expect(owner.instance == Self.one)
        #expect(owner.epoch == Epoch(7))
        #expect(owner.address?.description == "memory://e1")
        #expect(owner.name == "evaluator-1")
        let lost = try #require(view.owner(of: Partition(index: 1), .evaluator))
        #expect(lost.state == .lost)
        #expect(lost.address == nil)
        #expect(view.owner(of: Partition(index: 1), .ingestion)?.epoch == Epoch(9))
        #expect(view.owner(of: Partition(index: 2), .evaluator) == nil)
        #expect(view.owner(of: Partition(index: 4), .evaluator) == nil)
        let own = view.partitions(of: Self.one, .evaluator)
        #expect(own.map(\.partition.index) == [0, 3])
        #expect(own.map(\.epoch) == [Epoch(7), Epoch(2)])
        #expect(view.standbys(of: Self.two).map(\.index) == [0])
        #expect(view.standbys(of: Self.one).isEmpty)
    }

    @Test("leaves out what cannot be")
    func nonsense() {
        let view = RosterView(Self.answer(), edition: 1)
        #expect(view.instances.count == 2)
        #expect(view.projects.map(\.name.text) == ["app", "shop"])
        #expect(view.instance(Self.two)?.name == "evaluator-2")
        #expect(view.instances(.ingestion).isEmpty)
        #expect(RosterView.empty.partitionCount == nil)
        #expect(RosterView.empty.owner(of: Partition(index: 0), .ingestion) == nil)
    }

    @Test("takes new projects from a heartbeat")
    func projects() throws {
        let view = RosterView(Self.answer(), edition: 1).with(
            projects: [RegistryV1.Project(name: "shop", catalogueRevision: 4)],
            edition: 2
        )
        #expect(view.edition == 2)
        let shop = try #require(ProjectName("shop"))
        #expect(view.project(shop)?.catalogueRevision == 4)
        #expect(view.owner(of: Partition(index: 0), .evaluator)?.instance == Self.one)
    }

    @Test("is kept and read again; a damaged one is told from none")
    func store() async throws {
        let bytes = Box()
        let store = RosterStore(load: { bytes.value }, save: { bytes.value = $0 })
        #expect(try store.answer() == nil)
        try await store.keep(Self.answer())
        #expect(try store.answer() == Self.answer())
        let whole = try #require(bytes.value)
        for at in whole.indices {
            var torn = whole
            torn[at] ^= 4
            bytes.value = torn
            #expect(throws: (any Error).self) { try store.answer() }
        }
        bytes.value = Array(whole.prefix(whole.count - 1))
        #expect(throws: (any Error).self) { try store.answer() }
        bytes.value = [1]
        #expect(throws: (any Error).self) { try store.answer() }
    }
}

/// A few bytes that several tasks share.
final class Box: Sendable {
    private let held = Mutex<[UInt8]?>(nil)
    var value: [UInt8]? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
