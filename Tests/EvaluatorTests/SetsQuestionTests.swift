// Several sets at once: overlaps, sets made of sets, exports and the segments of a user.

import Basics
import Chassis
import Columns
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct SetsQuestionTests {
    private static let seed: UInt64 = 73_000
    private static let cases = 60

    /// Without an end.
    private var limit: QuestionLimit { QuestionLimit(clock: SystemClock(), untilNs: .max) }

    @Test("over random histories, overlaps and made sets are what the user reader says")
    func random() throws {
        print("seeds from \(Self.seed), \(Self.cases) cases")
        var regions = 0
        for number in 0..<Self.cases {
            var example = try RandomCase(seed: Self.seed &+ UInt64(number))
            var state = PartitionState(Partition(index: 0))
            _ = try state.apply(example.log.records)
            guard let columns = state.projects[shop] else { continue }
            let count = 2 + example.random.below(3)
            let plans = try (0..<count).map { _ in
                let node = example.random.below(example.definition.nodes.count)
                return try Plan(example.definition.part(node), nested: example.nested)
            }
            let at = example.instants[0]
            var question = SetsQuestion(plans: plans, at: at)
            question.overlap = true
            // Whoever is in the first and in none of the others, or in none at all.
            question.expression = try SetExpression(
                [.any([1, 2]), .minus(Array(3..<(count + 3))), .not(count + 3)]
                    + (0..<count).map { .subject($0) } + [
                        .any(Array((count + 4)...(2 * count + 3)))
                    ]
                    + (0..<count).map { .subject($0) },
                subjects: count
            )
            question.members = (UserNumber(0), 1_000, 1 << 20)
            let part = try question.answer([columns, columns], limit)
            // By the bits of the sets each user is in.
            let bits = example.users.map { user in
                plans.enumerated().reduce(0) { bits, plan in
                    plan.element.isMember(user.history, at: at) ? bits | 1 << plan.offset : bits
                }
            }
            let place = "seed \(example.seed)"
            for (region, users) in part.regionUsers.enumerated() {
                let own = region == 0 ? 0 : bits.filter { $0 == region }.count
                #expect(users == UInt64(2 * own), "\(place), region \(region)")
                regions += own > 0 ? 1 : 0
            }
            for (index, users) in part.users.enumerated() {
                #expect(users == UInt64(2 * bits.filter { $0 >> index & 1 == 1 }.count), "\(place)")
            }
            var pairs = part.pairUsers.makeIterator()
            for first in 0..<count {
                for second in (first + 1)..<max(count, first + 1) {
                    let both = bits.filter { $0 >> first & $0 >> second & 1 == 1 }.count
                    #expect(pairs.next() == UInt64(2 * both), "\(place)")
                }
            }
            #expect(part.inAny == UInt64(2 * bits.filter { $0 != 0 }.count), "\(place)")
            #expect(part.inAll == UInt64(2 * bits.filter { $0 == 1 << count - 1 }.count))
            #expect(part.madeUsers == UInt64(2 * bits.filter { $0 <= 1 }.count), "\(place)")
        }
        #expect(regions > Self.cases / 3, "sets that never overlap would show little")
    }

    /// Three charged, two of them looked, and one who only looked; all have a city but one.
    private func rig() async throws -> SuiteRig {
        let rig = try SuiteRig()
        try rig.charge(["ann", "bob", "carol"])
        try rig.charge(["bob", "carol", "dan"], "Looked")
        let count = try #require(PartitionCount(rig.partitions.count))
        try rig.ingestion.write { logs in
            for (user, city) in [("ann", "Pune"), ("bob", "Goa"), ("dan", "Delhi")] {
                let home = Int(count.home(project: shop, identifier: user).index)
                try logs[home].profile(of: user, since: nil, [("city", .text(city))])
                try logs[home].profile(of: user, since: day(8), [("city", .text("Rome"))])
            }
        }
        try await rig.feed()
        return rig
    }

    @Test("every evaluator tells sizes, pairs and regions, exact at every partition's position")
    func overlap() async throws {
        let rig = try await rig()
        let request = EvaluationV1.OverlapRequest(
            subject: try subject(did("Charged")),
            atMs: day(2).ms,
            others: [try subject(did("Looked", window: .rolling(ms: 2 * 86_400_000)))]
        )
        for node in rig.nodes {
            let answer = try await node.door.overlap(request, rig.call())
            #expect(answer.users == [3, 3] && answer.universe == 4)
            #expect(answer.pairs == [EvaluationV1.PairSize(first: 0, second: 1, users: 2)])
            let regions = answer.regions.map { ($0.segments, $0.users) }
            #expect(regions.map(\.0) == [[0], [1], [0, 1]] && regions.map(\.1) == [1, 1, 2])
            #expect(answer.inAny == 4 && answer.inAll == 2)
            #expect(answer.exactness?.positions.map(\.partition) == [0, 1, 2, 3])
            #expect(answer.windows.map(\.subject) == [0, 1])
            #expect(answer.windows[1].windows.map(\.toMs) == [day(2).ms + 1])
        }
        let alone = await fault { () async throws(Fault) in
            var alone = request
            alone.others = []
            return try await rig.nodes[0].door.overlap(alone, rig.call())
        }
        #expect(alone?.code == .invalidArgument && alone?.place == "others")
        let unknown = await fault { () async throws(Fault) in
            var unknown = request
            unknown.others.append(EvaluationV1.Subject(kind: .segment("nobody")))
            return try await rig.nodes[0].door.overlap(unknown, rig.call())
        }
        #expect(unknown?.code == .notFound && unknown?.place == "others[1]: nobody")
    }

    @Test("nine segments have pairs and no regions")
    func many() async throws {
        let rig = try await rig()
        let one = try subject(did("Charged"))
        let request = EvaluationV1.OverlapRequest(
            subject: one,
            atMs: day(2).ms,
            others: Array(repeating: one, count: 8)
        )
        let answer = try await rig.nodes[0].door.overlap(request, rig.call())
        #expect(answer.pairs.count == 36 && answer.regions.isEmpty && answer.inAll == 3)
    }

    @Test("a made set is counted and listed, each user once, whatever the page")
    func combine() async throws {
        let rig = try await rig()
        let text = try SetExpressionText("looked minus charged or charged and looked")
        for limit in [10, 1] as [UInt32] {
            var request = EvaluationV1.CombineRequest(
                subject: try subject(did("Looked")),
                atMs: day(2).ms,
                others: [try subject(did("Charged"))],
                nodes: SetCoding.encode(text.expression),
                limit: limit
            )
            var (members, pages): ([String], Int) = ([], 0)
            repeat {
                let door = rig.nodes[pages % rig.nodes.count].door
                let page = try await door.combine(request, rig.call())
                if pages == 0 {
                    #expect(page.users == 3 && page.universe == 4 && page.subjectUsers == [3, 3])
                    #expect(page.exactness?.positions.count == 4)
                }
                members += page.members
                request.cursor = page.nextCursor
                pages += 1
            } while request.cursor != nil && pages < 20
            #expect(members.sorted() == ["bob", "carol", "dan"])
        }
        let bad = await fault { () async throws(Fault) in
            let request = EvaluationV1.CombineRequest(
                subject: EvaluationV1.Subject(kind: .definition(SegmentV1.Definition())),
                nodes: [EvaluationV1.SetNode(operation: .not, inputs: [0])]
            )
            return try await rig.nodes[0].door.combine(request, rig.call())
        }
        #expect(bad?.code == .invalidArgument)
    }

    @Test("an export tells every member once with the properties in force at its instant")
    func export() async throws {
        let rig = try await rig()
        for (limit, room, at, cities) in [
            (100, 262_144, day(2), ["Pune", "Goa", "–"]),
            (1, 262_144, day(9), ["Rome", "Rome", "–"]),
            (100, 90, day(2), ["Pune", "Goa", "–"]),
        ] as [(UInt32, UInt32, Timestamp, [String])] {
            var request = EvaluationV1.ExportRequest(
                subject: try subject(did("Charged")),
                atMs: at.ms,
                properties: ["city", "absent"],
                limit: limit
            )
            var (told, pages): ([String: String], Int) = ([:], 0)
            repeat {
                let door = rig.nodes[pages % rig.nodes.count].door
                let page = try await door.export(request, rig.call(room: room))
                for user in page.users {
                    #expect(told[user.userID] == nil && user.values.count == 2)
                    #expect(user.values[1].kind == nil)
                    let city = try user.values[0].kind.map { _ in
                        try ValueCoding.decode(user.values[0])
                    }
                    told[user.userID] = if case .text(let text)? = city { text } else { "–" }
                }
                request.cursor = page.nextCursor
                pages += 1
            } while request.cursor != nil && pages < 20
            #expect(told == ["ann": cities[0], "bob": cities[1], "carol": cities[2]])
            #expect(pages > 1 || limit == 100)
        }
    }

    @Test("a user's segments are all saved ones that hold the user then, page by page")
    func segmentsOf() async throws {
        let rig = try await rig()
        let saved = [("chargers", "Charged"), ("lookers", "Looked"), ("never", "Nothing")]
        for (name, event) in saved {
            _ = try await rig.nodes[0].door.create(
                EvaluationV1.CreateRequest(
                    name: name,
                    definition: try DefinitionCoding.encode(did(ExactName(event)))
                ),
                rig.call()
            )
        }
        for node in rig.nodes {
            func names(_ user: String, _ at: Timestamp, limit: UInt32) async throws -> [String] {
                var request = EvaluationV1.SegmentsOfRequest(
                    atMs: at.ms,
                    userID: user,
                    limit: limit
                )
                var (names, pages): ([String], Int) = ([], 0)
                repeat {
                    let page = try await node.door.segmentsOf(request, rig.call())
                    #expect(page.known && page.exactness?.positions.count == 1)
                    names += page.segments
                    request.afterName = page.nextAfterName
                    pages += 1
                } while request.afterName != nil && pages < 10
                return names
            }
            for limit in [100, 1] as [UInt32] {
                #expect(try await names("bob", day(2), limit: limit) == ["chargers", "lookers"])
                #expect(try await names("dan", day(2), limit: limit) == ["lookers"])
                #expect(try await names("ann", day(0), limit: limit).isEmpty)
            }
            let nobody = EvaluationV1.SegmentsOfRequest(userID: "nobody")
            #expect(try await node.door.segmentsOf(nobody, rig.call()).known == false)
        }
    }
}
