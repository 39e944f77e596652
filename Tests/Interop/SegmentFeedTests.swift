// A consumer of a live segment's feed that comes and goes, against a real suite that does the same.

import Basics
import Foundation
import Messages
import Segments
import ShoalClient
import Testing

@Suite(.serialized)
struct SegmentFeedTests {
    /// What a consumer keeps across restarts, as it would in a database of its own.
    private struct Kept {
        var members: Set<String> = []
        var cursors: [UInt32: EvaluationV1.FeedCursor] = [:]
        /// Every change it was ever told, by partition and sequence.
        var told: [[UInt64]: EvaluationV1.MembershipChange] = [:]
        var changes = 0

        mutating func take(_ step: FeedStep, in shoal: Shoal) {
            cursors[step.cursor.partition] = step.cursor
            switch step.news {
            case .members(let users):
                members = members.filter { Self.home(of: $0, shoal) != step.cursor.partition }
                members.formUnion(users)
            case .changes(let news):
                for change in news {
                    let key = [UInt64(step.cursor.partition), change.sequence]
                    #expect(told.updateValue(change, forKey: key) == nil, "told twice: \(key)")
                    changes += 1
                    if change.member {
                        members.insert(change.userID)
                    } else {
                        members.remove(change.userID)
                    }
                }
            }
        }

        static func home(of user: String, _ shoal: Shoal) -> UInt32? {
            guard let project = shoal.project else { return nil }
            return (shoal.roster.partitionCount?.home(project: project, identifier: user))
                .map { UInt32($0.index) }
        }
    }

    private static let watchers = LiveDefinition(
        .action(Action(EventMatch(["Played"]))),
        stay: .while(Definition(.didNot(DidNot(EventMatch(["Stopped"])))))
    )

    @Test("a consumer that restarts goes on from its cursors and misses and repeats nothing")
    func restarts() async throws {
        let suite = try await InteropSuite()
        defer { suite.close() }
        let shoal = try await Shoal.connect(suite.registry, project: "feeds")
        defer { shoal.close() }
        try await shoal.createProject("feeds")
        try await shoal.createSegment("watchers", Self.watchers)
        var kept = Kept()
        try await first(shoal, &kept)
        // While the consumer is away some leave, and an owner dies.
        try await send("Stopped", 1...60, shoal)
        try suite.send(SIGKILL, to: "evaluator-1")
        try await second(shoal, &kept)
        #expect(kept.members == (try await asked(shoal)))
        #expect(kept.members.count == 170)
        // The first twenty were members when the consumer began.
        #expect(kept.changes == 270)
        try await others(shoal, kept)
        try await staleCursors(shoal, kept)
        shoal.close()
        var late = try shoal.follow("watchers").makeAsyncIterator()
        await #expect(throws: Fault.self) { _ = try await late.next() }
    }

    /// From the beginning to somewhere in the middle.
    private func first(_ shoal: Shoal, _ kept: inout Kept) async throws {
        try await send("Played", 1...20, shoal)
        for try await step in try shoal.follow("watchers") {
            let isLast = kept.cursors.count == 63
            kept.take(step, in: shoal)
            if isLast, kept.changes == 0 { try await send("Played", 21...200, shoal) }
            if kept.members.count >= 100 { break }
        }
        #expect(kept.cursors.count == 64)
    }

    /// From what was kept to the end, while more is happening.
    private func second(_ shoal: Shoal, _ kept: inout Kept) async throws {
        let feed = try shoal.follow(
            "watchers",
            from: Array(kept.cursors.values),
            having: kept.members
        )
        try await send("Played", 201...230, shoal)
        let wanted = Set((61...230).map { "user-\($0)" })
        for try await step in feed {
            if case .members = step.news { Issue.record("the members are told anew") }
            kept.take(step, in: shoal)
            if kept.members == wanted { break }
        }
    }

    /// Consumers who kept less, or something else.
    private func others(_ shoal: Shoal, _ kept: Kept) async throws {
        let cursors = Array(kept.cursors.values)
        let home = Kept.home(of: "user-100", shoal)
        let ghost = try #require(
            (0..<10_000).map { "ghost-\($0)" }.first { Kept.home(of: $0, shoal) == home }
        )
        let wrong = kept.members.union([ghost])
        var lacking = try shoal.follow("watchers", from: cursors, having: wrong)
            .makeAsyncIterator()
        var blind = try shoal.follow("watchers", from: cursors).makeAsyncIterator()
        try await send("Stopped", 100...100, shoal)
        let fault = await #expect(throws: Fault.self) { _ = try await lacking.next() }
        #expect(fault?.code == .dataLoss)
        #expect(try await lacking.next() == nil)
        let step = try #require(try await blind.next())
        guard case .changes(let changes) = step.news else {
            Issue.record("no changes")
            return
        }
        #expect(changes.map(\.userID) == ["user-100"])
        #expect(changes.map(\.kind) == [.left])
    }

    /// Cursors of a feed that is over: members are told anew; of an archived segment nothing is.
    private func staleCursors(_ shoal: Shoal, _ kept: Kept) async throws {
        var cursors = Array(kept.cursors.values)
        for place in cursors.indices { cursors[place].generation += 1 }
        var members: [UInt32: Set<String>] = [:]
        for try await step in try shoal.follow("watchers", from: cursors, having: []) {
            guard case .members(let users) = step.news else { continue }
            #expect(step.cursor.generation == 1)
            members[step.cursor.partition] = users
            if members.count == 64 { break }
        }
        #expect(members.values.reduce(into: []) { $0.formUnion($1) } == (try await asked(shoal)))
        _ = try await shoal.segments.archive(EvaluationV1.ArchiveRequest(name: "watchers"))
        var over = try shoal.follow("watchers", from: cursors).makeAsyncIterator()
        let fault = await #expect(throws: Fault.self) { _ = try await over.next() }
        #expect(fault?.isRetriable == false)
    }

    private func send(_ event: String, _ users: ClosedRange<Int>, _ shoal: Shoal) async throws {
        let answer = try await shoal.track(
            users.map { try .event("user-\($0)", event, id: "\(event)-\($0)") },
            CallOptions(timeoutMs: 60_000)
        )
        #expect(answer.accepted == UInt32(users.count))
    }

    private func asked(_ shoal: Shoal) async throws -> Set<String> {
        var users: Set<String> = []
        for try await user in shoal.members("watchers") { users.insert(user) }
        return users
    }
}
