// Looks at a running suite: asks its processes what they are and how far they have come.

import Basics
import Chassis
import Messages

/// The doctor's eyes on a suite, and on what its processes have of this machine.
struct SuiteLook: Sendable {
    private static let askMs: UInt32 = 2_000
    private static let contractBytesMax: UInt32 = 1 << 20
    /// Time for evaluators to come to where the log was when the look began.
    private static let catchUpMs: UInt64 = 2_000
    private static let askAgainMs: UInt64 = 100

    let suite: Suite
    private var clock: any Clock { suite.outside.clock }

    init(_ suite: Suite) { self.suite = suite }

    /// A process as it is to be asked.
    struct Target: Sendable {
        let name: String
        let kind: RegistryV1.ServiceKind
        let address: String
        var answer: Answer?
    }

    /// What a process said of itself.
    struct Answer: Sendable {
        let info: AdminV1.InfoResponse
        let build: DoctorFacts.Build
        let clockAheadMs: ClosedRange<Int64>
        let notReady: String?
    }

    /// Adds what is left of a suite whose registry does not answer, as its shoal.json names it.
    func seeRemains(_ file: SuiteFile, _ facts: inout DoctorFacts) async {
        var targets: [Target] = []
        for instance in file.instances {
            var target = Target(name: instance.name, kind: .unspecified, address: instance.address)
            target.answer = await ask(target.address)
            targets.append(target)
        }
        seeMachine(targets, &facts)
        await seeSockets(targets, &facts)
    }

    /// Adds what the suite tells; throws when its registry does not answer.
    func see(_ facts: inout DoctorFacts) async throws {
        let roster = try await suite.roster()
        var targets = [
            Target(name: "registry", kind: .registry, address: suite.registryAddress)
        ]
        targets += roster.instances.filter { $0.kind != .registry }.map {
            Target(name: $0.name, kind: $0.kind, address: $0.address)
        }
        for index in targets.indices { targets[index].answer = await ask(targets[index].address) }
        facts.suite = await suiteFacts(roster, targets)
        seeMachine(targets, &facts)
        await seeSockets(targets, &facts)
    }

    /// Asks a process; nil when it does not answer.
    private func ask(_ address: String) async -> Answer? {
        do {
            let caller = try suite.caller(at: address)
            let beganMs = clock.now.ms
            let info = try await AdminV1_AdminClient(caller).info(
                AdminV1.InfoRequest(),
                CallOptions(timeoutMs: Self.askMs)
            )
            let endedMs = clock.now.ms
            let contract = try await ReflectionV1_ReflectionClient(caller).describe(
                ReflectionV1.DescribeRequest(),
                CallOptions(timeoutMs: Self.askMs, maxReplyBytes: Self.contractBytesMax)
            )
            let health = try await HealthV1_HealthClient(caller).check(
                HealthV1.CheckRequest(),
                CallOptions(timeoutMs: Self.askMs)
            )
            let isReady = health.status == .serving
            return Answer(
                info: info,
                build: DoctorFacts.Build(
                    version: info.version,
                    contract: Self.digest(contract.descriptorSet ?? [])
                ),
                clockAheadMs: (info.atMs - max(beganMs, endedMs))...(info.atMs - beganMs),
                notReady: isReady ? nil : health.reason ?? "\(health.status)"
            )
        } catch {
            // Told as a process that does not answer.
            return nil
        }
    }

    /// A short mark of a contract.
    static func digest(_ descriptorSet: [UInt8]) -> String {
        let text = String(Checksum.crc32c(descriptorSet), radix: 16)
        return String(repeating: "0", count: 8 - text.utf8.count) + text
    }

    private func suiteFacts(
        _ roster: RegistryV1.WatchResponse,
        _ targets: [Target]
    ) async -> DoctorFacts.Suite {
        let names = Dictionary(roster.instances.map { ($0.instanceID, $0.name) }) { $1 }
        func owners(_ kind: RegistryV1.ServiceKind) -> [UInt32: String] {
            let pairs = roster.assignments.filter { $0.kind == kind }.map {
                ($0.partition, names[$0.instanceID] ?? "nobody known")
            }
            return Dictionary(pairs) { $1 }
        }
        let registryMs = targets.first?.answer?.info.atMs
        var facts = DoctorFacts.Suite(
            instances: targets.map { instance($0, in: roster, registryMs: registryMs) },
            partitionCount: Int(roster.partitionCount),
            logOwners: owners(.ingestion),
            stateOwners: owners(.evaluator)
        )
        guard let ingestion = targets.first(where: { $0.kind == .ingestion }),
            let ends = await logEnds(ingestion.address)
        else { return facts }
        facts.logEnds = Dictionary(ends.map { ($0.partition, $0.nextOffset) }) { $1 }
        if let atMs = ingestion.answer?.info.atMs {
            facts.logAheadMs = ends.map { $0.watermarkMs - atMs }.max()
        }
        await follow(&facts, targets)
        return facts
    }

    private func instance(
        _ target: Target,
        in roster: RegistryV1.WatchResponse,
        registryMs: Int64?
    ) -> DoctorFacts.Instance {
        let listed = roster.instances.first { $0.name == target.name && $0.kind == target.kind }
        let state: DoctorFacts.Instance.State =
            switch listed?.state {
            case .draining?: .draining
            case .lost?: .lost
            default: .live
            }
        let seenAgoMs = listed.flatMap { listed in registryMs.map { $0 - listed.seenAtMs } }
        return DoctorFacts.Instance(
            name: target.name,
            isEvaluator: target.kind == .evaluator,
            state: state,
            seenAgoMs: seenAgoMs.map { max(0, $0) },
            build: target.answer?.build,
            clockAheadMs: target.answer?.clockAheadMs,
            notReady: target.answer?.notReady
        )
    }

    private func logEnds(_ address: String) async -> [LogV1.Position]? {
        do {
            let client = IngestionV1_IngestionClient(try suite.caller(at: address))
            return try await client.positions(
                IngestionV1.PositionsRequest(),
                CallOptions(timeoutMs: Self.askMs, maxReplyBytes: 256 << 10)
            ).positions
        } catch {
            // Told as a process that does not answer.
            return nil
        }
    }

    /// Asks evaluators how far they are, until all have come to the log's ends or time is over.
    private func follow(_ facts: inout DoctorFacts.Suite, _ targets: [Target]) async {
        let evaluators = targets.filter { $0.kind == .evaluator && $0.answer != nil }
        let untilNs = clock.monotonicNs + Self.catchUpMs * 1_000_000
        while true {
            for target in evaluators {
                let index = facts.instances.firstIndex { $0.name == target.name }
                guard let index, let positions = await suite.positions(at: target.address) else {
                    continue
                }
                facts.instances[index].positions = positions
            }
            guard !facts.isCaughtUp, clock.monotonicNs < untilNs else { return }
            do { try await clock.sleep(forMs: Self.askAgainMs) } catch { return }
        }
    }

    /// What the processes that listen on this machine use of it.
    private func seeMachine(_ targets: [Target], _ facts: inout DoctorFacts) {
        let look = MachineLook(outside: suite.outside)
        for target in targets where Self.isHere(target.address) {
            guard let id = target.answer?.info.processID, let processID = Int32(exactly: id),
                processID > 0
            else { continue }
            facts.processes.append(look.process(target.name, processID))
            if let folder = look.folder(target.name, processID) { facts.folders.append(folder) }
        }
    }

    /// Whether an address is of this machine: a file, or the loopback.
    private static func isHere(_ address: String) -> Bool {
        ["ipc://", "tcp://127.", "tcp://localhost:", "tcp://[::1]:"].contains {
            address.hasPrefix($0)
        }
    }

    private func seeSockets(_ targets: [Target], _ facts: inout DoctorFacts) async {
        let look = SocketLook(outside: suite.outside)
        for target in targets {
            guard let path = SocketLook.path(target.address) else { continue }
            facts.sockets.append(
                look.socket(path, of: target.name, answers: target.answer != nil)
            )
        }
        let known = facts.sockets.map(\.path)
        facts.sockets += await look.strangers(beside: known)
    }
}

extension Suite {
    /// How far an evaluator has read each partition it holds; nil when it does not answer.
    func positions(at address: String) async -> [UInt32: UInt64]? {
        do {
            let client = EvaluationV1_SetsClient(try caller(at: address))
            let answer = try await client.positions(
                EvaluationV1.PositionsRequest(),
                CallOptions(timeoutMs: Suite.shortMs, maxReplyBytes: 256 << 10)
            )
            return Dictionary(answer.positions.map { ($0.partition, $0.nextOffset) }) { $1 }
        } catch {
            // Whoever asks waits, or tells it as a process that does not answer.
            return nil
        }
    }
}

extension DoctorFacts.Suite {
    /// Whether every evaluator that answers has read its partitions to the log's ends.
    var isCaughtUp: Bool {
        instances.allSatisfy { instance in
            guard let positions = instance.positions else { return true }
            let owned = stateOwners.filter { $0.value == instance.name }.keys
            return owned.allSatisfy { partition in
                positions[partition].map { $0 >= logEnds?[partition] ?? 0 } ?? false
            }
        }
    }
}
