// A condition is given another definition: live segments that use it take it up at that place.

import Basics
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct ChangedConditionTests {
    private static let home = Partition(index: 0)

    /// Of those who bought, and later of those who paid: who was seen, while that holds; who has
    /// become one; who is none of the first.
    private func script() throws -> LogScript {
        var log = LogScript()
        let isIn = Definition(.inSegment(InSegment("customers")))
        let isOut = Definition(nodes: [.not(Not(1)), .inSegment(InSegment("seen"))])
        let seen = LiveDefinition(
            .action(Action(EventMatch(["Seen"]))),
            stay: .while(isIn),
            zone: "UTC"
        )
        try log.segment("customers", did("Bought"), revision: 1)
        try log.segment("seen", live: seen, revision: 2)
        try log.segment("new", live: LiveDefinition(.becomes(Becomes(isIn))), revision: 3)
        try log.segment("unseen", live: LiveDefinition(.becomes(Becomes(isOut))), revision: 4)
        for event in ["Bought", "Seen"] { try log.event(event, by: "ann", at: .init(ms: 900)) }
        for event in ["Bought", "Paid", "Seen"] {
            try log.event(event, by: "bob", at: .init(ms: 900))
        }
        try log.event("Paid", by: "eve", at: .init(ms: 900))
        return log
    }

    private func told(_ state: PartitionState, after count: Int, _ log: LogScript) -> [String] {
        let names = Dictionary(
            uniqueKeysWithValues: state.live.ends.map { ($0.feed, $0.segment.text) }
        )
        let users = Dictionary(uniqueKeysWithValues: log.numbers().map { ($1, $0) })
        return state.live.news.records.dropFirst(count).map {
            "\(users[$0.user.value] ?? "") \($0.change.kind) \(names[$0.feed] ?? "") "
                + "by \($0.change.cause)"
        }.filter { !$0.contains("customers") }.sorted()
    }

    @Test("who stays by it leaves with the change, and nobody enters by it but who is told of that")
    func change() throws {
        var log = try script()
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        var (count, read) = (state.live.news.records.count, log.records.count)
        try log.segment("customers", did("Paid"), revision: 5, version: 2)
        _ = try state.apply(Array(log.records[read...]))
        #expect(
            told(state, after: count, log) == [
                "ann entered unseen by definition", "ann left seen by definition",
            ]
        )
        // Eve has been one since the change, Cid becomes one now; Bob stays.
        (count, read) = (state.live.news.records.count, log.records.count)
        for user in ["eve", "cid", "bob"] { try log.event("Paid", by: user, at: .init(ms: 950)) }
        _ = try state.apply(Array(log.records[read...]))
        #expect(
            told(state, after: count, log) == [
                "cid entered new by record", "cid entered unseen by record",
            ]
        )
    }
}
