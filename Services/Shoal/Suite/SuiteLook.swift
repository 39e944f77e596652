// Looks at a running suite: asks its processes what they are and how far they have come.

import Basics
import Chassis
import Messages

/// Asks everybody in a suite's roster, one after the other.
struct SuiteLook: Sendable {
    private static let askMs: UInt32 = 2_000
    private static let contractBytesMax: UInt32 = 1 << 20
    private static let askAgainMs: UInt64 = 100

    let suite: Suite
    /// Time for evaluators to come to where the log was when the look began.
    let catchUpMs: UInt64
    /// Whether contracts are asked for, which are large.
    let asksContract: Bool
    private var clock: any Clock { suite.outside.clock }

    init(_ suite: Suite, catchUpMs: UInt64 = 0, asksContract: Bool = false) {
        self.suite = suite
        self.catchUpMs = catchUpMs
        self.asksContract = asksContract
    }

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

    /// What the suite tells, and whom it was asked; throws when its registry does not answer.
    func look() async throws -> (facts: SuiteFacts, targets: [Target]) {
        let roster = try await suite.roster()
        var targets = [
            Target(name: "registry", kind: .registry, address: suite.registryAddress)
        ]
        targets += roster.instances.filter { $0.kind != .registry }.map {
            Target(name: $0.name, kind: $0.kind, address: $0.address)
        }
        for index in targets.indices { targets[index].answer = await ask(targets[index].address) }
        return (await facts(roster, targets), targets)
    }

    /// Asks a process; nil when it does not answer.
    func ask(_ address: String) async -> Answer? {
        do {
            let caller = try suite.caller(at: address)
            let beganMs = clock.now.ms
            let info = try await AdminV1_AdminClient(caller).info(
                AdminV1.InfoRequest(),
                CallOptions(timeoutMs: Self.askMs)
            )
            let endedMs = clock.now.ms
            let health = try await HealthV1_HealthClient(caller).check(
                HealthV1.CheckRequest(),
                CallOptions(timeoutMs: Self.askMs)
            )
            let isReady = health.status == .serving
            return Answer(
                info: info,
                build: DoctorFacts.Build(
                    version: info.version,
                    contract: asksContract ? try await contract(caller) : ""
                ),
                clockAheadMs: (info.atMs - max(beganMs, endedMs))...(info.atMs - beganMs),
                notReady: isReady ? nil : health.reason ?? "\(health.status)"
            )
        } catch {
            // Told as a process that does not answer.
            return nil
        }
    }

    private func contract(_ caller: any Caller) async throws -> String {
        let answer = try await ReflectionV1_ReflectionClient(caller).describe(
            ReflectionV1.DescribeRequest(),
            CallOptions(timeoutMs: Self.askMs, maxReplyBytes: Self.contractBytesMax)
        )
        return Self.digest(answer.descriptorSet ?? [])
    }

    /// A short mark of a contract.
    static func digest(_ descriptorSet: [UInt8]) -> String {
        let text = String(Checksum.crc32c(descriptorSet), radix: 16)
        return String(repeating: "0", count: 8 - text.utf8.count) + text
    }

    private func facts(
        _ roster: RegistryV1.WatchResponse,
        _ targets: [Target]
    ) async -> SuiteFacts {
        let names = Dictionary(roster.instances.map { ($0.instanceID, $0.name) }) { $1 }
        func owners(_ kind: RegistryV1.ServiceKind) -> [UInt32: String] {
            let pairs = roster.assignments.filter { $0.kind == kind }.map {
                ($0.partition, names[$0.instanceID] ?? "nobody known")
            }
            return Dictionary(pairs) { $1 }
        }
        let registryMs = targets.first?.answer?.info.atMs
        var facts = SuiteFacts(
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
        if let known = await suite.quarantinedNow() {
            facts.quarantined = known.records
            facts.quarantinedSegments = known.segments.compactMap { $0.version?.segment }
        }
        await follow(&facts, targets)
        return facts
    }

    private func instance(
        _ target: Target,
        in roster: RegistryV1.WatchResponse,
        registryMs: Int64?
    ) -> SuiteFacts.Instance {
        let listed = roster.instances.first { $0.name == target.name && $0.kind == target.kind }
        let state: SuiteFacts.Instance.State =
            switch listed?.state {
            case .draining?: .draining
            case .lost?: .lost
            default: .live
            }
        let seenAgoMs = listed.flatMap { listed in registryMs.map { $0 - listed.seenAtMs } }
        return SuiteFacts.Instance(
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
    private func follow(_ facts: inout SuiteFacts, _ targets: [Target]) async {
        let evaluators = targets.filter { $0.kind == .evaluator && $0.answer != nil }
        let untilNs = clock.monotonicNs + catchUpMs * 1_000_000
        while true {
            for target in evaluators {
                let index = facts.instances.firstIndex { $0.name == target.name }
                guard let index, let positions = await suite.positions(at: target.address) else {
                    continue
                }
                facts.instances[index].positions = positions
            }
            guard facts.isBehind, clock.monotonicNs < untilNs else { return }
            do { try await clock.sleep(forMs: Self.askAgainMs) } catch { return }
        }
    }
}

extension Suite {
    /// How far an evaluator has read what it reads along for others; nil when it does not answer.
    func standing(at address: String) async -> [LogV1.Position]? {
        do {
            return try await EvaluationV1_SetsClient(try caller(at: address)).positions(
                EvaluationV1.PositionsRequest(),
                CallOptions(timeoutMs: Suite.shortMs, maxReplyBytes: 512 << 10)
            ).standbys
        } catch {
            // Shown as not known.
            return nil
        }
    }

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
