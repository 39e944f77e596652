// A merge is there as a whole or not at all, wherever the power goes; repeated, it is there once.

import Basics
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("Merges and power cuts") struct MergeCrashTests {
    /// What callers do, one after the other; each may be repeated.
    private typealias Step = @Sendable (OpenIntake) async throws -> Void

    private static let steps: [Step] = [
        { open in
            let sent = ["a", "b", "c"].flatMap { user in
                (0..<3).map { Sent.event(user, "\(user)\($0)", id: "\(user)\($0)") }
            }
            _ = try await open.track(sent)
        },
        { _ = try await $0.change(.add, ["a", "c"], of: "vip") },
        { _ = try await $0.identify("a", "b") },
        { open in
            _ = try await open.track(
                ["a", "b"].map { Sent.event($0, "later \($0)", id: "later \($0)") }
            )
        },
        { _ = try await $0.alias("b", "c") },
        { open in
            _ = try await open.track(
                ["a", "b", "c"].map { Sent.event($0, "last \($0)", id: "last \($0)") }
            )
        },
        { _ = try await $0.unmerge("b") },
        { _ = try await $0.track([Sent.event("a", "end", id: "end")]) },
    ]

    /// Who has what, and under which numbers: what ingestion decides by.
    private struct Outcome: Equatable {
        var histories: [String: [String]] = [:]
        var lists: [String: [String]] = [:]

        init(_ open: OpenIntake) throws {
            let log = try MergedLog(open)
            for user in ["a", "b", "c"] {
                histories[user] = log.history(of: user)
                lists[user] = log.lists(of: user)
            }
        }
    }

    /// The steps with one power cut: at some call to the disk, which then fails.
    ///
    /// - Returns: nil when the disk was not called so often.
    private func run(cutting call: Int?, isIndexLost: Bool) async throws -> Outcome? {
        let rig = try IngestionRig(isForgetful: true)
        var open = try rig.open()
        var isCut = call == nil
        if let call { rig.memory.fail(.sync, call: call) }
        var chance = SeededRandom(seed: UInt64(call ?? 0))
        for step in Self.steps {
            do {
                try await step(open)
            } catch {
                try #require(!isCut, "\(error)")
                isCut = true
                open.join()
                open.index.store.close()
                let before = try Outcome(open)
                rig.memory.crash(tearing: &chance)
                if isIndexLost { try rig.remove(rig.indexFolder) }
                open = try rig.open()
                // The step is there as a whole or not at all: what readers saw stands.
                let after = try Outcome(open)
                try await step(open)
                guard after != before else { continue }
                #expect(try Outcome(open) == after, "it was there, so repeating changes nothing")
            }
        }
        let outcome = try Outcome(open)
        do {
            try open.stop()
        } catch {
            try #require(!isCut, "\(error)")
            rig.memory.crash(tearing: &chance)
            open = try rig.open()
            let after = try Outcome(open)
            try open.stop()
            return after
        }
        return isCut ? outcome : nil
    }

    @Test("at every sync, with the index kept and lost", arguments: [false, true])
    func cut(_ isIndexLost: Bool) async throws {
        let whole = try #require(try await run(cutting: nil, isIndexLost: false))
        #expect(whole.histories["a"] == [])
        #expect(whole.histories["b"]?.count == 11 && whole.histories["c"]?.count == 4)
        #expect(whole.lists == ["a": [], "b": ["vip"], "c": ["vip"]])
        var cuts = 0
        while let outcome = try await run(cutting: cuts + 1, isIndexLost: isIndexLost) {
            #expect(outcome == whole, "cut at sync \(cuts + 1)")
            cuts += 1
            try #require(cuts < 100)
        }
        #expect(cuts >= Self.steps.count, "each step syncs")
    }

    @Test("an index that is behind or gone learns who is whose from the log", arguments: 0..<8)
    func replayed(_ place: Int) async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        for (number, step) in Self.steps.enumerated() {
            if number == place {
                try open.stop()
                try rig.keep(rig.indexFolder)
                open = try rig.open()
            }
            try await step(open)
        }
        let whole = try Outcome(open)
        try open.stop()
        // As it was before some steps; of before the first it is gone.
        if place == 0 {
            try rig.remove(rig.indexFolder)
        } else {
            try rig.bringBack(rig.indexFolder)
        }
        open = try rig.open()
        #expect(open.replayed > 0)
        #expect(try Outcome(open) == whole)
        _ = try await open.track(["a", "b", "c"].map { Sent.event($0, "more of \($0)") })
        let log = try MergedLog(open)
        let more = ["more of a", "more of b"]
        #expect(log.history(of: "b") == whole.histories["b"].map { $0 + more })
        #expect(log.history(of: "c").last == "more of c" && log.history(of: "a").isEmpty)
        let repeated = try await open.track([Sent.event("a", "a0", id: "a0")])
        #expect(repeated[0].isDuplicate)
        let listed = try await open.change(.add, ["a", "c"], of: "vip")
        #expect(listed == ListOutcome(unchanged: 2))
        try open.stop()
    }
}
