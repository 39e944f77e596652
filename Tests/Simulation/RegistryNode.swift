// The registry in the simulator: its real keeper, roster and doors over a store that never forgets.

import Basics
import Messages
import Wire

@testable import Registry

/// The process that says who is here and who owns what.
///
/// What it commits is durable at once, as `RegistryStore` promises; its doors do not wait here.
final class RegistryNode: Node {
    /// How long a lease runs.
    ///
    /// Unit: ms.
    static let leaseMs: UInt32 = 1_500

    private let kept = MemoryCoordination()
    private var keeper: Keeper?
    private var methods: [String: ServedMethod] = [:]
    private var lookedNs: UInt64 = 0

    init(on stage: Simulation) { super.init("registry", on: stage) }

    override var isServer: Bool { true }

    override func begin() async throws {
        let keeper = try Keeper(
            coordination: kept,
            partitionCount: Simulation.partitions,
            leaseMs: Self.leaseMs,
            clock: clock
        )
        self.keeper = keeper
        let served =
            RegistryV1_RegistryMethods.serve(RegistryDoor(keeper: keeper, clock: clock))
            + RegistryV1_CatalogueMethods.serve(CatalogueDoor(keeper: keeper, clock: clock))
        methods = Dictionary(uniqueKeysWithValues: served.map { ($0.description.name, $0) })
        lookedNs = clock.monotonicNs
        after(ms: 100) { [self] in try await watchLeases() }
    }

    override func end(_ death: Death) { keeper = nil }

    /// As the registry's `LeaseWatch` does.
    private func watchLeases() async throws {
        guard let keeper else { return }
        let now = clock.monotonicNs
        let stoodStill = now - lookedNs > UInt64(Self.leaseMs) * 500_000
        lookedNs = now
        let isOver = keeper.current.roster.members.values.contains {
            $0.state == .live && $0.leaseEndsNs <= now
        }
        if stoodStill {
            keeper.renewLeases()
        } else if isOver {
            try await keeper.change(by: .registry) { state in _ = state.roster.expire(atNs: now) }
            stage.note("the registry takes an evaluator or ingestion for lost")
        }
        after(ms: 100) { [self] in try await watchLeases() }
    }

    override func serve(_ request: RequestFrame, _ answering: Answering) async throws {
        let call = try request.context(arrivedNs: clock.monotonicNs)
        let answer: Result<any ProtoMessage, Fault>
        do throws(Fault) {
            guard let method = methods[call.method] else {
                throw Fault.internal("nobody serves \(call.method)")
            }
            let response = try await method.invoke(request.payload, call)
            answer = .success(response)
        } catch {
            answer = .failure(error)
        }
        switch answer {
        case .success(let response): try answering.reply(response)
        case .failure(let fault): try answering.fail(fault)
        }
    }
}
