// Which chunks are merged: few stay, and no row is written too often.

import Testing

@testable import Evaluator

@Suite struct MergeRuleTests {
    @Test("an older chunk stays apart while it is larger than all younger ones together")
    func runs() {
        let rule = MergeRule()
        #expect(rule.run([]) == nil && rule.run([8]) == nil)
        #expect(rule.run([8, 8]) == 0..<2)
        #expect(rule.run([16, 8]) == nil)
        #expect(rule.run([16, 8, 8]) == 0..<3)
        #expect(rule.run([32, 8, 8]) == 1..<3)
        #expect(rule.run([32, 16, 8, 7]) == nil)
    }

    @Test("at rest all become one, but those that are too large")
    func quiet() {
        let rule = MergeRule(rowsMax: 100)
        #expect(rule.run([50, 20, 8], isQuiet: true) == 0..<3)
        #expect(rule.run([101, 20, 8], isQuiet: true) == 1..<3)
        #expect(rule.run([99, 8], isQuiet: true) == nil && rule.run([8], isQuiet: true) == nil)
        #expect(rule.run([60, 60]) == nil)
    }

    @Test("a thousand seals leave at most eleven chunks, each row written eleven times at most")
    func amplification() {
        let rule = MergeRule()
        var chunks: [(rows: Int, writes: Int)] = []
        var most = 0
        for _ in 0..<1_000 {
            chunks.append((8, 1))
            while let run = rule.run(chunks.map(\.rows)) {
                let merged = chunks[run]
                let writes = (merged.map(\.writes).max() ?? 0) + 1
                chunks.replaceSubrange(run, with: [(merged.reduce(0) { $0 + $1.rows }, writes)])
            }
            most = max(most, chunks.count)
        }
        #expect(most <= 11 && chunks.allSatisfy { $0.writes <= 11 }, "\(most), \(chunks)")
    }
}
