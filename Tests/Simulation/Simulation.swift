// The whole suite in one thread under one seed: what happens when, and what is checked.

import Basics
import Foundation
import Messages

/// One run; it ends well, or throws the promise that was broken.
///
/// Everything that happens is an event of one heap; time passes from event to event. Chance comes
/// from the seed alone, and each part draws from a stream of its own, so that one more draw in one
/// part does not change the others.
final class Simulation {
    /// The project of everything.
    static let project = ProjectName("shop") ?? { preconditionFailure("a project's name") }()
    static let partitions = PartitionCount(3) ?? { preconditionFailure("three partitions") }()
    /// 2025-01-02T00:00:00Z.
    static let start = Timestamp(ms: 1_735_776_000_000)

    /// How long work and faults go on, then how long all may take to get well.
    ///
    /// Unit: ms.
    static let activeMs: UInt64 = 12_000
    static let healingMs: UInt64 = 7_000

    /// What erased users left is rewritten at the end of one run in so many.
    static let rewritingEvery: UInt64 = 3

    let seed: UInt64
    let bug: PlantedBug?
    /// Where the stores lie, which need a real disk.
    let folder: String
    let judge = Judge()
    var network: Network
    private(set) var nowNs: UInt64 = 0
    private(set) var nodes: [String: Node] = [:]
    private var order: [Node] = []
    private var heap = EventHeap<() async throws -> Void>()
    private var random: SeededRandom
    /// What has happened lately, for people.
    private(set) var notes: [String] = []
    /// A sum over everything that has happened: the same for the same seed.
    private(set) var digest: UInt64 = 0
    private(set) var steps = 0
    /// Whether faults have come to an end.
    private(set) var isHealing = false

    init(seed: UInt64, bug: PlantedBug? = nil, folder: String) {
        self.seed = seed
        self.bug = bug
        self.folder = folder
        var random = SeededRandom(seed: seed)
        network = Network(random.fork())
        self.random = random
    }

    /// A stream of chance for a part.
    func chance() -> SeededRandom { random.fork() }

    /// Sixteen bytes that nobody else has.
    func identifier() -> [UInt8] {
        var writer = ByteWriter()
        writer.u64(random.next())
        writer.u64(random.next())
        return writer.bytes
    }

    /// Takes a process in.
    func add(_ node: Node) {
        nodes[node.name] = node
        order.append(node)
    }

    // Events

    func plan(afterMs: UInt64, _ event: @escaping () async throws -> Void) {
        plan(afterUs: afterMs * 1_000, event)
    }

    func plan(afterUs: UInt64, _ event: @escaping () async throws -> Void) {
        heap.push(event, atNs: nowNs + afterUs * 1_000)
    }

    /// Plans what a process does, which waits while the process is paused.
    func plan(for node: Node, afterUs: UInt64, _ event: @escaping () async throws -> Void) {
        plan(afterUs: afterUs) { [self] in try await self.event(of: node, event) }
    }

    private func event(of node: Node, _ event: @escaping () async throws -> Void) async throws {
        guard node.pausedUntilNs <= nowNs else {
            heap.push(
                { [self] in try await self.event(of: node, event) },
                atNs: node.pausedUntilNs
            )
            return
        }
        try await event()
    }

    /// A frame goes its way.
    func send(_ envelope: Envelope) {
        mix(Checksum.xxh64(envelope.frame))
        for (delayNs, arriving) in network.passage(of: envelope) {
            guard let node = nodes[arriving.to] else { continue }
            plan(for: node, afterUs: delayNs / 1_000) {
                if node.isUp { try await node.receive(arriving) }
            }
        }
    }

    /// Writes down what happens.
    func note(_ text: @autoclosure () -> String) {
        let text = text()
        mix(Checksum.xxh64(Array(text.utf8)))
        if notes.count >= 400 { notes.removeFirst(200) }
        notes.append("\(nowNs / 1_000_000) ms: \(text)")
    }

    private func mix(_ value: UInt64) {
        digest = (digest ^ value ^ nowNs) &* 0x9E37_79B9_7F4A_7C15
    }

    /// Lets everything happen, up to the end.
    func run() async throws {
        for node in order { try await node.rise() }
        var faults = Faults(of: self)
        faults.begin()
        plan(afterMs: Self.activeMs) { [self] in
            isHealing = true
            note("faults are over")
            try await faults.heal()
        }
        try await pass(forMs: Self.activeMs + Self.healingMs)
        try judge.finish(order.compactMap { $0 as? EvaluatorNode })
        for node in order { try node.finish() }
        try judge.finish()
        if seed.isMultiple(of: Self.rewritingEvery) { try await rewrite() }
    }

    /// Lets everything happen for so long.
    func pass(forMs ms: UInt64) async throws {
        let endNs = nowNs + ms * 1_000_000
        while let (atNs, event) = heap.pop() {
            guard atNs <= endNs else { return heap.push(event, atNs: atNs) }
            let passedNs = atNs - nowNs
            if passedNs > 0 {
                nowNs = atNs
                judge.nowNs = atNs
                for node in order { node.clock.advance(ns: passedNs) }
            }
            steps += 1
            try await event()
        }
    }

    /// The processes in the order in which they were taken in.
    var processes: [Node] { order }
}

extension Simulation {
    /// Builds the suite for a seed, lets it run and clears up.
    ///
    /// - Throws: what was broken, with the seed.
    static func run(seed: UInt64, bug: PlantedBug? = nil) async throws -> Outcome {
        let memory = "/dev/shm"
        let root =
            FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
        let folder = "\(root)/shoal-simulation-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let simulation = Simulation(seed: seed, bug: bug, folder: folder)
        defer {
            for node in simulation.processes { node.fall(.killed) }
            do { try FileManager.default.removeItem(atPath: folder) } catch {}
        }
        simulation.build()
        do {
            try await simulation.run()
            return Outcome(simulation, broken: nil)
        } catch let broken as Broken {
            return Outcome(simulation, broken: broken)
        } catch {
            return Outcome(simulation, broken: Broken(.liveness, "what nobody expects: \(error)"))
        }
    }

    /// What came of a run.
    struct Outcome: Sendable {
        let seed: UInt64
        let broken: Broken?
        let digest: UInt64
        let steps: Int
        /// Records of the log, and changes told.
        let records: Int
        let told: Int
        let notes: [String]

        fileprivate init(_ simulation: Simulation, broken: Broken?) {
            self.broken = broken
            seed = simulation.seed
            told = simulation.judge.feeds.values.reduce(0) { $0 + $1.count }
            digest = simulation.digest
            steps = simulation.steps
            records = simulation.judge.recordCount
            notes = simulation.notes
        }
    }

    private func build() {
        let ingestion = IngestionNode(on: self)
        judge.ingestion = ingestion
        add(RegistryNode(on: self))
        add(ingestion)
        for number in 0..<2 { add(EvaluatorNode(number, on: self)) }
        for number in 0..<2 { add(Producer(number, of: 2, on: self)) }
        add(Importer(on: self))
        add(Author(on: self))
        add(Merger(on: self))
        add(Eraser(on: self))
        add(Consumer(on: self))
    }
}
