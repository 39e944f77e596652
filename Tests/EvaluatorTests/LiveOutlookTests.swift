// An explanation says from when on time alone may change who is in a live segment.

import Basics
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct LiveOutlookTests {
    private func at(_ ms: Int64) -> Timestamp { Timestamp(ms: ms) }

    private func segment(_ name: String, _ live: LiveDefinition, _ revision: UInt64) throws
        -> LogV1.LogRecord.Body
    {
        let encoded = try LiveCoding.encode(live)
        return .catalogue(
            LogV1.CatalogueChange(
                revision: revision,
                kind: Catalogue.segmentKind,
                name: name,
                body: try SegmentV1.SegmentDocument(name: name, live: encoded).encode()
            )
        )
    }

    @Test("the end of a stay and of a wait are told, also of segments that are used by those used")
    func flips() throws {
        var log = MergingLog()
        let bought = Trigger.action(Action(EventMatch(["Bought"])))
        let left = Trigger.inaction(
            Inaction(did: EventMatch(["Added"]), didNot: EventMatch(["Bought"]), withinMs: 9_000)
        )
        let isIn = Definition(.inSegment(InSegment("buyers")))
        log.append(
            try segment("buyers", LiveDefinition(bought, stay: .duration(ms: 5_000)), 1),
            at: at(1_000)
        )
        log.append(try segment("left", LiveDefinition(left), 2), at: at(1_000))
        let nested = LiveDefinition(.action(Action(EventMatch(["Seen"]))), stay: .while(isIn))
        log.append(try segment("nested", nested, 3), at: at(1_000))
        for (user, event) in [("ann", "Bought"), ("bob", "Added"), ("cid", "Seen")] {
            log.write(user, .event(LogV1.Event(name: event, atMs: 2_000)), at: at(2_000))
        }
        log.write("ann", .event(LogV1.Event(name: "Seen", atMs: 2_500)), at: at(2_500))
        var state = PartitionState(Partition(index: 0))
        _ = try state.apply(log.records)
        func unknownFrom(_ user: String, _ segment: InFeed) throws -> Timestamp? {
            let question = UserQuestion(
                plan: try Plan(Definition(.inFeed(segment))),
                project: shop,
                user: try #require(UserID(user)),
                at: at(3_000)
            )
            let history = try #require(try question.history(&state))
            let flip = question.plan.explain(history, at: question.at).flip
            return if case .notBefore(let from) = flip { from } else { nil }
        }
        #expect(try unknownFrom("ann", InFeed("buyers", revision: 1)) == at(7_000))
        #expect(try unknownFrom("bob", InFeed("left", revision: 2)) == at(11_000))
        #expect(try unknownFrom("ann", InFeed("nested", revision: 3)) == at(7_000))
        #expect(try unknownFrom("cid", InFeed("buyers", revision: 1)) == nil)
    }
}
