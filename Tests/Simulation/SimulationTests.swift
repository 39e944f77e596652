// Many seeds of the whole suite in one thread: every promise is kept, whatever goes wrong.

import Foundation
import Testing

@Suite(.serialized) struct SimulationTests {
    @Test("every kept seed keeps every promise by now")
    func kept() async throws {
        let all = try KeptSeeds.committed.all()
        #expect(Set(all.compactMap(\.bug)) == Set(PlantedBug.allCases), "one of each, at least")
        for seed in Set(all.map(\.seed)).sorted() {
            let outcome = try await Simulation.run(seed: seed)
            if let broken = outcome.broken { Issue.record("seed \(seed): \(broken)") }
        }
    }

    /// Seeds to run, as many as asked for; one alone where one is asked for.
    private static var seeds: ClosedRange<UInt64> {
        let asked = ProcessInfo.processInfo.environment
        if let seed = asked["SHOAL_TEST_SEED"].flatMap({ UInt64($0) }) { return seed...seed }
        return 1...(asked["SHOAL_TEST_SEEDS"].flatMap { UInt64($0) } ?? 500)
    }

    /// Runs side by side, each in one thread.
    private static let runsAtOnce: UInt64 = 2

    @Test("nothing is lost, doubled, early or out of order, whatever goes wrong")
    func seeds() async throws {
        let outcomes = try await withThrowingTaskGroup(of: [Simulation.Outcome].self) { group in
            for share in 0..<Self.runsAtOnce {
                group.addTask {
                    var outcomes: [Simulation.Outcome] = []
                    for seed in Self.seeds where seed % Self.runsAtOnce == share {
                        outcomes.append(try await Simulation.run(seed: seed))
                        if outcomes.last?.broken != nil { break }
                    }
                    return outcomes
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        for outcome in outcomes {
            guard let broken = outcome.broken else { continue }
            let notes = outcome.notes.suffix(40).joined(separator: "\n")
            try KeptSeeds.committed.keep(KeptSeed(seed: outcome.seed, what: "\(broken)"))
            Issue.record("seed \(outcome.seed), kept in KeptSeeds.txt: \(broken)\n\(notes)")
        }
        let records = outcomes.reduce(0) { $0 + $1.records }
        let told = outcomes.reduce(0) { $0 + $1.told }
        #expect(records > 50 * outcomes.count && told > 5 * outcomes.count, "\(records), \(told)")
    }

    @Test("the same seed gives the same run, step by step")
    func same() async throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let first = try await Simulation.run(seed: seed)
            let second = try await Simulation.run(seed: seed)
            #expect(first.digest == second.digest && first.steps == second.steps, "seed \(seed)")
        }
    }

    @Test(
        "every planted bug is found by the promise that it breaks, with the seed kept for it",
        arguments: PlantedBug.allCases
    )
    func planted(_ bug: PlantedBug) async throws {
        let kept = try KeptSeeds.committed.all().filter { $0.bug == bug }.map(\.seed)
        for seed in kept + Array(1...200) {
            let outcome = try await Simulation.run(seed: seed, bug: bug)
            guard let broken = outcome.broken else { continue }
            #expect(bug.breaks.contains(broken.invariant), "seed \(seed): \(broken)")
            #expect(kept.contains(seed), "seed \(seed) finds it, and none that is kept")
            return
        }
        Issue.record("\(bug) is not found in 200 seeds")
    }
}
