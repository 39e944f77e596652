// Many seeds of the whole suite in one thread: every promise is kept, whatever goes wrong.

import Foundation
import Testing

@Suite struct SimulationTests {
    private static var seedCount: Int {
        ProcessInfo.processInfo.environment["SHOAL_TEST_SEEDS"].flatMap(Int.init) ?? 500
    }

    @Test("nothing is lost, doubled, early or out of order, whatever goes wrong")
    func seeds() async throws {
        var (records, steps) = (0, 0)
        for seed in 1...UInt64(Self.seedCount) {
            let outcome = try await Simulation.run(seed: seed)
            records += outcome.records
            steps += outcome.steps
            guard let broken = outcome.broken else { continue }
            Issue.record(
                "seed \(seed): \(broken)\n\(outcome.notes.suffix(40).joined(separator: "\n"))"
            )
            return
        }
        #expect(
            records > 30 * Self.seedCount && steps > 300 * Self.seedCount,
            "\(records) \(steps)"
        )
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
        "every planted bug is found, by the promise that it breaks",
        arguments: PlantedBug.allCases
    )
    func planted(_ bug: PlantedBug) async throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            let outcome = try await Simulation.run(seed: seed, bug: bug)
            guard let broken = outcome.broken else { continue }
            #expect(bug.breaks.contains(broken.invariant), "seed \(seed): \(broken)")
            return
        }
        Issue.record("\(bug) is not found in 200 seeds")
    }
}
