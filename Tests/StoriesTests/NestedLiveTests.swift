// Live segments within each other, over random logs: the engine tells what the oracle says.

import Basics
import Foundation
import Kit
import Segments
import Testing

@testable import Stories

@Suite("live segments within live ones", .timeLimit(.minutes(30)))
struct NestedLiveTests {
    private static let seed: UInt64 = 0x4E57_ED00

    /// More than the usual ones, as SHOAL_TEST_DIFFERENTIAL_CASES says.
    private static var caseCount: Int {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"].flatMap(Int.init)
            ?? 300
    }

    @Test("whatever falls together, the engine tells what the oracle says")
    func differential() async throws {
        var (told, retracted): ([Character: Int], Int) = ([:], 0)
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ UInt64(number)
            // Stories have no imports.
            var example = NestedLives(seed: seed)
            for user in example.logs.indices {
                for index in example.logs[user].entries.indices {
                    example.logs[user].entries[index].isImported = false
                }
            }
            for (course, changes) in try example.wanted() {
                told[course.first ?? " ", default: 0] += changes.count
                retracted += changes.count { $0.kind == .retracted }
            }
            guard try example.difference() != nil else { continue }
            let smallest = example.shrunk { try $0.difference() != nil }
            Issue.record("seed \(seed)\n\(try smallest.said())\n\(try smallest.difference() ?? "")")
            return
        }
        for segment: Character in ["v", "x", "z"] {
            #expect(told[segment, default: 0] > Self.caseCount, "\(told)")
        }
        #expect(retracted > Self.caseCount / 10, "\(retracted)")
    }
}

extension NestedLives {
    /// What the engine tells otherwise than the oracle; nil: nothing.
    fileprivate func difference() throws -> String? {
        let wanted = try wanted().mapValues { $0.map { "\($0.kind) \($0.at.rfc3339)" } }
        let told = try told()
        let courses = Set(wanted.keys).union(told.keys).sorted()
        for course in courses where wanted[course] != told[course] {
            return "\(course) told \(told[course] ?? []), wanted \(wanted[course] ?? [])"
        }
        return nil
    }

    private func told() throws -> [String: [String]] {
        var state = EngineStage.State()
        for segment in try followed() {
            let below = segment.nested.compactMap { state.live[$0.name]?.rank }
            state.live[segment.inFeed.segment] = EngineStage.Followed(
                plan: try LivePlan(segment.live, nested: segment.nested),
                begin: segment.begin,
                inFeed: segment.inFeed,
                rank: (below.max() ?? -1) + 1
            )
        }
        for (user, index) in order {
            let entry = logs[user].entries[index]
            guard let id = logs[user].user else { continue }
            state.take(entry.record, of: id, at: entry.logTime)
        }
        state.pass(upTo: end - 1)
        return Dictionary(grouping: state.told) { "\($0.segment) \($0.user.text)" }
            .mapValues { $0.map { "\($0.kind) \($0.at.rfc3339)" } }
    }
}
