// How many users of a segment each channel reaches, against the definitions that say it.

import Basics
import Chassis
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct ReachabilityTests {
    /// Users of two partitions with addresses and without, some opted out, one only later.
    private func rig() async throws -> SuiteRig {
        let rig = try SuiteRig(partitions: 2)
        try rig.ingestion.write { logs in
            for (number, user) in ["ada", "bob", "eve", "kim", "joe"].enumerated() {
                var log = logs[number % 2]
                if user != "joe" { try log.event("Charged", by: user, at: day(1)) }
                if user != "kim" {
                    let phone = [(name: ExactName("phone"), value: PropertyValue?.some(.text("1")))]
                    try log.profile(of: user, since: day(number == 1 ? 9 : 1), phone)
                }
                if user == "eve" {
                    try log.profile(of: user, since: day(1), [(Channel.optOut, .text("sms"))])
                }
                logs[number % 2] = log
            }
        }
        try await rig.feed()
        return rig
    }

    @Test("each user of the segment is in one number of each channel, as of any instant")
    func counted() async throws {
        let rig = try await rig()
        let charged = EvaluationV1.Subject(
            kind: .definition(try DefinitionCoding.encode(did("Charged")))
        )
        for (at, sms) in [(5, [1, 2, 1]), (20, [2, 1, 1])] as [(Int64, [UInt64])] {
            let answer = try await rig.nodes[1].door.reachability(
                .init(subject: charged, atMs: day(at).ms),
                rig.call()
            )
            #expect(answer.users == 4 && answer.channels.count == Channel.allCases.count)
            #expect(answer.optOutProperty == "unsubscribed")
            for reach in answer.channels {
                #expect(reach.reachable + reach.noAddress + reach.optedOut == 4)
                switch reach.channel {
                case .sms:
                    #expect([reach.reachable, reach.noAddress, reach.optedOut] == sms)
                    #expect(reach.addressProperty == "phone")
                case .inApp: #expect(reach.reachable == 4 && reach.addressProperty == nil)
                case .email: #expect(reach.noAddress == 4)
                default: break
                }
            }
        }
    }

    @Test("a segment whose own name is in the way is asked all the same")
    func names() async throws {
        let rig = try await rig()
        let charged = try DefinitionCoding.encode(did("Charged"))
        _ = try await rig.nodes[0].door.create(
            .init(name: "segment", definition: charged),
            rig.call()
        )
        let node = SegmentV1.Node(kind: .inSegment(SegmentV1.InSegment(name: "segment")))
        for subject in [
            EvaluationV1.Subject(kind: .segment("segment")),
            EvaluationV1.Subject(kind: .definition(SegmentV1.Definition(nodes: [node]))),
        ] {
            let answer = try await rig.nodes[0].door.reachability(
                .init(subject: subject),
                rig.call()
            )
            #expect(answer.users == 4)
        }
    }

    @Test("a count says how large the universe is that it was taken against")
    func universe() async throws {
        let rig = try await rig()
        var definition = Definition(nodes: [
            .not(Not(1)), .did(Did(EventMatch(["Charged"]))),
        ])
        for (universe, users, size) in [
            (Universe.all, 1, 5), (.reachable(.sms), 1, 3), (.reachable(.email), 0, 0),
        ] as [(Universe, UInt64, UInt64)] {
            definition.universe = universe
            let message = try DefinitionCoding.encode(definition)
            let answer = try await rig.nodes[0].door.preview(
                .init(definition: message, atMs: day(20).ms),
                rig.call()
            )
            #expect(answer.users == users && answer.universe == size, "\(universe)")
            #expect(answer.nodes.map(\.users) == [users, size - users], "\(universe)")
        }
    }

    @Test("every point of a trend says how large the universe was at its instant")
    func trend() async throws {
        let rig = try await rig()
        var charged = did("Charged")
        for (universe, early, late) in [
            (Universe.all, 5, 5), (.reachable(.sms), 2, 3), (.reachable(.email), 0, 0),
        ] as [(Universe, UInt64, UInt64)] {
            charged.universe = universe
            let subject = EvaluationV1.Subject(
                kind: .definition(try DefinitionCoding.encode(charged))
            )
            for node in rig.nodes {
                let trend = try await node.door.trend(
                    .init(subject: subject, fromMs: day(5).ms, toMs: day(10).ms),
                    rig.call()
                )
                let sizes = trend.points.map(\.universe)
                #expect(sizes == [early, early, early, early, late, late], "\(universe)")
                for point in trend.points {
                    let count = try await node.door.count(
                        .init(subject: subject, atMs: point.atMs),
                        rig.call()
                    )
                    #expect(point.users == count.users && point.universe == count.universe)
                }
            }
        }
    }

    @Test("a difference tells whom each of both is taken against")
    func difference() async throws {
        let rig = try await rig()
        var reached = did("Charged")
        reached.universe = .reachable(.sms)
        let diff = try await rig.nodes[0].door.diff(
            .init(
                before: .init(kind: .definition(try DefinitionCoding.encode(did("Charged")))),
                after: .init(kind: .definition(try DefinitionCoding.encode(reached))),
                atMs: day(20).ms
            ),
            rig.call()
        )
        #expect(diff.universeChanged && diff.changes.isEmpty && diff.leaving == 2)
        #expect(diff.beforeUniverse == nil && diff.afterUniverse == "those reachable by sms")
    }
}
